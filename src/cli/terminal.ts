import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import type { Diagnostic } from '../program/diagnostic.ts';
import { diagnosticText } from '../report/diagnostic-text.ts';
import { PLAIN, type Style } from '../report/style.ts';
import { visibleLines } from '../report/visible.ts';

/** How long to wait, in milliseconds, for a reader that is not ready. */
const PAUSE = 5;

/** Why nothing more is written: the reader of a pipe has left, as `head` does, or the system says this. */
export type WriteFailure = { readonly kind: 'left' } | { readonly kind: 'failed'; readonly reason: string };

/** Standard output or standard error. What is written is with the system when the call returns. */
export class Output {
  readonly #descriptor: number;
  readonly #stream: () => NodeJS.WriteStream;
  #failure: WriteFailure | undefined;
  #onFailure: () => void = () => {};

  constructor(descriptor: number, stream: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#stream = stream;
  }

  /** What went wrong with the first write that failed; all later ones do nothing. */
  get failure(): WriteFailure | undefined {
    return this.#failure;
  }

  /** What to do, once, when a write fails. */
  set onFailure(doIt: () => void) {
    this.#onFailure = doIt;
  }

  get isTerminal(): boolean {
    return isatty(this.#descriptor);
  }

  /** Columns to write in: those of the terminal, or 80 where there is none. */
  get width(): number {
    return Math.max(40, (this.isTerminal ? this.#stream().columns : undefined) ?? 80);
  }

  /** Colours on a terminal alone; NO_COLOR and TERM=dumb turn them off there, FORCE_COLOR on everywhere. */
  get style(): Style {
    const { NO_COLOR = '', FORCE_COLOR = '0', TERM } = process.env;
    if (NO_COLOR !== '') return PLAIN;
    if (FORCE_COLOR !== '0') return MARKED;
    return this.isTerminal && TERM !== 'dumb' ? MARKED : PLAIN;
  }

  /** Writes text for people, made with {@link style}: nothing in it steers the terminal but that. */
  print(text: string): void {
    this.write(this.style === PLAIN ? visibleLines(text) : coloured(text));
  }

  /** Writes data as it is, all of it. Never throws; see {@link failure}. */
  write(text: string): void {
    if (this.#failure !== undefined) return;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#descriptor, bytes, at);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') Atomics.wait(NEVER, 0, 0, PAUSE);
        else if (code !== 'EINTR') {
          this.#failure =
            code === 'EPIPE' ? { kind: 'left' } : { kind: 'failed', reason: REASONS.get(code ?? '') ?? message };
          this.#onFailure();
          return;
        }
      }
    }
  }
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

const REASONS = new Map([
  ['ENOSPC', 'no space is left on the device'],
  ['EDQUOT', 'the quota is used up'],
  ['EFBIG', 'the file would be too large'],
  ['EIO', 'an input/output error'],
  ['EBADF', 'it is not open for writing'],
]);

export const stdout = new Output(1, () => process.stdout);
export const stderr = new Output(2, () => process.stderr);

/** Writes a diagnostic to standard error. */
export function printDiagnostic(diagnostic: Diagnostic): void {
  stderr.print(diagnosticText(diagnostic, stderr.width, stderr.style));
}

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
const FORMATS: readonly Format[] = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'];

/**
 * Marks of colours are characters that are none, U+FDD0 and after, until text is written: then all that the terminal
 * would obey is made visible first, whoever wrote it, and only then the marks become what they stand for.
 */
const MARKS = new Map<string, string>();

const MARKED = Object.fromEntries(
  FORMATS.map((format, i) => {
    const [on = '', off = ''] = styleText(format, ' ', { validateStream: false }).split(' ');
    const [begin, end] = [String.fromCharCode(0xfdd0 + 2 * i), String.fromCharCode(0xfdd1 + 2 * i)];
    MARKS.set(begin, on).set(end, off);
    return [format, (text: string): string => begin + text + end];
  }),
) as unknown as Style;

/** Between the marks text is made visible. */
const coloured = (text: string): string =>
  text
    .split(/([\ufdd0-\ufddb])/)
    .map((part) => MARKS.get(part) ?? visibleLines(part))
    .join('');
