import type { Counterexample } from '../explain/counterexample.ts';
import type { Row } from '../explain/drawing.ts';
import { assumptionWords, markWords, observationWords, reasonWords } from './execution-words.ts';
import { type Heading, Headings, indentOf, numberOf } from './headings.ts';
import { count, PLAIN, type Style, wrapped } from './style.ts';

/** Columns narrower than this are not drawn side by side. */
const NARROWEST = 22;
const GAP = 2;

/** A line of the table before it is laid out. */
interface Cell {
  readonly thread: number;
  /** The line in the source; empty where there is none. */
  readonly number: string;
  readonly code: string;
  /** How far in, in columns. */
  readonly indent: number;
  readonly effect: string;
  /** The number of the note, as `[1]`. */
  readonly note: string;
  readonly dim: boolean;
}

interface Table {
  readonly cells: readonly Cell[];
  readonly notes: readonly string[];
}

/** An execution as one column per CPU, time downwards, with its oddities marked and said in words. */
export function executionTable(c: Counterexample, width = 80, style: Style = PLAIN): string[] {
  const { cells, notes } = tableOf(c);
  const numbers = Math.max(0, ...cells.map((cell) => cell.number.length));
  const gutter = numbers === 0 ? 0 : numbers + 2;
  const wanted = c.columns.map((name, thread) =>
    Math.max(name.length, ...cells.filter((cell) => cell.thread === thread).map(lengthOf)),
  );
  const widths = columnWidths(wanted, width - gutter - GAP * (c.columns.length - 1));
  const lines = widths === undefined ? narrow(c, cells, width, style) : wide(c, cells, widths, numbers, style);
  const noteLines = notes.flatMap((note, i) => hanging(`${style.yellow(`[${i + 1}]`)} `, 4, note, width));
  return noteLines.length === 0 ? lines : [...lines, '', ...noteLines];
}

/** The text with a prefix before its first line; the others are indented as far. */
function hanging(prefix: string, indent: number, text: string, width: number): string[] {
  return wrapped(text, width - indent).map((line, i) => (i === 0 ? prefix : ' '.repeat(indent)) + line);
}

const lengthOf = ({ code, indent, effect, note }: Cell): number =>
  indent + code.length + (effect === '' ? 0 : effect.length + GAP) + (note === '' ? 0 : note.length + 1);

/** The widths of the columns, cut where they must be; undefined where they would be too narrow. */
function columnWidths(wanted: readonly number[], room: number): number[] | undefined {
  if (room < wanted.length * NARROWEST && wanted.reduce((sum, n) => sum + n, 0) > room) return undefined;
  const widths = [...wanted];
  while (widths.reduce((sum, n) => sum + n, 0) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = widths[widest]! - 1;
  }
  return widths;
}

/** The call stands out, the functions in it do not. */
const headingCell = (thread: number, { text, level }: Heading): Cell => {
  return {
    thread,
    number: '',
    code: text,
    indent: level === 'call' ? 0 : 1,
    effect: '',
    note: '',
    dim: level !== 'call',
  };
};

function tableOf(c: Counterexample): Table {
  const notes: string[] = [];
  const noteOf = new Map<number, string>();
  const folded = new Set(c.folded);
  const cells: Cell[] = [];
  let hidden: Row[] = [];
  const headings = new Headings();
  const unfold = (): void => {
    for (const [thread, name] of c.columns.entries()) {
      const n = hidden.filter((row) => row.thread === thread).length;
      if (n === 0) continue;
      const code = `... ${count(n, 'step')} of ${name}`;
      cells.push({ thread, number: '', code, indent: headings.indent(thread), effect: '', note: '', dim: true });
    }
    hidden = [];
  };
  for (const row of c.drawing.rows) {
    if (row.kind === 'visible') {
      unfold();
      const { location, value } = c.texts[row.event]!;
      const note = noteOf.get(row.event) ?? '';
      cells.push({
        thread: row.thread,
        number: '',
        code: `(${location}=${value} is seen)`,
        indent: headings.indent(row.thread),
        effect: '',
        note,
        dim: false,
      });
      continue;
    }
    if (row.events.every((e) => folded.has(e))) {
      hidden.push(row);
      continue;
    }
    unfold();
    const event = row.events[row.events.length - 1]!;
    const { code, effect, label, place } = c.texts[event]!;
    const { thread } = row;
    cells.push(...headings.before(thread, place).map((heading) => headingCell(thread, heading)));
    let note = '';
    for (const mark of row.marks) {
      notes.push(markWords(c, mark));
      note += `[${notes.length}]`;
      noteOf.set(mark.event, `[${notes.length}]`);
    }
    cells.push({
      thread: row.thread,
      number: numberOf(c, place),
      code: label === undefined ? code : `${label} ${code}`,
      indent: indentOf(place),
      effect,
      note,
      dim: false,
    });
  }
  unfold();
  for (const { thread, code, location, value, label, place } of c.waits) {
    cells.push(...headings.before(thread, place).map((heading) => headingCell(thread, heading)));
    cells.push({
      thread,
      number: numberOf(c, place),
      code: label === undefined ? code : `${label} ${code}`,
      indent: indentOf(place),
      effect: `waits, ${location}=${value}`,
      note: '',
      dim: false,
    });
  }
  return { cells, notes };
}

