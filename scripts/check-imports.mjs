// Imports go one way. A folder of src/ may import itself and the folders listed for it, nothing else; only src/cli may
// import from Node or from a package.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORE = ['cpu', 'program', 'graph', 'models', 'explore', 'judge', 'explain'];

const MAY_IMPORT = {
  cpu: [],
  program: ['cpu'],
  graph: ['cpu', 'program'],
  models: ['cpu', 'program', 'graph'],
  explore: ['cpu', 'program', 'graph', 'models'],
  judge: ['cpu', 'program', 'graph', 'models/registry.ts', 'explore'],
  explain: ['cpu', 'program', 'graph', 'models', 'explore', 'judge'],
  cat: [
    ...['cpu', 'program', 'graph', 'models', 'explain/execution-id.ts'],
    ...['litmus/source.ts', 'litmus/nearest.ts'],
  ],
  mm: ['cpu'],
  run: ['cpu', 'program'],
  scenarios: ['cpu', 'program', 'mm'],
  litmus: ['cpu', 'program', 'models/registry.ts', 'explore/contract.ts', 'judge'],
  c: ['cpu', 'program', 'litmus'],
  'fronts/litmus': [...CORE, 'fronts/front-end.ts', 'litmus'],
  'fronts/c': [...CORE, 'fronts/front-end.ts', 'fronts/litmus', 'litmus', 'c'],
  'fronts/races': [...CORE, 'fronts/front-end.ts', 'mm', 'run', 'scenarios'],
  fronts: [...CORE, 'fronts/litmus', 'fronts/c', 'fronts/races'],
  ask: [...CORE, 'fronts', 'fronts/litmus', 'fronts/c', 'fronts/races', 'litmus', 'mm', 'run', 'scenarios'],
  report: [
    ...['cpu', 'program', 'graph', 'models/registry.ts', 'judge', 'explain', 'mm', 'litmus', 'scenarios'],
    ...['fronts/litmus', 'fronts/races'],
  ],
  library: [
    ...['program', 'models/registry.ts', 'explain', 'mm', 'scenarios', 'litmus', 'fronts', 'fronts/litmus'],
    ...['fronts/c', 'fronts/races', 'ask', 'report'],
  ],
  cli: [
    ...['cat', 'program', 'models/registry.ts', 'judge', 'explain', 'mm', 'scenarios', 'litmus', 'run', 'fronts'],
    ...['c', 'fronts/litmus', 'fronts/c'],
    ...['fronts/races', 'ask', 'report', 'library'],
  ],
};

/** The folder of a file: of a front end its own. */
const folderOf = (path) => {
  const parts = path.split('/');
  return parts[0] === 'fronts' && parts.length > 2 ? `fronts/${parts[1]}` : parts[0];
};

const source = fileURLToPath(new URL('../src', import.meta.url));
const IMPORT = /(?:^|[;}\s])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

const problems = [];
let files = 0;
for (const name of readdirSync(source, { recursive: true }).sort()) {
  if (!name.endsWith('.ts')) continue;
  files++;
  const file = join(source, name);
  const folder = folderOf(name);
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) {
    problems.push(`src/${name}: no rule for the folder src/${folder}; add one to scripts/check-imports.mjs`);
    continue;
  }
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  for (const match of code.matchAll(IMPORT)) {
    const target = match[1] ?? match[2];
    if (target.startsWith('.')) {
      const path = relative(source, resolve(dirname(file), target));
      const other = folderOf(path);
      if (!target.endsWith('.ts')) problems.push(`src/${name}: '${target}' has no .ts at its end`);
      if (other !== folder && !allowed.includes(other) && !allowed.includes(path)) {
        problems.push(`src/${name}: src/${folder} may not import src/${path}`);
      }
    } else if (folder !== 'cli') {
      problems.push(`src/${name}: '${target}': only src/cli may import from Node or a package`);
    }
  }
}

for (const problem of problems) console.log(problem);
console.log(`Imports of ${files} files: ${problems.length === 0 ? 'all go one way' : `${problems.length} go wrong`}`);
process.exit(problems.length === 0 ? 0 : 1);
