import { Fence, Mode } from '../cpu/modes.ts';
import { Kind } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { INTERLEAVING, type ModelName, modelInfo } from '../models/registry.ts';
import { Relation } from '../models/relation.ts';
import { hasFlag } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import { atOnce, type InTurns, Patience } from '../program/turns.ts';
import { withBarriers } from './barred.ts';
import { graphOf, judge, preserved } from './consistency.ts';
import { type Cycle, shortestCycles } from './cycles.ts';
import { subsets } from './subsets.ts';
import type { Trace, TraceEvent } from './trace.ts';
import { type Units, unitsOf } from './units.ts';
import { type Interleaved, type Window, windowsInTurns } from './windows.ts';

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
  /** All steps happen one after the other, in program order: there is nothing to order, but what may come between what. */
  | ({ readonly kind: 'interleaving' } & Interleaved)
  /**
   * The cycle that a sequentially consistent machine would forbid. If a full barrier orders every step of it that is
   * marked missing, the model forbids the execution; no smaller choice of them is enough.
   */
  | { readonly kind: 'unordered'; readonly cycle: readonly CycleStep[] }
  /** The same, but the accesses that are not ordered are plain: barriers alone promise nothing about them. */
  | { readonly kind: 'plain'; readonly cycle: readonly CycleStep[] }
  /**
   * There is no such cycle, but a read-side section that is open before a grace period and after it, so that SC would
   * make the grace period wait. The steps are those that full barriers would have to order, as above.
   */
  | {
      readonly kind: 'grace-period';
      readonly cycle: readonly CycleStep[];
      /** Where the section begins, and the grace period; undefined where it is not one section. */
      readonly section: number | undefined;
      readonly grace: number;
    }
  /** Two accesses of a word, at least one of them plain and one a write, that nothing orders. */
  | { readonly kind: 'race'; readonly accesses: readonly [number, number] }
  /** It was not looked for long enough. */
  | { readonly kind: 'unsought' };

/** The stretches of threads that are not one step, where these are the reason. */
export const windowsOf = (reason: Reason): readonly Window[] => ('windows' in reason ? reason.windows : []);

/** The cycle of a reason, where it has one. */
export const cycleOf = (reason: Reason): readonly CycleStep[] => ('cycle' in reason ? reason.cycle : []);

/**
 * Why the model allows an execution that it does allow.
 * @param races whether the execution fails because accesses race, and for nothing else
 */
export const reasonOf = (program: Program, trace: Trace, model: ModelName, races = false): Reason =>
  atOnce(reasonInTurns(program, trace, model, { races }, new Patience()));

/** What is known of an execution besides. */
export interface Asking {
  /** Whether it fails because accesses race, and for nothing else. */
  readonly races: boolean;
  /** Is a word a lock, or does it keep books? */
  readonly isMinor?: ((cell: number) => boolean) | undefined;
}

/** As {@link reasonOf}. */
export function* reasonInTurns(
  program: Program,
  trace: Trace,
  model: ModelName,
  asking: Asking,
  patience: Patience,
): InTurns<Reason> {
  return (yield* patience.search(findReason(program, trace, model, asking, patience))) ?? { kind: 'unsought' };
}

