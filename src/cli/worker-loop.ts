import { parentPort, workerData } from 'node:worker_threads';
import type { Task, WorkerAnswer, WorkerData } from './pool.ts';

/** Answers tasks for ever. `onExecution` counts, and says whether to stop. */
export function serve<Settings, T extends Task, Result>(
  doTask: (task: T, settings: Settings, onExecution: () => boolean) => Result | Promise<Result>,
): void {
  const { settings, slot, stop, progress } = workerData as WorkerData<Settings>;
  const stopped = new Int32Array(stop);
  const executions = new Float64Array(progress);
  const onExecution = (): boolean => {
    executions[slot]!++;
    return Atomics.load(stopped, 0) !== 0;
  };
  parentPort?.on('message', async (task: T) => {
    executions[slot] = 0;
    const result = await doTask(task, settings, onExecution);
    parentPort?.postMessage({ index: task.index, result } satisfies WorkerAnswer<Result>);
  });
}
