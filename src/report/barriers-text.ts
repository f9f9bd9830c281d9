import type { Barriers } from '../explain/analysis.ts';
import type { BarrierItem } from '../explain/barriers.ts';
import { modelInfo } from '../models/registry.ts';
import { again, headed } from './analysis-lines.ts';
import { executionText } from './execution-text.ts';
import { listed, siteWords } from './execution-words.ts';
import { diffLines } from './repairs-text.ts';
import { count, duration, PLAIN, type Style, wrapped } from './style.ts';

/** Which barriers are needed, for people. */
export function barriersText(a: Barriers, width: number, style: Style): string {
  const { items, together, complete } = a;
  const n = items.length;
  const summary = `${a.promise} under ${modelInfo(a.model).words}; ${n === 0 ? 'it has no barriers' : `each of its ${count(n, 'barrier')} alone`}:`;
  const lines = [headed(a, 'holds', style.green, n === 0 ? summary.replace(/:$/, '') : summary, width, style)];
  lines.push(...barrierLines(a, width, style));
  for (const item of items) {
    const { verdict } = item;
    if (!('without' in verdict)) continue;
    const with_ = verdict.weakened === 'nothing' ? 'Without' : `With ${verdict.weakened} instead of`;
    lines.push(
      '',
      ...wrapped(`${with_} ${item.words} (${siteWords(a.columns[item.thread]!, item.place)}):`, width).map(style.bold),
    );
    if ('trace' in verdict.without) {
      lines.push('', executionText(verdict.without, width, style).trimEnd(), ...again(verdict.without, style));
    } else lines.push(`  ${verdict.without.message}`);
  }
  if (together !== undefined) lines.push('', ...togetherText(a, together, width, style));
  if (!complete) lines.push('', style.yellow('Interrupted: the others were not looked at.'));
  lines.push('', style.dim(`${duration(a.seconds)}`));
  return `${lines.join('\n')}\n`;
}

/** Those of the protocol first, then locks and what keeps books; under headings where there are both. */
function barrierLines({ items, columns }: Barriers, width: number, style: Style): string[] {
  const [own, minor] = [false, true].map((isMinor) => items.filter((item) => item.isMinor === isMinor)) as [
    BarrierItem[],
    BarrierItem[],
  ];
  const measured = new BarrierTable(items, columns, width, style);
  if (own.length === 0 || minor.length === 0) return items.flatMap((item) => measured.lines(item));
  return [
    style.bold('Barriers of the protocol:'),
    ...own.flatMap((item) => measured.lines(item)),
    '',
    style.bold('Locks and bookkeeping:'),
    ...minor.flatMap((item) => measured.lines(item)),
  ];
}

/** A line for each barrier where that fits, else two: what it is, with the verdict, and where it stands. */
class BarrierTable {
  private readonly words: number;
  private readonly where: number;
  private readonly verdict: number;

  constructor(
    private readonly items: readonly BarrierItem[],
    private readonly columns: readonly string[],
    private readonly width: number,
    private readonly style: Style,
  ) {
    const longest = (of: (item: BarrierItem) => string): number => Math.max(0, ...items.map((item) => of(item).length));
    this.words = longest(({ words }) => words);
    this.where = longest((item) => this.whereOf(item));
    this.verdict = longest((item) => verdictWord(item, PLAIN));
  }

  private whereOf({ thread, place }: BarrierItem): string {
    const column = this.columns[thread]!;
    return place.function === undefined ? `${column}:${place.line}` : siteWords(column, place);
  }

  lines(item: BarrierItem): string[] {
    const { width, style } = this;
    const verdict = verdictWord(item, style);
    const where = this.whereOf(item);
    const because = wrapped(becauseWords(item, this.items, this.columns), width - 4);
    const more = because.filter((line) => line !== '').map((line) => style.yellow(`    ${line}`));
    if (this.where + this.words + this.verdict + 6 <= width) {
      const line = `  ${style.dim(where.padEnd(this.where))}  ${item.words.padEnd(this.words)}  ${verdict}`;
      return [line, ...more];
    }
    const code = Math.min(this.words, Math.max(20, width - this.verdict - 4));
    const [first = '', ...rest] = wrapped(item.words, code);
    return [
      `  ${first.padEnd(code)}  ${verdict}`,
      ...rest.map((line) => `    ${line}`),
      ...wrapped(where, width - 4).map((line) => style.dim(`    ${line}`)),
      ...more,
    ];
  }
}

/** What makes a barrier unnecessary, in a sentence; empty where that is not known. */
export function becauseWords(
  { verdict }: BarrierItem,
  items: readonly BarrierItem[],
  columns: readonly string[],
): string {
  if (verdict.kind !== 'not-needed' || verdict.because === undefined) return '';
  const { sets } = verdict.because;
  if (sets.length === 0) return 'nothing relies on it, whichever other one is left out with it';
  const others = sets.map((set) => {
    return listed(
      set.map((n) => namedItem(items[n]!, columns)),
      'or',
    );
  });
  return `its work is done by ${others.join('; and by ')}`;
}

const namedItem = ({ words, thread, place }: BarrierItem, columns: readonly string[]): string =>
  `${words} (${siteWords(columns[thread]!, place)})`;

function verdictWord({ verdict }: BarrierItem, style: Style): string {
  switch (verdict.kind) {
    case 'needed':
      return style.bold('needed');
    case 'too-strong':
      return style.yellow(`too strong: ${verdict.enough} is enough`);
    case 'not-needed':
      return style.yellow('not needed');
    case 'unknown':
      return style.yellow('not known: a limit was hit');
  }
}

function togetherText(
  { items, columns }: Barriers,
  { weakened, kept, patch }: NonNullable<Barriers['together']>,
  width: number,
  style: Style,
): string[] {
  const named = (item: number): string => namedItem(items[item]!, columns);
  const own = weakened.filter(({ item }) => !items[item]!.isMinor);
  const gone = own.map(({ item, words }) => (words === 'nothing' ? named(item) : `${named(item)} to ${words}`));
  const minor = weakened.length - own.length;
  if (minor > 0) gone.push(`${minor} of what locks and keeps books`);
  const text = `All of these can be taken away or weakened at once: ${listed(gone, 'and')}.`;
  const but = kept.length === 0 ? '' : ` Then ${listed(kept.map(named), 'and')} must stay.`;
  return [...wrapped(text + but, width), ...(patch === undefined ? [] : ['', ...diffLines(patch, style)])];
}
