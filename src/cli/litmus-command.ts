import { availableParallelism } from 'node:os';
import type { LitmusResult } from '../report/litmus-result.ts';
import { Tally } from '../report/tally.ts';
import { findTests } from './files.ts';
import { LitmusOutput } from './litmus-output.ts';
import { type LitmusOptions, questionOf } from './options.ts';
import type { Pool, Task, Work } from './pool.ts';
import { Progress } from './progress.ts';
import { runTestUntil, type Settings } from './run-test.ts';

/**
 * So many tests at most are begun in this thread, and for so long, in milliseconds: starting worker threads takes
 * about as long as that. What is not done by then moves to workers, which leaves this thread free to show progress
 * and to hear Ctrl-C.
 */
const FEW = 64;
const SOON = 150;

/** `holdfast litmus`. @returns the exit code */
export async function litmusCommand(paths: readonly string[], options: LitmusOptions): Promise<number> {
  const { model, timeout, maxExecutions, unroll, expect } = options;
  const question = questionOf(options);
  const settings: Settings = { model, question, timeout, maxExecutions, unroll, expect };
  const start = performance.now();
  const found = findTests(paths);
  const tally = new Tally();
  const output = new LitmusOutput(options.format, found.length);
  let pool: Pool<Settings, Task, LitmusResult> | undefined;
  const progress = new Progress(process.stderr, () => {
    return { done: tally.tests, total: found.length, noun: 'test', running: pool?.running() ?? [] };
  });

  // Results come in any order and are printed in that of the paths.
  const waiting = new Map<number, LitmusResult>();
  let printed = 0;
  const answer = (index: number, result: LitmusResult): void => {
    tally.add(result);
    waiting.set(index, result);
    for (let next = waiting.get(printed); next !== undefined; next = waiting.get(++printed)) {
      waiting.delete(printed);
      progress.hide();
      output.result(next);
    }
  };

  const late: Task[] = [];
  const until = Date.now() + SOON;
  found.forEach((test, index) => {
    const { path } = test;
    if ('diagnostic' in test) {
      answer(index, { kind: 'error', path, model, question, seconds: 0, diagnostics: [test.diagnostic] });
      return;
    }
    const result = found.length <= FEW && Date.now() < until ? runTestUntil(path, settings, until) : undefined;
    if (result === undefined) late.push({ index, name: path });
    else answer(index, result);
  });

  if (late.length > 0) {
    const { Pool } = await import('./pool.ts');
    const workers = new Pool<Settings, Task, LitmusResult>(
      Math.min(options.jobs ?? availableParallelism(), late.length),
      litmusWork(settings),
    );
    pool = workers;
    const interrupt = (): void => workers.stop();
    process.once('SIGINT', interrupt);
    await workers.run(late, answer);
    process.off('SIGINT', interrupt);
    await workers.close();
    // After Ctrl-C some tests never ran, and tests that did may come after them.
    for (const [, result] of [...waiting].sort(([a], [b]) => a - b)) output.result(result);
  }
  progress.stop();
  output.end(tally, (performance.now() - start) / 1000);
  return tally.exitCode;
}

function litmusWork(settings: Settings): Work<Settings, Task, LitmusResult> {
  const { model, question } = settings;
  return {
    script: 'worker.cjs',
    settings,
    interrupted: ({ name: path }, seconds, executions) => {
      return { kind: 'interrupted', path, model, question, seconds, executions, blocked: 0 };
    },
    failed: ({ name: path }, seconds, diagnostic) => {
      return { kind: 'error', path, model, question, seconds, diagnostics: [diagnostic] };
    },
  };
}
