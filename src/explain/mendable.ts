import type { Mode } from '../cpu/modes.ts';
import { Kind } from '../graph/event.ts';
import type { ModelName } from '../models/registry.ts';
import { hasFlag } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import { withBarriers } from './barred.ts';
import { judge } from './consistency.ts';
import { onCycles } from './displaced.ts';
import { subsets } from './subsets.ts';
import type { Trace, TraceEvent } from './trace.ts';
import { unitsOf } from './units.ts';

/** A gap of a thread between two accesses that lie on cycles: see {@link gapOf}. */
export type Gap = number;

/** How many sets of gaps are tried, at most. */
const MAX_TRIED = 3000;

/**
 * A failing execution, and where more order could forbid it. What orders less than a full barrier forbids nothing that the
 * barrier does not; so the smallest sets of gaps at which full barriers forbid the execution tell where to look.
 */
export class Mendable {
  /** The smallest sets of gaps; empty where no barriers forbid the execution. */
  readonly ways: readonly (readonly Gap[])[];
  /** Whether there were too many sets of gaps to try all. */
  isCut = false;
  /** The threads that have accesses on cycles. */
  readonly threads: ReadonlySet<number>;
  /** The slots of those accesses, for each thread. */
  private readonly slots: readonly (readonly number[])[];

  /** @param most so many gaps at most */
  constructor(
    private readonly program: Program,
    private readonly trace: Trace,
    private readonly model: ModelName,
    most: number,
    /** Whether it fails because accesses race, and for nothing else. */
    private readonly races: boolean,
    /** Asked now and then; true: enough. */
    isOver: () => boolean,
  ) {
    const units = unitsOf(trace);
    const slots: number[][] = Array.from({ length: trace.threads }, () => []);
    for (const u of onCycles(units)) {
      const { thread, events } = units.list[u]!;
      slots[thread]!.push(trace.events[events[0]!]!.slot);
    }
    // Where there is no cycle, what orders anything may help.
    if (races || slots.every((list) => list.length === 0)) {
      for (const [t, list] of slots.entries()) {
        list.length = 0;
        for (const e of trace.events) if (e.thread === t && e.slot >= 0) list.push(e.slot);
      }
    }
    this.slots = slots.map((list) => list.sort((a, b) => a - b));
    this.threads = new Set([...slots.keys()].filter((t) => slots[t]!.length > 0));
    const gaps = slots.flatMap((list, t) => list.slice(1).map((_, i) => gapOf(trace.threads, t, i + 1)));
    this.ways = this.findWays(gaps, most, isOver);
  }

  private findWays(gaps: readonly Gap[], most: number, isOver: () => boolean): Gap[][] {
    const ways: Gap[][] = [];
    let tried = 0;
    for (let size = 1; size <= Math.min(most, gaps.length); size++) {
      for (const chosen of subsets(gaps, size)) {
        if (ways.some((way) => way.every((gap) => chosen.includes(gap)))) continue;
        if (++tried > MAX_TRIED || isOver()) {
          this.isCut = true;
          return ways;
        }
        if (this.isForbidden(this.trace, chosen)) ways.push(chosen);
      }
    }
    return ways;
  }

  /** Is the execution, as it runs after an edit, forbidden with full barriers at some gaps? */
  private isForbidden(trace: Trace, gaps: readonly Gap[]): boolean {
    const before = gaps.map((gap) => {
      const { threads } = this.trace;
      const thread = gap % threads;
      const slot = this.slots[thread]![Math.floor(gap / threads)]!;
      return trace.events.findIndex((e) => e.thread === thread && e.slot === slot && e.kind <= Kind.Write);
    });
    const { consistent, flags } = judge(this.program, withBarriers(trace, before), this.model);
    return !consistent || (this.races && !hasFlag(flags, 'data-race'));
  }

  /**
   * The gaps at which an edit, after which the execution runs as given, can be a part of what forbids it: with full
   * barriers at the other gaps of some way the execution is forbidden.
   */
  gapsHelpedBy(after: Trace): Set<Gap> {
    const changed = this.gapsChanged(after);
    const helped = new Set<Gap>();
    for (const way of this.ways) {
      const rest = way.filter((gap) => !changed.has(gap));
      if (rest.length === way.length || !this.isForbidden(after, rest)) continue;
      for (const gap of way) if (changed.has(gap)) helped.add(gap);
    }
    return helped;
  }

  /** The gaps at which the same execution is ordered otherwise, as far as a barrier there could do the same. */
  private gapsChanged(after: Trace): Set<Gap> {
    const changed = new Set<Gap>();
    for (let thread = 0; thread < this.trace.threads; thread++) {
      const a = bySlot(this.trace, thread);
      const b = bySlot(after, thread);
      for (const [slot, { event, fences }] of a.entries()) {
        const other = b[slot];
        if (other === undefined) continue;
        if (other.fences !== fences) this.addGap(changed, thread, slot);
        if (other.event.mode === event.mode && other.event.declared === event.declared) continue;
        // An acquire is a barrier after, a release one before, and an RMW may be both.
        this.addGap(changed, thread, slot);
        this.addGap(changed, thread, slot + 1);
      }
    }
    return changed;
  }

  private addGap(gaps: Set<Gap>, thread: number, slot: number): void {
    const nth = this.slots[thread]!.filter((s) => s < slot).length;
    if (nth > 0 && nth < this.slots[thread]!.length) gaps.add(gapOf(this.trace.threads, thread, nth));
  }
}

/** The gap of a thread that `nth` of its accesses on cycles come before. @param threads how many threads there are */
const gapOf = (threads: number, thread: number, nth: number): Gap => nth * threads + thread;

/** The accesses of a thread, each with the barriers right before it. */
function bySlot(trace: Trace, thread: number): { readonly event: TraceEvent; readonly fences: string }[] {
  const found: { event: TraceEvent; fences: string }[] = [];
  let fences = '';
  for (const event of trace.events) {
    if (event.thread !== thread) continue;
    if (event.kind === Kind.Fence) fences += ` ${event.mode as Mode}`;
    if (event.kind > Kind.Write) continue;
    found.push({ event, fences });
    fences = '';
  }
  return found;
}
