import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/fronts/races/cell-result.ts';
import { cellTable, cellWord, legend } from '../../src/report/cell-table.ts';

const EVERY = {
  model: 'lkmm',
  property: 'I4',
  promise: 'it stays',
  executions: 1,
  blocked: 0,
  seconds: 0,
  asked: [],
} as const;

function cell(scenario: string, variant: string, design: string, word: string): CellResult {
  const of = { ...EVERY, scenario, variant, design };
  const failure = { property: 'I4', message: 'wrong', steps: [] } as const;
  if (word === 'holds') return { ...of, kind: 'holds' };
  if (word === '-') return { ...of, kind: 'absent', reason: 'not there' };
  if (word === '?') return { ...of, kind: 'bounded' };
  return { ...of, kind: 'violated', model: word.toLowerCase() as 'sc' | 'tso' | 'lkmm', failure };
}

const DESIGNS = ['v4.4', 'v5.9-rc', 'v6.12'];
const rows: readonly [string, string, readonly string[]][] = [
  ['A', 'one', ['SC', 'LKMM', 'holds']],
  ['A', 'two', ['SC', 'LKMM', 'holds']],
  ['A', 'three', ['-', 'TSO', '?']],
  ['B', 'only', ['holds', 'holds', 'holds']],
];
const cells = rows.flatMap(([scenario, variant, words]) =>
  words.map((word, i) => cell(scenario, variant, DESIGNS[i]!, word)),
);
const RACES = [
  { name: 'A', title: 'the first race', variants: ['one', 'two', 'three'] },
  { name: 'B', title: 'the second race', variants: ['only'] },
];

describe('races by designs', () => {
  it('variants that agree share a line, and need no name where all agree', () => {
    expect(cellTable(RACES, DESIGNS, cells, 80)).toBe(`            v4.4   v5.9-rc  v6.12
A the first race
    one, two
            SC     LKMM     holds
    three   -      TSO      ?
B the second race
            holds  holds    holds
`);
  });

  it('what does not fit goes below', () => {
    expect(cellTable(RACES.slice(1), DESIGNS, cells, 26)).toBe(`            v4.4  v5.9-rc
B the second race
            holds holds

            v6.12
B the second race
            holds
`);
  });

  it('what is not known is left empty', () => {
    expect(cellTable(RACES.slice(1), DESIGNS, [], 80).split('\n').slice(2)).toEqual(['', '']);
  });
});

it.each(['SC', 'TSO', 'LKMM', 'holds', '-', '?'])('%s is a word of a cell', (word) => {
  expect(cellWord(cell('A', 'one', 'v4.4', word))).toBe(word);
});

it('what holds is said to hold under the models that were asked, no more', () => {
  const strong = cells.map((each): CellResult => ({ ...each, model: 'sc' }));
  expect(legend(cells)[0]).toBe(
    'holds no execution of the LKMM breaks it, so none of SC, TSO, arm64, RISC-V or Power does',
  );
  expect(legend(strong)[0]).toBe('holds no execution of SC breaks it; weaker models were not asked');
});

it('only the words that are there are explained', () => {
  expect(legend(cells.slice(0, 3)).map((line) => line.split(' ')[0])).toEqual(['holds', 'SC', 'LKMM']);
});
