import { parentPort, workerData } from 'node:worker_threads';
import { ROUND_DONE, type Round, type Task, type WorkerAnswer, type WorkerData } from './pool.ts';

/** Answers are handed over when so many wait, or after so long, in milliseconds: each message has its price. */
const MOST = 32;
const LONGEST = 20;

/** Does the tasks of one round after another, for ever. `onExecution` counts, and says whether to stop. */
export function serve<Settings, T extends Task, Result>(
  doTask: (task: T, settings: Settings, onExecution: () => boolean) => Result,
): void {
  const { settings, slot, stop, progress } = workerData as WorkerData<Settings>;
  const stopped = new Int32Array(stop);
  const present = new Float64Array(progress, 16 * slot, 2);
  let answers: WorkerAnswer<Result>[] = [];
  let since = performance.now();

  const handOver = (): void => {
    if (answers.length > 0) parentPort?.postMessage(JSON.stringify(answers));
    answers = [];
    since = performance.now();
  };
  const onExecution = (): boolean => {
    present[1]!++;
    if (answers.length > 0 && performance.now() - since > LONGEST) handOver();
    return Atomics.load(stopped, 0) !== 0;
  };

  parentPort?.on('message', ({ tasks, next }: Round<T>) => {
    const counter = new Int32Array(next);
    while (Atomics.load(stopped, 0) === 0) {
      const task = tasks[Atomics.add(counter, 0, 1)];
      if (task === undefined) break;
      present[1] = 0;
      present[0] = task.index;
      const result = doTask(task, settings, onExecution);
      answers.push({ index: task.index, result });
      present[0] = -1;
      if (answers.length >= MOST || performance.now() - since > LONGEST) handOver();
    }
    handOver();
    parentPort?.postMessage(ROUND_DONE);
  });
}
