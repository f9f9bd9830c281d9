import { describe, expect, test } from 'vitest';
import { contradiction, type Expectation, type LitmusResult } from '../../../src/fronts/litmus/litmus-result.ts';
import { Tally } from '../../../src/report/tally.ts';
import { RESULTS, SB } from '../../report/examples.ts';

const promising = (verdict: Expectation, by: 'comment' | 'option' = 'comment', race = false) => ({
  promised: { by, verdict, race },
});

describe('a promise', () => {
  test.each<[string, LitmusResult, string | undefined]>([
    ['is kept', { ...SB, ...promising('Sometimes') }, undefined],
    ['is broken by another verdict', { ...SB, ...promising('Never') }, 'the Result: comment says Never'],
    ['of an option is broken too', { ...SB, ...promising('Always', 'option') }, '--expect says Always'],
    ['is void where accesses race', { ...SB, ...promising('Never'), flags: ['data-race'] }, undefined],
    [
      'of an option is not void where accesses race',
      { ...SB, ...promising('Never', 'option'), flags: ['data-race'] },
      '--expect says Never',
    ],
    [
      'of a data race is broken where there is none',
      { ...SB, ...promising('Sometimes', 'comment', true) },
      'the Result: comment says DATARACE, and there is no data race',
    ],
    ['of a deadlock is kept by one', { ...RESULTS.deadlock!, ...promising('Deadlock') } as LitmusResult, undefined],
    [
      'of Never, in a comment, is kept by a deadlock',
      { ...RESULTS.deadlock!, ...promising('Never') } as LitmusResult,
      undefined,
    ],
    [
      'of Never, in an option, is broken by a deadlock',
      { ...RESULTS.deadlock!, ...promising('Never', 'option') } as LitmusResult,
      '--expect says Never',
    ],
    [
      'of a data race is neither kept nor broken once the condition is decided',
      { ...RESULTS.decide!, ...promising('Never', 'comment', true) } as LitmusResult,
      undefined,
    ],
    [
      'of a deadlock is broken by Never, whatever was asked',
      { ...RESULTS.decide!, verdict: 'Never', ...promising('Deadlock') } as LitmusResult,
      'the Result: comment says Deadlock',
    ],
    [
      'is neither kept nor broken at a limit',
      { ...RESULTS.timeout!, ...promising('Never') } as LitmusResult,
      undefined,
    ],
    [
      'of Always is not broken by one witness',
      { ...RESULTS.decide!, ...promising('Always') } as LitmusResult,
      undefined,
    ],
    [
      'of Never is broken by one witness',
      { ...RESULTS.decide!, ...promising('Never') } as LitmusResult,
      'the Result: comment says Never',
    ],
  ])('%s', (_, result, expected) => {
    expect(contradiction(result)).toBe(expected);
  });
});

test('the line under many tests', () => {
  const tally = new Tally();
  for (const result of Object.values(RESULTS)) tally.add(result);
  expect(tally.text(1.25)).toBe(
    'Slowest: tests/long.litmus, 3.5 s\n' +
      '         tests/SB.litmus, not decided in 2.1 ms\n' +
      '17 tests: 1 Never, 9 Sometimes, 1 Always, 1 deadlock, 3 bounded, 1 interrupted, 1 not understood, ' +
      '2 contradicted; 123 507 executions in 1.3 s\n',
  );
});
