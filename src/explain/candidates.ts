/** A set of edits that may be a repair, or the begin of one. */
export interface Candidate {
  /** Places in the list of edits, ascending. */
  readonly edits: readonly number[];
  readonly cost: number;
  /** What a repair that is made of it costs at least. */
  readonly bound: number;
}

/** Shares of costs are fractions. */
export const EPSILON = 1e-6;

/** How many sets of edits are kept for later, at most. */
const MAX_QUEUE = 200_000;

/** Sets of edits that are still to be tried: that first which can end cheapest. */
export class CandidateQueue {
  private readonly queue: Candidate[] = [];
  /** The lowest bound with which a set of edits was queued. */
  private readonly seen = new Map<string, number>();

  get length(): number {
    return this.queue.length;
  }

  shift(): Candidate | undefined {
    return this.queue.shift();
  }

  /** Adds a set unless it is known with the same bound or a lower one. @returns false where there is no room for it */
  push(candidate: Candidate): boolean {
    const key = candidate.edits.join();
    if (candidate.bound === Number.POSITIVE_INFINITY) return true;
    if ((this.seen.get(key) ?? Number.POSITIVE_INFINITY) <= candidate.bound) return true;
    this.seen.set(key, candidate.bound);
    if (this.queue.length >= MAX_QUEUE) return false;
    let low = 0;
    let high = this.queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.queue[middle]!, candidate) <= 0) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, candidate);
    return true;
  }
}

/** By the bound; of those with the same the one that is nearer to its end, then the one that is earlier in the source. */
function compare(a: Candidate, b: Candidate): number {
  if (Math.abs(a.bound - b.bound) > 2 * EPSILON) return a.bound - b.bound;
  if (a.edits.length !== b.edits.length) return b.edits.length - a.edits.length;
  for (const [i, e] of a.edits.entries()) if (e !== b.edits[i]) return e - b.edits[i]!;
  return 0;
}
