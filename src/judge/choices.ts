import { INIT, Kind } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * A memory access, whatever the fences around it: `slot * threads + thread`, where the slot is its place among the
 * accesses of its thread. {@link INIT} stands for the initial value.
 */
export type AccessRef = number;

export const accessRef = (threads: number, thread: number, slot: number): AccessRef => slot * threads + thread;

/** What tells one execution of a program from every other: all else follows by running the threads again. */
export interface Choices {
  /** For each thread what its reads return, in program order, and the writes that they read from. */
  readonly reads: readonly (readonly { readonly value: number; readonly from: AccessRef }[])[];
  /** For each thread what it chose, in program order. */
  readonly chosen: readonly (readonly number[])[];
  /** The writes of each location that has any, in coherence order. */
  readonly co: readonly (readonly AccessRef[])[];
}

/** The choices of the execution that is being visited. */
export function choicesOf(g: Graph): Choices {
  const { threadCount } = g;
  const ref = (e: number): AccessRef => (e < 0 ? INIT : accessRef(threadCount, g.thread[e]!, g.slot[e]!));
  const ofKind = (kind: Kind): number[][] => g.threads.map((events) => events.filter((e) => g.kind[e] === kind));
  return {
    // A read with which its thread did not go on is no choice: it found what is there at the end.
    reads: ofKind(Kind.Read).map((list) =>
      list.filter((e) => !g.isBlocked(e)).map((e) => ({ value: g.value[e]!, from: ref(g.rf[e]!) })),
    ),
    chosen: ofKind(Kind.Choice).map((list) => list.map((e) => g.value[e]!)),
    co: g.co.filter((writes) => writes.length > 0).map((writes) => writes.map(ref)),
  };
}
