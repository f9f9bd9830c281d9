import type { Repairs } from '../explain/analysis.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import type { VariantAnswer } from '../explain/decision.ts';
import type { Patch } from '../explain/edit.ts';
import type { Repair } from '../explain/repair-search.ts';
import { again, headed } from './analysis-lines.ts';
import { decisionMendLines } from './decision-text.ts';
import { executionText, labelled } from './execution-text.ts';
import { listed, reasonWords, siteWords } from './execution-words.ts';
import { count, duration, type Style, wrapped } from './style.ts';

/** How to mend it, for people. */
export function repairsText(a: Repairs, width: number, style: Style): string {
  const { repairs, counterexample: c, decisions } = a;
  const mends = decisions?.mends.length ?? 0;
  const [word, more] = summary(a);
  const isMended = repairs.length + mends > 0;
  const lines = [headed(a, word, isMended ? style.green : style.red, more, width, style)];
  if (!isMended) lines.push(executionText(c, width, style).trimEnd());
  else
    lines.push(...labelled('Fails', c.failure.message, width, style), ...labelled('Why', reasonWords(c), width, style));
  if (decisions !== undefined) {
    lines.push('', ...decisionMendLines(decisions, width, style));
    if (repairs.length > 0) lines.push('', style.bold(`By barriers and suffixes, in ${a.name}:`));
  }
  for (const [i, repair] of repairs.entries()) lines.push('', ...repairLines(c, repair, i + 1, width, style));
  const tried = count(a.tried + (decisions?.tried ?? 0), decisions === undefined ? 'variant' : 'program');
  lines.push('', ...again(c, style), style.dim(`${tried} explored in ${duration(a.seconds)}`));
  return `${lines.join('\n')}\n`;
}

/** What was found, in a word or two, and the rest of the line. */
function summary({ repairs, decisions, maxEdits, architecture, complete, interleaving }: Repairs): [string, string] {
  const mends = decisions?.mends.length ?? 0;
  const limit = `with at most ${count(maxEdits, 'edit')}`;
  const none = interleaving
    ? `no barrier, ordering suffix or exchange of steps ${limit} helps: it fails although nothing is reordered`
    : complete
      ? `there is none ${limit}`
      : `none was found ${limit} before a limit was hit`;
  if (repairs.length > 0) {
    const order = `cheapest first${architecture === 'any' ? '' : ` on ${architecture}`}${complete ? '' : '; there may be others'}`;
    const also = mends === 0 ? '' : `, and ${mends} by other decisions`;
    return [count(repairs.length, 'repair'), `${limit}, ${order}${also}`];
  }
  if (mends === 0) return ['no repair', none];
  return [count(mends, 'repair'), `by other decisions; ${interleaving ? none : `of barriers ${none}`}`];
}

function repairLines(
  c: Counterexample,
  { edits, cost, executions, patch, elsewhere = [] }: Repair,
  number: number,
  width: number,
  style: Style,
): string[] {
  const proved = `cost ${cost}; none of its ${count(executions, 'execution')} fails`;
  const lines = [`${style.bold(`${number}.`)} ${style.dim(proved)}`];
  for (const { words, thread, place } of edits) lines.push(`   ${words} (${siteWords(c.columns[thread]!, place)})`);
  if (elsewhere.length > 0) lines.push(...wrapped(elsewhereWords(elsewhere), width - 3).map((line) => `   ${line}`));
  if (patch !== undefined && number === 1) lines.push('', ...diffLines(patch, style));
  return lines;
}

/** What becomes of the other variants that are broken, with the same edits. */
function elsewhereWords(elsewhere: readonly VariantAnswer[]): string {
  const names = (isHolding: boolean): string[] =>
    elsewhere.filter(({ answer }) => (answer.kind === 'holds') === isHolding).map(({ variant }) => variant);
  const [mended, left] = [names(true), names(false)];
  if (left.length === 0) return `mends ${listed(mended, 'and')} as well`;
  const also = mended.length === 0 ? '' : `mends ${listed(mended, 'and')} as well; `;
  return `${also}${listed(left, 'and')} ${left.length === 1 ? 'stays' : 'stay'} broken`;
}

/** A unified diff. */
export const diffLines = ({ diff }: Patch, style: Style): string[] =>
  diff
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('+') ? style.green(line) : line.startsWith('-') ? style.red(line) : line));
