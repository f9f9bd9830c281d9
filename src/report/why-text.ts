import type { Whys } from '../explain/analysis.ts';
import { type Decision, isSame, type Why, type WhyStep } from '../explain/decision.ts';
import { cellWord } from './cell-table.ts';
import { commitText } from './commit-text.ts';
import { listed } from './execution-words.ts';
import { count, duration, type Style, wrapped } from './style.ts';

/** What moved the cells of a race, for people. Variants of which the same is to be said are told together. */
export function whyText({ name, from, to, stories, complete, seconds }: Whys, width: number, style: Style): string {
  const told = new Map<string, { story: Why; variants: string[] }>();
  for (const story of stories) {
    const key = JSON.stringify({ ...story, variant: '' });
    const known = told.get(key);
    if (known === undefined) told.set(key, { story, variants: [story.variant] });
    else known.variants.push(story.variant);
  }
  const lines = [`${style.bold(`${name}, ${from} to ${to}`)}`];
  for (const { story, variants } of told.values()) {
    lines.push(
      '',
      ...wrapped(variants.join(', '), width).map(style.bold),
      ...storyLines(story, { from, to }, width, style),
    );
  }
  if (!complete) lines.push('', style.yellow('A limit was hit: what moved a cell may not be all that could.'));
  lines.push('', style.dim(`${count(stories.length, 'variant')} in ${duration(seconds)}`));
  return `${lines.join('\n')}\n`;
}

/** How one cell became another: each commit with the cell after it, then which decisions alone are enough. */
export function storyLines(story: Why, ends: { from: string; to: string }, width: number, style: Style): string[] {
  const { steps } = story;
  const first = `${ends.from} ${style.bold(cellWord(story.from))} -> ${ends.to} ${style.bold(cellWord(story.to))}`;
  const lines = [
    `  ${first}${steps.length === 0 ? ': nothing between takes a decision otherwise that the race asks for' : ''}`,
  ];
  let before = story.from;
  for (const step of steps) {
    lines.push(...stepLines(step, isSame(before, step.after) ? '' : cellWord(step.after), width, style));
    before = step.after;
  }
  return [...lines, ...moverLines(story, ends, width)];
}

function stepLines({ commit, decisions }: WhyStep, word: string, width: number, style: Style): string[] {
  const name = commit === undefined ? 'no kernel' : commitText(commit);
  const moved = word === '' ? [] : [`      ${style.bold(`then ${word}`)}`];
  return [...indented(name, 4, width), ...indented(decisions.map(decisionText).join(', '), 8, width), ...moved];
}

/** `Moved by forkSeqcount=wmb (57efa1fe5957): taken alone, it makes v5.9 what v5.11 is; nothing less does.` */
function moverLines(
  { from, to, steps, movers, complete }: Why,
  ends: { from: string; to: string },
  width: number,
): string[] {
  if (isSame(from, to)) {
    if (steps.length === 0) return [];
    const wasOther = steps.some(({ after }) => !isSame(from, after));
    return [wasOther ? '  None of these moved the cell for good.' : '  None of these moved the cell.'];
  }
  if (movers.length === 0) return [];
  const sets = movers.map((set) => listed(set.map(decisionWords), 'and'));
  const less = complete ? '; nothing less does' : '';
  const taken = movers.some(({ length }) => length > 1) ? 'they make' : 'it makes';
  return indented(
    `Moved by ${sets.join(', or by ')}: taken alone, ${taken} ${ends.from} what ${ends.to} is${less}.`,
    2,
    width,
  );
}

/** `forkSeqcount=wmb` */
export const decisionText = ({ knob, value }: Pick<Decision, 'knob' | 'value'>): string => `${knob}=${value}`;

/** With the commit that brought it. */
function decisionWords(decision: Decision): string {
  const commit = decision.kernels.flatMap(({ commits }) => commits).at(-1);
  return commit === undefined ? decisionText(decision) : `${decisionText(decision)} (${commit.hash})`;
}

const indented = (text: string, indent: number, width: number): string[] =>
  wrapped(text, width - indent).map((line) => ' '.repeat(indent) + line);
