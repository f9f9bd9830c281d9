import { type Deps, depsOf, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import { GUESSED, Kind, Rmw, Wait } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { addDeps, addSlot, addUpTo, type GivenSource, isFullBarrier, type Order } from './order.ts';

/**
 * How spin_lock() is made on RISC-V: a ticket lock, taken by `amoadd.w.aqrl`, or a queued lock, taken by `lr.w`, `sc.w` and
 * `fence r,rw`. The latter is there from v6.13 on (ab83647fadae), for CPUs with Ziccrse or with Zabha and Zacas.
 */
export type RiscvLock = 'ticket' | 'queued';

/** The marks of what an RMW that succeeds is compiled to (arch/riscv/include/asm/atomic.h, cmpxchg.h, Linux 6.12). */
interface Made {
  /** One instruction, which is a read and a write in one; else `lr` and `sc`. */
  readonly isAmo: boolean;
  readonly mode: Mode;
}

/** Of either half of an RMW that succeeded; undefined of all else. */
function madeOf(g: Graph, e: number, lock: RiscvLock): Made | undefined {
  if (g.rmw[e] === 0) return undefined;
  const read = g.kind[e] === Kind.Read ? e : g.partner[e]!;
  const declared = g.declared[read]!;
  if (declared === Mode.Lock) {
    if (lock === 'queued') return { isAmo: false, mode: Mode.Acquire };
    // spin_trylock() of the ticket lock is a full cmpxchg.
    return g.waits[read] === Wait.No ? FULL_LOOP : FULL_AMO;
  }
  return { isAmo: g.rmwKind[read] === Rmw.Always, mode: declared };
}

const FULL_AMO: Made = { isAmo: true, mode: Mode.Full };
const FULL_LOOP: Made = { isAmo: false, mode: Mode.Full };

/**
 * The preserved program order of RVWMO (riscv.cat, herd7 7.58) over what the kernel compiles each primitive to; what depends
 * on reads-from is {@link riscvGiven}. Acquire and release are fences there: `fence r,rw` behind the load, `fence rw,w` in
 * front of the store. An atomic instruction is a read and a write at one point, and what leaves either leaves its write.
 */
export const riscvOrder =
  (lock: RiscvLock, conservative: boolean): Order =>
  (g, e) => {
    const { ppo } = g;
    const base = e * g.words;
    const slot = g.slot[e]!;
    const loc = g.loc[e]!;
    const isWrite = g.kind[e] === Kind.Write;
    const isRead = !isWrite;
    const po = g.threads[g.thread[e]!]!;

    addDeps(ppo, base, g.addr[e]!);
    if (isWrite) {
      addDeps(ppo, base, g.data[e]!);
      addDeps(ppo, base, g.ctrl[e]!);
    }
    // What some fence between here and there orders before this event.
    let reads = false;
    let writes = false;
    const own = madeOf(g, e, lock);
    const ownMode = own === undefined ? g.mode[e]! : own.mode;
    // .rl of the store or of the one instruction, or the fence rw,w in front of a store
    const isFull = ownMode === Mode.Full && (isWrite || own?.isAmo === true);
    if (isFull || (isWrite && (ownMode === Mode.Release || ownMode === Mode.Unlock))) {
      addUpTo(ppo, base, slot - 1);
      return;
    }
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
        if (fence === Fence.Rmb) reads ||= isRead;
        else if (fence === Fence.Wmb) writes ||= isWrite;
        continue;
      }
      before = g.slot[p]!;
      const made = madeOf(g, p, lock);
      const mode = made === undefined ? g.mode[p]! : made.mode;
      if (made !== undefined && kind === Kind.Write && mode === Mode.Full) {
        // .aqrl: what is further back is before it, as before the fence rw,rw behind the other kind
        addUpTo(ppo, base, before);
        return;
      }
      // fence r,rw behind
      if (mode === Mode.Acquire && (made === undefined || kind === Kind.Write)) reads = true;
      const isReadToo = kind === Kind.Read || made?.isAmo === true;
      if ((reads && isReadToo) || (writes && kind === Kind.Write)) addSlot(ppo, base, before);
      if (isWrite) {
        if (g.loc[p] === loc || (conservative && kind === Kind.Read)) addSlot(ppo, base, before);
        if (g.addr[p] !== NO_DEPS) addDeps(ppo, base, g.addr[p]!);
        // fence rw,w in front
        if (
          (kind === Kind.Write && made === undefined && (mode === Mode.Release || mode === Mode.Unlock)) ||
          (kind === Kind.Read && made?.mode === Mode.Release)
        ) {
          addUpTo(ppo, base, before - 1);
          return;
        }
      }
    }
  };

/**
 * RVWMO, rules 2, 3 and 12: a read comes after earlier reads of its location that have another source, where its thread
 * does not write there in between; after the write of an RMW of its thread that it reads from; and after what the data and
 * the address of a write of its thread come from that it reads from.
 */
export const riscvGiven: GivenSource = (g, r) => {
  const thread = g.thread[r]!;
  const source = g.rf[r]!;
  let before: Deps = NO_DEPS;
  if (source >= 0 && g.thread[source] === thread) {
    before = depsUnion(g.addr[source]!, g.data[source]!);
    if (g.rmw[source] === 1) before = depsUnion(before, depsOf(g.slot[source]!));
  }
  const po = g.threads[thread]!;
  const loc = g.loc[r]!;
  for (let i = g.index[r]! - 1; i >= 0; i--) {
    const p = po[i]!;
    if (g.loc[p] !== loc || g.kind[p]! > Kind.Write) continue;
    if (g.kind[p] === Kind.Write) break;
    if (g.rf[p] !== GUESSED && source !== GUESSED && g.rf[p] !== source) before = depsUnion(before, depsOf(g.slot[p]!));
  }
  return before;
};
