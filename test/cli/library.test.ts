import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

/** A project that has the packed package installed, and nothing else. */
const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const installed = join(folder, 'node_modules', 'holdfast');
const root = process.cwd();

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
  });
  run('tar', '-xzf', packed.trim(), '--strip-components=1', '-C', installed);
  for (const name of ['esbuild', '@esbuild']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 60_000);

const SB = readFileSync('examples/SB.litmus', 'utf8');

const SCRIPT = `
import { ask, json, litmus, races, scenario } from 'holdfast';
const sb = litmus(${JSON.stringify(SB)}, 'SB.litmus');
const lines = [];
for (const model of ['sc', 'lkmm']) lines.push((await ask({ question: 'decide', of: sb, model })).verdict);
lines.push((await ask({ question: 'show', of: sb })).mend.kind);
lines.push((await ask({ question: 'check', of: races('T0', { design: 'v5.11' }) })).kind);
lines.push((await ask({ question: 'states', of: litmus('C bad') })).kind);
lines.push(typeof scenario, JSON.parse(json(await ask({ question: 'states', of: sb }))).states);
globalThis.lines = lines;
`;
const EXPECTED = ['Never', 'Sometimes', 'repair', 'violated', 'error', 'function', 4];

test('a script imports it', () => {
  writeFileSync(join(folder, 'use.mjs'), `${SCRIPT}\nconsole.log(JSON.stringify(lines));`);
  expect(JSON.parse(run(process.execPath, 'use.mjs'))).toEqual(EXPECTED);
});

test('the steps of a race have the places that the command prints', () => {
  const script = `import { ask, json, races } from 'holdfast';
    const race = races('T0', { design: 'v5.11', variant: 'first' });
    console.log(json(await ask({ question: 'show', of: race, mend: false })));`;
  writeFileSync(join(folder, 'places.mjs'), script);
  interface Event {
    readonly place: { readonly file: string; readonly line: number; readonly column: number };
  }
  // The command is minified, so a function may be part of another there.
  const places = (line: string): string[] =>
    JSON.parse(line).execution.events.map(({ place }: Event) => `${place.file}:${place.line}:${place.column}`);
  const shown = places(run(process.execPath, 'places.mjs'));
  expect(shown[0]).toMatch(/^src\/mm\//);
  const asked = ['show', 'T0', '--design', 'v5.11', '--variant', 'first', '--no-mend', '--format', 'json'];
  expect(shown).toEqual(places(holdfast(asked).stdout));
});

test('bundled for a browser it needs nothing of Node', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { ask, json, litmus, races, scenario } from 'holdfast';
        globalThis.ready = (async () => {${SCRIPT.replace(/^import.*$/m, '')}})();`,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent',
  });
  const page: { ready?: Promise<void>; lines?: unknown[] } & Record<string, unknown> = { performance, setTimeout };
  runInContext(outputFiles[0]!.text, createContext(page));
  await page.ready;
  expect([...page.lines!]).toEqual(EXPECTED);
});

const TYPED = `
import { ask, litmus, races, type Analysis, type CellResult, type LitmusResult } from 'holdfast';
const decided: LitmusResult = await ask({ question: 'decide', of: litmus('') }, { signal: AbortSignal.timeout(1000) });
const cell: CellResult = await ask({ question: 'check', of: races('T0', { set: { shareMb: 'mb' } }) });
const shown: Analysis = await ask({ question: 'show', of: races('T0'), timeout: 1 });
export const verdict = decided.kind === 'decided' ? decided.verdict : undefined;
export const steps = cell.kind === 'violated' ? cell.failure.steps : [];
export const id = shown.kind === 'execution' ? shown.counterexample.id : undefined;
export const only = shown.kind === 'bounded' ? shown.partial?.difference.outcomes.map(({ values }) => values[0]) : [];
await ask({ question: 'replay', of: litmus(''), id: '', timeout: 1 });
// @ts-expect-error: an id says all that a replay asks
ask({ question: 'replay', of: litmus(''), id: '', model: 'tso' });
// @ts-expect-error: barriers mends nothing
ask({ question: 'barriers', of: litmus(''), mend: false });
// @ts-expect-error: a race has no final states
ask({ question: 'states', of: races('T0') });
// @ts-expect-error: a check is not an analysis
export const wrong: Analysis = await ask({ question: 'check', of: races('T0') });
`;

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('TypeScript knows its answers: module %s, resolution %s', (module, moduleResolution) => {
  const compilerOptions = { target: 'es2022', module, moduleResolution, lib: ['es2023', 'dom'], types: [] };
  writeFileSync(join(folder, 'typed.ts'), TYPED);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, strict: true, noEmit: true }, files: ['typed.ts'] }),
  );
  expect(run(join(root, 'node_modules/.bin/tsc'), '-p', folder)).toBe('');
});

test('it has the schemas', () => {
  writeFileSync(
    join(folder, 'schema.mjs'),
    `import { createRequire } from 'node:module';
     const require = createRequire(import.meta.url);
     for (const name of ['litmus-result', 'cell-result', 'analysis'])
       console.log(require('holdfast/schema/' + name + '.schema.json').title);`,
  );
  expect(run(process.execPath, 'schema.mjs')).toBe(
    'Result of one litmus test\nResult of one cell\nAnswer to a question about a protocol\n',
  );
});

describe('a race of the user', () => {
  const mine = readFileSync('docs/scenarios.md', 'utf8').match(/^```ts\n(.*?)^```$/ms)![1]!;

  test('is checked by a script as by the command', async () => {
    writeFileSync(join(folder, 'mine.ts'), mine);
    const { outputFiles } = await build({
      stdin: {
        contents: `import { ask, races } from 'holdfast'; import { mine } from './mine.ts';
          const { kind, model } = await ask({ question: 'check', of: races(mine, { design: 'v5.9' }) });
          console.log(kind, model);`,
        resolveDir: folder,
      },
      bundle: true,
      write: false,
      format: 'esm',
      external: ['holdfast'],
    });
    writeFileSync(join(folder, 'check.mjs'), outputFiles[0]!.text);
    expect(run(process.execPath, 'check.mjs')).toBe('violated sc\n');
  });

  test('may ask questions of its own, within the command', () => {
    writeFileSync(
      join(folder, 'asks.ts'),
      `${mine.replace('import {', 'import { ask,')}\nif (!ask) throw new Error();\n`,
    );
    const args = ['check', './asks.ts', '--design', 'v6.12', '--variant', 'read', '--json'];
    const { status, stdout } = holdfast(args, {}, folder);
    expect(status).toBeLessThan(2);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'mine', variant: 'read' });
  });
});
