import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

/** The example of docs/scenarios.md, in a project that has Holdfast installed. */
const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(process.cwd(), join(folder, 'node_modules', 'holdfast'));
const page = readFileSync('docs/scenarios.md', 'utf8');
writeFileSync(join(folder, 'mine.ts'), page.match(/^```ts\n(.*?)^```$/ms)?.[1] ?? '');
writeFileSync(join(folder, 'design.ts'), readFileSync('examples/count-then-flag.ts', 'utf8'));
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'nodenext', strict: true, noEmit: true },
    files: ['mine.ts', 'design.ts'],
  }),
);

test('the patch of the page is that of the examples', () => {
  const block = page.match(/^```ts\n\/\/ examples\/count-then-flag\.ts\n(.*?)^```$/ms)?.[1];
  expect(readFileSync('examples/count-then-flag.ts', 'utf8')).toContain(block);
});

test('a race and a design of the user are typed without a word about types', () => {
  expect(() => execFileSync(join(process.cwd(), 'node_modules/.bin/tsc'), ['-p', folder])).not.toThrow();
});

test('and it runs', () => {
  const { status, stdout } = holdfast(['check', './mine.ts', '--design', 'v5.9', '--variant', 'write'], {}, folder);
  expect(status).toBe(1);
  expect(stdout).toContain('mine write, v5.9: broken under SC\n');
});
