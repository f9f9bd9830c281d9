import { type Deps, depsMembers, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Fence, isPlain, Mode } from '../cpu/modes.ts';
import { Kind, Rmw } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * What a model preserves of program order, computed once, when an access is added at the end of its thread: the rows
 * `ppo`, `strong` and `wmb` of the graph. Hot: called for every event; benchmark bench/run.ts.
 */
export type Order = (g: Graph, e: number) => void;

/** The slots of its own thread that come before a read because of what it reads from, beside what {@link Order} has. */
export type GivenSource = (g: Graph, r: number) => Deps;

/** Adds the slots 0 .. `last` to a row. */
export function addUpTo(rows: Int32Array, base: number, last: number): void {
  let word = base;
  let left = last + 1;
  while (left >= 32) {
    rows[word++] = -1;
    left -= 32;
  }
  if (left > 0) rows[word] = rows[word]! | ((1 << left) - 1);
}

export function addSlot(rows: Int32Array, base: number, slot: number): void {
  const word = base + (slot >> 5);
  rows[word] = rows[word]! | (1 << (slot & 31));
}

export function addDeps(rows: Int32Array, base: number, deps: Deps): void {
  if (typeof deps === 'number') {
    rows[base] = rows[base]! | deps;
  } else {
    for (let i = 0; i < deps.length; i++) rows[base + i] = rows[base + i]! | deps[i]!;
  }
}

/**
 * smp_mb() and its kind are the machine's full barrier wherever they stand, on all but x86: `dmb ish`, `fence rw,rw`, `sync`.
 * So is what waits for a grace period. (arch/{arm64,riscv,powerpc}/include/asm/barrier.h, Linux 6.12)
 */
export const isFullBarrier = (fence: number): boolean =>
  fence === Fence.Mb ||
  fence === Fence.SyncRcu ||
  fence === Fence.SyncSrcu ||
  fence === Fence.BeforeAtomic ||
  fence === Fence.AfterAtomic ||
  fence === Fence.AfterSpinlock ||
  fence === Fence.AfterSrcuReadUnlock;

/** Sequential consistency: all of program order. */
export const scOrder: Order = (g, e) => {
  addUpTo(g.ppo, e * g.words, g.slot[e]! - 1);
};

const isFullFenceOnTso = (kind: number): boolean =>
  kind === Fence.Mb || kind === Fence.SyncRcu || kind === Fence.SyncSrcu || kind === Fence.AfterSrcuReadUnlock;

/** Does the event belong to an atomic RMW, be it one that failed? smp_mb__before_atomic() and _after_atomic() ask. */
const isAtomic = (g: Graph, e: number): boolean =>
  g.kind[e] === Kind.Read
    ? g.rmwKind[e] !== Rmw.None && g.declared[e] !== Mode.Lock
    : g.rmw[e] === 1 && g.mode[e] !== Mode.Lock;

/**
 * Is this the read of an RMW that failed, which x86 does by an instruction that locks the bus all the same? `lock cmpxchg`
 * and `lock bts` do; atomic_add_unless() and spin_trylock() read first, and do no more where that fails.
 */
const isLockedThoughFailed = (g: Graph, e: number): boolean =>
  g.rmwKind[e] === Rmw.IfEqual && g.rmw[e] === 0 && g.declared[e] !== Mode.Lock;

/**
 * x86-TSO: all but a write before a later read. smp_mb(), grace periods and every locked instruction are full fences: an
 * RMW that succeeds, relaxed ones and spin_lock() too, and a cmpxchg() that fails. Any other failed RMW is a read, next to
 * which smp_mb__before_atomic() and smp_mb__after_atomic() are fences: so the LKMM says, though x86 does nothing for them.
 */
export const tsoOrder: Order = (g, e) => {
  const base = e * g.words;
  const slot = g.slot[e]!;
  if (g.kind[e] === Kind.Write || g.rmw[e] === 1 || isLockedThoughFailed(g, e)) {
    addUpTo(g.ppo, base, slot - 1);
    return;
  }
  const po = g.threads[g.thread[e]!]!;
  let fenced = false;
  let afterAtomic = false;
  let atomicSeen = isAtomic(g, e);
  for (let i = g.index[e]! - 1; i >= 0; i--) {
    const p = po[i]!;
    const kind = g.kind[p]!;
    if (kind === Kind.Read) {
      const atomic = isAtomic(g, p);
      fenced ||= isLockedThoughFailed(g, p) || (atomic && afterAtomic);
      atomicSeen ||= atomic;
      addSlot(g.ppo, base, g.slot[p]!);
    } else if (kind === Kind.Write) {
      fenced ||= g.rmw[p] === 1;
      if (fenced) {
        addUpTo(g.ppo, base, g.slot[p]!);
        return;
      }
    } else if (kind === Kind.Fence) {
      const fence = g.mode[p]!;
      fenced ||= isFullFenceOnTso(fence) || (fence === Fence.BeforeAtomic && atomicSeen);
      afterAtomic ||= fence === Fence.AfterAtomic;
    }
  }
};

/**
 * carry-dep of the LKMM: a dependency on a read that took its value from an earlier write of its own thread is one on
 * whatever that write's data depended on, too; that write has been through here before, so what it has is all there is.
 */
function carried(g: Graph, thread: number, deps: Deps): Deps {
  if (deps === NO_DEPS) return deps;
  let all = deps;
  for (const slot of depsMembers(deps)) {
    const read = g.slots[thread]![slot]!;
    const write = g.kind[read] === Kind.Read ? g.rf[read]! : -1;
    if (write < 0 || g.thread[write] !== thread || g.mode[write] === Mode.SrcuUnlock || g.data[write] === NO_DEPS)
      continue;
    if (g.index[write]! < g.index[read]!) all = depsUnion(all, g.data[write]!);
  }
  return all;
}

