import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const scenarioFile = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('one race', () => {
  test('a cell that is broken: verdict, property, the failing execution and what comes of it', () => {
    const { status, stdout, stderr } = holdfast(['check', 'T0', '--design', 'v5.9', '--variant', 'first']);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('T0 first, v5.9: broken under SC\n');
    expect(stdout).toContain("I5': no page that is pinned for writing becomes shared copy-on-write by fork\n");
    expect(stdout).toContain('pinner');
    expect(stdout).toContain('forker');
    expect(stdout).toContain('gup_pte_range()  mm/gup.c\n');
    expect(stdout).toContain('gup_get_pte(ptep)\n');
    expect(stdout).toContain('Ends with: parent stores 7: 0; parent loads: 7; device reads through the pin: 1\n');
    expect(stdout).toMatch(/^Again: holdfast replay hf1-s-/m);
  });

  test('a cell that holds', () => {
    const { status, stdout } = holdfast(['check', 't0', '--design', 'v6.1', '--variant', 'later']);
    expect(status).toBe(0);
    expect(stdout).toContain('T0 later, v6.1: holds under the LKMM\n');
  });

  test('under one model alone', () => {
    const { status, stdout } = holdfast(['check', 'T0', '--design', 'v6.1', '--variant', 'first', '--model', 'tso']);
    expect(status).toBe(0);
    expect(stdout).toContain('T0 first, v6.1: holds under TSO\n');
  });

  test('with decisions taken otherwise', () => {
    const asked = ['check', 'T0', '--design', 'v5.9-rc', '--set', 'forkBarrier=mb', '--set', 'pinCount=relaxed'];
    const { status, stdout } = holdfast([...asked, '--variant', 'first']);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^T0 first, v5\.9-rc forkBarrier=mb pinCount=relaxed: broken under the LKMM; it happens on .*Power\n/,
    );
  });

  test('under several designs: a table', () => {
    const { status, stdout } = holdfast(['check', 'zap-clean', '--design', 'v6.1', '--design', 'v6.5']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ +v6.1 +v6.5\nzap-clean .*\n +SC +holds\n/);
  });

  test('a limit', () => {
    const { status, stdout } = holdfast([
      'check',
      'T1',
      '--design',
      'mapcount-walk-read-walk',
      '--variant',
      'slow-zap',
      '--max-executions',
      '3',
    ]);
    expect(status).toBe(3);
    expect(stdout).toContain('a limit was hit');
  });

  test('--json: an object for each cell', () => {
    const { status, stdout } = holdfast([
      'check',
      'T4',
      '--design',
      'v5.14',
      '--design',
      'v5.19',
      '--variant',
      'swap-rw',
      '--json',
    ]);
    expect(status).toBe(1);
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const schema = JSON.parse(readFileSync('schema/cell-result.schema.json', 'utf8'));
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    for (const cell of cells) {
      validate(cell);
      expect(validate.errors).toBeNull();
    }
    const of = { version: 1, scenario: 'T4', variant: 'swap-rw', model: 'lkmm', property: 'I5', blocked: 0, waits: [] };
    expect(cells).toEqual([
      {
        ...of,
        kind: 'absent',
        design: 'v5.14',
        executions: 0,
        seconds: 0,
        failure: null,
        machines: null,
        reason: expect.any(String),
        diagnostics: [],
      },
      {
        ...of,
        kind: 'violated',
        design: 'v5.19',
        executions: expect.any(Number),
        seconds: expect.any(Number),
        failure: {
          property: 'I5',
          message: 'the page is pinned, and not exclusive any more',
          steps: expect.any(Array),
        },
        machines: ['arm64', 'arm64+llsc', 'riscv', 'riscv+queued', 'power'],
        reason: null,
        diagnostics: [],
      },
    ]);
  });
});

