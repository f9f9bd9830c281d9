import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { close, isAcyclic, orShifted, orUpTo, setBit } from '../../src/models/rows.ts';

const bits = (row: Int32Array): number[] =>
  [...Array(row.length * 32).keys()].filter((i) => (row[i >> 5]! & (1 << (i & 31))) !== 0);

const range = (from: number, to: number): number[] =>
  [...Array(Math.max(0, to - from + 1)).keys()].map((i) => i + from);

describe('rows', () => {
  test.each([
    [0, 0],
    [0, 31],
    [31, 32],
    [5, 70],
    [64, 95],
    [9, 8],
  ])('the bits %i to %i', (from, to) => {
    const row = new Int32Array(3);
    orUpTo(row, 0, from, to);
    expect(bits(row)).toEqual(range(from, to));
  });

  test('a row moved up is the same bits, that much higher', () => {
    const row = fc.uniqueArray(fc.nat(63), { maxLength: 10 });
    fc.assert(
      fc.property(row, fc.nat(64), (members, by) => {
        const from = new Int32Array(2);
        for (const bit of members) setBit(from, 0, bit);
        const to = new Int32Array(5);
        orShifted(to, 0, from, 0, 2, by, 5);
        expect(bits(to)).toEqual(members.map((bit) => bit + by).sort((a, b) => a - b));
      }),
    );
  });
});

describe('relations of up to forty elements', () => {
  const pairs = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 60 });
  const rowsOf = (relation: readonly (readonly [number, number])[]): Int32Array => {
    const rows = new Int32Array(80);
    for (const [from, to] of relation) setBit(rows, to * 2, from);
    return rows;
  };
  /** Where one gets from an element, by walking. */
  const reached = (relation: readonly (readonly [number, number])[], start: number): Set<number> => {
    const seen = new Set<number>();
    const open = [start];
    while (open.length > 0) {
      const at = open.pop()!;
      for (const [from, to] of relation) {
        if (from !== at || seen.has(to)) continue;
        seen.add(to);
        open.push(to);
      }
    }
    return seen;
  };

  test('their closure is where one gets by walking', () => {
    fc.assert(
      fc.property(pairs, (relation) => {
        const rows = rowsOf(relation);
        close(rows, 40, 2);
        for (let a = 0; a < 40; a++) {
          const to = [...Array(40).keys()].filter((b) => (rows[b * 2 + (a >> 5)]! & (1 << (a & 31))) !== 0);
          expect(to).toEqual([...reached(relation, a)].sort((x, y) => x - y));
        }
      }),
    );
  });

  test('they are acyclic if nobody gets back to where he was', () => {
    fc.assert(
      fc.property(pairs, (relation) => {
        const cyclic = [...Array(40).keys()].some((a) => reached(relation, a).has(a));
        expect(isAcyclic(rowsOf(relation), 40, 2)).toBe(!cyclic);
      }),
    );
  });
});
