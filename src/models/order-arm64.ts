import { WHOLE } from '../cpu/cpu.ts';
import { depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import { Kind, NONE, Rmw } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { addDeps, addSlot, addUpTo, isFullBarrier, type Order } from './order.ts';

/**
 * How the kernel makes its atomics on arm64: by the atomic instructions of Armv8.1 where the CPU has them (`lse`), else by
 * loops of load-exclusive and store-exclusive. (arch/arm64/include/asm/atomic_lse.h, atomic_ll_sc.h, cmpxchg.h, Linux 6.12)
 */
export type Atomics = 'lse' | 'llsc';

/**
 * Is the read a load-acquire (A)? So is that of a cmpxchg() that fails, for its instruction is the same: `casal`, or
 * `ldaxr` for the _acquire form. What asks first whether there is anything to do (atomic_add_unless(), spin_trylock())
 * asks with a plain load. The full forms of the loops load without order.
 */
function isAcquire(g: Graph, r: number, atomics: Atomics): boolean {
  const declared = g.declared[r]!;
  if (g.rmwKind[r] === Rmw.None) return declared === Mode.Acquire;
  const isOrdered = declared === Mode.Acquire || (declared === Mode.Full && atomics === 'lse');
  if (g.rmw[r] === 1) return isOrdered || declared === Mode.Lock;
  return isOrdered && g.rmwKind[r] === Rmw.IfEqual && g.guardMask[r] === WHOLE;
}

const isRelease = (mode: number): boolean => mode === Mode.Release || mode === Mode.Unlock || mode === Mode.Full;

/**
 * The locally-ordered-before of Armv8 (lob of aarch64.cat, herd7 7.58) over what the kernel compiles each primitive to.
 * With reads-from, coherence and from-reads between threads that is the whole model: acyclic is consistent. A control
 * dependency goes on past the join.
 */
export const arm64Order =
  (atomics: Atomics, conservative: boolean): Order =>
  (g, e) => {
    const { ppo } = g;
    const base = e * g.words;
    const slot = g.slot[e]!;
    const loc = g.loc[e]!;
    const thread = g.thread[e]!;
    const isWrite = g.kind[e] === Kind.Write;
    const po = g.threads[thread]!;
    const acquires = !isWrite && isAcquire(g, e, atomics);

    // dob
    addDeps(ppo, base, g.addr[e]!);
    if (isWrite) {
      addDeps(ppo, base, g.data[e]!);
      addDeps(ppo, base, g.ctrl[e]!);
    }
    // bob: M;po;[L]
    if (isWrite && isRelease(g.mode[e]!)) addUpTo(ppo, base, slot - 1);

    let ld = false;
    let st = false;
    let stored = false;
    let before = slot;
    for (let i = g.index[e]! - 1; i >= 0; i--) {
      const p = po[i]!;
      const kind = g.kind[p]!;
      if (kind === Kind.Choice) continue;
      if (kind === Kind.Fence) {
        const fence = g.mode[p]!;
        if (isFullBarrier(fence)) {
          addUpTo(ppo, base, before - 1);
          return;
        }
        if (fence === Fence.Rmb) ld = true;
        else if (fence === Fence.Wmb) st = true;
        continue;
      }
      before = g.slot[p]!;
      if (isWrite) {
        // lwfs, and addr;po;[W]
        if (g.loc[p] === loc) addSlot(ppo, base, before);
        if (g.addr[p] !== NO_DEPS) addDeps(ppo, base, g.addr[p]!);
      }
      if (kind === Kind.Read) {
        const isNoreturn = g.rmw[p] === 1 && g.declared[p] === Mode.Noreturn && atomics === 'lse';
        if ((ld && !isNoreturn) || (isWrite && conservative) || isAcquire(g, p, atomics)) addSlot(ppo, base, before);
        continue;
      }
      const mode = g.mode[p]!;
      if (g.rmw[p] === 1 && mode === Mode.Full && atomics === 'llsc') {
        // dmb ish behind the store
        addUpTo(ppo, base, before);
        return;
      }
      if ((g.rmw[p] === 1 && mode === Mode.Full) || (acquires && isRelease(mode)) || (isWrite && st)) {
        addSlot(ppo, base, before);
      }
      if (!isWrite && !stored && g.loc[p] === loc) {
        // lrs: behind the data and the address of the write; behind the load of its RMW an acquire only (aob)
        stored = true;
        addDeps(ppo, base, g.addr[p]!);
        const own = g.rmw[p] === 1 ? g.slot[g.partner[p]!]! : NONE;
        for (const from of depsMembers(g.data[p]!)) if (from !== own) addSlot(ppo, base, from);
        if (acquires && own !== NONE) addSlot(ppo, base, own);
      }
    }
  };
