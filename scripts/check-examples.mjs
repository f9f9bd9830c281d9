// Runs every `console` block of the README and the docs, and compares what is printed with what the block says.
// A line that starts with `$ ` is a command for the shell, in the root of the project; the lines up to the next are its
// output, standard error included. Times are not compared. With --write the pages are made to say what is printed.
// Arguments are pages; without, all.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md') && (asked.length === 0 || asked.includes(name)),
);

const bin = mkdtempSync(join(tmpdir(), 'holdfast-'));
script('holdfast', `exec '${process.execPath}' '${root}dist/holdfast.cjs' "$@"`);
script('npx', 'exec "$@"');

const write = process.argv.includes('--write');
let passed = 0;
let failed = 0;
for (const page of pages) {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const written = [];
  for (let i = 0; i < lines.length; i++) {
    written.push(lines[i]);
    if (lines[i] !== '```console') continue;
    for (i++; lines[i] !== '```'; ) {
      const place = `${page}:${i + 1}`;
      written.push(lines[i]);
      const command = lines[i++].replace(/^\$ /, '');
      const expected = [];
      while (lines[i] !== '```' && !lines[i].startsWith('$ ')) expected.push(lines[i++]);
      const printed = run(command).trimEnd().split('\n');
      const same = masked(printed) === masked(expected);
      written.push(...(same ? expected : printed));
      if (same) passed++;
      else {
        failed++;
        console.log(
          [`${place}: $ ${command}`, '--- on the page', ...expected, '--- printed', ...printed, ''].join('\n'),
        );
      }
    }
    written.push(lines[i]);
  }
  if (write) writeFileSync(join(root, page), written.join('\n'));
}
rmSync(bin, { recursive: true });
console.log(`Examples: ${passed} as printed, ${failed} ${write ? 'written' : 'not'}`);
process.exit(failed === 0 || write ? 0 : 1);

function run(command) {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' };
  const options = { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  try {
    return execFileSync('bash', ['-c', `{ ${command}\n} 2>&1`], options);
  } catch (error) {
    return error.stdout;
  }
}

/** The lines as one text, without what differs from run to run. */
function masked(lines) {
  return lines
    .join('\n')
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replace(/^Time (.*) \d+\.\d+$/gm, 'Time $1 TIME')
    .replace(/"seconds":[\d.e-]+/g, '"seconds":TIME');
}

function script(name, body) {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}