function* findReason(
  program: Program,
  trace: Trace,
  model: ModelName,
  { races, isMinor = () => false }: Asking,
  patience: Patience,
): InTurns<Reason> {
  if (races) {
    const accesses = yield* findRace(program, trace, model, patience);
    if (accesses !== undefined) return { kind: 'race', accesses };
  }
  const units = unitsOf(trace);
  const cycles = yield* shortestCycles(units, patience);
  if (cycles.length === 0) return yield* withoutCycle(program, trace, model, isMinor, patience);
  const g = graphOf(program, trace, model);
  let best: { cycle: Cycle; missing: readonly number[]; cost: number } | undefined;
  for (const cycle of cycles) {
    const threads = new Set(cycle.map((u) => units.list[u]!.thread)).size;
    const most = best?.missing.length ?? cycle.length;
    for (const missing of yield* missingIn(program, trace, model, units, cycle, most, patience)) {
      const steps = stepsOf(g, trace, units, cycle, missing, model);
      const strength = missing.reduce((sum, i) => sum + obviousness(trace, steps[i]!), 0);
      const cost = missing.length * 1000 + strength * 10 + threads;
      if (best === undefined || cost < best.cost) best = { cycle, missing, cost };
    }
  }
  const cycle = best?.cycle ?? cycles[0]!;
  const missing = best?.missing ?? poSteps(units, cycle);
  return { kind: best === undefined ? 'plain' : 'unordered', cycle: stepsOf(g, trace, units, cycle, missing, model) };
}

/** An interleaving, if SC allows it; if not, a grace period would have to wait. */
function* withoutCycle(
  program: Program,
  trace: Trace,
  model: ModelName,
  isMinor: (cell: number) => boolean,
  patience: Patience,
): InTurns<Reason> {
  const grace = trace.events.findIndex(
    (e) => e.kind === Kind.Fence && (e.mode === Fence.SyncRcu || e.mode === Fence.SyncSrcu),
  );
  if (grace < 0 || judge(program, trace, INTERLEAVING).consistent) {
    return { kind: 'interleaving', ...(yield* windowsInTurns(trace, isMinor, patience)) };
  }
  const begins = (e: TraceEvent): boolean =>
    (e.kind === Kind.Fence && e.mode === Fence.RcuLock) || (e.kind === Kind.Read && e.mode === Mode.SrcuLock);
  const sections = [...trace.events.keys()].filter((e) => begins(trace.events[e]!));
  const gaps = [...trace.events.keys()].filter((e) => trace.events[e]!.slot > 0 && trace.events[e]!.kind <= Kind.Write);
  let missing: readonly number[] = [];
  for (let size = 1; size <= 3 && missing.length === 0; size++) {
    for (const chosen of subsets(gaps, size)) {
      yield* patience.pause();
      if (judge(program, withBarriers(trace, chosen), model).consistent) continue;
      missing = chosen;
      break;
    }
  }
  const g = graphOf(program, trace, model);
  const order = preserved(g, trace).or(halves(trace)).star();
  const cycle = missing.map((to): CycleStep => {
    const { thread, slot } = trace.events[to]!;
    const from = g.slots[thread]![slot - 1]!;
    return { from, to, relation: 'po', order: order.has(from, to) ? 'weak' : 'none', missing: true };
  });
  return { kind: 'grace-period', cycle, section: sections.length === 1 ? sections[0] : undefined, grace };
}

/** Two accesses that race: if both were marked, there would be no race, or one less. */
function* findRace(
  program: Program,
  trace: Trace,
  model: ModelName,
  patience: Patience,
): InTurns<readonly [number, number] | undefined> {
  const { events } = trace;
  const pairs: [number, number][] = [];
  for (const [b, second] of events.entries()) {
    for (const [a, first] of events.entries()) {
      if (a >= b || first.thread === second.thread || first.cell !== second.cell) continue;
      if (first.kind > Kind.Write || second.kind > Kind.Write) continue;
      if (first.kind !== Kind.Write && second.kind !== Kind.Write) continue;
      if (first.mode === Mode.Plain || second.mode === Mode.Plain) pairs.push([a, b]);
    }
  }
  const marked = (chosen: readonly number[]): Trace => ({
    ...trace,
    events: events.map((e, id) => (chosen.includes(id) && e.mode === Mode.Plain ? { ...e, mode: Mode.Once } : e)),
  });
  for (const pair of pairs) {
    yield* patience.pause();
    if (!hasFlag(judge(program, marked(pair), model).flags, 'data-race')) return pair;
  }
  return pairs[0];
}

