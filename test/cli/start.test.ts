import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** What is evaluated when these modules are: they, and what they import other than dynamically. */
async function evaluated(entries: readonly string[]): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: [entries[0]!],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const found = new Set<string>();
  const left = [...entries];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const { kind, path: imported } of metafile.inputs[path]?.imports ?? []) {
      if (kind === 'import-statement') left.push(imported);
    }
  }
  return found;
}

test('a litmus test is decided without the memory manager, races, kernel C and cat files', async () => {
  const all = await evaluated(['src/cli/main.ts', 'src/cli/litmus-command.ts']);
  expect(all.size).toBeGreaterThan(100);
  const others = [...all].filter((path) => /^src\/(mm|scenarios|cat|c)\//.test(path));
  expect(others).toEqual(['src/scenarios/scenario-error.ts', 'src/mm/design/default-preset.ts']);
});
