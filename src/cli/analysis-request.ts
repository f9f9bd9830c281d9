import { type AnalyseOptions, type Asked, analyse, replayLitmus } from '../check/analyse.ts';
import type { Analysis, AnalysisName } from '../explain/analysis.ts';
import type { Step } from '../explain/barriers.ts';
import type { ExecutionId } from '../explain/execution-id.ts';

/** One question, with all that its answer needs; it crosses to the worker. */
export interface AnalysisRequest {
  readonly analysis: AnalysisName;
  readonly asked: readonly Asked[];
  /** Of a replay. */
  readonly id: ExecutionId | undefined;
  readonly options: AnalyseOptions;
  readonly maxExecutions: number | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/** Answers a request. @param stopped asked at every execution; true: enough */
export function answer(request: AnalysisRequest, stopped: () => boolean, onStep: (step: Step) => void): Analysis {
  const { analysis, asked, id, options, maxExecutions, timeout } = request;
  if (analysis === 'replay') return replayLitmus(id!, asked[0]!);
  const deadline = timeout === undefined ? undefined : Date.now() + timeout * 1000;
  const run = analyse(analysis, asked, options, { deadline, maxExecutions, stopped });
  for (let next = run.next(); ; next = run.next()) {
    if (next.done === true) return next.value;
    onStep(next.value);
  }
}
