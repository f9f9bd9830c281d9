import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';
import { github } from '../report/github.ts';
import { junit, type Suite } from '../report/junit.ts';
import { litmusFindings } from '../report/litmus-findings.ts';
import { litmusHerd } from '../report/litmus-herd.ts';
import { litmusJson } from '../report/litmus-json.ts';
import { litmusLine, litmusText } from '../report/litmus-text.ts';
import { sarif } from '../report/sarif.ts';
import type { Tally } from '../report/tally.ts';
import type { Format } from './options.ts';
import { printDiagnostic, stderr, stdout } from './terminal.ts';

/** Writes results as they come: results to standard output, what is wrong with a test to standard error. */
export class LitmusOutput {
  readonly #format: Format;
  readonly #tests: number;
  /** By their places, what is written at the end, for formats that are one document. */
  readonly #results: LitmusResult[] = [];

  constructor(format: Format, tests: number) {
    this.#format = format;
    this.#tests = tests;
  }

  result(index: number, result: LitmusResult): void {
    if (this.#format === 'json') {
      stdout.write(litmusJson(result));
    } else if (this.#format === 'github') {
      stdout.print(github(litmusFindings(result)));
    } else if (this.#format === 'junit' || this.#format === 'sarif') {
      this.#results[index] = result;
    } else if (result.kind === 'error') {
      for (const diagnostic of result.diagnostics) printDiagnostic(diagnostic);
    } else {
      if (this.#tests === 1 && 'warnings' in result) for (const warning of result.warnings) printDiagnostic(warning);
      const view = this.#format === 'herd' ? litmusHerd : this.#tests === 1 ? litmusText : litmusLine;
      stdout.print(view(result, stdout.width, stdout.style));
    }
  }

  /**
   * After the last result: the sum of many, in the text alone.
   * @param limit seconds that each test had; undefined: as long as it took
   */
  end(tally: Tally, seconds: number, limit: number | undefined): void {
    const results = this.#results.filter((result) => result !== undefined);
    if (this.#format === 'junit') stdout.write(junit(results.map(suiteOf)));
    if (this.#format === 'sarif') stdout.write(sarif(results.flatMap(litmusFindings)));
    const missing = this.#tests - tally.tests;
    if (missing > 0 && stdout.failure === undefined) {
      stderr.print(`Interrupted: ${missing} of ${this.#tests} tests were not run\n`);
    }
    if (this.#format !== 'text' || this.#tests <= 1) return;
    stdout.print(`\n${tally.text(seconds, stdout.style, limit)}`);
  }
}

const suiteOf = (result: LitmusResult): Suite => ({
  name: result.path,
  seconds: result.seconds,
  findings: litmusFindings(result),
  output: litmusText(result),
});
