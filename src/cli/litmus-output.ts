import { github } from '../report/github.ts';
import { junit, type Suite } from '../report/junit.ts';
import { litmusFindings } from '../report/litmus-findings.ts';
import { litmusHerd } from '../report/litmus-herd.ts';
import { litmusJson } from '../report/litmus-json.ts';
import type { LitmusResult } from '../report/litmus-result.ts';
import { litmusLine, litmusText } from '../report/litmus-text.ts';
import { sarif } from '../report/sarif.ts';
import type { Tally } from '../report/tally.ts';
import type { Format } from './options.ts';
import { printDiagnostic, styleOf, widthOf } from './terminal.ts';

/** Writes results as they come: results to standard output, what is wrong with a test to standard error. */
export class LitmusOutput {
  readonly #format: Format;
  readonly #tests: number;
  /** What is written at the end, for formats that are one document. */
  readonly #results: LitmusResult[] = [];

  constructor(format: Format, tests: number) {
    this.#format = format;
    this.#tests = tests;
  }

  result(result: LitmusResult): void {
    if (this.#format === 'json') {
      process.stdout.write(litmusJson(result));
    } else if (this.#format === 'github') {
      process.stdout.write(github(litmusFindings(result)));
    } else if (this.#format === 'junit' || this.#format === 'sarif') {
      this.#results.push(result);
    } else if (result.kind === 'error') {
      for (const diagnostic of result.diagnostics) printDiagnostic(diagnostic);
    } else {
      if (this.#tests === 1 && 'warnings' in result) for (const warning of result.warnings) printDiagnostic(warning);
      const view = this.#format === 'herd' ? litmusHerd : this.#tests === 1 ? litmusText : litmusLine;
      process.stdout.write(view(result, widthOf(process.stdout), styleOf(process.stdout)));
    }
  }

  /** After the last result: the sum of many, in the text alone. */
  end(tally: Tally, seconds: number): void {
    const missing = this.#tests - tally.tests;
    if (missing > 0) process.stderr.write(`Interrupted: ${missing} of ${this.#tests} tests were not run\n`);
    if (this.#format === 'junit') process.stdout.write(junit(this.#results.map(suiteOf)));
    if (this.#format === 'sarif') process.stdout.write(sarif(this.#results.flatMap(litmusFindings)));
    if (this.#format !== 'text' || this.#tests <= 1) return;
    process.stdout.write(`\n${tally.text(seconds, styleOf(process.stdout))}`);
  }
}

const suiteOf = (result: LitmusResult): Suite => ({
  name: result.path,
  seconds: result.seconds,
  findings: litmusFindings(result),
  output: litmusText(result),
});
