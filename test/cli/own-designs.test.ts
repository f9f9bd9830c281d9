import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const designFile = (name: string, ...specs: readonly string[]): string => {
  const designs = specs.map((spec, i) => `export const d${i} = design({\n${spec}\n});\n`);
  writeFileSync(join(folder, name), `import { design, OPS } from 'holdfast';\n${designs.join('')}`);
  return join(folder, name);
};
const ONE = ['T0', '--variant', 'first'];

describe('a design of the user', () => {
  test('the patch of the post is the proposal that is known', () => {
    const own = './examples/count-then-flag.ts';
    const { status, stdout, stderr } = holdfast(['check', ...ONE, '--design', 'has-pinned-swap', '--design', own]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/has-pinned-swap +count-then-flag\nT0 .*\n\s+LKMM +LKMM\n/);
    expect(stdout).toContain('A cell explained: holdfast show T0 --design has-pinned-swap --variant first\n');
  });

  test('its steps have the words of the function that they replace', () => {
    const own = './examples/count-then-flag.ts';
    const { stdout } = holdfast(['show', ...ONE, '--design', own]);
    expect(stdout).toMatch(/copy_present_pte\(\) +mm\/memory\.c\n(?:.*\n)*.*page_maybe_dma_pinned\(page\)/);
    expect(stdout).not.toContain('Again:');
  });

  test('decisions alone, and decisions besides', () => {
    const own = designFile('knobs.ts', `name: 'none', doc: '', base: 'v5.11', set: { forkSeqcount: 'none' }`);
    const { stdout } = holdfast(['check', ...ONE, '--design', 'v5.11', '--design', own, '--set', 'forkSeqcount=none']);
    expect(stdout).toMatch(/\n\s+SC +SC\n/);
    expect(holdfast(['check', ...ONE, '--design', own]).stdout).toMatch(/^T0 first, none: broken under SC\n/);
  });

  test('a property of its own is judged at the end of every execution', () => {
    const broken = "({ memory, k }) => (memory[k.layout.mm(0) + 1] === undefined ? undefined : 'it is not')";
    const own = designFile(
      'property.ts',
      `name: 'p', doc: '', base: 'v6.12', properties: { P: { doc: 'it is', broken: ${broken} } }`,
    );
    const { status, stdout } = holdfast(['check', ...ONE, '--design', own]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^T0 first, p: broken under SC\nP: it is\nBroken: it is not\n/);
  });

  test('of several, one by its name', () => {
    const two = designFile('two.ts', `name: 'a', doc: '', base: 'v5.9'`, `name: 'b', doc: '', base: 'v5.11'`);
    expect(holdfast(['check', ...ONE, '--design', two]).stdout).toMatch(/^ +a +b\n/);
    expect(holdfast(['check', ...ONE, '--design', `${two}#b`]).stdout).toMatch(/^T0 first, b: broken under the LKMM;/);
    expect(holdfast(['check', ...ONE, '--design', `${two}#c`]).stderr).toBe(
      "error[HF945]: no design 'c' in 'two.ts'\n = expected one of a, b\n",
    );
  });
});

const BASE = `name: 'mine', doc: '', base: 'v6.12'`;

describe('what is wrong with a design of the user is said at its line', () => {
  test.each<[code: string, spec: string, message: string, line: number]>([
    [
      'HF944',
      `name: 'v5.9', doc: '', base: 'v6.12'`,
      "a design of your own has another name than 'v5.9', which is known",
      2,
    ],
    ['HF944', `name: 'a', doc: '', base: 'v16.12'`, "the base of a is no kernel and no proposal: 'v16.12'", 2],
    ['HF944', `${BASE}, set: { put: 'no' }`, "mine sets put to 'no'; it may be full, relaxed", 2],
    [
      'HF943',
      `${BASE}, functions: {\n maybePinned: () => no.one }`,
      'thread forker threw ReferenceError: no is not defined',
      4,
    ],
    ['HF943', `${BASE}, functions: {\n maybePinned: () => { throw 'no' } }`, 'thread forker threw no', 2],
    [
      'HF946',
      `${BASE}, functions: {\n maybePinned: (cpu) => cpu.readOnce(9999) > 0 }`,
      'thread forker reads word 9999; ',
      4,
    ],
    [
      'HF947',
      `${BASE}, functions: {\n maybePinned: (cpu, k, parent) => cpu.readOnce(parent + 1) + cpu.readOnce(1 + Math.floor(Math.random() * 40)) < 0 }`,
      'thread forker does not do the same again when it reads the same',
      4,
    ],
  ])('%s: %s', (code, spec, message, line) => {
    const { status, stderr } = holdfast(['check', ...ONE, '--design', designFile('wrong.ts', spec)]);
    expect(status).toBe(2);
    expect(stderr.split('\n')[0]).toContain(`error[${code}]: ${message}`);
    expect(stderr).toMatch(new RegExp(`wrong\\.ts:${line}:`));
  });

  test('a loop without end', () => {
    const own = designFile('loop.ts', `${BASE}, functions: {\n maybePinned: () => { for (;;); } }`);
    const { status, stderr } = holdfast(['show', ...ONE, '--design', own]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[HF948\]: code of your own goes on and on without a memory access\n.*loop\.ts:4:/);
  }, 40_000);
});
