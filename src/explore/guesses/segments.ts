import { isPlain, Mode } from '../../cpu/modes.ts';
import { Kind, Wait } from '../../graph/event.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../models/model.ts';
import type { InTurns } from '../../program/turns.ts';
import type { Budget } from './budget.ts';
import type { Traces } from './traces.ts';

/** A read of a thread that some trace has: its place among the thread's accesses, and its location. */
export interface ReadKey {
  readonly thread: number;
  readonly slot: number;
  readonly loc: number;
}

/** A read, then in program order a write: a step of a po-rf cycle. */
export interface Segment {
  /** Index into {@link Segments.reads}. */
  readonly read: number;
  readonly thread: number;
  readonly from: number;
  readonly to: number;
  /** Does preserved program order put the read before the write? A cycle of such segments only is one of hb. */
  readonly ordered: boolean;
  /** Does the read belong to a lock? */
  readonly locks: boolean;
}

/** The segments of all traces, each kind once. */
export class Segments {
  readonly reads: ReadKey[] = [];
  readonly list: Segment[] = [];
  private readonly readIds = new Map<number, number>();
  private readonly seen = new Set<number>();

  constructor(
    private readonly threadCount: number,
    private readonly locCount: number,
    private readonly model: Model,
    private readonly budget: Budget,
  ) {}

  /** Adds the segments of every trace. */
  *addAll(traces: Traces): InTurns<void> {
    for (let t = 0; t < this.threadCount; t++) {
      for (const trace of traces.of(t)) {
        this.add(traces.graphOf(t, trace), t);
        if (this.budget.isDue) yield* this.budget.turn();
      }
    }
  }

  private add(g: Graph, thread: number): void {
    const slots = g.slots[thread]!;
    const words = (slots.length + 31) >> 5;
    const before = this.model.preserved?.(g, thread) ?? closedOrder(g, thread, words, this.budget);
    for (let w = 0; w < slots.length; w++) {
      const write = slots[w]!;
      if (g.kind[write] !== Kind.Write) continue;
      this.budget.step(w);
      for (let r = 0; r < w; r++) {
        const read = slots[r]!;
        if (g.kind[read] !== Kind.Read) continue;
        const ordered = (before[w * words + (r >> 5)]! & (1 << (r & 31))) !== 0;
        this.addSegment(g, read, g.loc[write]!, ordered);
      }
    }
  }

  private addSegment(g: Graph, read: number, to: number, ordered: boolean): void {
    const thread = g.thread[read]!;
    const slot = g.slot[read]!;
    const from = g.loc[read]!;
    const place = (slot * this.threadCount + thread) * this.locCount + from;
    let id = this.readIds.get(place);
    if (id === undefined) {
      id = this.reads.push({ thread, slot, loc: from }) - 1;
      this.readIds.set(place, id);
    }
    const key = (id * this.locCount + to) * 2 + (ordered ? 1 : 0);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.list.push({
      read: id,
      thread,
      from,
      to,
      ordered,
      locks: g.waits[read] !== Wait.No && g.declared[read] === Mode.Lock,
    });
  }
}

/** Predecessor rows over a thread's accesses: what preserved program order puts before each, transitively. */
function closedOrder(g: Graph, thread: number, words: number, budget: Budget): Int32Array {
  const slots = g.slots[thread]!;
  const before = new Int32Array(slots.length * words);
  for (let s = 0; s < slots.length; s++) {
    const e = slots[s]!;
    // hb is between marked accesses.
    if (isPlain(g.mode[e]!)) continue;
    budget.step(words);
    for (let i = 0; i < g.words && i < words; i++) {
      for (let bits = g.ppo[e * g.words + i]!; bits !== 0; bits &= bits - 1) {
        const p = i * 32 + 31 - Math.clz32(bits & -bits);
        if (isPlain(g.mode[slots[p]!]!)) continue;
        before[s * words + (p >> 5)]! |= 1 << (p & 31);
        for (let k = 0; k < words; k++) before[s * words + k]! |= before[p * words + k]!;
      }
    }
  }
  return before;
}
