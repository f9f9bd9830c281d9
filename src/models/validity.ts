import { Fence, Mode } from '../cpu/modes.ts';
import { Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { type FlagSet, flagIf, NO_FLAGS } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import { srcuLocks } from './rcu.ts';

/** Does an event belong to what {@link invalidUse} looks at? Where a program has none of them, there is nothing to flag. */
export const isSectionFence = (fence: Fence): boolean =>
  fence === Fence.RcuLock || fence === Fence.RcuUnlock || fence === Fence.SyncSrcu;
export const isSectionAccess = (mode: Mode): boolean =>
  mode === Mode.Lock || mode === Mode.Unlock || mode === Mode.SrcuLock || mode === Mode.SrcuUnlock;

/**
 * What linux-kernel.bell and lock.cat (Linux 6.12) flag in a complete execution: locks and sections that are not used as
 * they must be. Whatever the model, these say that the program is wrong.
 */
export function invalidUse(g: Graph, program: Program): FlagSet {
  return rcuUse(g) | srcuUse(g, program) | lockUse(g, program);
}

const NOTHING: readonly number[] = [];

/** rcu_read_lock() and rcu_read_unlock() match as parentheses do; synchronize_srcu() does not stand within a pair. */
function rcuUse(g: Graph): FlagSet {
  let flags = NO_FLAGS;
  const open: number[] = [];
  for (const po of g.threads) {
    open.length = 0;
    const slept: number[] = [];
    for (const e of po) {
      if (g.kind[e] !== Kind.Fence) continue;
      const fence = g.mode[e] as Fence;
      if (fence === Fence.RcuLock) open.push(g.index[e]!);
      else if (fence === Fence.SyncSrcu) slept.push(g.index[e]!);
      else if (fence === Fence.RcuUnlock) {
        const lock = open.pop();
        flags |= flagIf(lock === undefined, 'unmatched-rcu-unlock');
        flags |= flagIf(lock !== undefined && slept.some((at) => at > lock), 'invalid-sleep');
      }
    }
    flags |= flagIf(open.length > 0, 'unmatched-rcu-lock');
  }
  return flags;
}

/** Each srcu_read_lock() and srcu_read_unlock() has one of the other kind, and the value is the same. */
function srcuUse(g: Graph, { dependencies }: Program): FlagSet {
  // Where a value came from is not known then.
  if (dependencies !== 'tracked') return NO_FLAGS;
  let flags = NO_FLAGS;
  const matches = new Map<number, number>();
  for (const po of g.slots) for (const e of po) if (g.mode[e] === Mode.SrcuLock) matches.set(e, 0);
  for (const po of g.slots) {
    for (const unlock of po) {
      if (g.mode[unlock] !== Mode.SrcuUnlock) continue;
      const locks = srcuLocks(g, unlock, g.loc[unlock]!);
      flags |= flagIf(locks.size === 0, 'unmatched-srcu-unlock');
      for (const lock of locks) {
        matches.set(lock, matches.get(lock)! + 1);
        flags |= flagIf(g.value[lock] !== g.value[unlock], 'srcu-bad-value-match');
      }
    }
  }
  for (const count of matches.values()) {
    flags |= flagIf(count === 0, 'unmatched-srcu-lock') | flagIf(count > 1, 'multiple-srcu-matches');
  }
  return flags;
}

/** spin_unlock() follows the lock of its own thread; nobody else looks at a lock, or at an srcu_struct. */
function lockUse(g: Graph, { words, observed = NOTHING }: Program): FlagSet {
  let flags = NO_FLAGS;
  /** Of each word with a name: 1, data; 2, a lock or an srcu_struct; 3, both. */
  const uses = new Map<number, number>();
  const use = (loc: number, isLock: boolean): void => {
    const name = words === undefined ? loc : loc % words;
    uses.set(name, (uses.get(name) ?? 0) | (isLock ? 2 : 1));
  };
  for (const po of g.threads) {
    for (const e of po) {
      const kind = g.kind[e]!;
      const mode = g.mode[e]!;
      if (kind === Kind.Fence && mode === Fence.SyncSrcu) use(g.loc[e]!, true);
      if (kind > Kind.Write) continue;
      use(g.loc[e]!, isSectionAccess(mode) || (words !== undefined && g.loc[e]! >= words));
      if (mode === Mode.Unlock && kind === Kind.Write) flags |= flagIf(!isHeld(g, e), 'unmatched-unlock');
    }
  }
  // Without words of their own, who asks whether a lock is held looks like anybody who reads it.
  for (const both of uses.values()) flags |= flagIf(words !== undefined && both === 3, 'mixed-lock-accesses');
  for (const word of observed) flags |= flagIf((uses.get(word) ?? 0) >= 2, 'lock-final');
  return flags;
}

/** Is the last write of an unlock's thread to the lock before it the one that took the lock? */
function isHeld(g: Graph, unlock: number): boolean {
  const before = g.writeUnlocked(unlock);
  return before !== NONE && g.mode[before] === Mode.Lock;
}
