import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkLitmus } from '../../src/fronts/litmus/check-litmus.ts';
import { QUESTIONS, type Question } from '../../src/fronts/litmus/litmus-result.ts';
import { DEFAULT_UNROLL } from '../../src/litmus/compile.ts';
import { litmusJson } from '../../src/report/litmus-json.ts';
import { type Answer, CORPUS, CORPUS_MISSING, differences, type Expected, readExpected } from './expected.ts';

const all = process.env.HOLDFAST_CORPUS_ALL === '1';
const rows = CORPUS_MISSING === undefined ? readExpected().filter((_, i) => all || i % 10 === 0) : [];
const finished = rows.filter(({ states }) => states !== undefined);
const rejected = rows.filter(({ note }) => note === 'herd7 rejects it');
const unfinished = rows.filter((row) => !finished.includes(row) && !rejected.includes(row));

function check({ path }: Expected, question: Question): Answer {
  const text = readFileSync(join(CORPUS, path), 'utf8');
  const result = checkLitmus(path, text, {
    model: 'lkmm',
    question,
    unroll: DEFAULT_UNROLL,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Date.now() + 10_000,
    onExecution: undefined,
  });
  return JSON.parse(litmusJson(result)) as Answer;
}

describe.skipIf(CORPUS_MISSING !== undefined)(CORPUS_MISSING ?? 'the corpus', () => {
  describe.each(QUESTIONS)('%s, as herd7', (question) => {
    test.each(finished.map((row) => [row.path, row] as const))('%s', (_, row) => {
      expect(differences(check(row, question), row)).toEqual([]);
    });
  });

  test.each(rejected.map((row) => [row.path, row] as const))('herd7 rejects it, and so do we: %s', (_, row) => {
    expect(check(row, 'states').kind).toBe('error');
  });

  test.each(unfinished.map((row) => [row.path, row] as const))('herd7 does not finish it: %s', (_, row) => {
    expect(differences(check(row, 'decide'), row)).toEqual([]);
  });
});
