import type { CellAnswer } from '../explain/decision.ts';
import type { CellResult } from '../fronts/races/cell-result.ts';
import { isWeakest, LADDER, MODELS, type ModelName, modelInfo } from '../models/registry.ts';
import { listed } from './execution-words.ts';
import { machineNames } from './machine-words.ts';
import { PLAIN, type Style } from './style.ts';

/** One race, and the names of its variants in their order. */
export interface TableRace {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly string[];
}

/** What is in a cell: `holds`, or the strongest model that is enough to break it. */
export function cellWord(cell: CellAnswer | undefined): string {
  switch (cell?.kind) {
    case undefined:
      return '';
    case 'holds':
    case 'vacuous':
      return cell.kind;
    case 'violated':
      return modelInfo(cell.model).short;
    case 'deadlock':
      return 'stuck';
    case 'data-race':
      return 'races';
    case 'bounded':
    case 'interrupted':
      return '?';
    case 'absent':
      return '-';
    case 'error':
      return 'error';
  }
}

/** What the words mean that are not plain, those that the cells have, as lines of text. */
export function legend(cells: readonly CellResult[]): string[] {
  const shown = wordMeanings(cells);
  const left = Math.max(WORD, ...shown.map(([word]) => word.length)) + 1;
  return shown.map(([word, text]) => `${word.padEnd(left)}${text}`);
}

/** The words that the cells have and that are not plain, each with what it means. */
export function wordMeanings(cells: readonly CellResult[]): [word: string, meaning: string][] {
  const words = new Set(cells.map(cellWord));
  const held = MODELS.filter((model) => cells.some((cell) => cell.kind === 'holds' && cell.model === model));
  const weakest = held.find(isWeakest);
  const lines = {
    holds:
      weakest === undefined
        ? `no execution of ${held.map((model) => modelInfo(model).short).join(', ')} breaks it; weaker models were not asked`
        : `no execution of ${modelInfo(weakest).words} breaks it, so none of ${strongerWords(weakest)} does`,
    ...Object.fromEntries(MODELS.map(modelInfo).map(({ short, brokenBy }) => [short, brokenBy])),
    vacuous: 'what is judged happens in no execution, nothing is claimed: holdfast explain vacuous',
    stuck: 'a thread may wait without end',
    races: 'plain accesses race',
    '?': 'a limit was hit, nothing is claimed',
    '-': 'the race does not exist there',
    error: 'it could not be checked',
  };
  return Object.entries(lines).filter(([word]) => words.has(word));
}

function strongerWords(model: ModelName): string {
  const { stronger } = modelInfo(model);
  const ladder = LADDER.filter((other) => stronger.includes(other)).map((other) => modelInfo(other).short);
  return listed([...ladder, ...machineNames(stronger.filter((other) => !LADDER.includes(other)))], 'or');
}

const INDENT = 4;

/** How wide the labels and the gaps between columns are, the roomiest first. */
const MEASURES = [
  { label: 26, gap: 2 },
  { label: 20, gap: 1 },
  { label: 8, gap: 1 },
] as const;
/** How wide the words of most cells are. */
const WORD = 5;
/** `word`: how wide the widest word is. */
type Measures = { readonly left: number; readonly gap: number; readonly word: number };

/**
 * Races by designs. Variants of a race that agree everywhere share a line; a race whose variants all do has one line.
 * Labels are cut off and gaps narrowed so that all designs fit beside each other; those that do not even so go into
 * another block below.
 */
export function cellTable(
  races: readonly TableRace[],
  designs: readonly string[],
  cells: readonly CellResult[],
  width: number,
  style: Style = PLAIN,
): string {
  const found = new Map(cells.map((cell) => [`${cell.scenario} ${cell.variant} ${cell.design}`, cell]));
  const cell = (race: string, variant: string, design: string): CellResult | undefined =>
    found.get(`${race} ${variant} ${design}`);
  const groups = races.map(({ name, variants }) =>
    agreeing(variants, (variant) => designs.map((design) => cellWord(cell(name, variant, design)))),
  );
  const labels = groups.flatMap((lines) => (lines.length > 1 ? lines.map((line) => line.join(', ')) : []));
  const longest = Math.max(8, ...labels.map((label) => label.length));
  const word = Math.max(WORD, ...cells.map((each) => cellWord(each).length));
  const measures = MEASURES.map(({ label, gap }) => ({ left: Math.min(label, longest) + INDENT, gap, word }));
  const fits = (measures: Measures): boolean =>
    designs.reduce((used, design) => used + columnWidth(design, measures), measures.left) - measures.gap <= width;
  const chosen = measures.find(fits) ?? measures.at(-1)!;
  const blocks: string[] = [];
  for (let from = 0; from < designs.length; ) {
    let to = from;
    for (let used = chosen.left; to < designs.length; to++) {
      used += columnWidth(designs[to]!, chosen);
      if (used - chosen.gap > width && to > from) break;
    }
    blocks.push(block(races, groups, designs.slice(from, to), cell, chosen, style));
    from = to;
  }
  return blocks.join('\n');
}

/** Variants of a race, those together that have the same words everywhere. */
export function agreeing(variants: readonly string[], wordsOf: (variant: string) => readonly string[]): string[][] {
  const lines = new Map<string, string[]>();
  for (const variant of variants) {
    const key = wordsOf(variant).join();
    lines.set(key, [...(lines.get(key) ?? []), variant]);
  }
  return [...lines.values()];
}

const columnWidth = (design: string, { gap, word }: Measures): number => Math.max(design.length, word) + gap;

function block(
  races: readonly TableRace[],
  groups: readonly (readonly (readonly string[])[])[],
  designs: readonly string[],
  cell: (race: string, variant: string, design: string) => CellResult | undefined,
  measures: Measures,
  style: Style,
): string {
  const { left } = measures;
  const lines = [
    ''.padEnd(left) + designs.map((design) => style.bold(design.padEnd(columnWidth(design, measures)))).join(''),
  ];
  const row = (label: string, race: string, variant: string): void => {
    const words = designs.map((design) => {
      const word = cellWord(cell(race, variant, design));
      return coloured(word, style) + ' '.repeat(Math.max(0, columnWidth(design, measures) - word.length));
    });
    if (label.length >= left) lines.push(label, ''.padEnd(left) + words.join(''));
    else lines.push(label.padEnd(left) + words.join(''));
  };
  races.forEach(({ name, title }, i) => {
    lines.push(`${style.bold(name)} ${title}`);
    const own = groups[i]!;
    for (const variants of own) {
      row(' '.repeat(INDENT) + (own.length > 1 ? variants.join(', ') : ''), name, variants[0]!);
    }
  });
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function coloured(word: string, style: Style): string {
  if (word === 'holds') return style.green(word);
  if (word === '-' || word === '') return style.dim(word);
  return word === '?' || word === 'vacuous' ? style.yellow(word) : style.red(word);
}
