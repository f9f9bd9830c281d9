import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPS } from '../../src/mm/design/ops.ts';

const lines = readdirSync('src/mm', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => readFileSync(`src/mm/${name}`, 'utf8').split('\n'))
  .filter((line) => !/^\s*(?:\*|\/|import|export function|function)/.test(line));

test.each(Object.keys(OPS))('%s is called as the function of the kernel, so that a design can replace it', (name) => {
  expect(lines.filter((line) => new RegExp(`(?<![\\w.])${name}\\(`).test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes(`k.ops.${name}(`))).not.toEqual([]);
});
