import { basename } from 'node:path';
import type { CatSource } from '../cat/load.ts';
import { type CheckOptions, checkLitmus } from '../fronts/litmus/check-litmus.ts';
import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';
import { readText } from './files.ts';
import { internalDiagnostic } from './internal.ts';
import type { Loss, Task } from './pool.ts';

/** What is asked of every test of a run; it crosses to the workers. */
export type Settings = Pick<CheckOptions, 'model' | 'question' | 'unroll' | 'expect' | 'maxExecutions'> & {
  /** What the model was read from, if it was. */
  readonly cat: CatSource | undefined;
};

/** A test of a run. */
export interface TestTask extends Task {
  /** The text of standard input, which is read once; undefined for a file. */
  readonly text: string | undefined;
  /** The most seconds that it may take; undefined: as long as it takes. */
  readonly timeout: number | undefined;
}

/** Reads one test and checks it. Whatever goes wrong is a result too. `onExecution` may return true to stop. */
export function runTest(task: TestTask, settings: Settings, onExecution?: () => boolean): LitmusResult {
  return attempt(task, settings, Number.POSITIVE_INFINITY, onExecution) as LitmusResult;
}

/** As {@link runTest}, but gives up, with undefined, at the time `until` (in milliseconds as `Date.now()` counts). */
export function runTestUntil(task: TestTask, settings: Settings, until: number): LitmusResult | undefined {
  return attempt(task, settings, until, undefined);
}

function attempt(
  { name: path, text: given, timeout }: TestTask,
  settings: Settings,
  until: number,
  onExecution: (() => boolean) | undefined,
): LitmusResult | undefined {
  const { model, question } = settings;
  const start = performance.now();
  const limit = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
  const failed = (diagnostic: ReturnType<typeof internalDiagnostic>): LitmusResult => {
    const seconds = (performance.now() - start) / 1000;
    return { kind: 'error', path, model, question, seconds, diagnostics: [diagnostic] };
  };
  const text = given ?? readText(path);
  if (typeof text !== 'string') return failed(text);
  try {
    const result = checkLitmus(path, text, { ...settings, deadline: Math.min(limit, until), onExecution });
    return until < limit && result.kind === 'bounded' && result.limit === 'timeout' ? undefined : result;
  } catch (error) {
    return failed(internalDiagnostic(error, path));
  }
}

/** The result that stands for the one of a test that did not end by itself. */
export function lostTest({ name: path }: TestTask, { model, question }: Settings, loss: Loss): LitmusResult {
  const { kind, seconds, executions } = loss;
  const asked = { path, model, question, seconds };
  if (kind === 'died') return { kind: 'error', ...asked, diagnostics: [loss.diagnostic] };
  return {
    ...(kind === 'interrupted' ? { kind } : { kind: 'bounded', limit: 'timeout' }),
    ...asked,
    name: basename(path, '.litmus'),
    condition: { kind: 'exists', text: '' },
    states: { observed: [], rows: [], satisfies: [] },
    positive: 0,
    negative: 0,
    flags: [],
    executions,
    blocked: 0,
    fired: [],
    waits: [],
    every: false,
    promised: undefined,
    warnings: [],
  };
}
