import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
const folders = [...new Set(files.filter((file) => file.endsWith('.ts')).map(dirname))].sort();

/** The house as docs/development.md has it. */
const house = readFileSync('docs/development.md', 'utf8').split('## The house\n')[1]!.split('```\n')[1]!;
const lines = new Map(
  house.split('\n').flatMap((line) => {
    const match = /^src\/(\S+)\/ +(.*)$/.exec(line);
    return match === null ? [] : [[match[1]!, match[2]!]];
  }),
);

test('docs/development.md has every folder of src/, and no other', () => {
  expect([...lines.keys()].sort()).toEqual([...new Set([...folders, 'mm'])].sort());
});

test.each([...lines])('src/%s/README.md says what the folder is for, and how it is used', (folder, words) => {
  const [title, what, use] = readFileSync(`src/${folder}/README.md`, 'utf8').split('\n\n');
  expect(title).toBe(`# src/${folder}`);
  expect(what).toBe(`${words}.`);
  const named = [...use!.matchAll(/`([\w/-]+\.ts)`/g)].map((match) => `${folder}/${match[1]}`);
  expect(files).toEqual(expect.arrayContaining(named));
  const code = files
    .filter((file) => file.startsWith(`${folder}/`) && file.endsWith('.ts'))
    .map((file) => readFileSync(`src/${file}`, 'utf8'))
    .join('');
  for (const [, name] of use!.matchAll(/`(\w+)\(/g)) expect(code).toMatch(new RegExp(`export .*\\b${name}\\b`));
});
