import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Asking, type Exit, exitCode, exitOfTests, exitRows, firstOf } from '../../src/cli/exit-codes.ts';
import { Tally } from '../../src/report/tally.ts';
import { RESULTS } from '../report/examples.ts';

describe('the exit code of a run of tests', () => {
  test.each<[string, readonly string[], number]>([
    ['0: all decided', ['sometimes', 'never', 'deadlock', 'race'], 0],
    ['1: contradicted', ['sometimes', 'contradicted', 'timeout'], 1],
    ['2: not understood, whatever else', ['error', 'contradicted', 'timeout'], 2],
    ['3: bounded', ['sometimes', 'timeout', 'never'], 3],
    ['130: interrupted, whatever else', ['interrupted', 'error'], 130],
  ])('%s', (_, names, expected) => {
    const tally = new Tally();
    for (const name of names) tally.add(RESULTS[name]!);
    expect(exitCode(exitOfTests(tally))).toBe(expected);
  });
});

test.each<[readonly Exit[], Exit]>([
  [[], 'decided'],
  [['decided', 'bounded', 'contradicted'], 'contradicted'],
  [['bounded', 'badInput', 'contradicted'], 'badInput'],
  [['badInput', 'internal'], 'internal'],
  [['cannotWrite', 'internal'], 'cannotWrite'],
  [['cannotWrite', 'SIGHUP'], 'SIGHUP'],
])('of %j the shell is told %s', (holding, first) => {
  expect(firstOf(...holding)).toBe(first);
  expect(firstOf(...holding.toReversed())).toBe(first);
});

test('docs/command.md has the table', () => {
  const section = readFileSync('docs/command.md', 'utf8').split('## Exit codes\n')[1]!.split('\n## ')[0]!;
  const lines = section.split('\n').filter((line) => /^\| \d/.test(line));
  const rows = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  const columns: readonly Asking[] = ['litmus', 'check', 'analysis'];
  const [one, ...others] = columns.map(exitRows);
  expect(rows).toEqual(one!.map(({ code, words }, i) => [`${code}`, words, ...others.map((rows) => rows[i]!.words)]));
});
