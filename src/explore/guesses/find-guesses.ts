import type { Model } from '../../models/model.ts';
import { OUT_OF_THIN_AIR, type Program } from '../../program/program.ts';
import type { InTurns } from '../../program/turns.ts';
import { Budget } from './budget.ts';
import { chooseReads } from './choose-reads.ts';
import { Guesses } from './guesses.ts';
import { Segments } from './segments.ts';
import { Traces } from './traces.ts';
import { Values } from './values.ts';

/**
 * Throws `TooManyTraces` at a limit, and `Stopped` where it was stopped.
 * @param isOver whether a limit of time was hit
 * @returns the reads to guess; undefined where no load can be buffered
 */
export function* findGuesses(program: Program, model: Model, isOver: () => boolean): InTurns<Guesses | undefined> {
  const threads = program.threads.length;
  if (threads < 2) return undefined;
  const locs = program.initial.length;
  const budget = new Budget(isOver);
  const values = new Values(program.initial);
  const traces = new Traces(program, model, values, budget);
  yield* traces.find();
  const known = traces.dependOnValues;
  if (known) yield* growValues(traces, values, threads);
  const segments = new Segments(threads, locs, model, budget);
  yield* segments.addAll(traces);
  const reads = [...(yield* chooseReads(segments, budget))].map((read) => segments.reads[read]!);
  if (reads.length === 0) return undefined;
  if (!known) yield* growValues(traces, values, threads);
  yield* addThinAir(new Set(reads.map(({ loc }) => loc)), traces, values, threads);
  const guesses = reads.map((read) => ({ ...read, values: values.of(read.loc) }));
  return new Guesses(guesses, threads, locs);
}

/**
 * Lets the values of each word grow until nothing new is written. No value takes more rounds to appear than there are
 * writes, but for one that justifies itself.
 */
function* growValues(traces: Traces, values: Values, threads: number): InTurns<void> {
  let rounds = 1;
  let grown = true;
  while (grown) {
    const { written, writes } = yield* writtenBy(traces, threads);
    grown = false;
    // What a round finds is for the next: so a counter grows by one a round, not by one a trace.
    for (const [loc, value] of written) grown = values.add(loc, value) || grown;
    if (grown && traces.dependOnValues) yield* traces.find();
    if (++rounds > writes + 2) break;
  }
}

/** What writes may write, given the present values, and how many writes an execution may have. */
function* writtenBy(
  traces: Traces,
  threads: number,
): InTurns<{ written: [loc: number, value: number][]; writes: number }> {
  const written: [loc: number, value: number][] = [];
  let writes = 0;
  for (let t = 0; t < threads; t++) {
    let most = 0;
    for (const trace of traces.of(t)) {
      const own = yield* traces.eachWritten(t, trace, (loc, value) => written.push([loc, value]));
      most = Math.max(most, own);
    }
    writes += most;
  }
  return { written, writes };
}

/** Adds the value out of thin air for those of the guessed words to which a write may carry it back. */
function* addThinAir(guessed: ReadonlySet<number>, traces: Traces, values: Values, threads: number): InTurns<void> {
  const carried = new Set<number>();
  for (const loc of guessed) values.add(loc, OUT_OF_THIN_AIR);
  for (let before = -1; before < carried.size; ) {
    before = carried.size;
    if (traces.dependOnValues) yield* traces.find();
    for (const [loc, value] of (yield* writtenBy(traces, threads)).written) {
      if (value !== OUT_OF_THIN_AIR) continue;
      carried.add(loc);
      values.add(loc, value);
    }
  }
  for (const loc of guessed) if (!carried.has(loc)) values.delete(loc, OUT_OF_THIN_AIR);
}
