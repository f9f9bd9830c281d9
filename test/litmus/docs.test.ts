import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { PRIMITIVES } from '../../src/litmus/primitives.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/litmus.md', import.meta.url)), 'utf8');

/** The names that the table of the page stands for, each with the number of its arguments. */
function documented(): Set<string> {
  const found = new Set<string>();
  for (const row of page.split('\n').filter((line) => line.startsWith('| `'))) {
    const prefixes = ['', ...[...row.matchAll(/also with `(\w+)`/g)].map((match) => match[1]!)];
    for (const [, name, all, args] of row.matchAll(/`(\w+)(\{\})?\(([^`]*)\)`/g)) {
      const count = args === '' ? 0 : args!.split(',').length;
      const suffixes = all === undefined ? [''] : ['', '_relaxed', '_acquire', '_release'];
      for (const prefix of prefixes) for (const suffix of suffixes) found.add(`${prefix}${name}${suffix}/${count}`);
    }
  }
  for (const name of [...found]) {
    if (!name.startsWith('atomic_')) continue;
    for (const prefix of ['atomic64_', 'atomic_long_']) found.add(name.replace('atomic_', prefix));
  }
  return found;
}

test('docs/litmus.md lists every primitive, with as many arguments as it has, and no other', () => {
  const real = [...PRIMITIVES].map(([name, { parameters }]) => `${name}/${parameters.length}`);
  expect([...documented()].sort()).toEqual(real.sort());
});

test('the test on the page is a test', () => {
  const text = /```c\n(.*?)```/s.exec(page)![1]!;
  expect(parseLitmus(text, 'page.litmus')).toMatchObject({ ok: true, test: { warnings: [] } });
});
