import type { Code } from '../program/codes.ts';
import type { Diagnostic } from '../program/diagnostic.ts';

/** What was expected at a place, and what to do about it. */
export interface Advice {
  readonly expected?: string;
  readonly help?: string;
}

/** Where a part of a text stands for people: in which file. */
export interface Located {
  readonly path: string;
  readonly text: string;
  /** The same with what stands around a test, for quoting a line. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** What else is to be known of it: the macro that it is made by. */
  readonly note?: string;
}

/** The text of a file, and the way from an offset in it to the place that a person can find. */
export class Source {
  /** The text of the test, with blanks for what stands around it in the file. */
  readonly text: string;
  readonly path: string;
  /** The text of the file: as long, unless a preprocessor made the text. */
  readonly file: string;

  constructor(text: string, path: string, file = text) {
    this.text = text;
    this.path = path;
    this.file = file;
  }

  /** An error at `[start, end)`, offsets in UTF-16 units; the caret stays within the first line of the range. */
  error(code: Code, start: number, end: number, message: string, advice: Advice = {}): Diagnostic {
    const { path, text, file, note, ...found } = this.locate(start, end);
    const at = Math.max(0, Math.min(found.start, text.length));
    const help = note === undefined ? {} : { help: advice.help === undefined ? note : `${advice.help} ${note}` };
    const lineStart = text.lastIndexOf('\n', at - 1) + 1;
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 ? text.length : newline;
    return {
      code,
      severity: 'error',
      message,
      file: path,
      line: lineIn(text, at),
      column: at - lineStart + 1,
      length: Math.max(1, Math.min(found.end, lineEnd) - at),
      sourceLine: file.slice(lineStart, Math.min(lineEnd, lineStart + LONGEST_LINE)).replace(/\r$/, ''),
      ...advice,
      ...help,
    };
  }

  /** Where a part of the text stands: in this file, unless it was made of several. */
  locate(start: number, end: number): Located {
    return { path: this.path, text: this.text, file: this.file, start, end };
  }

  /** What a change of the text is to the file; undefined where it is none of the file. */
  changed(change: TextChange): TextChange | undefined {
    return change;
  }

  /** The line that an offset is in, for a sentence: `line 4`, `line 2 of list.h`. */
  lineWords(offset: number): string {
    const { path, text, start } = this.locate(offset, offset + 1);
    return `line ${lineIn(text, start)}${path === this.path ? '' : ` of ${path}`}`;
  }

  /** An error of the file as a whole. */
  fileError(code: Code, message: string, advice: Advice = {}): Diagnostic {
    const place = { line: 0, column: 0, length: 1, sourceLine: '' };
    return { code, severity: 'error', message, file: this.path, ...place, ...advice };
  }
}

/** A change of a text: what stands at `[start, end)` becomes `text`. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The number of the line of a text that an offset is in, from 1. */
export function lineIn(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** A line is quoted up to here; nobody reads further. */
const LONGEST_LINE = 1000;

/** Carries a diagnostic out of the parser; it never leaves this folder. */
export class LitmusError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** The most errors that are told of one test. */
const MAX_DIAGNOSTICS = 20;

/** Collects what is wrong with a test, up to a point: a file of nothing but errors is not worth reading to its end. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  private readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  get full(): boolean {
    return this.list.length >= MAX_DIAGNOSTICS;
  }

  /** @param advice asked for only if there is room for it */
  report(
    code: Code,
    at: { readonly start: number; readonly end: number },
    message: string,
    advice: () => Advice = () => ({}),
  ): void {
    if (!this.full) this.list.push(this.source.error(code, at.start, at.end, message, advice()));
  }

  warn(
    code: Code,
    at: { readonly start: number; readonly end: number },
    message: string,
    advice: () => Advice = () => ({}),
  ): void {
    if (this.full) return;
    const error = this.source.error(code, at.start, at.end, message, advice());
    this.list.push({ ...error, severity: 'warning' });
  }
}
