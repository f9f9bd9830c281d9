// Bundles the command into dist/: an entry and its chunks, so that one litmus test loads what it needs and no more.
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

// commander is CommonJS and asks for node:events and its kind with require().
const require = "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);";

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { holdfast: 'src/cli/main.ts', worker: 'src/cli/worker.ts' },
  outdir: 'dist',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  banner: { js: require },
  define: { HOLDFAST_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
