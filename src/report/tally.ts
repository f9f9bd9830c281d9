import { contradiction, type LitmusResult, type Verdict } from '../fronts/litmus/litmus-result.ts';
import { count, duration, grouped, PLAIN, type Style } from './style.ts';
import { visible } from './visible.ts';

/** A result as far as it is counted; `--format json` has all of this. */
export interface KnownResult {
  readonly path: string;
  readonly kind: LitmusResult['kind'];
  readonly verdict: Verdict | null;
  readonly executions: number | null;
  readonly contradiction: string | null;
  readonly limit: string | null;
  readonly seconds: number;
  readonly diagnostics: readonly { readonly code: string }[];
}

/** How many of the slowest tests are named, and how long, in seconds, one must have taken for that. */
const SLOWEST = 3;
const SLOW = 1;

/** Counts results as they come, so that none need be kept. */
export class Tally {
  readonly verdicts: Record<Verdict, number> = { Never: 0, Sometimes: 0, Always: 0 };
  tests = 0;
  deadlocks = 0;
  bounded = 0;
  errors = 0;
  /** Among the errors, those of Holdfast itself. */
  internal = 0;
  interrupted = 0;
  contradicted = 0;
  executions = 0;
  /** Taken from an earlier run. */
  known = 0;
  /** Those that took longest, the slowest first. */
  readonly #slowest: { readonly path: string; readonly seconds: number; readonly late: boolean }[] = [];

  add(result: LitmusResult): void {
    const { path, kind, seconds } = result;
    this.#count({
      path,
      kind,
      seconds,
      verdict: kind === 'decided' ? result.verdict : null,
      executions: kind === 'error' ? null : result.executions,
      contradiction: contradiction(result) ?? null,
      limit: kind === 'bounded' ? result.limit : null,
      diagnostics: kind === 'error' ? result.diagnostics : [],
    });
  }

  /** A result of an earlier run. */
  addKnown(result: KnownResult): void {
    this.known++;
    this.#count(result);
  }

  #count({ path, kind, seconds, verdict, executions, contradiction, limit, diagnostics }: KnownResult): void {
    this.tests++;
    if (kind === 'decided') this.verdicts[verdict!]++;
    else if (kind === 'deadlock') this.deadlocks++;
    else if (kind === 'bounded') this.bounded++;
    else if (kind === 'interrupted') this.interrupted++;
    else {
      this.errors++;
      if (diagnostics.some(({ code }) => code === 'HF999')) this.internal++;
    }
    this.executions += executions ?? 0;
    if (contradiction !== null) this.contradicted++;
    const late = limit === 'timeout';
    if (seconds < SLOW && !late) return;
    const place = this.#slowest.findIndex((other) => other.seconds < seconds);
    this.#slowest.splice(place < 0 ? this.#slowest.length : place, 0, { path, seconds, late });
    this.#slowest.splice(SLOWEST);
  }

  /**
   * What stands under the results of many tests: which took longest, and as the last line the sum.
   * @param limit seconds that each test had; undefined: as long as it took
   */
  text(seconds: number, style: Style = PLAIN, limit?: number): string {
    const parts = Object.entries(this.verdicts)
      .filter(([, n]) => n > 0)
      .map(([verdict, n]) => `${grouped(n)} ${verdict}`);
    if (this.deadlocks > 0) parts.push(count(this.deadlocks, 'deadlock'));
    if (this.bounded > 0) parts.push(style.yellow(`${grouped(this.bounded)} bounded`));
    if (this.interrupted > 0) parts.push(style.yellow(`${grouped(this.interrupted)} interrupted`));
    if (this.errors > 0) parts.push(style.red(`${grouped(this.errors)} not understood`));
    if (this.contradicted > 0) parts.push(style.red(`${grouped(this.contradicted)} contradicted`));
    const known = this.known > 0 ? `; ${grouped(this.known)} known before` : '';
    const work = `${count(this.executions, 'execution')} in ${duration(seconds)}`;
    const most = limit === undefined ? '' : `; at most ${limit} s a test (--timeout)`;
    const slowest = this.#slowest.map(
      (test) => `${visible(test.path)}, ${test.late ? 'not decided in ' : ''}${duration(test.seconds)}\n`,
    );
    const names = slowest.map((line, i) => `${i === 0 ? 'Slowest: ' : '         '}${line}`).join('');
    return `${names}${style.bold(count(this.tests, 'test'))}: ${parts.join(', ')}${known}; ${work}${most}\n`;
  }
}