function wide(
  c: Counterexample,
  cells: readonly Cell[],
  widths: readonly number[],
  numbers: number,
  style: Style,
): string[] {
  const gutter = numbers === 0 ? 0 : numbers + 2;
  const starts = widths.map((_, t) => widths.slice(0, t).reduce((sum, n) => sum + n + GAP, gutter));
  let head = '';
  for (const [t, name] of c.columns.entries()) head = `${head.padEnd(starts[t]!)}${name}`;
  const lines = [style.bold(head)];
  for (const cell of cells) {
    const start = starts[cell.thread]!;
    const parts = layOut(cell, widths[cell.thread]!, style);
    for (const [i, part] of parts.entries()) {
      const number = i === 0 ? cell.number.padStart(numbers) : '';
      lines.push(`${style.dim(number)}${' '.repeat(start - number.length)}${part}`);
    }
  }
  return lines;
}

/** One line per step where there is no room for columns; the name of the CPU stands before each. */
function narrow(c: Counterexample, cells: readonly Cell[], width: number, style: Style): string[] {
  const names = Math.max(...c.columns.map((name) => name.length));
  const numbers = Math.max(0, ...cells.map((cell) => cell.number.length));
  const start = names + numbers + 2;
  return cells.flatMap((cell) => {
    const room = Math.max(NARROWEST, width - start);
    const head = `${style.bold(c.columns[cell.thread]!.padEnd(names))} ${style.dim(cell.number.padStart(numbers))} `;
    return layOut(cell, Math.min(room, lengthOf(cell)), style).map(
      (part, i) => (i === 0 ? head : ' '.repeat(start)) + part,
    );
  });
}

/** A cell in lines of a width: the effect at the right, or below where it does not fit. */
function layOut(cell: Cell, width: number, style: Style): string[] {
  const { indent } = cell;
  return laidOut(cell, width - indent, style).map((line) => ' '.repeat(indent) + line);
}

function laidOut({ code, effect, note, dim }: Cell, width: number, style: Style): string[] {
  const right = [effect, note].filter((part) => part !== '').join(' ');
  const styled = `${style.cyan(effect)}${effect !== '' && note !== '' ? ' ' : ''}${style.yellow(note)}`;
  const paint = (text: string): string => (dim ? style.dim(text) : text);
  if (right === '') return broken(code, width).map(paint);
  if (code.length + GAP + right.length <= width) {
    return [`${code}${' '.repeat(width - code.length - right.length)}${styled}`];
  }
  const lines = broken(code, width);
  if (right.length + 2 <= width) return [...lines, `${' '.repeat(width - right.length)}${styled}`];
  const parts = broken(effect, width - 2 - (note === '' ? 0 : note.length + 1));
  const last = parts.length - 1;
  return [
    ...lines,
    ...parts.map((part, i) => `  ${style.cyan(part)}${i === last && note !== '' ? ` ${style.yellow(note)}` : ''}`),
  ];
}

/** Code in lines of a width, broken at spaces where there are any, else after what opens an argument. */
function broken(code: string, width: number): string[] {
  const lines: string[] = [];
  let rest = code;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const bracket = rest.lastIndexOf('(', width - 1) + 1;
    const at = space > width / 3 ? space : bracket > width / 3 ? bracket : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `  ${rest.slice(at).trimStart()}`;
  }
  return [...lines, rest];
}

/** What is done after the race, each deed with its steps. */
function afterLines(c: Counterexample, width: number, style: Style): string[] {
  const deeds = (c.after ?? []).filter(({ steps }) => steps.length > 0);
  if (deeds.length === 0) return [];
  const lines = ['', style.bold('After the race:')];
  for (const { who, what, steps } of deeds) {
    const headings = new Headings();
    lines.push(`${who} ${what}`);
    for (const { code, effect, place } of steps) {
      const functions = headings.before(0, place).filter(({ level }) => level === 'function');
      lines.push(...functions.map(({ text }) => style.dim(` ${text}`)));
      lines.push(
        ...layOut({ thread: 0, number: '', code, indent: indentOf(place), effect, note: '', dim: false }, width, style),
      );
    }
  }
  return lines;
}

/** An execution with its reason, in full. */
export function executionText(c: Counterexample, width = 80, style: Style = PLAIN): string {
  const lines = executionTable(c, width, style);
  lines.push(...afterLines(c, width, style));
  lines.push('', ...labelled('Ends with', observationWords(c), width, style));
  lines.push(...labelled('Parts', c.parting ?? '', width, style));
  lines.push(...labelled('Needs', assumptionWords(c), width, style));
  lines.push(...labelled('Why', reasonWords(c), width, style));
  return `${lines.join('\n')}\n`;
}

/** `Why: ...`, with the other lines indented. */
export function labelled(label: string, text: string, width: number, style: Style): string[] {
  if (text === '') return [];
  const [first, ...rest] = wrapped(`${label}: ${text}`, width);
  const more = rest.length === 0 ? [] : wrapped(rest.join(' '), width - 2).map((line) => `  ${line}`);
  return [`${style.bold(`${label}:`)}${first!.slice(label.length + 1)}`, ...more];
}
