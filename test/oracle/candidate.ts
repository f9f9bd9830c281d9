import { type Fence, Mode } from '../../src/cpu/modes.ts';
import {
  both,
  type EventSet,
  identity,
  MOST_EVENTS,
  minus,
  product,
  type Relation,
  relationOf,
  setOf,
} from './relation.ts';
import type { Trace, TraceEvent } from './traces.ts';

/** An event among all threads; a write of an initial value has thread -1. */
export interface Node extends TraceEvent {
  readonly thread: number;
  readonly index: number;
}

/** A trace for each thread: all that does not depend on reads-from and coherence, named as in the .cat files. */
export interface Skeleton {
  readonly n: number;
  readonly nodes: readonly Node[];
  readonly all: EventSet;
  readonly initialWrites: EventSet;
  readonly reads: EventSet;
  readonly writes: EventSet;
  readonly po: Relation;
  readonly loc: Relation;
  readonly poLoc: Relation;
  readonly int: Relation;
  readonly ext: Relation;
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
  /** As `ctrl`, past the join. */
  readonly ctrlPastJoin: Relation;
  /** Read to write of a read-modify-write or a lock operation. */
  readonly rmw: Relation;
  /** Events of these kinds and modes, or fences. */
  mode(kind: 'R' | 'W', ...modes: Mode[]): EventSet;
  fence(...fences: Fence[]): EventSet;
}

/** A skeleton with every read's write, and the order of the writes of each word. */
export interface Candidate extends Skeleton {
  readonly rf: Relation;
  readonly co: Relation;
  readonly fr: Relation;
}

export function skeletonOf(traces: readonly Trace[], initial: ArrayLike<number>): Skeleton {
  const nodes: Node[] = traces.flatMap(({ events }, thread) => events.map((e, index) => ({ ...e, thread, index })));
  for (const at of new Set(nodes.filter((e) => e.at >= 0 && e.kind !== 'F').map((e) => e.at))) {
    nodes.push({
      kind: 'W',
      mode: Mode.Once,
      fence: undefined,
      at,
      value: initial[at]!,
      atomic: false,
      locked: false,
      partner: undefined,
      addr: [],
      data: [],
      ctrl: [],
      branchedOn: [],
      made: undefined,
      thread: -1,
      index: at,
    });
  }
  const n = nodes.length;
  if (n > MOST_EVENTS) throw new RangeError(`${n} events are too many for the oracle`);
  const all = setOf(n, () => true);
  const int = relationOf(n, (a, b) => nodes[a]!.thread === nodes[b]!.thread);
  const po = relationOf(
    n,
    (a, b) => nodes[a]!.thread >= 0 && nodes[a]!.thread === nodes[b]!.thread && nodes[a]!.index < nodes[b]!.index,
  );
  const loc = relationOf(n, (a, b) => nodes[a]!.at >= 0 && nodes[a]!.at === nodes[b]!.at);
  const dependency = (from: (e: Node) => readonly number[]): Relation =>
    relationOf(n, (a, b) => nodes[a]!.thread === nodes[b]!.thread && from(nodes[b]!).includes(nodes[a]!.index));
  return {
    n,
    nodes,
    all,
    initialWrites: setOf(n, (e) => nodes[e]!.thread < 0),
    reads: setOf(n, (e) => nodes[e]!.kind === 'R'),
    writes: setOf(n, (e) => nodes[e]!.kind === 'W'),
    po,
    loc,
    poLoc: both(po, loc),
    int,
    ext: minus(product(n, all, all), int),
    addr: dependency((e) => e.addr),
    data: dependency((e) => e.data),
    ctrl: dependency((e) => e.ctrl),
    ctrlPastJoin: dependency((e) => [...e.ctrl, ...e.branchedOn]),
    rmw: relationOf(n, (a, b) => nodes[a]!.thread === nodes[b]!.thread && nodes[b]!.partner === nodes[a]!.index),
    mode: (kind, ...modes) =>
      setOf(n, (e) => nodes[e]!.thread >= 0 && nodes[e]!.kind === kind && modes.includes(nodes[e]!.mode)),
    fence: (...fences) => setOf(n, (e) => nodes[e]!.kind === 'F' && fences.includes(nodes[e]!.fence!)),
  };
}

/** The events of `set`, ascending. */
export const members = (set: EventSet): number[] => {
  const out: number[] = [];
  for (let e = 0; e < MOST_EVENTS; e++) if ((set & (1 << e)) !== 0) out.push(e);
  return out;
};

/** `id` */
export const id = (s: Skeleton): Relation => identity(s.n, s.all);
