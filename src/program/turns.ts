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

/** Does the work without a turn for anybody else. */
export function atOnce<Result>(work: InTurns<Result>, onStep: (step: Step) => void = () => {}): Result {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    if (next.value !== undefined) onStep(next.value);
  }
}
