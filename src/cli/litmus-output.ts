import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';
import type { Format } from '../report/formats.ts';
import type { Tally } from '../report/tally.ts';
import { ResultOutput } from './result-output.ts';
import { stderr, stdout } from './terminal.ts';

/** Writes the results of tests, and under them what became of all. */
export class LitmusOutput {
  readonly #format: Format;
  readonly #tests: number;
  readonly #output: ResultOutput<'litmus'>;

  constructor(format: Format, tests: number) {
    this.#format = format;
    this.#tests = tests;
    this.#output = new ResultOutput('litmus', format, tests > 1);
  }

  result(index: number, result: LitmusResult): void {
    this.#output.add(index, result, this.#tests === 1 && 'warnings' in result ? result.warnings : []);
  }

  /**
   * After the last result: the sum of many, in the text alone.
   * @param limit seconds that each test had; undefined: as long as it took
   */
  end(tally: Tally, seconds: number, limit: number | undefined): void {
    this.#output.end();
    const missing = this.#tests - tally.tests;
    if (missing > 0 && stdout.failure === undefined) {
      stderr.print(`Interrupted: ${missing} of ${this.#tests} tests were not run\n`);
    }
    if (this.#format !== 'text' || this.#tests <= 1) return;
    stdout.print(`\n${tally.text(seconds, stdout.style, limit)}`);
  }
}
