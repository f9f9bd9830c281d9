import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const SB = 'examples/SB.litmus';

describe('what the command line can get wrong', () => {
  test.each<[string, readonly string[], string]>([
    [
      'a command',
      ['litmsu', SB],
      `error[HF900]: unknown command 'litmsu'
 --> command line
 | holdfast litmsu examples/SB.litmus
 |          ^^^^^^
 = did you mean litmus?
`,
    ],
    [
      'no command for a litmus test',
      [SB],
      `error[HF900]: unknown command 'examples/SB.litmus'
 --> command line
 | holdfast examples/SB.litmus
 |          ^^^^^^^^^^^^^^^^^^
 = for a litmus test: holdfast litmus examples/SB.litmus
`,
    ],
    [
      'another command for a litmus test',
      ['check', SB],
      `error[HF930]: not a race, nor a file with races: 'examples/SB.litmus'
 --> command line
 | holdfast check examples/SB.litmus
 |                ^^^^^^^^^^^^^^^^^^
 = for a litmus test: holdfast litmus examples/SB.litmus
`,
    ],
    [
      'an option before the command',
      ['--jbos', '3', 'litmus', SB],
      `error[HF901]: unknown option '--jbos'
 --> command line
 | holdfast --jbos 3 litmus examples/SB.litmus
 |          ^^^^^^
 = did you mean --jobs?
`,
    ],
    [
      'an option',
      ['litmus', '--modle', 'tso', SB],
      `error[HF901]: unknown option '--modle'
 --> command line
 | holdfast litmus --modle tso examples/SB.litmus
 |                 ^^^^^^^
 = did you mean --model?
`,
    ],
    [
      'a value',
      ['litmus', '--model=arm', SB],
      `error[HF902]: 'arm' is not a value of --model
 --> command line
 | holdfast litmus --model=arm examples/SB.litmus
 |                 ^^^^^^^^^^^
 = expected one of sc, tso, arm64, arm64+llsc, riscv, riscv+queued, power, lkmm
 = see: holdfast litmus --help
`,
    ],
    [
      'a number',
      ['litmus', SB, '--jobs', '0'],
      `error[HF902]: '0' is not a value of --jobs
 --> command line
 | holdfast litmus examples/SB.litmus --jobs 0
 |                                           ^
 = expected a whole number from 1 to 256
 = see: holdfast litmus --help
`,
    ],
    [
      'two options that exclude each other',
      ['litmus', SB, '--decide', '--executions'],
      `error[HF902]: option '--decide' cannot be used with option '--executions'
 --> command line
 | holdfast litmus examples/SB.litmus --decide --executions
 |                                             ^^^^^^^^^^^^
 = see: holdfast litmus --help
`,
    ],
    [
      'a missing argument',
      ['litmus'],
      `error[HF903]: missing required argument 'path'
 --> command line
 | holdfast litmus
 = see: holdfast litmus --help
`,
    ],
    [
      'a code',
      ['explain', 'HF9'],
      `error[HF920]: no such code: 'HF9'
 --> command line
 | holdfast explain HF9
 |                  ^^^
 = holdfast explain lists all codes, holdfast list races and designs, holdfast list knobs decisions
`,
    ],
  ])('%s', (_, arguments_, stderr) => {
    expect(holdfast(arguments_)).toEqual({ status: 2, stdout: '', stderr });
  });

  test('options may come before the command', () => {
    expect(holdfast(['--model', 'sc', 'litmus', SB]).stdout).toContain('SB: Never under SC');
  });

  test('a value in the environment', () => {
    const { status, stderr } = holdfast(['litmus', SB], { HOLDFAST_TIMEOUT: 'soon' });
    expect(status).toBe(2);
    expect(stderr).toBe(`error[HF902]: 'soon' is not a value of HOLDFAST_TIMEOUT
 = expected a number above 0, or none
 = see: holdfast litmus --help
`);
  });
});

describe('what a path can get wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'secret.litmus'), 'C secret\n');
  chmodSync(join(folder, 'secret.litmus'), 0);

  test('no such file', () => {
    const { status, stdout, stderr } = holdfast(['litmus', 'nothing.litmus'], {}, folder);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain("error[HF910]: no such file: 'nothing.litmus'\n");
  });

  test('a folder without tests', () => {
    const { status, stdout, stderr } = holdfast(['litmus', 'empty'], {}, folder);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe("error[HF912]: no litmus tests in 'empty'\n = their names end in .litmus\n");
  });

  test.skipIf(process.getuid?.() === 0)('no permission (root has every permission)', () => {
    const { status, stdout, stderr } = holdfast(['litmus', 'secret.litmus'], {}, folder);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe("error[HF911]: cannot read 'secret.litmus': permission denied\n");
  });

  test('the other paths are still answered', () => {
    const { status, stdout, stderr } = holdfast(['litmus', 'nothing.litmus', SB]);
    expect(status).toBe(2);
    expect(stdout).toContain('Sometimes   examples/SB.litmus\n');
    expect(stderr).toContain('HF910');
  });
});

describe('help', () => {
  test.each([[['--help']], [['help']]])('of the command: %j', (arguments_) => {
    const { status, stdout, stderr } = holdfast(arguments_);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: holdfast /);
    for (const command of ['litmus', 'list', 'explain']) expect(stdout).toContain(`\n  ${command} `);
  });

  test('of litmus has the options, their variables and the exit codes', () => {
    const { status, stdout } = holdfast(['litmus', '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--model <name>');
    expect(stdout).toContain('HOLDFAST_MODEL');
    expect(stdout).toContain('Exit codes:');
  });

  test('the version', () => {
    expect(holdfast(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('list --json has every option as data', () => {
    const { version, commands } = JSON.parse(holdfast(['list', '--json']).stdout);
    expect(version).toBe(1);
    const litmus = commands.find(({ name }: { name: string }) => name === 'litmus');
    expect(litmus.options).toContainEqual({
      flag: '--model',
      value: 'name',
      environment: 'HOLDFAST_MODEL',
      choices: ['sc', 'tso', 'arm64', 'arm64+llsc', 'riscv', 'riscv+queued', 'power', 'lkmm'],
      default: 'lkmm',
      text: 'memory model, or a cat file with one; the LKMM is that of Linux 6.12',
    });
  });
});
