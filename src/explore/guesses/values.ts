import { TooManyTraces } from './budget.ts';

/** The most values of a location. Beyond that the analysis gives up. */
const MAX_VALUES = 128;

/** What each word of memory may hold, as far as is known: the least set that grows with what threads may write. */
export class Values {
  private readonly sets: Set<number>[];
  private readonly lists: (readonly number[] | undefined)[];

  constructor(initial: ArrayLike<number>) {
    this.sets = Array.from(initial, (value) => new Set([value]));
    this.lists = this.sets.map(() => undefined);
  }

  /** @returns the values of a word, in the order in which they were found */
  of(loc: number): readonly number[] {
    const known = this.lists[loc];
    if (known !== undefined) return known;
    const list = [...this.sets[loc]!];
    this.lists[loc] = list;
    return list;
  }

  /** @returns whether the value is new. Throws {@link TooManyTraces} where there are too many. */
  add(loc: number, value: number): boolean {
    const set = this.sets[loc]!;
    if (set.has(value)) return false;
    set.add(value);
    this.lists[loc] = undefined;
    if (set.size > MAX_VALUES) throw new TooManyTraces(`a location may hold more than ${MAX_VALUES} values`);
    return true;
  }

  delete(loc: number, value: number): void {
    this.sets[loc]!.delete(value);
    this.lists[loc] = undefined;
  }
}