describe('--format', () => {
  const asked = ['check', 'T0', '--variant', 'later', '--design', 'v5.9', '--design', 'v6.12', '--format'];

  test('json is what --json prints', () => {
    const lines = (args: readonly string[]): unknown[] =>
      holdfast(args)
        .stdout.trimEnd()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
    expect(lines([...asked, 'json'])).toEqual(lines([...asked.slice(0, -1), '--json']));
  });

  test('github: an annotation for each cell', () => {
    const { status, stdout, stderr } = holdfast([...asked, 'github']);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout.split('\n').map((line) => line.split('::').slice(0, 2).join('::'))).toEqual([
      '::error title=T0 later%2C v5.9',
      '::notice title=T0 later%2C v6.12',
      '',
    ]);
  });

  test.each([
    ['junit', /tests="2" failures="1" errors="0" skipped="0"/],
    ['sarif', /"ruleId": "failing-execution"/],
  ])('%s: one document', (format, expected) => {
    const { status, stdout, stderr } = holdfast([...asked, format]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(expected);
  });

  test('not both', () => {
    const { status, stderr } = holdfast([...asked, 'github', '--json']);
    expect(status).toBe(2);
    expect(stderr).toContain("error[HF902]: option '--json' cannot be used with option '--format <name>'");
  });
});

describe('what can be wrong', () => {
  test.each<[string, readonly string[], string]>([
    ['a race', ['T9'], "error[HF930]: no such race: 'T9'"],
    ['a design', ['T0', '--design', 'v5.99'], "error[HF931]: no such design: 'v5.99'"],
    ['a variant', ['T0', '--variant', 'frist'], "error[HF932]: no such variant of T0: 'frist'"],
    ['a knob', ['T0', '--set', 'forkBarier=mb'], "error[HF933]: no such knob: 'forkBarier'"],
    ['a value', ['T0', '--set', 'forkBarrier=rmb'], "error[HF934]: no such value of forkBarrier: 'rmb'"],
    ['no value', ['T0', '--set', 'forkBarrier'], "error[HF902]: 'forkBarrier' is not a value of --set"],
    ['a file', ['./nothing.ts'], "error[HF910]: no such file: './nothing.ts'"],
    [
      'a file that is not TypeScript',
      [scenarioFile('syntax.ts', 'export const = 1;\n')],
      'error[HF940]: Expected identifier but found "="',
    ],
    [
      'a file without a scenario',
      [scenarioFile('empty.ts', 'export const x = 1;\n')],
      "error[HF941]: no scenario in 'empty.ts'",
    ],
    [
      'a file that throws',
      [scenarioFile('throws.ts', "throw new Error('no');\n")],
      "error[HF942]: 'throws.ts' threw Error: no",
    ],
  ])('%s', (_, arguments_, message) => {
    const { status, stdout, stderr } = holdfast(['check', ...arguments_]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${message}\n`);
  });

  test('the nearest name is suggested', () => {
    const { stderr } = holdfast(['check', 'T0', '--set', 'forkBarier=mb']);
    expect(stderr).toContain('did you mean forkBarrier');
  });
});

describe('export', () => {
  test('the kernel of a race is a litmus test, and says the same', () => {
    const { status, stdout } = holdfast(['export', 'T0', '--design', 'v5.11', '--variant', 'later']);
    expect(status).toBe(0);
    const kernel = scenarioFile('kernel.litmus', stdout);
    expect(holdfast(['litmus', kernel, '--decide']).stdout).toContain('T0-later: Sometimes under the LKMM');
  });

  test('a race without a kernel', () => {
    const { status, stdout, stderr } = holdfast(['export', 'T3']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error[HF935]: no litmus kernel of T3 under v6.12\n');
  });
});

describe('list', () => {
  test('races with their variants, and designs', () => {
    const { status, stdout } = holdfast(['list']);
    expect(status).toBe(0);
    for (const name of ['T0  fork against a fast pin', 'later', 'v5.9-rc']) expect(stdout).toContain(name);
  });

  test('--json: scenarios, properties, designs, knobs', () => {
    const { scenarios, properties, designs, knobs } = JSON.parse(holdfast(['list', '--json']).stdout);
    expect(scenarios[0].variants[0]).toEqual({ name: 'first', doc: expect.any(String) });
    expect(properties[scenarios[0].property]).toEqual(expect.any(String));
    expect(designs[0].design[knobs[0].name]).toBe('share');
    expect(Object.keys(knobs[0].values)).toEqual(['share', 'copy']);
  });
});
