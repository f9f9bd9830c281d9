import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const SB = 'examples/SB.litmus';
const SB_MBS = 'examples/SB+mbs.litmus';

/** A test with n! executions. */
function writers(n: number): string {
  const threads = Array.from({ length: n }, (_, i) => `P${i}(int *x) { WRITE_ONCE(*x, ${i + 1}); }`);
  return `C writers${n}\n{}\n${threads.join('\n')}\nexists (x=1)\n`;
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
mkdirSync(join(folder, 'many'));
for (let i = 0; i < 100; i++)
  writeFileSync(join(folder, 'many', `${String(i).padStart(3, '0')}.litmus`), writers(1 + (i % 5)));
const long = join(folder, 'long.litmus');
writeFileSync(long, writers(16));
const broken = join(folder, 'broken.litmus');
writeFileSync(broken, 'C broken\n{}\nP0(int *x) { WRITE_ONCE(*x 1); }\nexists (x=1)\n');

describe('exit codes', () => {
  test.each<[number, string, readonly string[]]>([
    [0, 'decided', [SB, SB_MBS]],
    [0, 'as the option says', [SB, '--expect', 'sometimes']],
    [1, 'not as the option says', [SB, '--expect', 'never']],
    [1, 'not as the comment says', [SB, '--model', 'sc']],
    [2, 'not understood', [SB, broken]],
    [3, 'too many executions', [long, '--max-executions', '10']],
    [3, 'too much time', [long, '--timeout', '0.1', '--executions']],
  ])('%i: %s', (status, _, arguments_) => {
    expect(holdfast(['litmus', ...arguments_]).status).toBe(status);
  });
});

describe('formats', () => {
  test('herd: what herd7 prints', () => {
    const { stdout, stderr } = holdfast(['litmus', SB, '--format', 'herd']);
    expect(stderr).toBe('');
    expect(stdout.replace(/^Time SB .*$/m, 'Time SB 0.00')).toBe(`Test SB Allowed
States 4
0:r0=0; 1:r0=0;
0:r0=0; 1:r0=1;
0:r0=1; 1:r0=0;
0:r0=1; 1:r0=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (0:r0=0 /\\ 1:r0=0)
Observation SB Sometimes 1 3
Time SB 0.00

`);
  });

  test('json: a line for each test, in the order of the paths, as the schema says', () => {
    const { stdout } = holdfast(['litmus', SB, broken, SB_MBS, 'nothing.litmus', '--format', 'json']);
    const schema = JSON.parse(readFileSync('schema/litmus-result.schema.json', 'utf8'));
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const object of objects) {
      validate(object);
      expect(validate.errors).toBeNull();
    }
    expect(objects.map(({ path, kind, verdict }) => [path, kind, verdict])).toEqual([
      [SB, 'decided', 'Sometimes'],
      [broken, 'error', null],
      [SB_MBS, 'decided', 'Never'],
      ['nothing.litmus', 'error', null],
    ]);
  });

  test('text: colours where they are asked for', () => {
    const csi = '\x1b[';
    expect(holdfast(['litmus', SB]).stdout).not.toContain(csi);
    expect(holdfast(['litmus', SB], { FORCE_COLOR: '1' }).stdout).toContain(csi);
    expect(holdfast(['litmus', SB], { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).not.toContain(csi);
  });
});

describe('folders', () => {
  test('every .litmus file below, in order where it is asked for, whatever the number of jobs', () => {
    const paths = Array.from({ length: 100 }, (_, i) => join('many', `${String(i).padStart(3, '0')}.litmus`));
    for (const jobs of ['1', '3']) {
      const { status, stdout } = holdfast(
        ['litmus', 'many', '--ordered', '--format', 'json', '--jobs', jobs],
        {},
        folder,
      );
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(status).toBe(0);
      expect(lines.map(({ path }) => path)).toEqual(paths);
      expect(lines.map(({ negative, positive }) => negative + positive)).toEqual(
        paths.map((_, i) => [1, 2, 6, 24, 120][i % 5]),
      );
    }
  });

  test('a sum under many tests', () => {
    const { stdout } = holdfast(['litmus', 'many'], {}, folder);
    expect(stdout).toMatch(
      /\n\n100 tests: 80 Sometimes, 20 Always; 3060 executions in .*; at most 1 s a test \(--timeout\)\n$/,
    );
  });

  test('a hard test holds up no other, and is named at the end', () => {
    const arguments_ = ['litmus', long, 'many', '--executions', '--timeout', '2', '--jobs', '1'];
    const { status, stdout } = holdfast(arguments_, {}, folder);
    expect(status).toBe(3);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 100).every((line) => line.includes('many/'))).toBe(true);
    expect(lines[100]).toMatch(/^bounded .*long\.litmus/);
    expect(lines.at(-2)).toMatch(/^Slowest: .*long\.litmus, not decided in 2\.\d s$/);
    expect(lines.at(-1)).toMatch(/^101 tests: 80 Sometimes, 20 Always, 1 bounded; .* at most 2 s a test/);
  });
});

describe('limits', () => {
  test('bounded is no verdict', () => {
    const { stdout } = holdfast(['litmus', long, '--max-executions', '10', '--format', 'json']);
    const { kind, verdict, limit, executions } = JSON.parse(stdout);
    expect({ kind, verdict, limit, executions }).toEqual({
      kind: 'bounded',
      verdict: null,
      limit: 'max-executions',
      executions: 10,
    });
  });

  test('a timeout is kept', () => {
    const start = performance.now();
    const { stdout } = holdfast(['litmus', long, '--timeout', '0.3', '--executions', '--format', 'json']);
    expect(JSON.parse(stdout).limit).toBe('timeout');
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('Ctrl-C', () => {
  test('gives what is known so far', async () => {
    const child = spawn(process.execPath, [
      'dist/holdfast.cjs',
      'litmus',
      SB,
      long,
      SB_MBS,
      '--executions',
      '--timeout',
      'none',
      '--jobs',
      '2',
    ]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    setTimeout(() => child.kill('SIGINT'), 4000);
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(130);
    expect(stdout).toContain('Sometimes   examples/SB.litmus\n');
    expect(stdout).toMatch(/interrupted .*long\.litmus {2}\(interrupted before it was decided/);
    expect(stdout).toContain('Never       examples/SB+mbs.litmus\n');
    expect(stdout).toMatch(/\n3 tests: 1 Never, 1 Sometimes, 1 interrupted; /);
    expect(stderr).toBe('');
  });
});

test('the reader of a pipe may leave', async () => {
  const child = spawn('bash', [
    '-c',
    `"${process.execPath}" dist/holdfast.cjs litmus "${folder}/many" --ordered | head -n 1; echo "\${PIPESTATUS[0]}"`,
  ]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  await new Promise((resolve) => child.on('close', resolve));
  expect(output).toMatch(/^Always {6}.*000\.litmus\n0\n$/);
});
