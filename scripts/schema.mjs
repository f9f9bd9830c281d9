// Writes schema/*.json, which src/report/schema/ declares. A test sees to it that they are what is declared.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}node_modules/.cache/holdfast/schema.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: ['src/report/schema/files.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  logLevel: 'warning',
});
const { SCHEMAS } = await import(pathToFileURL(outfile).href);
for (const [file, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(`${root}schema/${file}`, JSON.stringify(schema, undefined, 2));
}
const { status } = spawnSync(`${root}node_modules/.bin/biome`, ['format', '--write', 'schema'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
process.exit(status ?? 1);
