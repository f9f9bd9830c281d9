// Runs every `console` block of the README and the docs, and compares what is printed with what the block says.
// A line that starts with `$ ` is a command for the shell, in the root of the project; the lines up to the next are its
// output, standard error included. Times are not compared.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

const bin = mkdtempSync(join(tmpdir(), 'holdfast-'));
script('holdfast', `exec '${process.execPath}' '${root}dist/holdfast.cjs' "$@"`);
script('npx', 'exec "$@"');

let passed = 0;
let failed = 0;
for (const page of pages) {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] !== '```console') continue;
    for (i++; lines[i] !== '```'; ) {
      const at = i;
      const command = lines[i++].replace(/^\$ /, '');
      const expected = [];
      while (lines[i] !== '```' && !lines[i].startsWith('$ ')) expected.push(lines[i++]);
      check(`${page}:${at + 1}`, command, expected.join('\n').trimEnd());
    }
  }
}
rmSync(bin, { recursive: true });
console.log(`Examples: ${passed} as printed, ${failed} not`);
process.exit(failed === 0 ? 0 : 1);

function check(place, command, expected) {
  const printed = run(command).trimEnd();
  if (masked(printed) === masked(expected)) {
    passed++;
    return;
  }
  failed++;
  console.log(`${place}: $ ${command}\n--- on the page\n${expected}\n--- printed\n${printed}\n`);
}

function run(command) {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' };
  const options = { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  try {
    return execFileSync('bash', ['-c', `{ ${command}\n} 2>&1`], options);
  } catch (error) {
    return error.stdout;
  }
}

function masked(text) {
  return text
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replace(/^Time (.*) \d+\.\d+$/gm, 'Time $1 TIME')
    .replace(/"seconds":[\d.e-]+/g, '"seconds":TIME');
}

function script(name, body) {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}
