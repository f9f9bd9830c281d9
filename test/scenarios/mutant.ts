/** The memory manager with a line of it written otherwise, as a bundle of its own. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/fronts/races/cell-result.ts';

/** What stands in a file of src/mm, and what stands there instead. */
export type Change = readonly [file: string, from: string, to: string];

const ENTRY = `
  import { checkCell } from './src/fronts/races/check-cell.ts';
  import { designWith } from './src/mm/design/design.ts';
  import { designOf } from './src/mm/design/presets.ts';
  import { LADDER } from './src/models/registry.ts';
  import { cellWord } from './src/report/cell-table.ts';
  import { SCENARIOS } from './src/scenarios/catalog.ts';
  export function check(row, text) {
    const [name, variant] = row.split(' ');
    const [preset, ...rest] = text.split(' ');
    const design = designWith(designOf(preset), Object.fromEntries(rest.map((each) => each.split('='))));
    const scenario = SCENARIOS.find((each) => each.name === name);
    const cell = checkCell(scenario, variant, { name: 'it', design }, { models: LADDER, deadline: Date.now() + 60_000 });
    return { ...cell, word: cellWord(cell) };
  }
`;

/** @throws Error where a file does not contain what is to be changed */
export async function mutant(
  ...changes: readonly Change[]
): Promise<(row: string, design: string) => CellResult & { readonly word: string }> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /src\/mm\/.*\.ts$/ }, ({ path }) => {
            const own = changes.filter(([file]) => path === resolve('src/mm', file));
            if (own.length === 0) return undefined;
            let contents = readFileSync(path, 'utf8');
            for (const [file, from, to] of own) {
              if (!contents.includes(from)) throw new Error(`${file} has no '${from}'`);
              contents = contents.replace(from, to);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  const module = { exports: {} as { check: Awaited<ReturnType<typeof mutant>> } };
  new Function('module', 'exports', outputFiles[0]!.text)(module, module.exports);
  return module.exports.check;
}

/** Text that is left out. */
export const without = (file: string, ...lines: readonly string[]): Change[] =>
  lines.map((line): Change => [file, line, '']);

/** What is changed; a race that holds without it, with its variant; a design; and what breaks the race then. */
export type Mutant = readonly [what: string, changes: readonly Change[], row: string, design: string, breaks: string];

/** A test of each: the race breaks. */
export function noticed(mutants: readonly Mutant[]): void {
  describe('a race breaks, if', () => {
    it.each(mutants)('%s', async (_, changes, row, design, breaks) => {
      const cell = (await mutant(...changes))(row, design);
      expect(`${cell.word} ${cell.property}`).toContain(breaks);
    });
  });
}
