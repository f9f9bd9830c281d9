import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ASKED,
  OPTIONS,
  type OptionName,
  type OptionRow,
  type QuestionName,
  settingsFrom,
} from '../../src/ask/options.ts';

const ROWS = Object.entries(OPTIONS) as [OptionName, OptionRow<unknown, QuestionName>][];

const code = (name: unknown): string => `\`${name}\``;

/** The table of docs/library.md. */
const TABLE = ROWS.map(([name, { kind, of, words, unless, ...row }]) => [
  code(name),
  of.length === ASKED.length ? 'every question' : of.map(code).join(', '),
  kind.expected.replace('one of ', '').replace(', or none', ''),
  row.default === undefined ? (unless ?? '') : code(row.default),
  words.replace('; none for as long as it takes', ''),
]);

test('docs/library.md has every option', () => {
  const lines = readFileSync('docs/library.md', 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| option '));
  const rows = lines.slice(start + 2, lines.indexOf('', start)).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  expect(rows).toEqual(TABLE);
});

test.each(ROWS)('%s: a value is read as it is accepted, and none else', (_, { kind, ...row }) => {
  for (const text of kind.choices ?? ['1', '7']) {
    const value = kind.read(text);
    expect(kind.noun === undefined || kind.has(value)).toBe(true);
  }
  if (row.default !== undefined) expect(kind.has(row.default)).toBe(true);
  for (const text of ['', 'x', '-1', '0', 'NaN', '1e3', ' 1', '__proto__']) expect(kind.read(text)).toBe(undefined);
  for (const value of ['', 'x', -1, 0, Number.NaN, null, {}, []]) expect(kind.has(value)).toBe(false);
});

test.each([
  ['lkmm', 'any'],
  ['tso', 'x86'],
  ['arm64+llsc', 'arm64'],
  ['riscv', 'riscv'],
  ['power', 'power'],
] as const)('a repair under %s is to be cheap on %s', (model, architecture) => {
  expect(settingsFrom({ model }).architecture).toBe(architecture);
  expect(settingsFrom({ model, architecture: 'any' }).architecture).toBe('any');
});
