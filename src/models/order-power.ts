import { type Deps, depsOf, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import { Kind, Rmw } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { addDeps, addSlot, addUpTo, isFullBarrier, type Order } from './order.ts';

/** smp_mb__after_unlock_lock() is one as well: Power alone selects ARCH_WEAK_RELEASE_ACQUIRE. */
const isSync = (fence: number): boolean => isFullBarrier(fence) || fence === Fence.AfterUnlockLock;

const isLwsync = (fence: number): boolean => fence === Fence.Rmb || fence === Fence.Wmb;

/** Is the RMW that this read begins asked first whether it has anything to do? Then a branch depends on what is read. */
const isConditional = (g: Graph, read: number): boolean => g.rmwKind[read]! >= Rmw.IfEqual;

/**
 * What the branches of a thread before an event depend on: those of the program; that of a conditional RMW, on what it read;
 * and that behind `stwcx.`, on what was stored. An exchange stores what does not depend on the location.
 */
export function branchesBefore(g: Graph, e: number): Deps {
  const po = g.threads[g.thread[e]!]!;
  let deps: Deps = g.ctrl[e]!;
  for (let i = g.index[e]! - 1; i >= 0; i--) {
    const p = po[i]!;
    if (g.kind[p] === Kind.Read && isConditional(g, p)) {
      deps = depsUnion(depsUnion(deps, g.ctrl[p]!), depsOf(g.slot[p]!));
    } else if (g.kind[p] === Kind.Write && g.rmw[p] === 1) {
      deps = depsUnion(deps, g.data[p]!);
    }
  }
  return deps;
}

/**
 * What Power may preserve of program order, over what the kernel compiles each primitive to
 * (arch/powerpc/include/asm/atomic.h, cmpxchg.h, barrier.h, Linux 6.12). `strong` has what `sync` orders, `wmb` what `lwsync`
 * does, and `ppo` both and every step that the model's own preserved program order is made of: see power.ts.
 */
export const powerOrder =
  (conservative: boolean): Order =>
  (g, e) => {
    const { ppo, strong, wmb } = g;
    const base = e * g.words;
    const slot = g.slot[e]!;
    const loc = g.loc[e]!;
    const isWrite = g.kind[e] === Kind.Write;
    const po = g.threads[g.thread[e]!]!;
    const sync = (last: number): void => {
      addUpTo(ppo, base, last);
      addUpTo(strong, base, last);
    };

    addDeps(ppo, base, g.addr[e]!);
    if (isWrite) addDeps(ppo, base, g.data[e]!);
    const branches = branchesBefore(g, e);
    if (branches !== NO_DEPS) addDeps(ppo, base, branches);

    const begins = !isWrite && g.rmwKind[e] !== Rmw.None;
    if (begins && g.declared[e] === Mode.Full) {
      sync(slot - 1);
      return;
    }
    const mode = g.mode[e]!;
    let light =
      (begins && g.declared[e] === Mode.Release) ||
      (isWrite && g.rmw[e] === 0 && (mode === Mode.Release || mode === Mode.Unlock));
    let before = slot;
    for (let i = g.index[e]! - 1; i >= 0; i--) {
      const p = po[i]!;
      const kind = g.kind[p]!;
      if (kind === Kind.Choice) continue;
      if (kind === Kind.Fence) {
        const fence = g.mode[p]!;
        if (isSync(fence)) {
          sync(before - 1);
          return;
        }
        light ||= isLwsync(fence);
        continue;
      }
      before = g.slot[p]!;
      const isRead = kind === Kind.Read;
      const rmw = g.rmw[p] === 1;
      const declared = isRead ? g.declared[p]! : rmw ? g.declared[g.partner[p]!]! : g.mode[p]!;
      // Behind the store of an RMW, or behind a load.
      if (!isRead && rmw) {
        if (declared === Mode.Full) {
          sync(before);
          return;
        }
        light ||= declared === Mode.Acquire || declared === Mode.Lock;
      } else if (isRead && g.rmwKind[p] === Rmw.None) {
        light ||= declared === Mode.Acquire;
      }
      if (light && (isRead || isWrite)) {
        addSlot(ppo, base, before);
        addSlot(wmb, base, before);
      }
      if (g.loc[p] === loc || (conservative && isRead && isWrite)) addSlot(ppo, base, before);
      if (g.addr[p] !== NO_DEPS) addDeps(ppo, base, g.addr[p]!);
      // In front of an RMW, or of a store.
      if (isRead && g.rmwKind[p] !== Rmw.None) {
        if (declared === Mode.Full) {
          sync(before - 1);
          return;
        }
        light ||= declared === Mode.Release;
      } else if (!isRead && !rmw) {
        light ||= declared === Mode.Release || declared === Mode.Unlock;
      }
    }
  };
