import { styleText } from 'node:util';
import type { Diagnostic } from '../program/diagnostic.ts';
import { diagnosticText } from '../report/diagnostic-text.ts';
import { PLAIN, type Style } from '../report/style.ts';

type Format = Parameters<typeof styleText>[0];

const styled =
  (format: Format) =>
  (text: string): string =>
    styleText(format, text, { validateStream: false });

const COLOURED: Style = {
  bold: styled('bold'),
  dim: styled('dim'),
  red: styled('red'),
  green: styled('green'),
  yellow: styled('yellow'),
  cyan: styled('cyan'),
};

/** Colours on a terminal alone; NO_COLOR and TERM=dumb turn them off there, FORCE_COLOR on everywhere. */
export function styleOf(stream: NodeJS.WriteStream, environment = process.env): Style {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return PLAIN;
  if (environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== '0') return COLOURED;
  return stream.isTTY && environment.TERM !== 'dumb' ? COLOURED : PLAIN;
}

/** Columns to write in: those of the terminal, or 80 where there is none. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return Math.max(40, stream.columns ?? 80);
}

/** Writes a diagnostic to standard error. */
export function printDiagnostic(diagnostic: Diagnostic): void {
  process.stderr.write(diagnosticText(diagnostic, widthOf(process.stderr), styleOf(process.stderr)));
}
