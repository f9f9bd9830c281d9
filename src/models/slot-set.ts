import type { Graph } from '../graph/graph.ts';

/**
 * A set of accesses, as rows of slots, one for each thread, so that a row of the graph is added at once. Hot: no allocation
 * after the first calls; benchmark bench/run.ts.
 */
export class SlotSet {
  private rows = new Int32Array(64);
  private words = 0;

  /** Empties the set, for a graph. */
  begin(g: Graph): void {
    this.words = g.words;
    const length = g.threadCount * g.words;
    if (this.rows.length < length) this.rows = new Int32Array(length * 2);
    else this.rows.fill(0, 0, length);
  }

  has(g: Graph, e: number): boolean {
    const slot = g.slot[e]!;
    return (this.rows[g.thread[e]! * this.words + (slot >> 5)]! & (1 << (slot & 31))) !== 0;
  }

  /** @returns whether it was not there */
  add(g: Graph, e: number): boolean {
    const slot = g.slot[e]!;
    const at = g.thread[e]! * this.words + (slot >> 5);
    const bit = 1 << (slot & 31);
    if ((this.rows[at]! & bit) !== 0) return false;
    this.rows[at] = this.rows[at]! | bit;
    return true;
  }

  /** Of one word of a row of a thread's slots, the bits that are not there. */
  freshOf(thread: number, word: number, bits: number): number {
    return bits & ~this.rows[thread * this.words + word]!;
  }

  /** Adds one word of a row of a thread's slots. @returns the bits that were not there */
  addWord(thread: number, word: number, bits: number): number {
    const fresh = this.freshOf(thread, word, bits);
    if (fresh !== 0) this.rows[thread * this.words + word]! |= fresh;
    return fresh;
  }
}
