import type { CompiledLitmus } from './compile.ts';
import { End, type Fault, type Frame } from './machine.ts';
import type { Ended } from './state.ts';

/** A thread that did what has no meaning. */
export interface FaultOf {
  readonly thread: number;
  readonly fault: Fault;
}

/**
 * How the threads of an execution ended, those that did. What has no meaning is told first, whatever loop was cut in another
 * thread.
 * @param endOf as {@link CompiledLitmus.endOf}
 */
export function endOfThreads(
  { program }: CompiledLitmus,
  ended: Pick<Ended, 'result'>,
  endOf: CompiledLitmus['endOf'],
): 'complete' | 'cut' | FaultOf {
  let cut = false;
  for (let thread = 0; thread < program.threads.length; thread++) {
    const frame = ended.result(thread) as Frame | undefined;
    if (frame === undefined || frame[0] === End.Complete) continue;
    const end = endOf(thread, frame);
    if (end === End.Cut) cut = true;
    else if (end !== End.Complete) return { thread, fault: end };
  }
  return cut ? 'cut' : 'complete';
}
