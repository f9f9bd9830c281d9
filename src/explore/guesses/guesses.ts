import { readWord, type WrittenWord, writeWord } from '../../graph/written-graph.ts';
import type { ReadKey } from './segments.ts';

/** A read whose value is guessed, and the values to try. */
export type Guess = ReadKey & { readonly values: readonly number[] };

/** Guesses in JSON: of each read its thread, its slot, its location, and the values. */
export type WrittenGuesses = readonly (readonly [number, number, number, readonly WrittenWord[]])[];

/**
 * Load buffering: an execution whose po and rf form a cycle, which exploration in po-rf order cannot reach. The reads
 * given here are to be *guessed*: their value is chosen first and their write found at the end. They are chosen so that
 * every such cycle that the model might allow goes through one of them.
 */
export class Guesses {
  private readonly byPlace = new Map<number, readonly number[]>();

  constructor(
    private readonly reads: readonly Guess[],
    private readonly threads: number,
    private readonly locs: number,
  ) {
    for (const { thread, slot, loc, values } of reads) this.byPlace.set(this.place(thread, slot, loc), values);
  }

  /** The values to try for a read, or undefined where it is not guessed. */
  values(thread: number, slot: number, loc: number): readonly number[] | undefined {
    return this.byPlace.get(this.place(thread, slot, loc));
  }

  private place(thread: number, slot: number, loc: number): number {
    return (slot * this.threads + thread) * this.locs + loc;
  }

  written(): WrittenGuesses {
    return this.reads.map(({ thread, slot, loc, values }) => [thread, slot, loc, values.map(writeWord)]);
  }

  static read(written: WrittenGuesses, threads: number, locs: number): Guesses {
    const reads = written.map(([thread, slot, loc, values]) => ({ thread, slot, loc, values: values.map(readWord) }));
    return new Guesses(reads, threads, locs);
  }
}
