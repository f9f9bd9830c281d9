import { describe, expect, test } from 'vitest';
import { litmusLine, litmusText } from '../../src/report/litmus-text.ts';
import { RESULTS, SB } from './examples.ts';

test('one test in full', () => {
  expect(litmusText(SB)).toBe(`SB: Sometimes under the LKMM (2.1 ms)
exists (0:r0=0 /\\ 1:r0=0)

  0:r0  1:r0
     0     0  <-
     0     1
     1     0
     1     1

4 states (<- satisfies the condition); every one of 4 executions visited: 1 with
the condition, 3 without.
`);
});

describe.each([40, 80, 200])('%i columns', (width) => {
  test.each(Object.keys(RESULTS))('%s', (name) => {
    expect(litmusText(RESULTS[name]!, width)).toMatchSnapshot();
  });
});

test.each(Object.keys(RESULTS))('one among many: %s', (name) => {
  expect(litmusLine(RESULTS[name]!)).toMatchSnapshot();
});

test('says which of the two was counted', () => {
  expect(litmusText(RESULTS.states!, 200)).toContain(', from 4 executions visited; --executions counts every one.');
  expect(litmusText(RESULTS.sometimes!, 200)).toContain('; every one of 4 executions visited:');
});

test('claims nothing at a limit', () => {
  for (const name of ['timeout', 'unroll', 'interrupted']) {
    expect(litmusText(RESULTS[name]!, 200)).not.toMatch(/Never|Sometimes|Always/);
    expect(litmusLine(RESULTS[name]!, 200)).not.toMatch(/Never|Sometimes|Always/);
  }
});

test('states that satisfy the condition come first, and no more of the others than can be read', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [i]);
  const satisfies = rows.map(([i]) => i === 777);
  const text = litmusText({ ...SB, states: { observed: ['0:r0'], rows, satisfies } });
  expect(text.split('\n').slice(3, 6)).toEqual(['  0:r0', '   777  <-', '     0']);
  expect(text).toContain('and 968 more states (--format herd or json has all)');
});

test('a line for each state where a table would be too wide', () => {
  const observed = Array.from({ length: 12 }, (_, i) => `${i}:register`);
  const text = litmusText({ ...SB, states: { observed, rows: [observed.map((_, i) => i)], satisfies: [true] } }, 60);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  expect(text).toContain('  0:register=0; 1:register=1; 2:register=2;');
});
