import { parentPort, workerData } from 'node:worker_threads';
import type { Analysis } from '../explain/analysis.ts';
import type { Step } from '../explain/barriers.ts';
import { type AnalysisRequest, answer } from './analysis-request.ts';

/** What the worker is born with. */
export interface AnalysisWorkerData {
  readonly request: AnalysisRequest;
  /** One integer: not 0 when the user wants to stop. */
  readonly stop: SharedArrayBuffer;
}

/** What the worker says: how far it is, and at the end the answer. */
export type AnalysisMessage = { readonly step: Step } | { readonly answer: Analysis };

const { request, stop } = workerData as AnalysisWorkerData;
const stopped = new Int32Array(stop);
const say = (message: AnalysisMessage): void => parentPort?.postMessage(message);

say({
  answer: answer(
    request,
    () => Atomics.load(stopped, 0) !== 0,
    (step) => say({ step }),
  ),
});
