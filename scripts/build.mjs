// Bundles the command into dist/:
//   holdfast.cjs     what is run: loads command.js with its code cache
//   command.js       the command, as the text of a function
//   command.cache    what V8 made of that text, so that a start need not parse and compile it; of use to the version of
//                    Node that built it, and ignored by others
//   worker.cjs       a worker thread of the command
//   holdfast.mjs     the library, for Node and for browsers
//   holdfast-frames.mjs  where its lines stand in the source of the memory manager
//   types/           its types
// Modules that are imported dynamically are in the same file, and are evaluated when they are asked for.
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { writeFrames } from './frames.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  // Half the text: what is not in the cache is found faster.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { HOLDFAST_VERSION: JSON.stringify(version) },
  // Where a step of the memory manager stands in the source.
  sourcemap: 'external',
  sourcesContent: false,
  logLevel: 'warning',
};

// A cache fits any text of the same length, so it must go before its text does.
rmSync(`${root}dist/command.cache`, { force: true });
await Promise.all([
  build({
    ...options,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/command.js',
    banner: { js: '(function(exports,require,module,__filename,__dirname){' },
    footer: { js: '})' },
  }),
  build({ ...options, entryPoints: ['src/cli/worker.ts'], outfile: 'dist/worker.cjs' }),
  build({ ...options, entryPoints: ['src/cli/analysis-worker.ts'], outfile: 'dist/analysis-worker.cjs' }),
  build({ ...options, entryPoints: ['src/cli/check-worker.ts'], outfile: 'dist/check-worker.cjs' }),
  // Not minified: whoever bundles it does that, and the stack of an error is to be read.
  build({
    ...options,
    entryPoints: ['src/library/index.ts'],
    outfile: 'dist/holdfast.mjs',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    minifySyntax: false,
    minifyWhitespace: false,
    sourcemap: 'linked',
  }),
  // What is wrong with the types is for `npm run types` to say.
  promisify(execFile)(`${root}node_modules/.bin/tsc`, ['-p', 'tsconfig.types.json'], { cwd: root }).catch(() => {}),
]);
writeFrames(`${root}dist/holdfast.mjs`, `${root}dist/holdfast-frames.mjs`);
copyFileSync(`${root}src/cli/launcher.cjs`, `${root}dist/holdfast.cjs`);
// Without a cache, as of a command that does not work, the tests have more to say.
spawnSync(process.execPath, ['scripts/cache.cjs', 'litmus', 'examples'], { cwd: root, stdio: 'ignore' });
