import type { Analysis, Barriers, Deadlocks, Holds, IsBounded, IsInterrupted, Shows } from '../explain/analysis.ts';
import type { BarrierItem } from '../explain/barriers.ts';
import { modelInfo } from '../models/registry.ts';
import { again, headed } from './analysis-lines.ts';
import { decisionMendLines } from './decision-text.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { differenceText, onlyLines } from './difference-text.ts';
import { executionText, labelled } from './execution-text.ts';
import { listed, siteWords } from './execution-words.ts';
import { diffLines, repairsText } from './repairs-text.ts';
import { count, duration, grouped, PLAIN, type Style, wrapped } from './style.ts';
import { whyText } from './why-text.ts';

/** The answer to any question about a protocol, for people. */
export function analysisText(a: Analysis, width = 80, style: Style = PLAIN): string {
  switch (a.kind) {
    case 'execution':
      return showsText(a, width, style);
    case 'holds':
      return holdsText(a, width, style);
    case 'barriers':
      return barriersText(a, width, style);
    case 'repairs':
      return repairsText(a, width, style);
    case 'difference':
      return differenceText(a, width, style);
    case 'why':
      return whyText(a, width, style);
    case 'deadlock':
      return deadlockText(a, width, style);
    case 'bounded':
    case 'interrupted':
      return undecidedText(a, width, style);
    case 'error':
      return a.diagnostics.map((d) => diagnosticText(d, width, style)).join('\n');
  }
}

function showsText(a: Shows, width: number, style: Style): string {
  const { counterexample: c, mend, analysis, warnings } = a;
  const head =
    analysis === 'barriers'
      ? headed(
          a,
          'broken as it stands',
          style.red,
          `so its barriers cannot be judged; ${c.failure.message}`,
          width,
          style,
        )
      : headed(a, c.failure.kind === 'violated' ? 'possible' : 'broken', style.red, c.failure.message, width, style);
  const lines = [
    ...warnings.map((d) => diagnosticText(d, width, style)),
    head,
    executionText(c, width, style).trimEnd(),
  ];
  if (mend.kind !== 'unasked') lines.push(...labelled('Mend', mendWords(mend, c.columns), width, style));
  lines.push(...again(c, style));
  return `${lines.join('\n')}\n`;
}

/** What to do about a failure, in one sentence. */
export function mendWords(mend: Shows['mend'], columns: readonly string[]): string {
  switch (mend.kind) {
    case 'repair': {
      const { edits, executions } = mend.repair;
      const words = listed(
        edits.map((edit) => `${edit.words} (${siteWords(columns[edit.thread]!, edit.place)})`),
        'and',
      );
      return `${words}; then none of its ${count(executions, 'execution')} fails.`;
    }
    case 'interleaving':
      return `no barrier, suffix or exchange of steps helps, since nothing is reordered${mend.decides ? '; holdfast repair tries other decisions' : ''}.`;
    case 'none':
      return 'none found in a short time; holdfast repair looks further.';
    case 'unasked':
      return '';
  }
}

/** Who waits, and the way there. */
function deadlockText(a: Deadlocks, width: number, style: Style): string {
  const { counterexample: c } = a;
  if (c === undefined) return headed(a, 'deadlock', style.red, 'no execution completes', width, style);
  const head = headed(a, 'deadlock', style.red, c.failure.message, width, style);
  const decisions = a.decisions === undefined ? [] : ['', ...decisionMendLines(a.decisions, width, style)];
  return `${[head, executionText(c, width, style).trimEnd(), ...again(c, style), ...decisions].join('\n')}\n`;
}

/** What is known nevertheless: how much was visited, and of two what one allows and the other for certain does not. */
function undecidedText(a: IsBounded | IsInterrupted, width: number, style: Style): string {
  const { kind, executions, blocked, partial } = a;
  const word = kind === 'bounded' ? 'not decided' : 'interrupted';
  const why = kind === 'bounded' ? 'a limit was hit, and nothing is claimed' : 'nothing is claimed';
  const visited = executions + blocked;
  const head = headed(a, word, style.yellow, `${why}; ${count(visited, 'execution')} visited`, width, style);
  return partial === undefined
    ? head
    : `${[head.trimEnd(), ...onlyLines(a, partial, width, style)].join('\n').trimEnd()}\n`;
}

function holdsText(a: Holds, width: number, style: Style): string {
  const blocked =
    a.blocked === 0 ? '' : `, and ${grouped(a.blocked)} that do not count, since a thread waits in them without end`;
  const visited = `${count(a.executions, 'execution')} visited under ${modelInfo(a.model).words} in ${duration(a.seconds)}${blocked}`;
  return headed(a, 'holds', style.green, `${a.promise}; ${visited}`, width, style);
}

function barriersText(a: Barriers, width: number, style: Style): string {
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

/** A line for each barrier where that fits, else two: what it is, with the verdict, and where it stands. */
function barrierLines({ items, columns }: Barriers, width: number, style: Style): string[] {
  const rows = items.map((item) => {
    const { words, thread, place } = item;
    const where =
      place.function === undefined ? `${columns[thread]}:${place.line}` : siteWords(columns[thread]!, place);
    return { words, where, verdict: verdictWord(item, PLAIN), styled: verdictWord(item, style) };
  });
  const longest = (of: 'words' | 'where' | 'verdict'): number => Math.max(0, ...rows.map((row) => row[of].length));
  const [words, where, verdict] = [longest('words'), longest('where'), longest('verdict')];
  if (where + words + verdict + 6 <= width) {
    return rows.map((row) => `  ${style.dim(row.where.padEnd(where))}  ${row.words.padEnd(words)}  ${row.styled}`);
  }
  const code = Math.min(words, Math.max(20, width - verdict - 4));
  return rows.flatMap((row) => {
    const [first = '', ...rest] = wrapped(row.words, code);
    const more = rest.map((line) => `    ${line}`);
    return [
      `  ${first.padEnd(code)}  ${row.styled}`,
      ...more,
      ...wrapped(row.where, width - 4).map((line) => style.dim(`    ${line}`)),
    ];
  });
}

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
  const named = (item: number): string => {
    const { words, thread, place } = items[item]!;
    return `${words} (${siteWords(columns[thread]!, place)})`;
  };
  const gone = weakened.map(({ item, words }) => (words === 'nothing' ? named(item) : `${named(item)} to ${words}`));
  const text = `All of these can be taken away or weakened at once: ${listed(gone, 'and')}.`;
  const but = kept.length === 0 ? '' : ` Then ${listed(kept.map(named), 'and')} must stay.`;
  return [...wrapped(text + but, width), ...(patch === undefined ? [] : ['', ...diffLines(patch, style)])];
}
