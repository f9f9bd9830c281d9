import { describe, expect, test } from 'vitest';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { firstError } from './one-thread.ts';

const TEST = [
  'C MP',
  '',
  '{ x=1; }',
  '',
  'P0(int *x)',
  '{',
  '\tWRITE_ONCE(*x, 2);',
  '}',
  '',
  'exists (x=1 /\\',
  '\tx=2)',
];

const surrounded = (before: string, prefix: string, after: string, lines: readonly string[] = TEST): string =>
  `${before}${lines.map((line) => `${prefix}${line}`.trimEnd()).join('\n')}\n${after}`;

describe('a test is found', () => {
  test.each<[where: string, text: string]>([
    ['at the start', surrounded('', '', '')],
    ['in a mail', surrounded("Hi,\n\nisn't this (* broken?\n\n", '', '\nThanks, A\n')],
    ['in quoted text', surrounded('On Friday B wrote:\n> See\n', '> ', '\nNo.\n> Really?\n')],
    ['in text quoted twice', surrounded('> > See\n', '> > ', '> No (\n')],
    ['in a patch', surrounded('--- /dev/null\n+++ b/MP.litmus\n@@ -0,0 +1,11 @@\n', '+', '-- \n2.43.0\n')],
    ['in documentation', surrounded('MP\n==\n\nAs in::\n\n', '    ', '\nThe text goes on { here\n')],
    ['after a line that starts with C', surrounded('He said:\nC is old.\n\n', '', '')],
  ])('%s', (_, text) => {
    const result = parseLitmus(text, 'mail.txt');
    if (!result.ok) throw new Error(result.diagnostics[0]!.message);
    expect(result.test.name).toBe('MP');
    expect(result.test.source.text).toHaveLength(text.length);
    const [thread] = result.test.threads;
    expect(text.slice(thread!.start, thread!.start + 2)).toBe('P0');
  });

  test('and a mistake in it, in its own line', () => {
    const lines = TEST.map((line) => line.replace('WRITE_ONCE', 'WRITE_ONE'));
    const text = surrounded('Hi\n', '> ', '', lines);
    expect(firstError(text)).toBe('8:4 HF110 there is no primitive WRITE_ONE()');
    const result = parseLitmus(text, 'mail.txt');
    expect(result.ok ? '' : result.diagnostics[0]!.sourceLine).toBe('> \tWRITE_ONE(*x, 2);');
  });

  test('but not two', () => {
    const text = surrounded('Hi\n\n', '', surrounded('and\n', '> ', ''));
    expect(firstError(text)).toBe('15:1 HF104 there are two tests in the file, MP (line 3) and MP');
  });

  test('and none where there is none', () => {
    expect(firstError('Hi\n\nC is old.\n')).toBe('1:1 HF104 `Hi` does not start a C litmus test');
  });
});
