import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const COMMAND = `${process.cwd()}/dist/holdfast.cjs`;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));

/** A test with n! executions. */
function writers(n: number, more = ''): string {
  const threads = Array.from({ length: n }, (_, i) => `P${i}(int *x) { WRITE_ONCE(*x, ${i + 1}); }`);
  return `C writers${n}\n${more}{}\n${threads.join('\n')}\nexists (x=1)\n`;
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const MANY = 150;
mkdirSync(join(folder, 'many'));
for (let i = 0; i < MANY; i++) file(join('many', `${i}.litmus`), writers(1 + (i % 6)));
mkdirSync(join(folder, 'wrong'));
for (let i = 0; i < 100; i++) file(join('wrong', `${i}.litmus`), writers(2, '(* Result: Never *)\n'));

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command, and sends it a signal once its output is such that it is time. */
function run(
  arguments_: readonly string[],
  {
    kill,
    when = () => true,
    stdin = '',
  }: { kill?: NodeJS.Signals; when?: (stdout: string) => boolean; stdin?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [COMMAND, ...arguments_], { cwd: folder });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data) => (texts[name] += data));
    child.stdin.end(stdin);
    if (kill !== undefined) {
      const timer = setInterval(() => {
        if (!when(texts.stdout)) return;
        clearInterval(timer);
        child.kill(kill);
      }, 1000);
    }
    child.on('close', (status, signal) => resolve({ status, signal, ...texts }));
  });
}

/** Runs a line of the shell in which `$holdfast` is the command. */
function shell(line: string): { status: number; output: string } {
  const script = `holdfast="${process.execPath} ${COMMAND}"; { ${line}\n} 2>&1`;
  try {
    return { status: 0, output: execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { status, output: stdout };
  }
}

const pathsIn = (lines: string): string[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).path);

const decided = (printed: string): number => printed.match(/^(Always|Sometimes) /gm)?.length ?? 0;

