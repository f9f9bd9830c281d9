import type { Counterexample } from '../explain/counterexample.ts';
import { cycleOf, windowsOf } from '../explain/reason.ts';
import { waitWords } from '../explain/waits.ts';
import { Kind } from '../graph/event.ts';
import { afterPicture } from './after-svg.ts';
import { markWords } from './execution-words.ts';
import { type Heading, Headings, numberOf } from './headings.ts';
import { escaped } from './markup.ts';
import { wrapped } from './style.ts';
import { CHARACTER, LINE, PAD, ROW_GAP, round } from './svg-measures.ts';

/** Between lanes there is room for the words beside an order that is missing. */
const COLUMN_GAP = 100;
const NUMBERS = 30;
const GUTTER = NUMBERS + COLUMN_GAP - 12;
const HEAD = 40;
const WIDEST = 38;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly thread: number;
  /** What it stands under. */
  readonly above: readonly Heading[];
  readonly lines: readonly string[];
  readonly effect: string;
  readonly number: string;
  readonly isVisible: boolean;
  readonly isMarked: boolean;
}

const STYLE = `
.hf { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.hf .head { font-weight: bold; font-size: 13px; } .hf .call { font-weight: bold; } .hf .function { font-style: italic; }
.hf text { fill: #1b1b1b; } .hf .dim { fill: #777; } .hf .effect { fill: #0b5394; font-weight: bold; }
.hf .box { fill: #f7f7f4; stroke: #b9b9b0; } .hf .marked { fill: #fff2cc; stroke: #c09000; }
.hf .seen { fill: none; stroke: #c09000; stroke-dasharray: 4 3; } .hf .lane { stroke: #e2e2dc; }
.hf .edge { fill: none; stroke-width: 1.3; } .hf .cycle { stroke-width: 2.6; }
.hf .rf { stroke: #2e7d32; } .hf .co { stroke: #1565c0; } .hf .fr { stroke: #d9730d; }
.hf .missing { stroke: #c62828; stroke-dasharray: 5 4; } .hf .po { stroke: #555; }
.hf text.rf { fill: #2e7d32; stroke: none; } .hf text.co { fill: #1565c0; stroke: none; } .hf text.fr { fill: #d9730d; stroke: none; }
.hf text.missing { fill: #c62828; stroke: none; }
@media (prefers-color-scheme: dark) {
.hf text { fill: #e8e8e4; } .hf .dim { fill: #999; } .hf .effect { fill: #8ab4f8; }
.hf .box { fill: #26262a; stroke: #55555c; } .hf .marked { fill: #453a10; stroke: #d0a020; } .hf .lane { stroke: #333338; }
}`;

