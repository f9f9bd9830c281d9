import type { Diagnostic } from '../program/diagnostic.ts';
import { PLAIN, type Style } from './style.ts';

const TAB = 8;

/**
 * A diagnostic for people: what is wrong, where, the line with the place underlined, what was expected, what to do.
 * No line is longer than `width` because of the source: a long source line is cut around the place.
 */
export function diagnosticText(diagnostic: Diagnostic, width = 80, style: Style = PLAIN): string {
  const { code, severity, message, file, line, column } = diagnostic;
  const head = `${severity}[${code}]`;
  const lines = [`${severity === 'error' ? style.red(head) : style.yellow(head)}: ${style.bold(printable(message))}`];
  const place = `${file}${line > 0 ? `:${line}` : ''}${line > 0 && column > 0 ? `:${column}` : ''}`;
  const number = line > 0 ? String(line) : '';
  const margin = ' '.repeat(number.length);
  if (place !== '') lines.push(`${margin} ${style.cyan('-->')} ${printable(place)}`);
  if (diagnostic.sourceLine !== '') {
    const { text, start, length } = excerpt(diagnostic, Math.max(20, width - number.length - 3));
    lines.push(`${style.cyan(`${number} |`)} ${text}`);
    if (column > 0) lines.push(`${margin} ${style.cyan('|')} ${' '.repeat(start)}${style.red('^'.repeat(length))}`);
  }
  if (diagnostic.expected !== undefined) lines.push(`${margin} = expected ${printable(diagnostic.expected)}`);
  if (diagnostic.help !== undefined) lines.push(`${margin} = ${printable(diagnostic.help)}`);
  return `${lines.join('\n')}\n`;
}

/** A diagnostic in one line, as compilers print it: `file:line:column: error: message [code]`. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, code } = diagnostic;
  const place = [file, ...(line > 0 ? [line, ...(column > 0 ? [column] : [])] : [])].join(':');
  return printable(`${place === '' ? '' : `${place}: `}${severity}: ${message} [${code}]`);
}

interface Excerpt {
  readonly text: string;
  /** How many columns precede the place. */
  readonly start: number;
  readonly length: number;
}

/** The part of the source line that fits, tabs as spaces, and where the place is in it. */
function excerpt({ sourceLine, column, length }: Diagnostic, width: number): Excerpt {
  // Far from the place nothing will be shown, so a line of megabytes need not be looked at.
  const near = Math.max(0, column - 1 - width);
  const place = Math.max(column - 1, 0) - near;
  let text = '';
  let start = 0;
  let end = 0;
  let index = 0;
  for (const character of sourceLine.slice(near, near + place + width + TAB)) {
    if (index === place) start = text.length;
    text += character === '\t' ? ' '.repeat(TAB - (text.length % TAB)) : printable(character);
    if (index < place + length) end = text.length;
    index += character.length;
  }
  if (index <= place) {
    start = text.length + (place - index);
    end = start + 1;
  }
  text = text.trimEnd();
  if (near === 0 && text.length <= width) return { text, start, length: Math.max(1, end - start) };
  const from = Math.max(0, Math.min(start - Math.floor(width / 2), text.length - width));
  const cutLeft = near > 0 || from > 0;
  const cutRight = sourceLine.length > near + index || text.length > from + width;
  const window = text.slice(from, from + width);
  const shown = `${cutLeft ? '…' : ''}${window.slice(cutLeft ? 1 : 0, cutRight ? -1 : undefined)}${cutRight ? '…' : ''}`;
  return { text: shown, start: start - from, length: Math.max(1, Math.min(end - start, width - (start - from))) };
}

/** Source text must not steer the terminal: control characters become a replacement character. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}|\p{Co}|\p{Cs}/gu, '\u{FFFD}');
}
