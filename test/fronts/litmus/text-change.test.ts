import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, unifiedDiff, withExchanges, withWholeLines } from '../../../src/fronts/litmus/text-change.ts';

describe('changes of a text', () => {
  it.each([
    ['nothing', [], 'abcdef'],
    ['one', [{ start: 1, end: 3, text: 'X' }], 'aXdef'],
    [
      'two, in any order',
      [
        { start: 4, end: 5, text: 'Y' },
        { start: 0, end: 1, text: 'X' },
      ],
      'XbcdYf',
    ],
    [
      'two at one place, in their order',
      [
        { start: 2, end: 2, text: 'X' },
        { start: 2, end: 2, text: 'Y' },
      ],
      'abXYcdef',
    ],
    [
      'before what is replaced there',
      [
        { start: 2, end: 4, text: 'X' },
        { start: 2, end: 2, text: 'Y' },
      ],
      'abYXef',
    ],
    [
      'two that overlap are refused',
      [
        { start: 1, end: 3, text: '' },
        { start: 2, end: 4, text: '' },
      ],
      undefined,
    ],
    [
      'inside of what is replaced as well',
      [
        { start: 1, end: 4, text: '' },
        { start: 2, end: 2, text: 'X' },
      ],
      undefined,
    ],
  ])('%s', (_, changes, expected) => {
    expect(applyChanges('abcdef', changes)).toBe(expected);
  });

  it.each([
    ['alone', [], 'aefdbc'],
    ['with a change inside', [{ start: 4, end: 5, text: 'X' }], 'aXfdbc'],
    ['with an insertion between', [{ start: 4, end: 4, text: '-' }], 'aefd-bc'],
  ])('two places are exchanged: %s', (_, changes, expected) => {
    const made = withExchanges('abcdef', changes, [
      [
        { start: 1, end: 3 },
        { start: 4, end: 6 },
      ],
    ]);
    expect(applyChanges('abcdef', made!)).toBe(expected);
  });

  it('a line of which nothing is left goes', () => {
    const text = 'a;\n\tb; \nc;\n';
    const removed = [{ start: 4, end: 6, text: '' }];
    expect(applyChanges(text, removed)).toBe('a;\n\t \nc;\n');
    expect(applyChanges(text, withWholeLines(text, removed))).toBe('a;\nc;\n');
  });
});

/** What `patch` makes of a text: the lines of the hunks in their places. */
function patched(before: string, diff: string): string {
  const lines = before.split('\n');
  const out: string[] = [];
  let at = 0;
  for (const hunk of diff.split(/^@@ /m).slice(1)) {
    const [head = '', ...body] = hunk.replace(/\n$/, '').split('\n');
    const start = Number(/^-(\d+)/.exec(head)![1]) - 1;
    out.push(...lines.slice(at, start));
    at = start;
    for (const line of body) {
      if (line.startsWith('+')) out.push(line.slice(1));
      else {
        if (line.slice(1) !== lines[at]) throw new Error(`line ${at + 1} is not ${line}`);
        if (line.startsWith(' ')) out.push(line.slice(1));
        at++;
      }
    }
  }
  return [...out, ...lines.slice(at)].join('\n');
}

describe('a unified diff', () => {
  it('of the same is empty', () => {
    expect(unifiedDiff('x', 'a\nb', 'a\nb')).toBe('');
  });

  it('has the lines around', () => {
    expect(unifiedDiff('dir/x.litmus', '1\n2\n3\n4\n5\n6\n', '1\n2\n3\nX\n5\n6\n')).toBe(
      '--- a/dir/x.litmus\n+++ b/dir/x.litmus\n@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+X\n 5\n 6\n',
    );
  });

  it('makes the one text of the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 14 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff('x', before, after);
        expect(patched(before, diff)).toBe(after);
      }),
      { numRuns: 500 },
    );
  });
});