describe('a run that is ended', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: what is known is printed, and the sum', async (signal, code) => {
    const { status, stdout } = await run(
      ['litmus', 'many', file('hard.litmus', writers(16)), '--executions', '--timeout', 'none', '--jobs', '1'],
      { kill: signal, when: (printed) => decided(printed) === MANY },
    );
    expect(status).toBe(code);
    expect(decided(stdout)).toBe(MANY);
    expect(stdout).toMatch(/^interrupted .*hard\.litmus/m);
    expect(stdout).toMatch(/\n151 tests: 125 Sometimes, 25 Always, 1 interrupted; /);
  });

  test('a single test is ended', async () => {
    const hard = file('hard.litmus', writers(16));
    const { status, stdout } = await run(['litmus', hard, '--executions', '--timeout', 'none'], { kill: 'SIGTERM' });
    expect(status).toBe(143);
    expect(stdout).toMatch(/: no verdict, interrupted before it was decided/);
  });

  test('killed at any moment: --resume does what is missing, and nothing twice', async () => {
    const all = Array.from({ length: MANY }, (_, i) => `many/${i}.litmus`).sort();
    let kills = 0;
    for (const after of [200, 350]) {
      writeFileSync(join(folder, 'results.jsonl'), '');
      for (let wait = after; ; wait *= 1.5) {
        const out = openSync(join(folder, 'results.jsonl'), 'a');
        const arguments_ = [COMMAND, 'litmus', 'many', '--format', 'json', '--executions', '--resume', 'results.jsonl'];
        const child = spawn(process.execPath, arguments_, { cwd: folder, stdio: ['ignore', out, 'inherit'] });
        const timer = setTimeout(() => child.kill('SIGKILL'), wait);
        const [status] = await new Promise<[number | null]>((resolve) => child.on('close', (code) => resolve([code])));
        clearTimeout(timer);
        if (status === 0) break;
        kills++;
      }
      expect(pathsIn(readFileSync(join(folder, 'results.jsonl'), 'utf8')).sort()).toEqual(all);
    }
    expect(kills).toBeGreaterThan(1);
  });

  test('a torn last line is dropped, and what is whole is copied where the output goes elsewhere', () => {
    const whole = holdfast(['litmus', 'many', '--format', 'json', '--ordered'], {}, folder).stdout;
    const torn = file('torn.jsonl', whole.slice(0, whole.length / 2));
    const { status, stdout } = holdfast(
      ['litmus', 'many', '--format', 'json', '--resume', torn, '--ordered'],
      {},
      folder,
    );
    expect(status).toBe(0);
    expect(pathsIn(stdout)).toEqual(pathsIn(whole));
    appendFileSync(torn, 'x');
    truncateSync(torn, whole.lastIndexOf('\n', whole.length / 2) + 4);
    const appended = shell(
      `$holdfast litmus many --format json --resume torn.jsonl >> torn.jsonl; echo $?; cat torn.jsonl`,
    );
    const [code, ...lines] = appended.output.split('\n');
    expect(code).toBe('0');
    expect(pathsIn(lines.join('\n')).sort()).toEqual(pathsIn(whole).sort());
  });

  test('the results of --resume count', () => {
    const results = file('wrong.jsonl', holdfast(['litmus', 'wrong', '--format', 'json'], {}, folder).stdout);
    const { status, stdout } = holdfast(['litmus', 'wrong', '--resume', results], {}, folder);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^\n100 tests: 100 Sometimes, 100 contradicted; 100 known before; /);
  });

  test.each([
    ['no results', ['--format', 'json', '--resume', 'many/1.litmus'], 'error[HF904]'],
    ['no file', ['--format', 'json', '--resume', 'nothing.jsonl'], 'error[HF910]'],
    ['a folder', ['--format', 'json', '--resume', 'many'], 'error[HF911]'],
    ['another format', ['--format', 'junit', '--resume', 'many/1.litmus'], 'error[HF902]'],
  ])('--resume of %s', (_, options, message) => {
    const { status, stderr } = holdfast(['litmus', 'many', ...options], {}, folder);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('what is written', () => {
  const hasFull = process.platform === 'linux';

  test.skipIf(!hasFull).each(['text', 'json', 'herd', 'junit', 'sarif', 'github'])('%s on a full disk', (format) => {
    const { status, output } = shell(`$holdfast litmus many --format ${format} > /dev/full`);
    expect(status).toBe(74);
    expect(output).toContain('error[HF914]: cannot write the output: no space is left on the device\n');
  });

  test
    .skipIf(!hasFull)
    .each([
      'show ../examples/SB.litmus --format html',
      'show ../examples/SB.litmus',
      'check T0 --design v5.9 --json',
      'check T0 --design v5.9 --variant first',
      'list --json',
      'list',
      'explain',
      '--help',
      '--version',
      'export T0',
    ])('%s on a full disk', (words) => {
    const there = words.replace('..', process.cwd());
    expect(shell(`$holdfast ${there} > /dev/full`)).toEqual({
      status: 74,
      output: 'error[HF914]: cannot write the output: no space is left on the device\n',
    });
  });

  // A file that takes so much and no more: every write but the first few is cut short, or refused.
  test.skipIf(!hasFull).each(['json', 'junit', 'sarif', 'herd'])('%s where room ends after a part', (format) => {
    const { status, output } = shell(
      `trap '' XFSZ; (ulimit -f 4; $holdfast litmus many --format ${format} > part.${format})`,
    );
    expect(status).toBe(74);
    expect(output).toContain('error[HF914]: cannot write the output: the file would be too large\n');
  });

  test('the reader of contradicted tests may leave, and the exit code says so', () => {
    expect(shell(`$holdfast litmus wrong | head -n 1; echo "\${PIPESTATUS[0]}"`).output).toMatch(/^Sometimes .*\n1\n$/);
  });

  test('nobody reads what is wrong', () => {
    const broken = file('broken.litmus', 'C broken\n{}\nP0(int *x) { WRITE_ONCE(*x 1); }\nexists (x=1)\n');
    for (const stderr of ['2> /dev/full', '2>&-', '2> >(exit)']) {
      expect(shell(`$holdfast litmus ${broken} ${stderr}`)).toEqual({ status: 2, output: '' });
      expect(shell(`$holdfast litmus wrong > /dev/null ${stderr}`).status).toBe(1);
    }
  });
});

describe('what is read', () => {
  test('links in a circle, and several links to a file: each test once', () => {
    mkdirSync(join(folder, 'links', 'below'), { recursive: true });
    file('links/a.litmus', writers(1));
    file('links/below/b.litmus', writers(1));
    symlinkSync('..', join(folder, 'links', 'below', 'up'));
    symlinkSync('.', join(folder, 'links', 'here'));
    symlinkSync('a.litmus', join(folder, 'links', 'c.litmus'));
    symlinkSync('nothing', join(folder, 'links', 'd.litmus'));
    const { status, stdout, stderr } = holdfast(['litmus', 'links', 'links/a.litmus', 'links/here'], {}, folder);
    expect(status).toBe(2);
    expect(stdout.match(/^Always .*$/gm)).toEqual(['Always      links/a.litmus', 'Always      links/below/b.litmus']);
    expect(stderr).toContain("no such file: 'links/d.litmus'");
  });

  test.skipIf(process.platform !== 'linux')('no pipes, devices or endless files', () => {
    execFileSync('mkfifo', [join(folder, 'fifo.litmus'), join(folder, 'fifo.ts')]);
    execFileSync('truncate', ['-s', '3G', join(folder, 'sparse.litmus'), join(folder, 'sparse.ts')]);
    for (const [command, path, message] of [
      ['litmus', 'fifo.litmus', "error[HF911]: cannot read 'fifo.litmus': it is a pipe\n"],
      ['show', 'fifo.litmus', "error[HF911]: cannot read 'fifo.litmus': it is a pipe\n"],
      ['check', './fifo.ts', "error[HF911]: cannot read './fifo.ts': it is a pipe\n"],
      ['litmus', '/dev/zero', "error[HF911]: cannot read '/dev/zero': it is a device\n"],
      ['show', '/dev/zero', "error[HF911]: cannot read '/dev/zero': it is a device\n"],
      ['litmus', 'sparse.litmus', "error[HF103]: 'sparse.litmus' is too large, with 3221225472 bytes\n"],
      ['show', 'sparse.litmus', "error[HF103]: 'sparse.litmus' is too large, with 3221225472 bytes\n"],
      ['check', './sparse.ts', "error[HF103]: './sparse.ts' is too large, with 3221225472 bytes\n"],
    ] as const) {
      const { status, stderr } = holdfast([command, path], {}, folder);
      expect(status).toBe(2);
      expect(stderr).toContain(message);
    }
  });

  test('a binary file is said to be one', () => {
    writeFileSync(join(folder, 'binary.litmus'), new Uint8Array([0, 1, 2, 0xff]));
    const { status, stderr } = holdfast(['litmus', 'binary.litmus'], {}, folder);
    expect(status).toBe(2);
    expect(stderr).toBe("error[HF913]: 'binary.litmus' is a binary file\n = expected text, in UTF-8\n");
  });

  test('standard input', async () => {
    expect((await run(['litmus', '-'], { stdin: writers(2) })).stdout).toMatch(/^writers2: Sometimes/);
    expect((await run(['litmus', '-', 'many/0.litmus'], { stdin: writers(2) })).stdout).toMatch(/^Sometimes {3}-\n/);
    expect((await run(['show', '-'], { stdin: writers(2) })).stdout).toMatch(/^writers2: possible/);
    const { status, stderr } = await run(['litmus', '-'], { stdin: 'C x\n{}\nP0() { nothing(); }\nexists (x=1)\n' });
    expect(status).toBe(2);
    expect(stderr).toContain('--> -:');
  });
});
