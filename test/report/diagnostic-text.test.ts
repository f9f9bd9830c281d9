import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/program/diagnostic.ts';
import { diagnosticLine, diagnosticText } from '../../src/report/diagnostic-text.ts';

const at = (sourceLine: string, column: number, length = 1, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'HF101',
  severity: 'error',
  message: 'wrong',
  file: 'a.litmus',
  line: 12,
  column,
  length,
  sourceLine,
  ...more,
});

/** What stands above the carets. */
function underlined(diagnostic: Diagnostic, width = 80): string {
  const lines = diagnosticText(diagnostic, width).split('\n');
  const carets = lines.findIndex((line) => /^ *\| *\^+$/.test(line));
  return lines[carets - 1]!.slice(lines[carets]!.indexOf('^'), lines[carets]!.length);
}

describe('a diagnostic as text', () => {
  test('has the place, the line, a caret, what was expected and what to do', () => {
    const text = diagnosticText(at('  y = 1', 3, 1, { expected: "';'", help: 'put one there' }));
    expect(text).toBe(`error[HF101]: wrong
   --> a.litmus:12:3
12 |   y = 1
   |   ^
   = expected ';'
   = put one there
`);
  });

  test('of a whole file has the file alone', () => {
    expect(diagnosticText(at('', 0, 1, { line: 0 }))).toBe('error[HF101]: wrong\n --> a.litmus\n');
  });

  test('of no file has the message alone', () => {
    expect(diagnosticText(at('', 0, 1, { line: 0, file: '' }))).toBe('error[HF101]: wrong\n');
  });

  test.each([
    ['the first column', at('abc def', 1, 3), 'abc'],
    ['a word', at('abc def', 5, 3), 'def'],
    ['after tabs', at('\tabc\tdef', 6, 3), 'def'],
    ['after the last column', at('abc', 4), ''],
    ['past the end of the line', at('abc', 3, 10), 'c'],
    ['after an astral character', at('/*\u{1F600}*/ x', 8), 'x'],
  ])('underlines %s', (_, diagnostic, word) => {
    expect(underlined(diagnostic)).toBe(word);
  });

  test('cuts a long line around the place', () => {
    const diagnostic = at(`${'a'.repeat(500)} HERE ${'b'.repeat(500)}`, 502, 4);
    expect(underlined(diagnostic, 40)).toBe('HERE');
    for (const line of diagnosticText(diagnostic, 40).split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  test('cuts a line of megabytes at once', () => {
    const diagnostic = at('x '.repeat(5_000_000), 9_000_001);
    const start = performance.now();
    expect(underlined(diagnostic)).toBe('x');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('does not let the source steer the terminal', () => {
    const text = diagnosticText(at('a\x1b[31mb\u202ec', 1, 1, { message: 'no \x07bell', file: 'f\x1b' }));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('never fails, and always shows a caret within the width', () => {
    const line = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(
        line,
        fc.nat(320),
        fc.nat(320),
        fc.integer({ min: 20, max: 120 }),
        (source, column, length, width) => {
          fc.pre(source.trim() !== '');
          const lines = diagnosticText(at(source, column + 1, length + 1), width).split('\n');
          const carets = lines.find((text) => /^ *\| *\^+$/.test(text));
          expect(carets).toBeDefined();
        },
      ),
    );
  });
});

test('a diagnostic in one line is what compilers print', () => {
  expect(diagnosticLine(at('  y = 1', 3))).toBe('a.litmus:12:3: error: wrong [HF101]');
  expect(diagnosticLine(at('', 0, 1, { line: 0, file: '' }))).toBe('error: wrong [HF101]');
});
