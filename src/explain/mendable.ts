import type { Mode } from '../cpu/modes.ts';
import type { ModelName } from '../explore/contract.ts';
import { Kind } from '../graph/graph.ts';
import type { Program } from '../program/program.ts';
import { judge } from './consistency.ts';
import { onCycles } from './displaced.ts';
import { withBarriers } from './reason.ts';
import type { Trace, TraceEvent } from './trace.ts';
import { unitsOf } from './units.ts';

/** A gap of a thread between two accesses that lie on cycles: how many of these come before it. */
type Gap = string;

/** So many sets of gaps are tried, at most. */
const MAX_TRIED = 3000;

/**
 * A failing execution, and where more order could forbid it. What orders less than a full barrier forbids nothing that the
 * barrier does not; so the smallest sets of gaps at which full barriers forbid the execution tell where to look.
 */
export class Mendable {
  /** The smallest sets of gaps; empty where no barriers forbid the execution. */
  readonly ways: readonly (readonly Gap[])[];
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
  ) {
    const units = unitsOf(trace);
    const slots: number[][] = Array.from({ length: trace.threads }, () => []);
    for (const u of onCycles(units)) {
      const { thread, events } = units.list[u]!;
      slots[thread]!.push(trace.events[events[0]!]!.slot);
    }
    this.slots = slots.map((list) => list.sort((a, b) => a - b));
    this.threads = new Set([...slots.keys()].filter((t) => slots[t]!.length > 0));
    const gaps = slots.flatMap((list, t) => list.slice(1).map((_, i) => gapOf(t, i + 1)));
    this.ways = this.findWays(gaps, most);
  }

  private findWays(gaps: readonly Gap[], most: number): Gap[][] {
    const ways: Gap[][] = [];
    let tried = 0;
    for (let size = 1; size <= Math.min(most, gaps.length); size++) {
      for (const chosen of choose(gaps, size)) {
        if (ways.some((way) => way.every((gap) => chosen.includes(gap)))) continue;
        if (++tried > MAX_TRIED) return ways;
        if (this.isForbidden(this.trace, chosen)) ways.push(chosen);
      }
    }
    return ways;
  }

  /** Is the execution, as it runs after an edit, forbidden with full barriers at some gaps? */
  private isForbidden(trace: Trace, gaps: readonly Gap[]): boolean {
    const before = gaps.map((gap) => {
      const [thread, nth] = gap.split(':').map(Number) as [number, number];
      const slot = this.slots[thread]![nth]!;
      return trace.events.findIndex((e) => e.thread === thread && e.slot === slot && e.kind <= Kind.Write);
    });
    return !judge(this.program, withBarriers(trace, before), this.model).consistent;
  }

  /** Could an edit, after which the execution runs as given, be a part of what forbids it? */
  isHelpedBy(after: Trace): boolean {
    const changed = this.gapsChanged(after);
    return this.ways.some((way) => {
      const rest = way.filter((gap) => !changed.has(gap));
      return rest.length < way.length && this.isForbidden(after, rest);
    });
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
    if (nth > 0 && nth < this.slots[thread]!.length) gaps.add(gapOf(thread, nth));
  }
}

const gapOf = (thread: number, nth: number): Gap => `${thread}:${nth}`;

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

function* choose(of: readonly Gap[], size: number, from = 0): Generator<Gap[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= of.length - size; i++) {
    for (const rest of choose(of, size - 1, i + 1)) yield [of[i]!, ...rest];
  }
}
