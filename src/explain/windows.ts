import { Mode } from '../cpu/modes.ts';
import type { Relation } from '../models/relation.ts';
import type { InTurns, Patience } from '../program/turns.ts';
import type { Trace } from './trace.ts';
import { type Units, unitsOf } from './units.ts';

/** A stretch of one thread that is not one step, since another thread comes in between. Numbers are events. */
export interface Window {
  /** What it begins with, as a check. */
  readonly from: number;
  /** What it ends with, as an act that relies on it. */
  readonly to: number;
  /** A step of another thread that comes after the begin, by what it reads or writes. */
  readonly first: number;
  /** A step of another thread that comes before the end. */
  readonly last: number;
}

/** What an interleaving takes. */
export interface Interleaved {
  /**
   * If these were one step each, the execution would not be; with one of them left out it would. Empty where the threads may run
   * one after the other, or where it would take more than two.
   */
  readonly windows: readonly Window[];
  /** The threads in an order in which they may run, each from its begin to its end; undefined where there is none. */
  readonly serial: readonly number[] | undefined;
}

/**
 * Which stretches of which threads must not be one step in an execution that is an interleaving: the shortest one; where one is not
 * enough, two in two threads that are short together.
 * @param isMinor whether a word is a lock or keeps books: a stretch begins and ends with others where it can
 */
export function* windowsInTurns(
  trace: Trace,
  isMinor: (cell: number) => boolean,
  patience: Patience,
): InTurns<Interleaved> {
  const units = unitsOf(trace);
  const serial = serialOrder(units, trace.threads);
  if (serial !== undefined) return { windows: [], serial };
  const minor = units.list.map(({ events }) => isMinor(trace.events[events[0]!]!.cell));
  for (const [skipped, counting] of [
    [minor, false],
    [minor, true],
    [minor.map(() => false), true],
  ] as const) {
    const search = new WindowSearch(trace, units, skipped, counting);
    const found = (yield* search.single(patience)) ?? (yield* search.pair(patience));
    if (found !== undefined) return { windows: found.map((ends) => windowOf(units, ends)), serial };
  }
  return { windows: [], serial };
}

/** An order of the threads that all communication follows. */
function serialOrder({ list, com }: Units, threads: number): number[] | undefined {
  const before = Array.from({ length: threads }, () => new Set<number>());
  for (const [a, { thread: from }] of list.entries()) {
    for (const [b, { thread: to }] of list.entries()) if (from !== to && com.has(a, b)) before[to]!.add(from);
  }
  const order: number[] = [];
  while (order.length < threads) {
    const next = before.findIndex((set, t) => !order.includes(t) && [...set].every((other) => order.includes(other)));
    if (next < 0) return undefined;
    order.push(next);
  }
  return order;
}

/** The same as a window, in units. */
type Ends = Readonly<Record<keyof Window, number>>;

class WindowSearch {
  /** The accesses of each thread, in its order, but for those that are skipped. */
  private readonly threads: number[][] = [];
  /** For each of them the accesses of other threads that communication puts right after it, or before. */
  private readonly after: number[][];
  private readonly before: number[][];
  /** Its place among all accesses of its thread. */
  private readonly place = new Map<number, number>();
  private readonly reach: Relation;

  constructor(
    trace: Trace,
    private readonly units: Units,
    skipped: readonly boolean[],
    /** Whether it matters which of two changes of a count comes first, where nobody looks at one of them. */
    counting: boolean,
  ) {
    const { list, po, com } = units;
    this.reach = po.or(com).star();
    const accesses: number[] = [];
    for (const [u, { thread, isAccess }] of list.entries()) {
      if (!isAccess) continue;
      accesses[thread] = (accesses[thread] ?? 0) + 1;
      this.place.set(u, accesses[thread]);
      this.threads[thread] ??= [];
      if (!skipped[u]) this.threads[thread].push(u);
    }
    const others = (u: number, is: (other: number) => boolean): number[] =>
      [...list.keys()].filter((v) => list[v]!.thread !== list[u]!.thread && !skipped[v] && is(v));
    const counts = (u: number): boolean => trace.events[list[u]!.events[0]!]!.declared === Mode.Noreturn;
    const isIdle = (u: number, v: number): boolean =>
      !counting && ((counts(u) && changes(v)) || (counts(v) && changes(u)));
    const changes = (u: number): boolean => list[u]!.reads && list[u]!.writes;
    this.after = list.map((_, u) => others(u, (v) => com.has(u, v) && !isIdle(u, v)));
    this.before = list.map((_, u) => others(u, (v) => com.has(v, u) && !isIdle(u, v)));
  }

  private length({ from, to }: Ends): number {
    return this.place.get(to)! - this.place.get(from)!;
  }

  /** The shortest that alone is enough: what comes after its begin comes before its end. */
  *single(patience: Patience): InTurns<readonly Ends[] | undefined> {
    const { po, list } = this.units;
    const { reach } = this;
    let best: { ends: Ends; cost: number } | undefined;
    for (const own of this.threads) {
      for (const from of own ?? []) {
        yield* patience.pause();
        if (this.after[from]!.length === 0) continue;
        for (const to of own) {
          if (!po.has(from, to)) continue;
          const ends = this.between(from, to, (first, last) => first === last || reach.has(first, last));
          if (ends === undefined) continue;
          // What only reads is a check, and what writes an act.
          const kind = (list[from]!.writes ? 1 : 0) + (list[to]!.writes ? 0 : 1);
          const cost = this.length(ends) * 4 + kind;
          if (best === undefined || cost < best.cost) best = { ends, cost };
          break;
        }
      }
    }
    return best === undefined ? undefined : [best.ends];
  }

  /** Of what comes after the begin the last, and of what comes before the end the first, as far as they go together. */
  private between(from: number, to: number, go: (first: number, last: number) => boolean): Ends | undefined {
    for (const first of this.after[from]!) {
      for (const last of [...this.before[to]!].reverse()) if (go(first, last)) return { from, to, first, last };
    }
    return undefined;
  }

  /** Does it take no other? */
  private isEnough(from: number, to: number): boolean {
    const { list } = this.units;
    const isBetween = (v: number): boolean => this.reach.has(from, v) && this.reach.has(v, to);
    return list.some(({ thread }, v) => thread !== list[from]!.thread && isBetween(v));
  }

  /** Two in two threads: each begins before the other ends. */
  *pair(patience: Patience): InTurns<readonly Ends[] | undefined> {
    const { po, list } = this.units;
    let best: { ends: readonly Ends[]; cost: number } | undefined;
    for (const a of this.threads.flat()) {
      for (const d of this.after[a]!) {
        yield* patience.pause();
        // From a to d, and from c to b, with a before b and c before d.
        for (const b of this.threads[list[a]!.thread]!) {
          if (!po.has(a, b)) continue;
          for (const c of this.before[b]!) {
            if (list[c]!.thread !== list[d]!.thread || !po.has(c, d)) continue;
            const ends = [
              { from: a, to: b, first: d, last: c },
              { from: c, to: d, first: b, last: a },
            ];
            if (ends.some(({ from, to }) => this.isEnough(from, to))) continue;
            const cost = ends.reduce((sum, each) => sum + this.length(each), 0);
            if (best === undefined || cost < best.cost) best = { ends, cost };
          }
        }
      }
    }
    return best?.ends;
  }
}

/** The events of units: of an RMW its write, but where it begins a stretch as a check. */
function windowOf({ list }: Units, { from, to, first, last }: Ends): Window {
  const end = (u: number): number => list[u]!.events.at(-1)!;
  return { from: end(from), to: end(to), first: end(first), last: end(last) };
}
