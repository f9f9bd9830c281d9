import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chain, litmus, SHAPES } from '../explain/shapes.ts';
import { type Ended, holdfast as run } from './holdfast.ts';

const holdfast = (...args: readonly string[]): Ended => run(args);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-analysis-'));
const file = (name: string, text: string): string => {
  const path = join(folder, `${name}.litmus`);
  writeFileSync(path, text);
  return path;
};
const SB = litmus('SB', SHAPES.SB);
const FENCED = SB.replace('r0 = READ_ONCE(*y)', 'smp_mb();\n\tr0 = READ_ONCE(*y)').replace(
  'r0 = READ_ONCE(*x)',
  'smp_mb();\n\tr0 = READ_ONCE(*x)',
);
const sb = file('SB', SB);
const fenced = file('SB+mbs', FENCED);

describe('exit codes', () => {
  test.each<[string, readonly string[], number]>([
    ['an execution is shown', ['show', sb], 0],
    ['nothing is there to be shown', ['show', fenced], 0],
    ['every barrier is judged', ['barriers', fenced], 0],
    ['a protocol is broken as it stands', ['barriers', sb], 1],
    ['a protocol is mended', ['repair', sb], 0],
    ['no repair with so few edits', ['repair', sb, '--max-edits', '1'], 1],
    ['a race is mended by other decisions', ['repair', 'dirty-cow', '--design', 'v4.4', '--variant', 'read'], 0],
    ['two tests differ', ['diff', sb, '--with', fenced], 1],
    ['two tests do not', ['diff', sb, '--with', sb], 0],
    ['two models differ', ['diff', sb, '--other-model', 'sc'], 1],
    ['no such file', ['show', join(folder, 'none.litmus')], 2],
    ['no such race', ['show', 'T99'], 2],
    ['not an id', ['replay', 'SB'], 2],
    ['the id of a newer version', ['replay', 'hf9-l-a-b-c'], 2],
    ['nothing to compare', ['diff', sb], 2],
    ['a limit', ['show', fenced, '--max-executions', '1'], 3],
    ['a race under a design without it', ['show', 'T4', '--design', 'v5.9', '--variant', 'swap-rw'], 2],
    ['a race that holds', ['show', 'T4', '--design', 'v6.1', '--variant', 'ksm-ro'], 0],
  ])('%s', (_, args, code) => {
    expect(holdfast(...args).status).toBe(code);
  });
});

describe('a deadlock of some executions', () => {
  const abba = join(folder, 'abba.ts');
  writeFileSync(
    abba,
    `import { family, lockPage, scenario, unlockPage } from 'holdfast';
export const abba = scenario({
  name: 'abba', title: 'two page locks in two orders', why: 'One waits for the other.', property: 'I20',
  variants: { only: { doc: 'the one' } },
  setup: (cpu, k) => ({ ...family(cpu, k), other: k.layout.page(1) }),
  threads: ({ page, other }) => ({
    one: (cpu) => { lockPage(cpu, page); lockPage(cpu, other); unlockPage(cpu, other); unlockPage(cpu, page); },
    two: (cpu) => { lockPage(cpu, other); lockPage(cpu, page); unlockPage(cpu, page); unlockPage(cpu, other); },
  }),
  judge: () => undefined,
});`,
  );
  test.each([['check'], ['show'], ['barriers'], ['repair'], ['diff', '--other-model', 'sc']])('%s', (...args) => {
    const [command, ...options] = args;
    const { status, stdout } = holdfast(command!, abba, '--design', 'v6.12', ...options);
    expect(status).toBe(1);
    expect(stdout).toMatch(/deadlock/);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `one waits without end at ${command === 'check' ? 'atomic_acquire(page1.flags)' : 'folio_lock(folio)'}`,
    );
  });
  test.each([['show'], ['barriers'], ['repair'], ['diff', '--other-model', 'sc']])('%s in JUnit fails', (...args) => {
    const [command, ...options] = args;
    const { stdout } = holdfast(command!, abba, ...options, '--format', 'junit');
    expect(stdout).toContain('failures="1"');
    expect(stdout).toContain('<failure type="deadlock"');
  });
  test('is replayed', () => {
    const { stdout } = holdfast('show', abba);
    const id = /holdfast replay (\S+)/.exec(stdout)![1]!;
    expect(holdfast('replay', id, abba).stdout).toContain("waits, new page 1's flags=locked");
  });
});

