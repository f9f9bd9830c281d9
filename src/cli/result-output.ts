import type { Diagnostic } from '../program/diagnostic.ts';
import type { Asked } from '../report/cell-matrix.ts';
import { diagnosticText } from '../report/diagnostic-text.ts';
import { type Format, hasErrors, isText, type Results, type View, viewOf } from '../report/formats.ts';
import { stderr, stdout } from './terminal.ts';

/** Writes results of one kind in a format: results to standard output, what is wrong with a question to standard error. */
export class ResultOutput<Kind extends keyof Results> {
  readonly #format: Format;
  readonly #view: View<Results[Kind]>;
  readonly #several: boolean;
  /** By their places, what is written at the end, for formats that are one document. */
  readonly #results: Results[Kind][] = [];
  /** What has been said, to say it once. */
  readonly #said = new Set<string>();

  /** @param several whether there may be more than one result */
  constructor(kind: Kind, format: Format, several: boolean) {
    this.#format = format;
    this.#view = viewOf(kind, format);
    this.#several = several;
  }

  /** One more result. @param warnings what is odd about it */
  add(place: number, result: Results[Kind], warnings: readonly Diagnostic[] = []): void {
    const view = this.#view;
    if (!hasErrors(this.#format)) this.say(result.kind === 'error' ? result.diagnostics : warnings);
    if (result.kind === 'error' && !hasErrors(this.#format)) return;
    if ('all' in view) this.#results[place] = result;
    else this.#write(view.each(result, { width: stdout.width, style: stdout.style, several: this.#several }));
  }

  /** Says what is wrong, or odd, each once. */
  say(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      const text = diagnosticText(diagnostic, stderr.width, stderr.style);
      if (!this.#said.has(text)) stderr.print(text);
      this.#said.add(text);
    }
  }

  /** After the last result. @param asked of races */
  end(asked?: Asked): void {
    if ('all' in this.#view)
      this.#write(
        this.#view.all(
          this.#results.filter((result) => result !== undefined),
          asked,
        ),
      );
  }

  #write(text: string): void {
    if (isText(this.#format)) stdout.print(text);
    else stdout.write(text);
  }
}
