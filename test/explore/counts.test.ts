import { describe, expect, test } from 'vitest';
import * as families from '../../bench/families.ts';
import { explore } from '../../src/explore/explore.ts';
import { type BuiltInModel, LADDER } from '../../src/models/registry.ts';
import type { Program } from '../../src/program/program.ts';

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

const count = (program: Program, model: BuiltInModel): number => {
  const { kind, executions } = explore(program, { model, onExecution: () => false });
  return kind === 'complete' ? executions : Number.NaN;
};

/**
 * Programs and their executions under SC, TSO and the LKMM, as other checkers, brute force or arithmetic have them;
 * undefined where none of these is known.
 */
type Facts = readonly (readonly [Program, number, number, number | undefined])[];

const FACTS: Facts = [
  [families.fetchAdds(6), 720, 720, 720],
  [families.atomicIncs(6), 720, 720, 720],
  [families.atomicIncs(3, 2), 90, 90, 90],
  [families.fetchAddsOnThreeWords(3), 216, 216, 216],
  [families.loadThenStoreSum(4), 576, 576, 576],
  [families.coherenceOfThree(3), 2028, 2304, 2304],
  [families.fibonacci(2), 140, 153, 180],
  [families.spinlockCounter(4), 24, 24, 24],
  [families.storeBufferingUnderLock(4), 24, 24, 24],
  [families.storeBufferingRing(2, false), 3, 4, 4],
  [families.storeBufferingRing(10), 1023, 1023, 1023],
  [families.twoPlusTwoWrites(2), 3, 3, 4],
  [families.loadBufferingRing(2), 3, 3, 4],
  [families.loadBufferingRing(3), 7, 7, 8],
  [families.messagePassingChain(10), 1023, 1023, 1023],
  [families.rcuRing(4), 15, 15, 15],
  [families.rcuRing(8), 255, 255, 255],
  [families.writers(6), 720, 720, 720],
  [families.writesThenReads(4), 576, 576, 576],
  [families.writesThenReads(2, 3), 148, 148, 148],
  [families.compareExchanges(6), 6, 6, 6],
  [families.lastZero(8), 704, 704, 704],
  [families.pinners(1), 5, 5, 5],
  [families.pinners(2), 51, 51, 53],
  [families.pinners(3), 1015, 1015, 1111],
  [families.pinnersWithoutConditions(2), 36, 36, 36],
  [families.pinnersWithoutConditions(3), 336, 336, 336],
];

/** The same, for minutes rather than seconds. */
const LARGE: Facts = [
  [families.fetchAdds(8), 40_320, 40_320, 40_320],
  [families.fetchAdds(9), factorial(9), factorial(9), factorial(9)],
  [families.fetchAddsOnThreeWords(4), 13_824, 13_824, 13_824],
  [families.fibonacci(5), 218_243, 525_630, undefined],
  [families.spinlockCounter(6), 720, 720, 720],
  [families.spinlockCounter(7), 5040, 5040, 5040],
  [families.storeBufferingRing(16), 65_535, 65_535, 65_535],
  [families.rcuRing(14), 16_383, 16_383, 16_383],
  [families.writers(9), factorial(9), factorial(9), factorial(9)],
  [families.writesThenReads(5), 14_400, 14_400, 14_400],
  [families.lastZero(15), 147_456, 147_456, 147_456],
];

const under = (facts: Facts, model: BuiltInModel) =>
  facts.flatMap(([program, ...counts]) => {
    const executions = counts[LADDER.indexOf(model)];
    return executions === undefined ? [] : [{ name: program.name, program, executions }];
  });

describe.each(LADDER)('under %s', (model) => {
  test.each(under(FACTS, model))('$name: $executions', ({ program, executions }) => {
    expect(count(program, model)).toBe(executions);
  });

  test.skipIf(process.env.HOLDFAST_LARGE_COUNTS === undefined).each(under(LARGE, model))(
    '$name: $executions (set HOLDFAST_LARGE_COUNTS to run it)',
    { timeout: 600_000 },
    ({ program, executions }) => {
      expect(count(program, model)).toBe(executions);
    },
  );
});

test('four pinners have 39809 executions under the LKMM', () => {
  expect(count(families.pinners(4), 'lkmm')).toBe(39_809);
});

test('four pinners without conditions have 3840 executions under the LKMM', () => {
  expect(count(families.pinnersWithoutConditions(4), 'lkmm')).toBe(3840);
});