describe('replay', () => {
  const shown = holdfast('show', sb, '--no-mend').stdout;
  const id = /holdfast replay (\S+)/.exec(shown)![1]!;

  test('shows the same execution again', () => {
    expect(id).toMatch(/^hf1-l-\w{6}-[\w.]+-SB$/);
    expect(holdfast('replay', id, folder).stdout).toBe(shown);
    expect(holdfast('replay', id, sb).stdout).toBe(shown);
  });

  test('says where the test has changed', () => {
    const path = file('other', `${SB}\n`);
    const { stdout } = holdfast('replay', id, path);
    expect(stdout).toContain('warning[HF952]');
    expect(stdout).toContain('P0 does not order');
  });

  test('says where the execution is gone', () => {
    const { status, stderr } = holdfast('replay', id, fenced);
    expect(status).toBe(2);
    expect(stderr).toContain('error[HF953]');
  });

  test('says where there is no such test', () => {
    const { stderr } = holdfast('replay', id.replace(/SB$/, 'SB+gone'), folder);
    expect(stderr).toContain("there is no test 'SB+gone.litmus'");
  });

  test('of a race needs no file', () => {
    const race = holdfast('show', 'T0', '--design', 'v5.9', '--no-mend').stdout;
    const raceId = /holdfast replay (\S+)/.exec(race)![1]!;
    expect(raceId).toMatch(/-T0\/first\/v5\.9$/);
    expect(holdfast('replay', raceId).stdout).toBe(race);
  });

  test('of a weakened protocol as well', () => {
    const barriers = holdfast('barriers', fenced).stdout;
    const [, weakened] = /holdfast replay (\S+~0\.0)/.exec(barriers)!;
    expect(holdfast('replay', weakened!, fenced).stdout).toContain('P0 does not order WRITE_ONCE(*x, 1)');
  });
});

/** Runs the command, and interrupts it after a while. */
const interrupted = (
  args: readonly string[],
  after: number,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<{ code: number | null; stdout: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [`${process.cwd()}/dist/holdfast.cjs`, ...args]);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    setTimeout(() => child.kill(signal), after);
    child.on('close', (code) => resolve({ code, stdout }));
  });

describe('Ctrl-C', () => {
  test('keeps the repairs that were found', async () => {
    const long = file('chain', chain(9));
    const args = ['repair', long, '--max-repairs', '1000', '--max-edits', '12', '--arch', 'power'];
    const { code, stdout } = await interrupted(args, 1500);
    expect(code).toBe(130);
    expect(stdout).toMatch(/there may be others|none was found|interrupted/);
  });
});

describe('a difference of which one side is too long for anybody', () => {
  const writers = Array.from({ length: 12 }, (_, n) => `P${n}(int *x) { WRITE_ONCE(*x, ${n + 1}); }`);
  const long = file('writers', `C writers\n{}\n${writers.join('\n')}\nexists (x=99)\n`);
  const short = file('one', 'C one\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n');

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s', async (signal, code) => {
    const ended = await interrupted(['diff', short, '--with', long, '--format', 'json'], 4000, signal);
    expect(ended.code).toBe(code);
    const { kind, executions, partial } = JSON.parse(ended.stdout);
    expect([kind, partial.first, partial.second]).toEqual(['interrupted', 'violated', 'stopped']);
    expect(executions).toBeGreaterThan(1);
    expect(partial.outcomes.length).toBeGreaterThan(0);
    expect(partial.outcomes[0]).toMatchObject({ allowedBy: 'second', fails: false });
  });

  test.each(['text', 'mail', 'html', 'junit', 'sarif', 'github', 'dot', 'svg'])('a limit, as %s', (format) => {
    const { status, stdout } = holdfast('diff', short, '--with', long, '--max-executions', '3000', '--format', format);
    expect(status).toBe(3);
    expect(stdout).toMatch(/writers|WRITE_ONCE/);
  });
});

describe('formats', () => {
  test.each([
    ['json', /^\{"version":1,"analysis":"show"/],
    ['mail', /^SB: possible/],
    ['dot', /^digraph "SB" \{/],
    ['svg', /^<svg xmlns=/],
    ['html', /^<!doctype html>/],
    ['junit', /^<\?xml version="1\.0"/],
    ['sarif', /^\{\n {2}"\$schema"/],
    ['github', /^::error file=/],
  ])('%s', (format, start) => {
    expect(holdfast('show', sb, '--format', format).stdout).toMatch(start);
  });

  test('a picture of nothing is a note', () => {
    const { stdout, stderr, status } = holdfast('show', fenced, '--format', 'svg');
    expect([stdout, status]).toEqual(['', 0]);
    expect(stderr).toContain('there is no execution to draw');
  });

  test('the places of a race are those of the source', () => {
    const { stdout } = holdfast('show', 'T0', '--design', 'v5.9', '--no-mend', '--format', 'json');
    const places = JSON.parse(stdout).execution.events.map(
      (e: { place: { file: string; function: string } }) => e.place,
    );
    expect(places.every((place: { file: string }) => place.file.startsWith('src/mm/'))).toBe(true);
    expect(places.map((place: { function: string }) => place.function)).toContain('copy_present_pte');
  });
});
