import type { Relation } from '../models/relation.ts';
import type { InTurns, Patience } from '../program/turns.ts';

/** An order of the rows of a drawing. */
export interface Interleaving {
  readonly order: readonly number[];
  /** How often the next row is one of another thread. */
  readonly switches: number;
}

/** Beyond so many states of progress, or where patience is over, the order is found step by step, and may switch more often than it need. */
const MAX_STATES = 40_000;

/**
 * Orders nodes so that each comes after all that are before it, with as few switches between threads as possible.
 * @param before acyclic; the nodes of one thread are a chain of it
 * @param threads the thread of each of the first nodes, in their order; the nodes after them belong to no thread and
 *   come as soon as they can
 */
export function* interleave(before: Relation, threads: readonly number[], patience: Patience): InTurns<Interleaving> {
  const chains: number[][] = [];
  for (const [node, thread] of threads.entries()) {
    while (chains.length <= thread) chains.push([]);
    chains[thread]!.push(node);
  }
  const states = chains.reduce((product, chain) => product * (chain.length + 1), 1);
  const found = states > MAX_STATES ? undefined : yield* patience.search(shortest(before, chains, patience));
  return found ?? (yield* greedy(before, chains));
}

interface State {
  /** How many nodes of each chain are done. */
  readonly progress: readonly number[];
  readonly thread: number;
  readonly order: readonly number[];
  readonly done: ReadonlySet<number>;
}

function start(before: Relation, chains: readonly (readonly number[])[]): State {
  return settle(before, chains, { progress: chains.map(() => 0), thread: -1, order: [], done: new Set() });
}

/** Adds the nodes without a thread that can come now. */
function settle(before: Relation, chains: readonly (readonly number[])[], state: State): State {
  const first = chains.reduce((sum, chain) => sum + chain.length, 0);
  const order = [...state.order];
  const done = new Set(state.done);
  for (let again = true; again; ) {
    again = false;
    for (let node = first; node < before.size; node++) {
      if (done.has(node) || !isReady(before, node, done)) continue;
      order.push(node);
      done.add(node);
      again = true;
    }
  }
  return { ...state, order, done };
}

function isReady(before: Relation, node: number, done: ReadonlySet<number>): boolean {
  for (let other = 0; other < before.size; other++) if (before.has(other, node) && !done.has(other)) return false;
  return true;
}

function step(
  before: Relation,
  chains: readonly (readonly number[])[],
  state: State,
  thread: number,
): State | undefined {
  const node = chains[thread]![state.progress[thread]!];
  if (node === undefined || !isReady(before, node, state.done)) return undefined;
  return settle(before, chains, {
    progress: state.progress.map((n, t) => (t === thread ? n + 1 : n)),
    thread,
    order: [...state.order, node],
    done: new Set(state.done).add(node),
  });
}

/** Breadth first by the number of switches: a state is left by its own thread first. */
function* shortest(
  before: Relation,
  chains: readonly (readonly number[])[],
  patience: Patience,
): InTurns<Interleaving> {
  const seen = new Set<string>();
  let level = [start(before, chains)];
  for (let switches = -1; level.length > 0; switches++) {
    const next: State[] = [];
    while (level.length > 0) {
      const state = level.shift()!;
      const key = `${state.thread}:${state.progress.join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield* patience.pause();
      if (state.order.length === before.size) return { order: state.order, switches: Math.max(0, switches) };
      for (let t = 0; t < chains.length; t++) {
        const after = step(before, chains, state, t);
        if (after === undefined) continue;
        if (t === state.thread) level.unshift(after);
        else next.push(after);
      }
    }
    level = next;
  }
  throw new RangeError('the order has a cycle');
}

function* greedy(before: Relation, chains: readonly (readonly number[])[]): InTurns<Interleaving> {
  let state = start(before, chains);
  let switches = 0;
  while (state.order.length < before.size) {
    yield;
    const own = state.thread < 0 ? undefined : step(before, chains, state, state.thread);
    let after = own;
    for (let t = 0; after === undefined && t < chains.length; t++) after = step(before, chains, state, t);
    if (after === undefined) throw new RangeError('the order has a cycle');
    if (own === undefined && state.thread >= 0) switches++;
    state = after;
  }
  return { order: state.order, switches };
}
