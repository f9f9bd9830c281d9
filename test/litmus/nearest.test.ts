import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../src/litmus/nearest.ts';
import { PRIMITIVES } from '../../src/litmus/primitives.ts';

describe('edits', () => {
  test.each<[a: string, b: string, distance: number]>([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'abd', 1],
    ['abc', 'ab', 1],
    ['abc', 'acb', 1],
    ['smp_mb', 'smb_mp', 2],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['abcdefgh', '', 5],
  ])('%j to %j: %i', (a, b, distance) => expect(editDistance(a, b, 4)).toBe(distance));

  test('it does not matter which way', () => {
    const word = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', '_') });
    fc.assert(fc.property(word, word, (a, b) => editDistance(a, b, 12) === editDistance(b, a, 12)));
  });
});

describe('the nearest names', () => {
  test.each<[name: string, nearest: string[]]>([
    ['WRITE_ONE', ['WRITE_ONCE']],
    ['write_once', ['WRITE_ONCE']],
    ['smp_mb_after_atomic', ['smp_mb__after_atomic']],
    ['spin_unlok', ['spin_unlock']],
    ['completely_different', []],
    ['', []],
  ])('%s', (name, expected) => expect(nearest(name, PRIMITIVES.keys()).slice(0, 2)).toEqual(expected));

  test('no name twice', () => expect(nearest('abc', ['abd', 'abd'])).toEqual(['abd']));
});

test.each<[names: string[], help: string | undefined]>([
  [[], undefined],
  [['abd'], 'Did you mean abd?'],
  [['abd', 'abe'], 'Did you mean abd or abe?'],
  [['abd', 'abe', 'abf', 'abg'], 'Did you mean abd, abe or abf?'],
])('advice from %j', (names, help) => expect(didYouMean('abc', names).help).toBe(help));
