import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  bitsOf,
  bitwise,
  complement,
  divide,
  IntKind,
  integerOf,
  isLess,
  isSigned,
  isSmall,
  multiply,
  remainder,
  shiftLeft,
  shiftRight,
  subtract,
  wordOf,
  wrap,
} from '../../src/cpu/integer.ts';
import { applyRmw, RmwOp, typedRmw } from '../../src/cpu/modes.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';

const KINDS = [
  IntKind.S8,
  IntKind.U8,
  IntKind.S16,
  IntKind.U16,
  IntKind.S32,
  IntKind.U32,
  IntKind.S64,
  IntKind.U64,
] as const;

/** What a type holds of an integer, without a double anywhere. */
const held = (kind: IntKind, n: bigint): bigint =>
  isSigned(kind) ? BigInt.asIntN(bitsOf(kind), n) : BigInt.asUintN(bitsOf(kind), n);

/** An integer of at most 65 bits, often near a power of two, where types end. */
const integer = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.nat(64), fc.boolean(), fc.boolean(), fc.bigInt(-(2n ** 64n), 2n ** 64n))
  .map(([near, power, negative, any, other]) =>
    any ? other : (negative ? -1n : 1n) * 2n ** BigInt(power) + BigInt(near),
  );

const operands = fc
  .tuple(fc.constantFrom(...KINDS), integer, integer)
  .map(([kind, a, b]) => ({ kind, a: held(kind, a), b: held(kind, b) }));

type Binary = (kind: IntKind, a: number, b: number) => number;

const OPERATIONS: readonly [name: string, ours: Binary, exact: (a: bigint, b: bigint) => bigint][] = [
  ['a + b', add, (a, b) => a + b],
  ['a - b', subtract, (a, b) => a - b],
  ['a * b', multiply, (a, b) => a * b],
  ['a & b', (k, a, b) => bitwise(k, '&', a, b), (a, b) => a & b],
  ['a | b', (k, a, b) => bitwise(k, '|', a, b), (a, b) => a | b],
  ['a ^ b', (k, a, b) => bitwise(k, '^', a, b), (a, b) => a ^ b],
  ['~a', (k, a) => complement(k, a), (a) => ~a],
  ['atomic add', (k, a, b) => applyRmw(typedRmw(RmwOp.Add, k), a, b), (a, b) => a + b],
  ['atomic sub', (k, a, b) => applyRmw(typedRmw(RmwOp.Sub, k), a, b), (a, b) => a - b],
  ['atomic and', (k, a, b) => applyRmw(typedRmw(RmwOp.And, k), a, b), (a, b) => a & b],
  ['atomic or', (k, a, b) => applyRmw(typedRmw(RmwOp.Or, k), a, b), (a, b) => a | b],
  ['atomic xor', (k, a, b) => applyRmw(typedRmw(RmwOp.Xor, k), a, b), (a, b) => a ^ b],
  ['atomic andnot', (k, a, b) => applyRmw(typedRmw(RmwOp.Andnot, k), a, b), (a, b) => a & ~b],
  ['xchg', (k, a, b) => applyRmw(typedRmw(RmwOp.Xchg, k), a, b), (_, b) => b],
];

describe('the integers of C are those of exact arithmetic, cut to their type', () => {
  test.each(OPERATIONS)('%s', (_, ours, exact) => {
    fc.assert(
      fc.property(operands, ({ kind, a, b }) => {
        const found = ours(kind, wordOf(a), wordOf(b));
        expect(integerOf(found)).toBe(held(kind, exact(a, b)));
        expect(Object.is(found, -0)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('a / b and a % b', () => {
    fc.assert(
      fc.property(operands, ({ kind, a, b }) => {
        fc.pre(b !== 0n);
        const quotient = divide(kind, wordOf(a), wordOf(b));
        const left = remainder(kind, wordOf(a), wordOf(b));
        expect([integerOf(quotient), integerOf(left)]).toEqual([held(kind, a / b), a % b]);
        expect(Object.is(quotient, -0) || Object.is(left, -0)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('a << n and a >> n', () => {
    fc.assert(
      fc.property(operands, fc.nat(63), ({ kind, a }, n) => {
        expect(integerOf(shiftLeft(kind, wordOf(a), n))).toBe(held(kind, a << BigInt(n)));
        expect(integerOf(shiftRight(kind, wordOf(a), n))).toBe(a >> BigInt(n));
      }),
      { numRuns: 1000 },
    );
  });

  test('a < b', () => {
    fc.assert(
      fc.property(operands, ({ a, b }) => {
        expect(isLess(wordOf(a), wordOf(b))).toBe(a < b);
      }),
    );
  });

  test('conversions from every type to every other', () => {
    fc.assert(
      fc.property(operands, fc.constantFrom(...KINDS), ({ a }, to) => {
        expect(integerOf(wrap(to, wordOf(a)))).toBe(held(to, a));
        expect(wrap(IntKind.Bool, wordOf(a))).toBe(a === 0n ? 0 : 1);
      }),
      { numRuns: 1000 },
    );
  });
});

test('words are equal exactly where their integers are', () => {
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      expect(wordOf(a) === wordOf(b)).toBe(a === b);
    }),
  );
});

test.each([
  [2n ** 53n - 1n, true],
  [2n ** 53n, false],
  [-(2n ** 53n) + 1n, true],
  [-(2n ** 53n), false],
  [2n ** 64n - 1n, false],
])('%d is itself: %j', (n, small) => expect(isSmall(wordOf(n))).toBe(small));

test.each(KINDS)('a value from nowhere stays what it is in every type (%i)', (kind) =>
  expect(wrap(kind, OUT_OF_THIN_AIR)).toBe(OUT_OF_THIN_AIR),
);
