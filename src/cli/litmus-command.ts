import { availableParallelism } from 'node:os';
import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';
import { Tally } from '../report/tally.ts';
import { atMost } from './at-most.ts';
import { chosenModel } from './cat-files.ts';
import { type Exit, exitOfTests } from './exit-codes.ts';
import { type Found, findTests, readText, STANDARD_INPUT } from './files.ts';
import { LitmusOutput } from './litmus-output.ts';
import { type LitmusOptions, questionOf } from './options.ts';
import type { Pool, Work } from './pool.ts';
import { Progress } from './progress.ts';
import { isStandardOutput, type Known, knownResults } from './resume.ts';
import { lostTest, runTestUntil, type Settings, type TestTask } from './run-test.ts';
import { Signals } from './signals.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/**
 * How many tests are begun in this thread, at most, and for how long, in milliseconds: starting worker threads takes
 * about as long as that. What is not done by then moves to workers, which leaves this thread free to show progress
 * and to hear signals. A test that does not look at the clock is cut off soon after.
 */
const FEW = 64;
const SOON = 120;
const CUT = 80;

/**
 * Among several tests none holds up the rest: what is not decided in so many seconds comes once more after all others,
 * if it may take longer, and otherwise is not decided.
 */
const SHARE = 1;

/** What a test has, in the order of the paths. */
type Entry = { readonly task: TestTask } | { readonly failed: LitmusResult } | { readonly known: Known };

/** `holdfast litmus`. @returns how it ended */
export async function litmusCommand(
  paths: readonly string[],
  options: LitmusOptions,
  argv: readonly string[],
): Promise<Exit> {
  const { maxExecutions, unroll, expect, format, resume, ordered } = options;
  const chosen = await chosenModel(options.model, options);
  if ('diagnostic' in chosen) {
    printDiagnostic(chosen.diagnostic);
    return 'badInput';
  }
  const settings: Settings = { ...chosen, question: questionOf(options), maxExecutions, unroll, expect };
  const start = performance.now();
  if (resume !== undefined && format !== 'json' && format !== 'text') {
    const expected = '--format json or text';
    printDiagnostic(usageDiagnostic('HF902', `--resume cannot be used with --format ${format}`, { argv, expected }));
    return 'badInput';
  }
  const known = resume === undefined ? new Map<string, Known>() : knownResults(resume, settings);
  if (!(known instanceof Map)) {
    printDiagnostic(known);
    return 'badInput';
  }
  const found = findTests(paths);
  const limit = options.timeout ?? (found.length > 1 ? SHARE : Number.POSITIVE_INFINITY);
  const share = found.length > 1 ? Math.min(SHARE, limit) : limit;
  const entries = found.map((test, index) => entryOf(test, index, known, settings, share));

  const tally = new Tally();
  const output = new LitmusOutput(format, found.length);
  let pool: Pool<Settings, TestTask, LitmusResult> | undefined;
  const signals = new Signals(() => pool?.stop());
  stdout.onFailure = () => pool?.stop();
  const progress = new Progress(() => {
    return { done: tally.tests, total: found.length, noun: 'test', running: pool?.running() ?? [] };
  });

  const inOrder = new InOrder(ordered);
  const answer = (index: number, result: LitmusResult): void => {
    // Where it was not the user who had enough, there is nothing to be said.
    if (result.kind === 'interrupted' && signals.first === undefined) return;
    tally.add(result);
    inOrder.add(index, () => {
      progress.hide();
      output.result(index, result);
    });
  };
  const printsKnown = format === 'json' && resume !== undefined && !isStandardOutput(resume);
  const early = entries.length > FEW ? [] : resultsSoon(entries, settings);
  const spent = (performance.now() - start) / 1000;
  const late: TestTask[] = [];
  entries.forEach((entry, index) => {
    if ('known' in entry) {
      tally.addKnown(entry.known);
      inOrder.add(index, () => printsKnown && stdout.write(entry.known.line));
    } else if ('failed' in entry) answer(index, entry.failed);
    else if (early[index] !== undefined) answer(index, early[index]);
    else late.push(found.length > 1 ? entry.task : { ...entry.task, timeout: Math.max(0.001, limit - spent) });
  });

  if (late.length > 0) {
    const { Pool } = await import('./pool.ts');
    const size = Math.min(options.jobs ?? availableParallelism(), late.length);
    const workers = new Pool<Settings, TestTask, LitmusResult>(size, litmusWork(settings));
    pool = workers;
    if (signals.first !== undefined || stdout.failure !== undefined) workers.stop();
    let again: TestTask[] = [];
    await workers.run(late, (index, result) => {
      if (result.kind !== 'bounded' || result.limit !== 'timeout' || share >= limit) answer(index, result);
      else again.push({ index, name: result.path, text: textOf(entries[index]!), timeout: limit });
    });
    if (again.length > 0 && signals.first === undefined) {
      await workers.run(again, answer);
      again = [];
    }
    for (const task of again) {
      answer(task.index, lostTest(task, settings, { kind: 'interrupted', seconds: 0, executions: 0 }));
    }
    await workers.close();
  }
  inOrder.end();
  progress.stop();
  output.end(tally, (performance.now() - start) / 1000, limit === Number.POSITIVE_INFINITY ? undefined : limit);
  if (signals.first !== undefined) return signals.first;
  return tally.tests < found.length && stdout.failure === undefined ? 'internal' : exitOfTests(tally);
}

function entryOf(
  test: Found,
  index: number,
  known: ReadonlyMap<string, Known>,
  { model, question }: Settings,
  timeout: number,
): Entry {
  const { path } = test;
  const before = known.get(path);
  if (before !== undefined) return { known: before };
  const text = path === STANDARD_INPUT ? readText(path) : undefined;
  const diagnostic = 'diagnostic' in test ? test.diagnostic : typeof text === 'object' ? text : undefined;
  if (diagnostic !== undefined) {
    return { failed: { kind: 'error', path, model, question, seconds: 0, diagnostics: [diagnostic] } };
  }
  return { task: { index, name: path, text: typeof text === 'string' ? text : undefined, timeout } };
}

const textOf = (entry: Entry): string | undefined => ('task' in entry ? entry.task.text : undefined);

/** What is known of the first tests before a worker could have begun, by their places. */
function resultsSoon(entries: readonly Entry[], settings: Settings): (LitmusResult | undefined)[] {
  const results: (LitmusResult | undefined)[] = [];
  const until = Date.now() + SOON;
  atMost(SOON + CUT, () => {
    for (const [index, entry] of entries.entries()) {
      if (!('task' in entry)) continue;
      const result = Date.now() < until ? runTestUntil(entry.task, settings, until) : undefined;
      if (result === undefined) return;
      results[index] = result;
    }
  });
  return results;
}

/** Does things as they come, or in the order of their places. */
class InOrder {
  readonly #ordered: boolean;
  readonly #waiting = new Map<number, () => void>();
  #next = 0;

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  add(place: number, doIt: () => void): void {
    if (!this.#ordered) {
      doIt();
      return;
    }
    this.#waiting.set(place, doIt);
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(++this.#next)) {
      this.#waiting.delete(this.#next);
      next();
    }
  }

  /** What has come after a gap. */
  end(): void {
    for (const [, doIt] of [...this.#waiting].sort(([a], [b]) => a - b)) doIt();
  }
}

function litmusWork(settings: Settings): Work<Settings, TestTask, LitmusResult> {
  return {
    script: 'worker.cjs',
    settings,
    lost: (task, loss) => lostTest(task, settings, loss),
    limit: ({ timeout }) => timeout,
    rest: () => undefined,
  };
}
