import type { ModelName } from '../models/registry.ts';
import { Relation } from '../models/relation.ts';
import { isAcyclic } from '../models/rows.ts';
import type { Program } from '../program/program.ts';
import { atOnce, type InTurns, Patience } from '../program/turns.ts';
import { graphOf, preserved } from './consistency.ts';
import { type Displacement, effects, findDisplacements } from './displaced.ts';
import { interleave } from './interleave.ts';
import type { Trace } from './trace.ts';
import { lifted, type Units, unitsOf } from './units.ts';

/** What looks out of order where a step stands. Numbers are events. */
export type Mark =
  /** The read returns an old value although `missed` stands above it. */
  | { readonly kind: 'stale'; readonly event: number; readonly missed: number }
  /** The read returns a value whose store stands below it. */
  | { readonly kind: 'ahead'; readonly event: number; readonly source: number }
  /** The store takes effect for others only at its second row, further down; `early`: further up. */
  | { readonly kind: 'late' | 'early'; readonly event: number };

/** A line of the drawing: a step in its thread's column, or the moment at which others can see a late store. */
export type Row =
  | { readonly kind: 'step'; readonly thread: number; readonly events: readonly number[]; readonly marks: Mark[] }
  | { readonly kind: 'visible'; readonly thread: number; readonly event: number };

/** A step that takes effect elsewhere than where it stands. Rows are counted from 0, without those of effects. */
export interface Effect {
  /** The row of the step. */
  readonly row: number;
  /** How many rows come before the effect. */
  readonly moment: number;
}

/** An execution as one column per thread, time downwards; each column is in program order. */
export interface Drawing {
  readonly rows: readonly Row[];
  /** What takes effect elsewhere, in the order of the effects. */
  readonly effects: readonly Effect[];
  /** How many steps take effect elsewhere than where they stand; 0: an interleaving. */
  readonly displaced: number;
  /** Whether no drawing has fewer. */
  readonly minimal: boolean;
  /** How often the next step is one of another thread. */
  readonly switches: number;
}

/** Draws an execution so that as little as possible looks out of order, then with as few switches as possible. */
export const draw = (program: Program, trace: Trace, model: ModelName): Drawing =>
  atOnce(drawInTurns(program, trace, model));

/** As {@link draw}. Where patience is over it is drawn as it may be, with more out of order than need be. */
export function* drawInTurns(
  program: Program,
  trace: Trace,
  model: ModelName,
  patience = new Patience(),
): InTurns<Drawing> {
  const units = unitsOf(trace);
  const kept = lifted(preserved(graphOf(program, trace, model), trace), units.of, units.list.length).star();
  const { choices, minimal } = yield* findDisplacements(units, kept, patience);
  let best: { drawing: Drawing; cost: number } | undefined;
  for (const choice of choices) {
    const made = yield* arrange(trace, units, choice, choice.reordered ? kept : undefined, minimal, patience);
    if (best === undefined || made.cost < best.cost) best = made;
  }
  return best!.drawing;
}

/** Whether what is displaced takes effect above or below where it stands. */
type Direction = 'late' | 'early';

/** What a reader takes for granted first: a store that waits, then a load that ran ahead. */
const ODDITY = { write: { late: 0, early: 30 }, read: { late: 20, early: 10 } } as const;

function* arrange(
  trace: Trace,
  units: Units,
  { units: displaced }: Displacement,
  kept: Relation | undefined,
  minimal: boolean,
  patience: Patience,
): InTurns<{ drawing: Drawing; cost: number }> {
  const { list } = units;
  const n = list.length;
  const moment = new Map(displaced.map((u, i) => [u, n + i]));
  const effectOf = (u: number): number => moment.get(u) ?? u;
  // Rows in program order; effects where they belong.
  const before = Relation.empty(n + displaced.length);
  for (let u = 1; u < n; u++) if (list[u - 1]!.thread === list[u]!.thread) before.add(u - 1, u);
  const effect = effects(units, new Set(displaced), kept);
  for (let b = 0; b < n; b++) {
    for (let a = 0; a < n; a++) if (effect.has(a, b)) before.add(effectOf(a), effectOf(b));
  }
  let cost = 0;
  const directions = new Map<number, Direction>();
  for (const u of displaced) {
    const preference: Direction[] = list[u]!.writes ? ['late', 'early'] : ['early', 'late'];
    const direction = preference.find((d) => addIfAcyclic(before, ...ends(d, u, moment.get(u)!))) ?? preference[0]!;
    directions.set(u, direction);
    cost += ODDITY[list[u]!.writes ? 'write' : 'read'][direction];
  }
  const { order, switches } = yield* interleave(
    before,
    list.map((u) => u.thread),
    patience,
  );
  const at = new Map(order.map((node, place) => [node, place]));
  const rows: Row[] = [];
  const effectRows: Effect[] = [];
  const rowOf = new Map(order.filter((node) => node < n).map((node, row) => [node, row]));
  let done = 0;
  for (const node of order) {
    if (node < n) {
      done++;
      const { thread, events } = list[node]!;
      rows.push({ kind: 'step', thread, events, marks: marksOf(trace, units, node, at, effectOf, directions) });
    } else {
      const u = displaced[node - n]!;
      const { thread, events, writes } = list[u]!;
      effectRows.push({ row: rowOf.get(u)!, moment: done });
      if (writes) rows.push({ kind: 'visible', thread, event: events[events.length - 1]! });
    }
  }
  return {
    drawing: { rows, effects: effectRows, displaced: displaced.length, minimal, switches },
    cost: cost * 1000 + switches,
  };
}

const ends = (direction: Direction, row: number, effect: number): [number, number] =>
  direction === 'late' ? [row, effect] : [effect, row];

function addIfAcyclic(order: Relation, from: number, to: number): boolean {
  const tried = order.or();
  tried.add(from, to);
  if (!isAcyclic(tried.rows, tried.size, tried.words)) return false;
  order.add(from, to);
  return true;
}

function marksOf(
  trace: Trace,
  { list, of }: Units,
  unit: number,
  at: ReadonlyMap<number, number>,
  effectOf: (unit: number) => number,
  directions: ReadonlyMap<number, Direction>,
): Mark[] {
  const marks: Mark[] = [];
  const { events, reads, writes, thread } = list[unit]!;
  const here = at.get(unit)!;
  const visible = (write: number): number => at.get(effectOf(of[write]!))!;
  if (reads) {
    const event = events[0]!;
    const { rf, cell } = trace.events[event]!;
    const co = trace.co.find((order) => trace.events[order[0]!]!.cell === cell) ?? [];
    const missed = co.slice(co.indexOf(rf) + 1).filter((w) => of[w] !== unit && visible(w) < here);
    if (rf >= 0 && trace.events[rf]!.thread !== thread && visible(rf) > here) {
      marks.push({ kind: 'ahead', event, source: rf });
    } else if (missed.length > 0) {
      marks.push({ kind: 'stale', event, missed: missed[missed.length - 1]! });
    }
  }
  const direction = directions.get(unit);
  if (writes && direction !== undefined) marks.push({ kind: direction, event: events[events.length - 1]! });
  return marks;
}
