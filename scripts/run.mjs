// Bundles one TypeScript file and runs it: `node scripts/run.mjs bench/startup.ts ARGUMENTS`.
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  console.error('Usage: node scripts/run.mjs FILE.ts [ARGUMENTS]');
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}node_modules/.cache/holdfast`;
mkdirSync(folder, { recursive: true });
const outfile = `${folder}/${basename(entry, '.ts')}.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.argv.splice(1, process.argv.length - 1, outfile, ...rest);
await import(pathToFileURL(outfile).href);
