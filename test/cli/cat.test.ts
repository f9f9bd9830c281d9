import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const SB = 'examples/SB.litmus';
const TSO = 'examples/models/tso.cat';
const SC = 'examples/models/sc.cat';

test('a worker knows the model, too', () => {
  const tests = ['SB', 'SB+mbs'].map((name) => `examples/${name}.litmus`);
  const { stdout, status } = holdfast(['litmus', '--model', TSO, '--format', 'json', '--timeout', '60', ...tests]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ verdict }) => verdict).sort()).toEqual(['Never', 'Sometimes']);
  for (const { model } of lines) expect(model).toMatch(/^tso\.cat#\w+$/);
  expect(status).toBe(0);
});

test('an id that was found under a cat file is run again under the same text alone', () => {
  const { stdout } = holdfast(['show', '--model', TSO, SB]);
  expect(stdout).toContain('Needs: reordering that x86-TSO (tso.cat) allows');
  const [, id = ''] = /holdfast replay (\S+)/.exec(stdout)!;
  expect(holdfast(['replay', id, SB, '--model', TSO])).toMatchObject({ status: 0 });
  for (const model of [[], ['--model', SC], ['--model', 'lkmm']]) {
    const { status, stderr } = holdfast(['replay', id, SB, ...model]);
    expect(stderr).toContain('error[HF956]');
    expect(status).toBe(2);
  }
});

test('two cat files are compared', () => {
  const { stdout, status } = holdfast(['diff', SB, '--model', SC, '--other-model', TSO]);
  expect(stdout).toContain('Only under tso.cat:');
  expect(status).toBe(1);
});

test('the models are listed, and two of them compared on tests', () => {
  expect(holdfast(['models']).stdout).toMatch(/^sc +SC; the strongest\ntso +TSO; weaker than sc\n/);
  const { stdout, status } = holdfast(['models', 'diff', SC, 'tso', 'examples']);
  expect(stdout).toMatch(/^examples\/SB.litmus: Never under sc.cat, Sometimes under TSO\n/);
  expect(stdout).toContain('Only under TSO:');
  expect(stdout).toMatch(/\d+ tests: 1 differs, \d+ the same; /);
  expect(status).toBe(1);
  expect(holdfast(['models', 'diff', TSO, 'tso', 'examples'])).toMatchObject({ status: 0 });
  expect(holdfast(['models', 'diff', 'sc', 'nope', SB]).stderr).toContain("no such model: 'nope'");
});

test('the smallest tests that tell two models apart are found', () => {
  const { stdout, status } = holdfast(['models', 'diff', SC, 'tso', '--timeout', '60']);
  expect(stdout.match(/^\S.* under .*$/gm)).toEqual([
    'WR-po+WR-po: Never under sc.cat, Sometimes under TSO',
    'WR-po+WW-po: Never under sc.cat, Sometimes under TSO',
  ]);
  expect(status).toBe(1);
});

test('a race is checked under a cat file', () => {
  const race = ['check', 'T0', '--variant', 'first', '--design', 'v5.11', '--model'];
  expect(holdfast([...race, SC]).stdout).toContain('holds under sc.cat');
});

test('what is wrong with a model is shown where it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cat-'));
  const model = join(folder, 'my.cat');
  writeFileSync(model, 'include "sub.cat"\n');
  expect(holdfast(['litmus', '--model', model, SB]).stderr).toContain('error[HF134]: no such file: "sub.cat"');
  writeFileSync(join(folder, 'sub.cat'), 'let x = po ;\n');
  const { stderr, status } = holdfast(['litmus', '--model', model, SB]);
  expect(stderr).toContain(`${join(folder, 'sub.cat')}:1:12`);
  expect(status).toBe(2);
});
