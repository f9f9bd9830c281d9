import type { Step } from '../program/turns.ts';
import { answering } from './answer.ts';
import { type AnswerTo, checkRequest, type Request } from './request.ts';

/** What is being done. `done` of `of` steps, where `of` is not 0; it may grow. */
export interface Progress extends Step {
  /** Executions visited so far. */
  readonly executions: number;
}

/** How an answer is waited for. */
export interface Waiting {
  /** An `AbortSignal`. What is asked is then answered by `interrupted`, soon after it aborts. */
  readonly signal?: { readonly aborted: boolean } | undefined;
  /** Called before each step, and every 30 milliseconds within one. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How long, in milliseconds, work goes on before others have their turn. */
const TURN = 30;

/** Every platform has it. */
declare const setTimeout: (then: () => void, milliseconds: number) => unknown;

/**
 * Answers a question about a litmus test or a race. Whatever is wrong with these is an answer as well: `error`, with
 * diagnostics; `bounded` is one that a limit kept from being found.
 * @throws RangeError for a question, an option or a value that there is not, and whatever a scenario throws
 */
export async function ask<R extends Request>(request: R, { signal, onProgress }: Waiting = {}): Promise<AnswerTo<R>> {
  checkRequest(request);
  const { timeout, maxExecutions } = request;
  const deadline = timeout === undefined ? undefined : Date.now() + timeout * 1000;
  let executions = 0;
  const stopped = (): boolean => {
    executions++;
    return signal?.aborted === true;
  };
  const run = answering(request, { deadline, maxExecutions, stopped });
  let step: Step = { words: '', done: 0, of: 0 };
  let turn = Date.now() + TURN;
  let next = run.next();
  while (next.done !== true) {
    const isStep = next.value !== undefined;
    step = next.value ?? step;
    if (isStep || Date.now() >= turn) {
      onProgress?.({ ...step, executions });
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      turn = Date.now() + TURN;
    }
    next = run.next(signal?.aborted === true);
  }
  return next.value as AnswerTo<R>;
}