/**
 * The LKMM's ppo within a thread, except `dep ; [Marked] ; rfi`, which depends on reads-from
 * (linux-kernel.cat, "Preserved Program Order" and "Fences", Linux 6.12).
 *
 * One walk back through the thread answers all its questions at once, and ends at the first full barrier: a function for
 * each relation would walk the thread again for each.
 * @param conservative every read controls every later write (see `Program.dependencies`)
 */
export const lkmmOrder =
  (conservative: boolean): Order =>
  (g, e) => {
    const thread = g.thread[e]!;
    const base = e * g.words;
    const slot = g.slot[e]!;
    const mode = g.mode[e]!;
    const isRead = g.kind[e] === Kind.Read;
    const isWrite = !isRead;
    const po = g.threads[thread]!;
    const { ppo, strong, wmb } = g;

    if (g.addr[e] !== NO_DEPS) g.addr[e] = carried(g, thread, g.addr[e]!);
    if (g.data[e] !== NO_DEPS) g.data[e] = carried(g, thread, g.data[e]!);
    if (g.ctrl[e] !== NO_DEPS) g.ctrl[e] = carried(g, thread, g.ctrl[e]!);
    addDeps(ppo, base, g.addr[e]!);
    if (isWrite) {
      addDeps(ppo, base, g.data[e]!);
      addDeps(ppo, base, g.ctrl[e]!);
    }

    if (g.rmw[e] === 1 && mode === Mode.Full) {
      // As if smp_mb() stood before the read and after the write.
      const last = slot - (isRead ? 1 : 2);
      addUpTo(ppo, base, last);
      addUpTo(strong, base, last);
      if (isWrite) addSlot(ppo, base, slot - 1);
      return;
    }
    if (isWrite && (mode === Mode.Release || mode === Mode.Unlock)) addUpTo(ppo, base, slot - 1);

    const loc = g.loc[e]!;
    const readForRmb = isRead && mode !== Mode.Noreturn;
    let rmb = false;
    let wmbSeen = false;
    let rmwSeen = isAtomic(g, e);
    let afterAtomic = false;
    let afterSpinlock = false;
    let afterUnlockLock = false;
    let afterSrcu = false;
    let lockSeen = false;
    let lockSeenAfterUnlockLock = false;
    let before = slot;
    for (let i = g.index[e]! - 1; i >= 0; i--) {
      const p = po[i]!;
      const kind = g.kind[p]!;
      const pMode = g.mode[p]!;
      let full = -1;
      if (kind === Kind.Fence) {
        switch (pMode) {
          case Fence.Mb:
          case Fence.SyncRcu:
          case Fence.SyncSrcu:
            full = before - 1;
            break;
          case Fence.Rmb:
            rmb = true;
            break;
          case Fence.Wmb:
            wmbSeen = true;
            break;
          case Fence.BeforeAtomic:
            if (rmwSeen) full = before - 1;
            break;
          case Fence.AfterAtomic:
            afterAtomic = true;
            break;
          case Fence.AfterSpinlock:
            afterSpinlock = true;
            break;
          case Fence.AfterUnlockLock:
            afterUnlockLock = true;
            break;
          case Fence.AfterSrcuReadUnlock:
            afterSrcu = true;
            break;
        }
        if (full < 0) continue;
      } else if (kind === Kind.Choice) {
        continue;
      } else {
        before = g.slot[p]!;
        const atomic = isAtomic(g, p);
        if (kind === Kind.Write) {
          if (g.rmw[p] === 1 && pMode === Mode.Full) full = before;
          else if (afterSpinlock && pMode === Mode.Lock) full = before;
          else if (afterSrcu && pMode === Mode.SrcuUnlock) full = before;
          else if (pMode === Mode.Unlock && (lockSeen || lockSeenAfterUnlockLock)) {
            if (lockSeenAfterUnlockLock) full = before - 1;
            else {
              addUpTo(ppo, base, before - 1);
              addUpTo(wmb, base, before - 1);
            }
          }
          if (isWrite && (wmbSeen || g.loc[p] === loc)) {
            addSlot(ppo, base, before);
            if (wmbSeen) {
              addSlot(wmb, base, before);
              if (isPlain(pMode)) addDeps(ppo, base, g.addr[p]!);
            }
          }
        } else {
          if (
            pMode === Mode.Acquire ||
            pMode === Mode.Lock ||
            (rmb && readForRmb && pMode !== Mode.Noreturn) ||
            (isWrite && (conservative || g.loc[p] === loc))
          ) {
            addSlot(ppo, base, before);
          }
          if (pMode === Mode.Lock) {
            lockSeen = true;
            lockSeenAfterUnlockLock ||= afterUnlockLock;
          }
        }
        if (atomic && afterAtomic) full = before;
        rmwSeen ||= atomic;
      }
      if (full >= 0) {
        addUpTo(ppo, base, full);
        addUpTo(strong, base, full);
        // Whatever is further back is before this barrier as well.
        return;
      }
    }
  };

/**
 * `dep ; [Marked] ; rfi` of the LKMM's ppo: a read that takes its value from a marked write of its own thread comes after
 * what that write's address and data come from.
 */
export const lkmmGiven: GivenSource = (g, r) => {
  const source = g.rf[r]!;
  if (source < 0 || g.thread[source] !== g.thread[r] || isPlain(g.mode[source]!)) return NO_DEPS;
  return depsUnion(g.addr[source]!, g.data[source]!);
};
