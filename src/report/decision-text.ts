import {
  type Decision,
  type DecisionMend,
  type DecisionMends,
  isFailing,
  isHolding,
  type Stretch,
} from '../explain/decision.ts';
import { cellWord } from './cell-table.ts';
import { commitText } from './commit-text.ts';
import { listed } from './execution-words.ts';
import { count, type Style, wrapped } from './style.ts';

/** What other decisions mend a race, for people. */
export function decisionMendLines(found: DecisionMends, width: number, style: Style): string[] {
  const { before, mends, complete } = found;
  const lines = [style.bold('By other decisions:')];
  const isOne = before.length < 2;
  if (!isOne) lines.push(...wrapped(`As it stands: ${answerWords(before)}.`, width));
  if (mends.length === 0) {
    const why = complete ? 'no other decisions, that are so few, mend it.' : 'none were found before a limit was hit.';
    return [...lines, ...wrapped(why, width)];
  }
  for (const [i, mend] of mends.entries()) lines.push('', ...mendLines(mend, i + 1, isOne, width, style));
  if (!complete) lines.push('', style.yellow('A limit was hit: there may be others.'));
  return lines;
}

function mendLines(mend: DecisionMend, number: number, isOne: boolean, width: number, style: Style): string[] {
  const { decisions, kernel, after } = mend;
  const [first = '', ...rest] = decisions.flatMap((decision) => decisionLines(decision, width - 3, style));
  const head = `${style.bold(`${number}.`)} `;
  const lines =
    kernel === undefined
      ? [`${head}${first}`, ...rest.map((line) => `   ${line}`)]
      : [
          `${head}as ${kernel} does, the first later kernel in which ${heldWords(after)}:`,
          ...[first, ...rest].map((line) => `   ${line}`),
        ];
  return isOne ? lines : [...lines, ...wrapped(`then ${answerWords(after)}`, width - 3).map((line) => `   ${line}`)];
}

const heldWords = (after: DecisionMend['after']): string =>
  after.length === 1 ? 'it holds' : after.every(({ answer }) => isHolding(answer)) ? 'all hold' : 'so many hold';

/** What it is, and where kernels do so. */
function decisionLines(decision: Decision, width: number, style: Style): string[] {
  const { knob, value, about, meaning } = decision;
  const name = `${knob}=${value}`;
  const [first = '', ...rest] = wrapped(`${name}: ${about}: ${meaning}`, width - 2);
  return [
    style.bold(name) + first.slice(name.length),
    ...rest.map((line) => `  ${line}`),
    ...kernelLines(decision).flatMap((line) => wrapped(line, width - 4).map((part) => style.dim(`    ${part}`))),
  ];
}

/** Which kernels take a decision so, and the commit that brought it; a line for each stretch of them. */
export function kernelLines({ kernels, machine }: Pick<Decision, 'kernels' | 'machine'>): string[] {
  if (machine !== undefined) return [`no kernel has this, but those on ${machine}`];
  return kernels.length === 0 ? ['no kernel has this'] : kernels.map(stretchWords);
}

function stretchWords({ since, until, commits }: Stretch): string {
  const commit = commits.at(-1);
  const end = until === undefined ? '' : `, to before ${until}`;
  if (commit !== undefined) return `${commitText(commit)}${end}`;
  if (since !== undefined) return `from ${since}${end}`;
  return until === undefined ? 'in every kernel' : `in kernels before ${until}`;
}

/** `first and later hold; large-first is broken (LKMM)`, or that all hold. */
export function answerWords(answers: DecisionMend['after']): string {
  const by = new Map<string, string[]>();
  for (const { variant, answer } of answers) {
    const word = isFailing(answer) ? `broken (${cellWord(answer)})` : cellWord(answer);
    by.set(word, [...(by.get(word) ?? []), variant]);
  }
  if (by.size === 1 && by.has('holds'))
    return answers.length === 1 ? 'it holds' : `all ${count(answers.length, 'variant')} hold`;
  return [...by].map(([word, variants]) => `${listed(variants, 'and')} ${wordFor(word, variants.length)}`).join('; ');
}

function wordFor(word: string, n: number): string {
  if (word === 'holds') return n === 1 ? 'holds' : 'hold';
  if (word === '-') return n === 1 ? 'does not exist' : 'do not exist';
  if (word === '?') return n === 1 ? 'is not decided' : 'are not decided';
  return `${n === 1 ? 'is' : 'are'} ${word}`;
}
