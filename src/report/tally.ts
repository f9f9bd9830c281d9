import { contradiction, type LitmusResult, type Verdict } from './litmus-result.ts';
import { count, duration, grouped, PLAIN, type Style } from './style.ts';

/** What the command returns to the shell: of all that apply, the first in {@link Tally.exitCode}. */
export const EXIT = {
  decided: 0,
  contradicted: 1,
  badInput: 2,
  bounded: 3,
  internal: 70,
  interrupted: 130,
} as const;

/** Counts results as they come, so that none need be kept. */
export class Tally {
  readonly verdicts: Record<Verdict, number> = { Never: 0, Sometimes: 0, Always: 0 };
  tests = 0;
  deadlocks = 0;
  bounded = 0;
  errors = 0;
  interrupted = 0;
  contradicted = 0;
  executions = 0;

  add(result: LitmusResult): void {
    this.tests++;
    if (result.kind === 'decided') this.verdicts[result.verdict]++;
    else if (result.kind === 'deadlock') this.deadlocks++;
    else if (result.kind === 'bounded') this.bounded++;
    else if (result.kind === 'interrupted') this.interrupted++;
    else this.errors++;
    if (result.kind !== 'error') this.executions += result.executions;
    if (contradiction(result) !== undefined) this.contradicted++;
  }

  get exitCode(): number {
    if (this.interrupted > 0) return EXIT.interrupted;
    if (this.errors > 0) return EXIT.badInput;
    if (this.contradicted > 0) return EXIT.contradicted;
    return this.bounded > 0 ? EXIT.bounded : EXIT.decided;
  }

  /** One line under the results of many tests. */
  text(seconds: number, style: Style = PLAIN): string {
    const parts = Object.entries(this.verdicts)
      .filter(([, n]) => n > 0)
      .map(([verdict, n]) => `${grouped(n)} ${verdict}`);
    if (this.deadlocks > 0) parts.push(count(this.deadlocks, 'deadlock'));
    if (this.bounded > 0) parts.push(style.yellow(`${grouped(this.bounded)} bounded`));
    if (this.interrupted > 0) parts.push(style.yellow(`${grouped(this.interrupted)} interrupted`));
    if (this.errors > 0) parts.push(style.red(`${grouped(this.errors)} not understood`));
    if (this.contradicted > 0) parts.push(style.red(`${grouped(this.contradicted)} contradicted`));
    const work = `${count(this.executions, 'execution')} in ${duration(seconds)}`;
    return `${style.bold(count(this.tests, 'test'))}: ${parts.join(', ')}; ${work}\n`;
  }
}
