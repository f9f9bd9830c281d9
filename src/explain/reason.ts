import { Fence, Mode } from '../cpu/modes.ts';
import type { ModelName } from '../explore/contract.ts';
import { Kind, NONE, Rmw } from '../graph/graph.ts';
import type { Relation } from '../models/relation.ts';
import type { Program } from '../program/program.ts';
import { graphOf, judge, preserved } from './consistency.ts';
import { type Cycle, shortestCycles } from './cycles.ts';
import type { Trace, TraceEvent } from './trace.ts';
import { lifted, type Units, unitsOf } from './units.ts';

/** One step of the cycle, from an event to an event. */
export interface CycleStep {
  readonly from: number;
  readonly to: number;
  readonly relation: 'po' | 'rf' | 'co' | 'fr';
  /**
   * Of a step in program order: `strong` where a full barrier orders it, `weak` where the model orders it, but other CPUs
   * may still disagree, `none` where nothing orders it.
   */
  readonly order?: 'strong' | 'weak' | 'none';
  /** Whether it is one of the orders whose absence is the reason. */
  readonly missing?: true;
}

/** Why an execution that fails is one. */
export type Reason =
  /** All steps happen one after the other, in program order: there is nothing to order. */
  | { readonly kind: 'interleaving' }
  /**
   * The cycle that a sequentially consistent machine would forbid. If a full barrier orders every step of it that is
   * marked missing, the model forbids the execution; no smaller choice of them is enough.
   */
  | { readonly kind: 'unordered'; readonly cycle: readonly CycleStep[] }
  /** The same, but the accesses that are not ordered are plain: barriers alone promise nothing about them. */
  | { readonly kind: 'plain'; readonly cycle: readonly CycleStep[] };

/** Why the model allows an execution that it does allow. */
export function reasonOf(program: Program, trace: Trace, model: ModelName): Reason {
  const units = unitsOf(trace);
  const cycles = shortestCycles(units);
  if (cycles.length === 0) return { kind: 'interleaving' };
  const g = graphOf(program, trace, model);
  const order = lifted(preserved(g, trace), units.of, units.list.length).star();
  let best: { cycle: Cycle; missing: readonly number[]; cost: number } | undefined;
  for (const cycle of cycles) {
    const threads = new Set(cycle.map((u) => units.list[u]!.thread)).size;
    for (const missing of missingIn(program, trace, model, units, cycle, best?.missing.length ?? cycle.length)) {
      const strength = missing.reduce((sum, i) => sum + obviousness(trace, units, order, cycle, i), 0);
      const cost = missing.length * 1000 + strength * 10 + threads;
      if (best === undefined || cost < best.cost) best = { cycle, missing, cost };
    }
  }
  const isStrong = (from: TraceEvent, to: TraceEvent): boolean => {
    if (model !== 'lkmm') return true;
    const e = g.slots[to.thread]![to.slot]!;
    return (g.strong[e * g.words + (from.slot >> 5)]! & (1 << (from.slot & 31))) !== 0;
  };
  const cycle = best?.cycle ?? cycles[0]!;
  const missing = best?.missing ?? poSteps(units, cycle);
  const steps = cycle.map((from, i) =>
    describe(trace, units, order, isStrong, missing.includes(i), from, cycle[(i + 1) % cycle.length]!),
  );
  return { kind: best === undefined ? 'plain' : 'unordered', cycle: steps };
}

/** The places in a cycle at which it goes by program order. */
const poSteps = (units: Units, cycle: Cycle): number[] =>
  [...cycle.keys()].filter((i) => isPo(units, cycle[i]!, cycle[(i + 1) % cycle.length]!));

const isPo = ({ po, com }: Units, from: number, to: number): boolean => po.has(from, to) && !com.has(from, to);

/**
 * How far a step of program order is from being the one that a reviewer would name first: one that nothing orders; one
 * that passes on what another CPU wrote; any other.
 */
function obviousness(trace: Trace, units: Units, order: Relation, cycle: Cycle, i: number): number {
  const from = cycle[i]!;
  if (!order.has(from, cycle[(i + 1) % cycle.length]!)) return 0;
  const { rf, thread } = trace.events[units.list[from]!.events[0]!]!;
  return rf >= 0 && trace.events[rf]!.thread !== thread ? 1 : 2;
}

/** The smallest sets of program-order steps of a cycle that, ordered by a full barrier, would forbid the execution. */
function missingIn(
  program: Program,
  trace: Trace,
  model: ModelName,
  units: Units,
  cycle: Cycle,
  most: number,
): (readonly number[])[] {
  const steps = poSteps(units, cycle);
  for (let size = 1; size <= Math.min(most, steps.length); size++) {
    const found = [...choose(steps, size)].filter((chosen) => {
      const gaps = chosen.map((i) => units.list[cycle[(i + 1) % cycle.length]!]!.events[0]!);
      return !judge(program, withBarriers(trace, gaps), model).consistent;
    });
    if (found.length > 0) return found;
  }
  return [];
}

function* choose(of: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= of.length - size; i++) {
    for (const rest of choose(of, size - 1, i + 1)) yield [of[i]!, ...rest];
  }
}

/** The same execution with smp_mb() right before some of its events. */
export function withBarriers(trace: Trace, before: readonly number[]): Trace {
  const gaps = new Set(before);
  const moved: number[] = [];
  const events: TraceEvent[] = [];
  let thread = -1;
  let index = 0;
  for (const [id, e] of trace.events.entries()) {
    if (e.thread !== thread) index = 0;
    thread = e.thread;
    if (gaps.has(id)) events.push({ ...BARRIER, thread, index: index++ });
    moved.push(events.length);
    events.push({ ...e, index: index++ });
  }
  const renumbered = (id: number): number => (id < 0 ? id : moved[id]!);
  return {
    threads: trace.threads,
    events: events.map((e) => ({ ...e, rf: renumbered(e.rf), partner: renumbered(e.partner) })),
    co: trace.co.map((writes) => writes.map(renumbered)),
  };
}

const BARRIER: TraceEvent = {
  thread: 0,
  index: 0,
  slot: NONE,
  kind: Kind.Fence,
  mode: Fence.Mb,
  declared: Mode.Once,
  rmwKind: Rmw.None,
  cell: -1,
  value: 0,
  rf: NONE,
  partner: NONE,
  addr: [],
  data: [],
  ctrl: [],
  label: undefined,
  place: undefined,
};

function describe(
  trace: Trace,
  units: Units,
  order: Relation,
  isStrong: (from: TraceEvent, to: TraceEvent) => boolean,
  missing: boolean,
  fromUnit: number,
  toUnit: number,
): CycleStep {
  const { events } = trace;
  const a = units.list[fromUnit]!.events;
  const b = units.list[toUnit]!.events;
  if (isPo(units, fromUnit, toUnit)) {
    const [from, to] = [a[0]!, b[0]!];
    const ordered = order.has(fromUnit, toUnit);
    const strong = ordered && isStrong(events[from]!, events[to]!);
    const step = { from, to, relation: 'po', order: strong ? 'strong' : ordered ? 'weak' : 'none' } as const;
    return missing ? { ...step, missing } : step;
  }
  for (const from of a) {
    for (const to of b) {
      if (events[to]!.kind === Kind.Read && events[to]!.rf === from) return { from, to, relation: 'rf' };
    }
  }
  const to = b[b.length - 1]!;
  const read = events[a[0]!]!.kind === Kind.Read && a.length === 1;
  return { from: a[a.length - 1]!, to, relation: read ? 'fr' : 'co' };
}