/** An execution as a picture: a lane for each CPU, time downwards, and what is read from where. */
export function executionSvg(c: Counterexample): string {
  const { boxes, of, widths, starts, height } = layOut(c);
  const last = widths.length - 1;
  const after = afterPicture(c, GUTTER, height);
  const width = Math.max(starts[last]! + widths[last]!, GUTTER + after.width) + COLUMN_GAP;
  const notes = c.drawing.rows.flatMap((row) =>
    row.kind === 'step' ? row.marks.map((mark) => markWords(c, mark)) : [],
  );
  notes.push(...c.waits.map((wait) => waitWords([wait])));
  const noteLines = notes.flatMap((note) => wrapped(note, Math.floor((width - GUTTER) / CHARACTER)));
  const notesAt = height + after.height;
  const full = notesAt + noteLines.length * LINE + PAD;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="hf" viewBox="0 0 ${round(width)} ${round(full)}" width="${round(width)}" height="${round(full)}" role="img" aria-label="${escaped(`Execution of ${c.subject}`)}">`,
    `<style>${STYLE}</style>`,
    '<defs>',
    ...['rf', 'co', 'fr', 'po', 'missing'].map(marker),
    '</defs>',
  ];
  for (const [t, name] of c.columns.entries()) {
    const middle = starts[t]! + widths[t]! / 2;
    parts.push(
      `<line class="lane" x1="${round(middle)}" y1="${HEAD - 8}" x2="${round(middle)}" y2="${round(height - PAD)}"/>`,
    );
    parts.push(`<text class="head" x="${round(starts[t]!)}" y="${HEAD - 18}">${escaped(name)}</text>`);
  }
  for (const box of boxes) parts.push(...boxParts(box));
  parts.push(...edges(c, boxes, of), ...after.parts);
  for (const [i, note] of noteLines.entries()) {
    parts.push(`<text class="dim" x="${GUTTER}" y="${round(notesAt + (i + 1) * LINE)}">${escaped(note)}</text>`);
  }
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

const marker = (name: string): string =>
  `<marker id="hf-${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="edge ${name}" d="M1 1L7 4L1 7" style="stroke-dasharray:none"/></marker>`;

interface Layout {
  readonly boxes: readonly Box[];
  /** The box of each event. */
  readonly of: ReadonlyMap<number, Box>;
  readonly starts: readonly number[];
  readonly widths: readonly number[];
  readonly height: number;
}

function layOut(c: Counterexample): Layout {
  const folded = new Set(c.folded);
  const rows = c.drawing.rows.filter((row) => row.kind === 'visible' || !row.events.every((e) => folded.has(e)));
  const headings = new Headings();
  const contents = rows.map((row) => {
    const event = row.kind === 'visible' ? row.event : row.events[row.events.length - 1]!;
    const { code, effect, location, value, label, place } = c.texts[event]!;
    const isVisible = row.kind === 'visible';
    const text = isVisible ? `${location}=${value} is seen` : `${label === undefined ? '' : `${label} `}${code}`;
    return {
      row,
      event,
      isVisible,
      above: isVisible ? [] : headings.before(row.thread, place),
      lines: isVisible ? [text] : wrapped(text, WIDEST),
      effect: isVisible ? '' : effect,
      number: isVisible ? '' : numberOf(c, place),
      isMarked: row.kind === 'step' && row.marks.length > 0,
    };
  });
  const widths = c.columns.map((name, t) => {
    const own = contents
      .filter(({ row }) => row.thread === t)
      .flatMap(({ above, lines, effect }) => [...above.map(({ text }) => text), ...lines, effect]);
    return Math.max(name.length, 8, ...own.map((line) => line.length)) * CHARACTER + 2 * PAD;
  });
  const starts: number[] = [];
  for (const [t] of widths.entries()) starts.push(t === 0 ? GUTTER : starts[t - 1]! + widths[t - 1]! + COLUMN_GAP);
  const boxes: Box[] = [];
  const of = new Map<number, Box>();
  let y = HEAD;
  for (const { row, event, ...content } of contents) {
    y += content.above.length * LINE;
    const height = (content.lines.length + (content.effect === '' ? 0 : 1)) * LINE + PAD;
    const box = { x: starts[row.thread]!, y, width: widths[row.thread]!, height, thread: row.thread, ...content };
    boxes.push(box);
    if (row.kind === 'step') for (const e of row.events) of.set(e, box);
    else if (!of.has(event)) of.set(event, box);
    y += height + ROW_GAP;
  }
  return { boxes, of, starts, widths, height: y };
}

function boxParts({ x, y, width, height, above, lines, effect, number, isVisible, isMarked }: Box): string[] {
  const style = isVisible ? 'seen' : isMarked ? 'box marked' : 'box';
  const parts = above.map(({ text, level }, i) => {
    const baseline = round(y - (above.length - i - 1) * LINE - PAD / 2);
    const indent = level === 'call' ? 0 : PAD;
    return `<text class="${level}" x="${round(x + indent)}" y="${baseline}">${escaped(text)}</text>`;
  });
  parts.push(
    `<rect class="${style}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="4"/>`,
  );
  for (const [i, line] of lines.entries()) {
    parts.push(
      `<text xml:space="preserve" x="${round(x + PAD)}" y="${round(y + (i + 1) * LINE)}">${escaped(line)}</text>`,
    );
  }
  if (effect !== '') {
    const below = round(y + (lines.length + 1) * LINE);
    parts.push(
      `<text class="effect" x="${round(x + width - PAD)}" y="${below}" text-anchor="end">${escaped(effect)}</text>`,
    );
  }
  if (number !== '') {
    parts.push(`<text class="dim" x="${NUMBERS - 4}" y="${round(y + LINE)}" text-anchor="end">${number}</text>`);
  }
  return parts;
}

/** The cycle, thick, and all else that is read from another CPU, thin. */
function edges(c: Counterexample, boxes: readonly Box[], of: ReadonlyMap<number, Box>): string[] {
  const parts: string[] = [];
  const drawn = new Set<string>();
  const cycle = cycleOf(c.reason);
  for (const { from, to, relation, missing } of cycle) {
    const [a, b] = [of.get(from), of.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    drawn.add(`${from} ${to}`);
    if (relation === 'po') parts.push(...poEdge(a, b, missing === true ? 'not ordered' : ''));
    else parts.push(...comEdge(a, b, relation, true));
  }
  for (const { from, to } of windowsOf(c.reason)) {
    const [a, b] = [of.get(from), of.get(to)];
    if (a !== undefined && b !== undefined && a !== b) parts.push(...poEdge(a, b, 'not one step'));
  }
  for (const [e, { kind, rf, thread }] of c.trace.events.entries()) {
    if (kind !== Kind.Read || rf < 0 || c.trace.events[rf]!.thread === thread || drawn.has(`${rf} ${e}`)) continue;
    const [a, b] = [of.get(rf), of.get(e)];
    if (a !== undefined && b !== undefined && boxes.length > 0) parts.push(...comEdge(a, b, 'rf', false));
  }
  return parts;
}

/** A bracket at the left side of a lane. @param words what it lacks; empty where it does not */
function poEdge(a: Box, b: Box, words: string): string[] {
  const x = a.x - 12;
  const [from, to] = [a.y + a.height / 2, b.y + b.height / 2];
  const name = words === '' ? 'po' : 'missing';
  const path = `M${round(a.x)} ${round(from)}H${round(x)}V${round(to)}H${round(b.x)}`;
  const parts = [`<path class="edge cycle ${name}" d="${path}" marker-end="url(#hf-${name})"/>`];
  if (words !== '') {
    const y = round((from + to) / 2 + 4);
    parts.push(`<text class="missing" x="${round(x - 4)}" y="${y}" text-anchor="end" font-size="10">${words}</text>`);
  }
  return parts;
}

function comEdge(a: Box, b: Box, relation: 'rf' | 'co' | 'fr', isCycle: boolean): string[] {
  const right = b.x > a.x;
  const same = a.thread === b.thread;
  const x1 = right || same ? a.x + a.width : a.x;
  const x2 = same ? b.x + b.width : right ? b.x : b.x + b.width;
  const y1 = a.y + a.height / 2;
  const y2 = b.y + b.height / 2;
  const bend = same ? 40 : (x2 - x1) / 2;
  const style = `edge ${relation}${isCycle ? ' cycle' : ''}`;
  const [c1, c2] = same ? [x1 + bend, x2 + bend] : [x1 + bend, x2 - bend];
  // Beside the curve, nearer to where it starts, since many meet in the middle.
  const t = 0.3;
  const along = (p0: number, p1: number, p2: number, p3: number): number =>
    (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t ** 2 * p2 + t ** 3 * p3;
  return [
    `<path class="${style}" d="M${round(x1)} ${round(y1)}C${round(c1)} ${round(y1)} ${round(c2)} ${round(y2)} ${round(x2)} ${round(y2)}" marker-end="url(#hf-${relation})"/>`,
    `<text class="${relation}" x="${round(along(x1, c1, c2, x2))}" y="${round(along(y1, y1, y2, y2) - 5)}" font-size="10">${relation}</text>`,
  ];
}
