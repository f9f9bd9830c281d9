import type { Place } from './ast.ts';
import type { CompiledLitmus } from './compile.ts';
import { End, endOf, type Fault, type Frame } from './frame.ts';
import type { Ended } from './state.ts';

/** A thread that did what has no meaning. */
export interface FaultOf {
  readonly thread: number;
  readonly fault: Fault;
}

/** Assertions that fired. */
export interface FiredIn {
  readonly fired: readonly Fired[];
  /** Whether a thread died of one, so that the execution has no final state. */
  readonly died: boolean;
  /** Whether a loop was cut. */
  readonly cut: boolean;
}

export interface Fired {
  readonly thread: number;
  readonly place: Place;
}

/**
 * How the threads of an execution ended, those that did. What has no meaning is told first, whatever loop was cut in another
 * thread; then what is asserted and is not so.
 */
export function endOfThreads(
  { program }: CompiledLitmus,
  ended: Pick<Ended, 'result'>,
): 'complete' | 'cut' | FaultOf | FiredIn {
  let cut = false;
  let died = false;
  let fired: Fired[] | undefined;
  for (let thread = 0; thread < program.threads.length; thread++) {
    const frame = ended.result(thread) as Frame | undefined;
    if (frame === undefined || frame[0] === End.Complete) continue;
    const end = endOf(frame);
    if (end === End.Cut) cut = true;
    else if (end === End.Complete) continue;
    else if ('message' in end) return { thread, fault: end };
    else {
      fired = [...(fired ?? []), ...end.fired.map((place) => ({ thread, place }))];
      if (end.then === 'cut') cut = true;
      if (end.then === 'died') died = true;
    }
  }
  if (fired !== undefined) return { fired, died, cut };
  return cut ? 'cut' : 'complete';
}
