import type { TextChange } from '../../explain/edit.ts';

/** Two places of a text that are to be exchanged, with whatever else changes in them. */
export type Exchange = readonly [TextSpan, TextSpan];

interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Exchanges as changes, with those that fall into them; undefined where two exchanges meet. */
export function withExchanges(
  text: string,
  changes: readonly TextChange[],
  exchanges: readonly Exchange[],
): TextChange[] | undefined {
  let left = [...changes];
  const made: TextChange[] = [];
  for (const [a, b] of exchanges) {
    const moved = [a, b].map((span) => {
      // What is inserted at its edge stays where it is.
      const isInside = (c: TextChange): boolean =>
        span.start <= c.start && c.end <= span.end && (c.end > c.start || (span.start < c.start && c.end < span.end));
      const inside = left.filter(isInside).map((c) => ({ ...c, start: c.start - span.start, end: c.end - span.start }));
      left = left.filter((c) => !isInside(c));
      return applyChanges(text.slice(span.start, span.end), inside);
    });
    if (moved[0] === undefined || moved[1] === undefined) return undefined;
    made.push({ ...a, text: moved[1] }, { ...b, text: moved[0] });
  }
  return [...left, ...made];
}

/** The text with all changes made; undefined where two of them change the same place. What is inserted at one place
 * stays in the order of the list, before what replaces the text there. */
export function applyChanges(text: string, changes: readonly TextChange[]): string | undefined {
  const sorted = [...changes.entries()].sort(
    ([i, a], [j, b]) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start) || i - j,
  );
  let made = '';
  let at = 0;
  for (const [, change] of sorted) {
    if (change.start < at) return undefined;
    made += text.slice(at, change.start) + change.text;
    at = change.end;
  }
  return made + text.slice(at);
}

/** The same changes, but where one leaves nothing of a line, the line goes too. */
export function withWholeLines(text: string, changes: readonly TextChange[]): TextChange[] {
  return changes.map((change) => {
    const { start, end } = change;
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const rest = /^[ \t]*\r?\n/.exec(text.slice(end));
    if (change.text !== '' || start === end || rest === null || text.slice(lineStart, start).trim() !== '')
      return change;
    return { start: lineStart, end: end + rest[0].length, text: '' };
  });
}

/** A unified diff of two texts, with so many lines of context; empty where they are the same. */
export function unifiedDiff(path: string, before: string, after: string, context = 2): string {
  const a = linesOf(before);
  const b = linesOf(after);
  const edits = lineEdits(a, b);
  if (edits.every((e) => e.kind === ' ')) return '';
  const name = path.replace(/^[/\\]+/, '');
  const out = [`--- a/${name}`, `+++ b/${name}`];
  for (let i = 0; i < edits.length; ) {
    if (edits[i]!.kind === ' ') {
      i++;
      continue;
    }
    const from = Math.max(0, i - context);
    let to = i;
    for (let quiet = 0; to < edits.length && quiet <= 2 * context; to++)
      quiet = edits[to]!.kind === ' ' ? quiet + 1 : 0;
    let last = to - 1;
    while (edits[last]!.kind === ' ') last--;
    const hunk = edits.slice(from, Math.min(edits.length, last + 1 + context));
    const count = (kind: '-' | '+'): number => hunk.filter((e) => e.kind !== (kind === '-' ? '+' : '-')).length;
    out.push(`@@ -${edits[from]!.a + 1},${count('-')} +${edits[from]!.b + 1},${count('+')} @@`);
    for (const { kind, line } of hunk) out.push(kind + line);
    i = to;
  }
  return `${out.join('\n')}\n`;
}

/** The lines of a text as a diff has them: of one that ends within a line, it is said. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

interface LineEdit {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
  /** The lines of either text before it. */
  readonly a: number;
  readonly b: number;
}

/** The longest common subsequence of lines, found between the ends that are the same. */
function lineEdits(a: readonly string[], b: readonly string[]): LineEdit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const rows = a.length - head - tail;
  const columns = b.length - head - tail;
  const longest = Array.from({ length: rows + 1 }, () => new Array<number>(columns + 1).fill(0));
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      longest[i]![j] =
        a[head + i] === b[head + j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const edits: LineEdit[] = [];
  const same = (i: number, j: number): void => void edits.push({ kind: ' ', line: a[i]!, a: i, b: j });
  for (let i = 0; i < head; i++) same(i, i);
  let i = 0;
  let j = 0;
  while (i < rows || j < columns) {
    const at = { a: head + i, b: head + j };
    if (i < rows && j < columns && a[head + i] === b[head + j]) same(head + i++, head + j++);
    else if (i < rows && (j === columns || longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      edits.push({ kind: '-', line: a[head + i++]!, ...at });
    } else edits.push({ kind: '+', line: b[head + j++]!, ...at });
  }
  for (let k = 0; k < tail; k++) same(a.length - tail + k, b.length - tail + k);
  return edits;
}
