import { type Deps, depsMembers } from '../../cpu/deps.ts';
import { Kind } from '../../graph/event.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../models/model.ts';
import type { Program } from '../../program/program.ts';
import type { InTurns } from '../../program/turns.ts';
import { type Budget, TooManyTraces } from './budget.ts';
import { TraceCpu, TraceTooLong } from './trace-cpu.ts';
import type { Values } from './values.ts';

/** The most traces of a thread, and combinations of what one value depends on. */
const MAX_TRACES = 1 << 12;
const MAX_COMBINATIONS = 1 << 12;

/** A trace of a thread: the way that each of its decisions goes ({@link TraceCpu}). */
export type Trace = readonly number[];

const NOTHING: ReadonlyMap<number, number> = new Map();

/**
 * The traces of each thread, whatever the others do: every branch is taken both ways, and a read that decides where
 * another access goes, or whether the thread does what has no meaning, returns every value that its word may hold. So in
 * one trace each access has one location.
 */
export class Traces {
  /** Of each thread, the slots of the reads whose values are decided. A read has its slot on all paths that have it. */
  private readonly decided: Set<number>[];
  private readonly lists: Trace[][];
  private readonly cpu: TraceCpu;

  constructor(
    private readonly program: Program,
    model: Model,
    values: Values,
    private readonly budget: Budget,
  ) {
    this.decided = program.threads.map(() => new Set());
    this.lists = program.threads.map(() => []);
    this.cpu = new TraceCpu(program.threads.length, program.initial.length, model, values);
  }

  /** Do the traces depend on what memory may hold? */
  get dependOnValues(): boolean {
    return this.decided.some((slots) => slots.size > 0);
  }

  of(thread: number): readonly Trace[] {
    return this.lists[thread]!;
  }

  /** Finds the traces of all threads anew, with the values that are known now. */
  *find(): InTurns<void> {
    for (let t = 0; t < this.lists.length; t++) {
      let found = yield* this.tracesOf(t);
      while (found === undefined) found = yield* this.tracesOf(t);
      this.lists[t] = found;
    }
  }

  /** @returns undefined where one more read has to be decided */
  private *tracesOf(thread: number): InTurns<Trace[] | undefined> {
    const found: Trace[] = [];
    const open: Trace[] = [[]];
    while (open.length > 0) {
      if (this.budget.isDue) yield* this.budget.turn();
      const given = open.pop()!;
      const isPossible = this.run(thread, given, NOTHING);
      const { taken, ways, toDecide } = this.cpu;
      if (toDecide.size > 0) {
        for (const slot of toDecide) this.decided[thread]!.add(slot);
        return undefined;
      }
      for (let i = given.length; i < taken.length; i++) {
        for (let way = 0; way < ways[i]!; way++) if (way !== taken[i]) open.push([...taken.slice(0, i), way]);
      }
      if (isPossible) found.push([...taken]);
      if (found.length + open.length > MAX_TRACES) {
        throw new TooManyTraces(`thread ${thread} has more than ${MAX_TRACES} traces`);
      }
    }
    return found;
  }

  /** @returns the events of a trace, which are the only ones of the graph; valid until the next call */
  graphOf(thread: number, trace: Trace): Graph {
    this.run(thread, trace, NOTHING);
    return this.cpu.graph;
  }

  /**
   * Visits what the writes of a trace may write: what their data depends on is varied.
   * @returns how many writes the trace has
   */
  *eachWritten(thread: number, trace: Trace, visit: (loc: number, value: number) => void): InTurns<number> {
    const plain = this.graphOf(thread, trace);
    const slots = plain.slots[thread]!;
    const varied: { slot: number; reads: number[]; choices: (readonly number[])[] }[] = [];
    let writes = 0;
    for (const e of slots) {
      if (plain.kind[e] !== Kind.Write) continue;
      writes++;
      const reads = this.free(thread, plain.data[e]!);
      if (reads.length === 0) visit(plain.loc[e]!, plain.value[e]!);
      else
        varied.push({ slot: plain.slot[e]!, reads, choices: reads.map((slot) => this.cpu.candidates(slots[slot]!)) });
    }
    for (const { slot, reads, choices } of varied) {
      for (const overrides of combinations(reads, choices)) {
        if (this.budget.isDue) yield* this.budget.turn();
        this.run(thread, trace, overrides);
        const g = this.cpu.graph;
        const w = g.slots[thread]![slot];
        // A value for which the thread does what has no meaning ends the trace early.
        if (w !== undefined && g.kind[w] === Kind.Write) visit(g.loc[w]!, g.value[w]!);
      }
    }
    return writes;
  }

  private free(thread: number, deps: Deps): number[] {
    return depsMembers(deps).filter((slot) => !this.decided[thread]!.has(slot));
  }

  private run(thread: number, trace: Trace, overrides: ReadonlyMap<number, number>): boolean {
    this.budget.run();
    this.cpu.begin(thread, trace, this.decided[thread]!, overrides);
    try {
      this.program.threads[thread]!(this.cpu);
      return true;
    } catch (thrown) {
      if (thrown instanceof TraceTooLong) throw new TooManyTraces('a thread has too many events');
      if (this.cpu.isImpossible(thrown)) return false;
      throw thrown;
    }
  }
}

/** Every way to give each of the reads one of its values. */
function combinations(reads: readonly number[], choices: readonly (readonly number[])[]): Map<number, number>[] {
  let made: Map<number, number>[] = [new Map()];
  reads.forEach((slot, i) => {
    const values = choices[i]!;
    if (made.length * values.length > MAX_COMBINATIONS) throw new TooManyTraces('too many values to combine');
    made = made.flatMap((m) => values.map((v) => new Map(m).set(slot, v)));
  });
  return made;
}
