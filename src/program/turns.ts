/** What is being done, for whoever waits. */
export interface Step {
  readonly words: string;
  readonly done: number;
  readonly of: number;
}

/**
 * Long work that lets others have their turn, some times in a millisecond. It yields the step that comes next, or undefined
 * within a step. Whoever goes on with `true` has had enough: the work then ends soon, as it does at a limit.
 */
export type InTurns<Result> = Generator<Step | undefined, Result, boolean | undefined>;

/**
 * Does the work without a turn for anybody else.
 * @param enough asked some times in a millisecond whether whoever waits has had enough
 */
export function atOnce<Result>(
  work: InTurns<Result>,
  onStep: (step: Step) => void = () => {},
  enough: () => boolean = () => false,
): Result {
  let next = work.next();
  while (next.done !== true) {
    if (next.value !== undefined) onStep(next.value);
    next = work.next(enough());
  }
  return next.value;
}

/** Somebody has had enough, or time is over. */
class OutOfPatience extends Error {}

/** How long something is looked for that can be done without. */
export class Patience {
  /** @param deadline in milliseconds as `Date.now()` counts */
  constructor(private readonly deadline = Number.POSITIVE_INFINITY) {}

  /** The turn of others. Where patience is over it ends the search of {@link search}. */
  *pause(): InTurns<void> {
    if ((yield) === true || Date.now() > this.deadline) throw new OutOfPatience();
  }

  /** What a search finds that pauses; undefined where patience is over before. */
  *search<Found>(searching: InTurns<Found>): InTurns<Found | undefined> {
    try {
      return yield* searching;
    } catch (thrown) {
      if (thrown instanceof OutOfPatience) return undefined;
      throw thrown;
    }
  }
}
