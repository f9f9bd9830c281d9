import { describe, expect, test } from 'vitest';
import { smallTests } from '../../src/litmus/small-tests.ts';
import { check } from '../cat/models.ts';

const two = [...smallTests(2)];
const three = [...smallTests(3)];

/** A name with its threads turned so that the least comes first. */
function turned(name: string): string {
  const words = name.split('+');
  return words.map((_, i) => [...words.slice(i), ...words.slice(0, i)].join('+')).sort()[0]!;
}

describe('tests made of cycles', () => {
  test('the smaller come first', () => {
    expect(three.slice(0, two.length).map(({ name }) => name)).toEqual(two.map(({ name }) => name));
    expect(two[0]!.text).toContain('exists (0:r0=1 /\\ 0:r1=0)');
  });

  test('each is there once, whichever thread comes first', () => {
    expect(new Set(three.map(({ name }) => turned(name))).size).toBe(three.length);
    expect(three.length).toBeGreaterThan(900);
  });

  test.each(three.filter((_, i) => i % 31 === 0).map((each) => [each.name, each.text]))('SC forbids %s', (_, text) => {
    expect(check(text, 'sc', 'decide')).toMatchObject({ kind: 'decided', verdict: 'Never', warnings: [] });
  });

  test.each(two.filter(({ name }) => name.match(/-po/g)?.length === 2).map((each) => [each.name, each.text]))(
    'the LKMM allows %s',
    (_, text) => {
      expect(check(text, 'lkmm', 'decide')).toMatchObject({ kind: 'decided', verdict: 'Sometimes' });
    },
  );

  test('one is within another that has more orderings', () => {
    const named = (name: string) => three.find((each) => turned(each.name) === turned(name))!;
    expect(named('WR-po+WR-po').isWithin(named('WR-mb+WR-po'))).toBe(true);
    expect(named('WR-mb+WR-po').isWithin(named('WR-mb+WR-mb'))).toBe(true);
    expect(named('WR-mb+WR-po').isWithin(named('WR-po+WR-po'))).toBe(false);
    expect(named('WR-po+WR-po').isWithin(named('RW-po+RW-po'))).toBe(false);
  });
});
