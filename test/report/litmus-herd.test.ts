import { expect, test } from 'vitest';
import { litmusHerd } from '../../src/report/litmus-herd.ts';
import { RESULTS, SB } from './examples.ts';

test('exists is Allowed', () => {
  expect(litmusHerd(SB)).toBe(`Test SB Allowed
States 4
0:r0=0; 1:r0=0;
0:r0=0; 1:r0=1;
0:r0=1; 1:r0=0;
0:r0=1; 1:r0=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (0:r0=0 /\\ 1:r0=0)
Observation SB Sometimes 1 3
Time SB 0.00

`);
});

test('~exists is Forbidden: an execution without the proposition is its witness', () => {
  const text = litmusHerd(RESULTS.forbidden!);
  expect(text).toContain('Test SB Forbidden\n');
  expect(text).toContain('\nNo\nWitnesses\nPositive: 3 Negative: 1\n');
  expect(text).toContain('\nObservation SB Sometimes 1 3\n');
});

test('forall is Required; pointers and locations are written as herd7 7.58 does', () => {
  const text = litmusHerd(RESULTS.pointers!);
  expect(text).toContain('Test SB Required\nStates 2\n1:r2=x0; [x0]=3;\n1:r2=y; [x0]=2;\nOk\n');
  expect(text).toContain('\nObservation SB Always 2 0\n');
});

test('flags have a line each, before the condition', () => {
  expect(litmusHerd(RESULTS.race!)).toContain('\nFlag data-race\nFlag mixed-accesses\nCondition ');
});

test('where nothing completes: Never 0 0', () => {
  expect(litmusHerd(RESULTS.deadlock!)).toContain('States 0\nNo\nWitnesses\nPositive: 0 Negative: 0\n');
  expect(litmusHerd(RESULTS.deadlock!)).toContain('\nObservation SB Never 0 0\n');
});

test('a loop cut short is Loop Ok', () => {
  expect(litmusHerd(RESULTS.unroll!)).toContain('\nLoop Ok\nWitnesses\n');
});

test.each(['timeout', 'interrupted', 'error'])('nothing is printed for %s', (kind) => {
  expect(litmusHerd(RESULTS[kind]!)).toBe('');
});
