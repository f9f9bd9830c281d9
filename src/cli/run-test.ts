import { readFileSync } from 'node:fs';
import { type CheckOptions, checkLitmus } from '../check/litmus.ts';
import type { LitmusResult } from '../report/litmus-result.ts';
import { fileDiagnostic } from './files.ts';
import { internalDiagnostic } from './internal.ts';

/** What is asked of every test of a run; it crosses to the workers. */
export interface Settings extends Pick<CheckOptions, 'model' | 'question' | 'unroll' | 'expect' | 'maxExecutions'> {
  /** Seconds for a test. */
  readonly timeout: number | undefined;
}

/** Reads one test and checks it. Whatever goes wrong is a result too. `onExecution` may return true to stop. */
export function runTest(path: string, settings: Settings, onExecution?: () => boolean): LitmusResult {
  return attempt(path, settings, Number.POSITIVE_INFINITY, onExecution) as LitmusResult;
}

/** As {@link runTest}, but gives up, with undefined, at the time `until` (in milliseconds as `Date.now()` counts). */
export function runTestUntil(path: string, settings: Settings, until: number): LitmusResult | undefined {
  return attempt(path, settings, until, undefined);
}

function attempt(
  path: string,
  settings: Settings,
  until: number,
  onExecution: (() => boolean) | undefined,
): LitmusResult | undefined {
  const { model, question, timeout } = settings;
  const start = performance.now();
  const failed = (diagnostic: ReturnType<typeof fileDiagnostic>): LitmusResult => {
    return {
      kind: 'error',
      path,
      model,
      question,
      seconds: (performance.now() - start) / 1000,
      diagnostics: [diagnostic],
    };
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return failed(fileDiagnostic(path, error));
  }
  try {
    const limit = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
    const result = checkLitmus(path, text, { ...settings, deadline: Math.min(limit, until), onExecution });
    return until < limit && result.kind === 'bounded' && result.limit === 'timeout' ? undefined : result;
  } catch (error) {
    return failed(internalDiagnostic(error, path));
  }
}
