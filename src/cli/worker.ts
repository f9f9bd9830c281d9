import { parentPort, workerData } from 'node:worker_threads';
import type { LitmusResult } from '../report/litmus-result.ts';
import { runTest, type Settings } from './run-test.ts';

/** What a worker is born with. */
export interface WorkerData {
  readonly settings: Settings;
  readonly slot: number;
  /** One integer that all workers share: not 0 when the user wants to stop. */
  readonly stop: SharedArrayBuffer;
  /** For each worker, how many executions its present test has had. */
  readonly progress: SharedArrayBuffer;
}

/** A test for a worker, and its answer. */
export interface WorkerTask {
  readonly index: number;
  readonly path: string;
}
export interface WorkerAnswer {
  readonly index: number;
  readonly result: LitmusResult;
}

const { settings, slot, stop, progress } = workerData as WorkerData;
const stopped = new Int32Array(stop);
const executions = new Float64Array(progress);

parentPort?.on('message', ({ index, path }: WorkerTask) => {
  executions[slot] = 0;
  const onExecution = (): boolean => {
    executions[slot]!++;
    return Atomics.load(stopped, 0) !== 0;
  };
  parentPort?.postMessage({ index, result: runTest(path, settings, onExecution) } satisfies WorkerAnswer);
});