/** The places in a cycle at which it goes by program order. */
const poSteps = (units: Units, cycle: Cycle): number[] =>
  [...cycle.keys()].filter((i) => isPo(units, cycle[i]!, cycle[(i + 1) % cycle.length]!));

const isPo = ({ po, com }: Units, from: number, to: number): boolean => po.has(from, to) && !com.has(from, to);

/**
 * How far a step of program order is from being the one that a reviewer would name first: one that nothing orders; one
 * that passes on what another CPU wrote; any other.
 */
function obviousness(trace: Trace, step: CycleStep): number {
  if (step.order === 'none') return 0;
  const { rf, thread } = trace.events[step.from]!;
  return rf >= 0 && trace.events[rf]!.thread !== thread ? 1 : 2;
}

/** The smallest sets of program-order steps of a cycle that, ordered by a full barrier, would forbid the execution. */
function* missingIn(
  program: Program,
  trace: Trace,
  model: ModelName,
  units: Units,
  cycle: Cycle,
  most: number,
  patience: Patience,
): InTurns<(readonly number[])[]> {
  const steps = poSteps(units, cycle);
  for (let size = 1; size <= Math.min(most, steps.length); size++) {
    const found: (readonly number[])[] = [];
    for (const chosen of subsets(steps, size)) {
      yield* patience.pause();
      const gaps = chosen.map((i) => units.list[cycle[(i + 1) % cycle.length]!]!.events[0]!);
      if (!judge(program, withBarriers(trace, gaps), model).consistent) found.push(chosen);
    }
    if (found.length > 0) return found;
  }
  return [];
}

/** The steps of a cycle from event to event; of an RMW the half that the cycle goes through. */
function stepsOf(
  g: Graph,
  trace: Trace,
  units: Units,
  cycle: Cycle,
  missing: readonly number[],
  model: ModelName,
): CycleStep[] {
  const { events } = trace;
  const order = preserved(g, trace).or(halves(trace)).star();
  const next = (i: number): number => (i + 1) % cycle.length;
  const com = cycle.map((from, i) =>
    isPo(units, from, cycle[next(i)]!) ? undefined : communicates(trace, units, from, cycle[next(i)]!),
  );
  return cycle.map((unit, i): CycleStep => {
    const step = com[i];
    if (step !== undefined) return step;
    const before = com[(i + cycle.length - 1) % cycle.length];
    const from = before?.to ?? units.list[unit]!.events[0]!;
    const to = com[next(i)]?.from ?? units.list[cycle[next(i)]!]!.events[0]!;
    const isStrong = !modelInfo(model).hasWeakOrder || isStrongBefore(g, events[from]!, events[to]!);
    const made = {
      from,
      to,
      relation: 'po',
      order: !order.has(from, to) ? 'none' : isStrong ? 'strong' : 'weak',
    } as const;
    return missing.includes(i) ? { ...made, missing: true } : made;
  });
}

/** The read of an RMW comes before its write. */
const halves = ({ events }: Trace): Relation =>
  Relation.of(events.length, (a, b) => b === a + 1 && events[a]!.partner === b);

function isStrongBefore(g: Graph, from: TraceEvent, to: TraceEvent): boolean {
  const e = g.slots[to.thread]![to.slot]!;
  return (g.strong[e * g.words + (from.slot >> 5)]! & (1 << (from.slot & 31))) !== 0;
}

function communicates({ events }: Trace, units: Units, fromUnit: number, toUnit: number): CycleStep {
  const a = units.list[fromUnit]!.events;
  const b = units.list[toUnit]!.events;
  for (const from of a) {
    for (const to of b) {
      if (events[to]!.kind === Kind.Read && events[to]!.rf === from) return { from, to, relation: 'rf' };
    }
  }
  const from = a[a.length - 1]!;
  return { from, to: b[b.length - 1]!, relation: events[from]!.kind === Kind.Read ? 'fr' : 'co' };
}
