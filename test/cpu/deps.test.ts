import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Deps, depsHas, depsMembers, depsOf, depsUnion, NO_DEPS } from '../../src/cpu/deps.ts';

const setOf = (indices: readonly number[]): Deps =>
  indices.reduce<Deps>((deps, i) => depsUnion(deps, depsOf(i)), NO_DEPS);

describe('dependency sets', () => {
  test.each([
    ['none', [], []],
    ['one', [3], [3]],
    ['the last that fits a mask', [30], [30]],
    ['the first that does not', [31], [31]],
    ['both kinds together', [40, 2, 31], [2, 31, 40]],
    ['one twice', [7, 7], [7]],
    ['far ones', [4095, 64], [64, 4095]],
  ])('%s', (_, indices, members) => expect(depsMembers(setOf(indices))).toEqual(members));

  test('a set of small indices is its mask', () => expect(setOf([0, 2])).toBe(0b101));
  test('what adds nothing makes no new set', () => {
    const set = setOf([2, 31, 70]);
    expect(depsUnion(set, setOf([2]))).toBe(set);
    expect(depsUnion(setOf([31]), set)).toBe(set);
  });

  test('are the sets that they say, equal sets are alike, and none changes once it is made', () => {
    const indices = fc.array(fc.nat(80), { maxLength: 8 });
    fc.assert(
      fc.property(indices, indices, fc.nat(80), (a, b, i) => {
        const first = setOf(a);
        const both = depsUnion(first, setOf(b));
        expect(depsMembers(both)).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
        expect(setOf([...b, ...a].reverse())).toEqual(both);
        expect(depsHas(both, i)).toBe(a.includes(i) || b.includes(i));
        expect(first).toEqual(setOf(a));
      }),
    );
  });
});
