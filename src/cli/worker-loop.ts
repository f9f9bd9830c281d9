import { parentPort, workerData } from 'node:worker_threads';
import { countAccesses } from '../fronts/races/careful-cpu.ts';
import type { Step, Task, WorkerData, WorkerMessage } from './pool.ts';

/** What a task may tell while it runs. */
export interface Telling {
  /** Counts an execution. @returns whether to stop */
  readonly onExecution: () => boolean;
  /** Whether to stop. */
  readonly isStopped: () => boolean;
  readonly onStep: (step: Step) => void;
}

/**
 * Does one task after another, for ever.
 * @param asJson whether results survive being JSON
 */
export function serve<Settings, T extends Task, Result>(
  doTask: (task: T, settings: Settings, telling: Telling) => Result,
  asJson = true,
): void {
  const { settings, stop, progress } = workerData as WorkerData<Settings>;
  const stopped = new Int32Array(stop);
  const present = new Float64Array(progress);
  countAccesses(present.subarray(2));
  const say = (message: WorkerMessage<Result>): void => parentPort?.postMessage(message);
  const isStopped = (): boolean => Atomics.load(stopped, 0) !== 0;
  const onExecution = (): boolean => {
    present[1]!++;
    return isStopped();
  };
  const onStep = (step: Step): void => say({ step });

  parentPort?.on('message', (task: T) => {
    present[1] = 0;
    present[0] = Date.now();
    const result = doTask(task, settings, { onExecution, isStopped, onStep });
    const message = asJson ? JSON.stringify(result) : { result };
    present[0] = 0;
    say(message);
  });
}
