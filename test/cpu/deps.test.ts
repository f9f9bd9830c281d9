import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { depsMembers, depsOf, depsUnion, NO_DEPS } from '../../src/cpu/deps.ts';

const setOf = (indices: readonly number[]): number => indices.reduce((deps, i) => depsUnion(deps, depsOf(i)), NO_DEPS);

describe('dependency sets', () => {
  test.each([
    ['none', [], []],
    ['one', [3], [3]],
    ['the last that fits a mask', [30], [30]],
    ['the first that does not', [31], [31]],
    ['both kinds together', [40, 2, 31], [2, 31, 40]],
    ['one twice', [7, 7], [7]],
  ])('%s', (_, indices, members) => expect(depsMembers(setOf(indices))).toEqual(members));

  test('a set of small indices is its mask', () => expect(setOf([0, 2])).toBe(0b101));

  test('are the sets that they say, and equal sets are the same number', () => {
    const indices = fc.array(fc.nat(80), { maxLength: 8 });
    fc.assert(
      fc.property(indices, indices, (a, b) => {
        const both = depsUnion(setOf(a), setOf(b));
        expect(depsMembers(both)).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
        expect(setOf([...b, ...a].reverse())).toBe(both);
      }),
    );
  });
});
