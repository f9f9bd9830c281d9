// The lock file has a digest of every package, so that what is installed is what was looked at; and NOTICE has the licence
// of every package that the build puts into dist/.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => readFileSync(`${root}${name}`, 'utf8');
const { packages } = JSON.parse(read('package-lock.json'));
const problems = Object.entries(packages).flatMap(([name, { integrity, link }]) =>
  name === '' || link || integrity ? [] : [`package-lock.json: ${name} has no integrity`],
);
// Source maps name what is in a bundle.
const bundled = new Set(
  ['command.js', 'worker.cjs', 'check-worker.cjs', 'analysis-worker.cjs'].flatMap((name) =>
    JSON.parse(read(`dist/${name}.map`)).sources.flatMap((source) => source.match(/node_modules\/(.*)\//)?.[1] ?? []),
  ),
);
const names = new Set([...bundled].map((path) => path.match(/^(@[^/]+\/)?[^/]+/)[0]));
for (const name of names) {
  if (!read('NOTICE').includes(read(`node_modules/${name}/LICENSE`).trim())) {
    problems.push(`NOTICE: the licence of ${name}, which is in dist/, is missing`);
  }
}
for (const problem of problems) console.log(problem);
console.log(
  `${Object.keys(packages).length - 1} packages in the lock file, ${names.size} in dist/: ${problems.length} problems`,
);
process.exit(problems.length === 0 ? 0 : 1);
