import type { Execution } from '../explore/contract.ts';
import type { Program } from '../program/program.ts';

/**
 * How an execution fails, the worst first: of two failures the first is the one that is told.
 * `fault`: a thread does what has no meaning, so the program has none.
 * `assertion`: what a thread asserts is not so.
 * `violated`: it ends as the question says that it must not: what was asked, and it can be seen.
 * `flagged`: it uses a lock or a section as it must not, so the model promises nothing.
 * `data-race`: plain accesses race, so the model promises nothing.
 * `deadlock`: a thread waits for what nobody will do.
 */
export const FAILURES = ['fault', 'assertion', 'violated', 'flagged', 'data-race', 'deadlock'] as const;
export type FailureKind = (typeof FAILURES)[number];

/** Why an execution counts as a failure. */
export interface Failure {
  readonly kind: FailureKind;
  /** One sentence. */
  readonly message: string;
  /** What was done after the threads had ended, to show it: who did what, and what came of it. */
  readonly steps?: readonly { readonly who: string; readonly what: string; readonly value: string }[];
}

/** Is the first kind of failure told rather than the second? */
export const isWorse = (a: FailureKind, b: FailureKind): boolean => FAILURES.indexOf(a) < FAILURES.indexOf(b);

/**
 * `filtered`: the question says that the execution does not count. `cut`: a loop wanted more rounds than it may have.
 * `stuck`: a thread waits without end, and that is a failure.
 */
export type Judgement<F extends Failure = Failure> =
  | { readonly kind: 'fine' | 'filtered' | 'cut' | 'stuck' }
  /** `cut`: a loop wanted more rounds besides. */
  | { readonly kind: 'failing'; readonly failure: F; readonly cut?: boolean };

/** What a judge sees of the end of one execution. */
export interface Ending extends Pick<Execution, 'result' | 'finalValue' | 'flags'> {
  /** Whether some thread waits for what nobody will do: such a thread has no result. */
  readonly blocked: boolean;
  /** The reads of a thread, in program order. */
  reads(thread: number): readonly { readonly cell: number; readonly value: number }[];
}

/** A program, and what is wrong with an execution of it. */
export interface Judge<F extends Failure = Failure> {
  readonly program: Program;
  /** The worst that an execution can be: where that is found nothing else is looked for. */
  readonly worst: FailureKind;
  judge(ending: Ending): Judgement<F>;
}
