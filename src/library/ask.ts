import { ask as answer, type Waiting } from '../ask/ask.ts';
import type { AnswerTo, Request } from '../ask/request.ts';
import { loadFrames } from './frames.ts';

/**
 * Answers a question about a litmus test or a race. Whatever is wrong with these is an answer as well: `error`, with
 * diagnostics; `bounded` is one that a limit kept from being found.
 * @throws RangeError for a question, an option or a value that there is not, and whatever a scenario throws
 */
export async function ask<R extends Request>(request: R, waiting?: Waiting): Promise<AnswerTo<R>> {
  if (request.of?.kind === 'race') await loadFrames();
  return await answer(request, waiting);
}
