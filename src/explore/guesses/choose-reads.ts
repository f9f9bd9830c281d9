import type { InTurns } from '../../program/turns.ts';
import { type Budget, TooManyTraces } from './budget.ts';
import type { Segment, Segments } from './segments.ts';

/** Of so many reads at most is it tried what guessing each leaves; of more, the one with the most segments is taken. */
const MAX_TRIED = 64;

/**
 * Reads to guess, so that no po-rf cycle is left with an unordered segment and without one of them: one after the other
 * the one that leaves the fewest unordered segments on cycles. Locks are not guessed: what follows one is ordered after
 * it, so a cycle through one has its unordered segment elsewhere.
 * Throws {@link TooManyTraces} where the budget is spent.
 * @returns indices into `segments.reads`
 */
export function* chooseReads(segments: Segments, budget: Budget): InTurns<Set<number>> {
  const guessed = new Set<number>();
  for (;;) {
    const live = segments.list.filter((s) => !guessed.has(s.read));
    const onCycles = yield* segmentsOnCycles(live, budget);
    if (onCycles.every((s) => s.ordered)) return guessed;
    const best = yield* bestRead(live, onCycles, budget);
    if (best === undefined) throw new TooManyTraces('only locks could be guessed');
    guessed.add(best);
  }
}

function* bestRead(
  live: readonly Segment[],
  onCycles: readonly Segment[],
  budget: Budget,
): InTurns<number | undefined> {
  const unordered = new Map<number, number>();
  for (const s of onCycles) {
    if (!s.locks) unordered.set(s.read, (unordered.get(s.read) ?? 0) + (s.ordered ? 0 : 1));
  }
  const candidates = [...unordered.keys()];
  if (candidates.length > MAX_TRIED)
    return candidates.reduce((a, b) => (unordered.get(b)! > unordered.get(a)! ? b : a));
  let best: number | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const read of candidates) {
    const rest = live.filter((s) => s.read !== read);
    const left = (yield* segmentsOnCycles(rest, budget)).filter((s) => !s.ordered).length;
    if (left >= fewest) continue;
    best = read;
    fewest = left;
  }
  return best;
}

/**
 * The segments that lie on a cycle. A node is a thread that writes a location; a segment leads to its node from those of
 * other threads that write what it reads. It is on a cycle where both ends are in one strongly connected component.
 */
function* segmentsOnCycles(segments: readonly Segment[], budget: Budget): InTurns<Segment[]> {
  const nodes = new Map<number, number>();
  const threads = 1 + segments.reduce((most, s) => Math.max(most, s.thread), 0);
  const writers = new Map<number, { readonly thread: number; readonly node: number }[]>();
  const nodeOf = (s: Segment): number => {
    const key = s.to * threads + s.thread;
    let node = nodes.get(key);
    if (node === undefined) {
      node = nodes.size;
      nodes.set(key, node);
      const others = writers.get(s.to);
      if (others === undefined) writers.set(s.to, [{ thread: s.thread, node }]);
      else others.push({ thread: s.thread, node });
    }
    return node;
  };
  const ends = segments.map(nodeOf);
  const next = Array.from({ length: nodes.size }, () => new Set<number>());
  for (const [i, s] of segments.entries()) {
    const sources = writers.get(s.from) ?? [];
    budget.step(1 + sources.length);
    if (budget.isDue) yield* budget.turn();
    for (const { thread, node } of sources) if (thread !== s.thread) next[node]!.add(ends[i]!);
  }
  const component = components(next.map((set) => [...set]));
  return segments.filter((s, i) =>
    (writers.get(s.from) ?? []).some((w) => w.thread !== s.thread && component[w.node] === component[ends[i]!]),
  );
}

/** The strongly connected component of each node (Tarjan), without recursion. */
function components(next: readonly (readonly number[])[]): Int32Array {
  const size = next.length;
  const component = new Int32Array(size).fill(-1);
  const order = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const at = new Int32Array(size);
  const stack: number[] = [];
  const path: number[] = [];
  let found = 0;
  let count = 0;
  for (let root = 0; root < size; root++) {
    if (order[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      if (order[node] === -1) {
        order[node] = found;
        low[node] = found++;
        stack.push(node);
      }
      const successors = next[node]!;
      if (at[node]! < successors.length) {
        const to = successors[at[node]!++]!;
        if (order[to] === -1) path.push(to);
        else if (component[to] === -1) low[node] = Math.min(low[node]!, order[to]!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== order[node]) continue;
      for (;;) {
        const member = stack.pop()!;
        component[member] = count;
        if (member === node) break;
      }
      count++;
    }
  }
  return component;
}
