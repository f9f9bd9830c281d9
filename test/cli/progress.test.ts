import { expect, test } from 'vitest';
import { progressLine } from '../../src/cli/progress.ts';

test.each([
  [{ done: 3, total: 20, noun: 'test', running: [] }, '3 of 20 tests, 7 s'],
  [
    {
      done: 3,
      total: 20,
      noun: 'test',
      running: [
        { name: 'a/b.litmus', executions: 5 },
        { name: 'a/c.litmus', executions: 12345 },
      ],
    },
    '3 of 20 tests, 7 s, 12 345 executions of c.litmus',
  ],
  [{ done: 0, total: 1, noun: 'test', running: [{ name: 'b.litmus', executions: 1 }] }, '7 s, 1 execution of b.litmus'],
])('%j', (state, line) => {
  expect(progressLine(state, 7.2)).toBe(line);
});
