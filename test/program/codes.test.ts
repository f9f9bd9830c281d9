import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODES } from '../../src/program/codes.ts';

const used = new Set(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'program/codes.ts')
    .flatMap((name) => readFileSync(`src/${name}`, 'utf8').match(/'HF\d{3}'/g) ?? [])
    .map((quoted) => quoted.slice(1, -1)),
);

test('every code that is explained is used', () => {
  expect(Object.keys(CODES).filter((code) => !used.has(code))).toEqual([]);
});
