import { depsMembers } from '../cpu/deps.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import { Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { close, orRow, orUpTo, setBit } from './rows.ts';

/**
 * A grace period, or a read-side critical section, as a step of `rcu-order`: entered at a place of one thread's program
 * order and left at one. A section is entered at its unlock and left at its lock (`rcu-rscsi`).
 */
export interface RcuStep {
  readonly isGracePeriod: boolean;
  /** The srcu_struct, or -1 for RCU proper. */
  readonly domain: number;
  readonly enterThread: number;
  readonly enterIndex: number;
  readonly leaveThread: number;
  readonly leaveIndex: number;
}

/** The grace periods and critical sections of a graph, with nested RCU sections matched by nesting. */
export function rcuSteps(g: Graph): RcuStep[] {
  const steps: RcuStep[] = [];
  for (let t = 0; t < g.threadCount; t++) {
    const open: number[] = [];
    for (const e of g.threads[t]!) {
      const at = g.index[e]!;
      if (g.kind[e] === Kind.Fence) {
        const fence = g.mode[e] as Fence;
        if (fence === Fence.SyncRcu || fence === Fence.SyncSrcu) {
          const domain = fence === Fence.SyncRcu ? -1 : g.loc[e]!;
          steps.push({ isGracePeriod: true, domain, enterThread: t, enterIndex: at, leaveThread: t, leaveIndex: at });
        } else if (fence === Fence.RcuLock) {
          open.push(at);
        } else if (fence === Fence.RcuUnlock) {
          const lock = open.pop();
          if (lock === undefined) continue;
          steps.push({
            isGracePeriod: false,
            domain: -1,
            enterThread: t,
            enterIndex: at,
            leaveThread: t,
            leaveIndex: lock,
          });
        }
      } else if (g.kind[e] === Kind.Write && g.mode[e] === Mode.SrcuUnlock) {
        for (const lock of srcuLocks(g, e, g.loc[e]!)) {
          steps.push({
            isGracePeriod: false,
            domain: g.loc[e]!,
            enterThread: t,
            enterIndex: at,
            leaveThread: g.thread[lock]!,
            leaveIndex: g.index[lock]!,
          });
        }
      }
    }
  }
  return steps;
}

/** The srcu_read_lock()s whose value reaches a write, also through memory (`carry-srcu-data` of linux-kernel.bell). */
export function srcuLocks(g: Graph, write: number, domain: number): ReadonlySet<number> {
  const locks = new Set<number>();
  const seen = new Set<number>();
  const reach = (to: number): void => {
    if (seen.has(to)) return;
    seen.add(to);
    const slots = g.slots[g.thread[to]!]!;
    for (const slot of depsMembers(g.data[to]!)) {
      const read = slots[slot]!;
      if (g.mode[read] === Mode.SrcuLock && g.loc[read] === domain) locks.add(read);
      const source = g.kind[read] === Kind.Read ? g.rf[read]! : NONE;
      if (source >= 0 && g.mode[source] !== Mode.SrcuUnlock) reach(source);
    }
  };
  reach(write);
  return locks;
}

/** Is there both a grace period and a section, so that the rcu axiom says anything? */
export const rcuMatters = (steps: readonly RcuStep[]): boolean =>
  steps.some((s) => s.isGracePeriod) && steps.some((s) => !s.isGracePeriod);

/** Rows over RCU steps: which steps may come before which, by `rcu-link` and by `rcu-order`. */
export interface RcuOrder {
  readonly link: Int32Array;
  readonly order: Int32Array;
  readonly words: number;
}

/**
 * `rcu-order` of linux-kernel.cat, as predecessor rows over the steps.
 * @param before predecessor rows over the numbered accesses, reflexive: what `rcu-link` allows between two po steps
 * @param first the number of each thread's first access
 */
