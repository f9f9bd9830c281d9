import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, unifiedDiff, withExchanges, withWholeLines } from '../../../src/fronts/litmus/text-change.ts';
import { protocolOf } from '../../explain/protocols.ts';

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

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));

/** What `git apply` makes of a text. */
function patched(before: string, diff: string): string {
  const file = join(folder, 'x');
  writeFileSync(file, before);
  if (diff !== '')
    execFileSync('git', ['apply', '-'], { cwd: folder, input: diff, stdio: ['pipe', 'ignore', 'ignore'] });
  return readFileSync(file, 'utf8');
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
    const line = fc.constantFrom('a', 'b', 'c', '', 'a\r');
    const text = fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 14 }), fc.constantFrom('', '\n'))
      .map(([lines, end]) => `x${lines.join('\n')}${end}`);
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(patched(before, unifiedDiff('x', before, after))).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the repair of a file', () => {
  const SB = ['C SB', '{}']
    .concat(
      ['x', 'y'].flatMap((own, i) => {
        const r0 = `\tint r0 = READ_ONCE(*${own === 'x' ? 'y' : 'x'});`;
        return ['', `P${i}(int *x, int *y)`, '{', `\tWRITE_ONCE(*${own}, 1);`, r0, '}'];
      }),
    )
    .concat(['', 'exists (0:r0=0 /\\ 1:r0=0)']);
  it.each([
    ['with LF', '\n', '\n'],
    ['with CRLF', '\r\n', '\r\n'],
    ['that ends within a line', '\n', ''],
    ['with CRLF, that ends within a line', '\r\n', ''],
  ])('%s keeps its ends of lines', (_, newline, end) => {
    const text = SB.join(newline) + end;
    const protocol = protocolOf(text, 'x');
    const fences = protocol.strengthenings().filter(({ words }) => words.startsWith('smp_mb()'));
    const after = patched(text, protocol.patch(fences)!.diff);
    expect(after.split(newline).filter((line) => line === '\tsmp_mb();')).toHaveLength(fences.length);
    expect(after.replaceAll(newline, '').includes('\n')).toBe(false);
    expect(after.replaceAll(`\tsmp_mb();${newline}`, '')).toBe(text);
  });
});

it.each([
  ['smp_wmb();', 'smp_mb() for smp_wmb()'],
  ['smp_rmb();', 'smp_mb() for smp_rmb()'],
  ['', 'smp_mb() before READ_ONCE(*y)'],
  ['barrier();', 'smp_mb() before READ_ONCE(*y)'],
])('a full barrier in the place of %j: %s', (fence, words) => {
  const text = `C t\n{}\nP0(int *x, int *y) { WRITE_ONCE(*x, 1); ${fence} int r0 = READ_ONCE(*y); }\nexists (0:r0=0)\n`;
  const edits = protocolOf(text)
    .strengthenings()
    .filter((edit) => edit.words.startsWith('smp_mb()'));
  expect(edits.map((edit) => edit.words)).toEqual([words]);
});