export function rcuOrder(
  g: Graph,
  steps: readonly RcuStep[],
  before: Int32Array,
  accessWords: number,
  first: Int32Array,
): RcuOrder {
  const size = steps.length;
  const words = (size + 31) >> 5;
  const link = new Int32Array(size * words);
  const reach = new Int32Array(accessWords);
  const after = new Int32Array(accessWords);
  for (let b = 0; b < size; b++) {
    const to = steps[b]!;
    reach.fill(0);
    for (const e of g.slots[to.enterThread]!) {
      if (g.index[e]! >= to.enterIndex) break;
      orRow(reach, 0, before, (first[to.enterThread]! + g.slot[e]!) * accessWords, accessWords);
    }
    for (let a = 0; a < size; a++) {
      const from = steps[a]!;
      let linked = from.leaveThread === to.enterThread && from.leaveIndex < to.enterIndex;
      if (!linked) {
        const slots = g.slots[from.leaveThread]!;
        let start = slots.length;
        while (start > 0 && g.index[slots[start - 1]!]! >= from.leaveIndex) start--;
        after.fill(0);
        orUpTo(after, 0, first[from.leaveThread]! + start, first[from.leaveThread]! + slots.length - 1);
        for (let i = 0; i < accessWords; i++) linked ||= (reach[i]! & after[i]!) !== 0;
      }
      if (linked) setBit(link, b * words, a);
    }
  }
  const order = new Int32Array(size * words);
  for (let s = 0; s < size; s++) if (steps[s]!.isGracePeriod) setBit(order, s * words, s);
  const pairs = (a: RcuStep, b: RcuStep): boolean => a.isGracePeriod !== b.isGracePeriod && a.domain === b.domain;
  const addPairs = (rows: Int32Array): boolean => {
    let grown = false;
    for (let b = 0; b < size; b++) {
      for (let a = 0; a < size; a++) {
        if (!has(rows, b, a, words) || has(order, b, a, words) || !pairs(steps[a]!, steps[b]!)) continue;
        setBit(order, b * words, a);
        grown = true;
      }
    }
    return grown;
  };
  addPairs(link);
  for (;;) {
    const linkOrder = composed(link, order, size, words);
    let grown = addPairs(composed(linkOrder, link, size, words));
    const chained = composed(composed(order, link, size, words), order, size, words);
    for (let i = 0; i < order.length; i++) {
      if ((chained[i]! & ~order[i]!) === 0) continue;
      order[i] = order[i]! | chained[i]!;
      grown = true;
    }
    if (!grown) return { link, order, words };
  }
}

/** The rcu axiom: no sequence of steps with at least as many grace periods as sections comes back to its start. */
export function violatesRcu(rcu: RcuOrder, size: number): boolean {
  for (let b = 0; b < size; b++) {
    for (let a = 0; a < size; a++) {
      if (has(rcu.order, b, a, rcu.words) && has(rcu.link, a, b, rcu.words)) return true;
    }
  }
  return false;
}

const has = (rows: Int32Array, row: number, bit: number, words: number): boolean =>
  (rows[row * words + (bit >> 5)]! & (1 << (bit & 31))) !== 0;

/** Predecessor rows of `r ; s`. */
export function composed(r: Int32Array, s: Int32Array, size: number, words: number): Int32Array {
  const made = new Int32Array(size * words);
  for (let m = 0; m < size; m++) {
    for (let i = 0; i < words; i++) {
      for (let bits = s[m * words + i]!; bits !== 0; bits &= bits - 1) {
        orRow(made, m * words, r, (i * 32 + 31 - Math.clz32(bits & -bits)) * words, words);
      }
    }
  }
  return made;
}

/** Reflexive and transitive closure of predecessor rows, in a new array. */
export function star(rows: Int32Array, size: number, words: number): Int32Array {
  const made = rows.slice(0, size * words);
  close(made, size, words);
  for (let m = 0; m < size; m++) setBit(made, m * words, m);
  return made;
}
