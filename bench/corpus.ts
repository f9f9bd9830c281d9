import { spawnSync } from 'node:child_process';
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Question } from '../src/fronts/litmus/litmus-result.ts';
import {
  type Answer,
  CORPUS,
  CORPUS_MISSING,
  differences,
  type Expected,
  readExpected,
} from '../test/corpus/expected.ts';

/** What a line of `holdfast litmus --format json` has, as far as this file reads it. */
interface Line extends Answer {
  readonly path: string;
  readonly executions: number | null;
  readonly seconds: number;
  readonly message: string | null;
}

const FLAGS: Readonly<Record<Question, readonly string[]>> = {
  states: [],
  decide: ['--decide'],
  executions: ['--executions'],
};

if (CORPUS_MISSING !== undefined) {
  console.error(CORPUS_MISSING);
  process.exit(2);
}
const [asked = 'states,decide', ...more] = process.argv.slice(2);
const expected = new Map(readExpected().map((row) => [row.path, row]));
const finished = [...expected.values()].filter(({ seconds }) => seconds !== undefined);
const others = [...expected.values()].filter(({ seconds }) => seconds === undefined);
const herd = finished.reduce((sum, { seconds }) => sum + seconds!, 0);

for (const question of asked.split(',') as Question[]) {
  const cpu = await run(question, 'that herd7 finishes', finished);
  console.log(`herd7 takes ${herd.toFixed(0)} CPU seconds for these: ${(herd / cpu).toFixed(0)} times as much`);
  await run(question, 'that herd7 does not finish, or rejects', others);
}

/** The command over tests of the corpus, in as many workers as there are cores. @returns its CPU seconds */
async function run(question: Question, which: string, rows: readonly Expected[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const out = openSync(join(folder, 'out'), 'w');
  const paths = rows.map(({ path }) => join(CORPUS, path));
  // As long as each takes, unless it is said otherwise.
  const limit = more.includes('--timeout') ? [] : ['--timeout', 'none'];
  const command = [
    'dist/holdfast.cjs',
    'litmus',
    '--format',
    'json',
    '--ordered',
    ...FLAGS[question],
    ...limit,
    ...more,
    ...paths,
  ];
  const start = performance.now();
  // The shell's `time` counts the CPU time of a child; Node does not.
  const { stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', process.execPath, ...command], {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
  });
  const wall = (performance.now() - start) / 1000;
  closeSync(out);
  const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  const cpu = user! + system!;
  const lines: Line[] = [];
  for await (const json of createInterface(createReadStream(join(folder, 'out')))) {
    // What is kept of a line is small: a test may have a million states.
    const { outcomes, witnesses, ...line } = JSON.parse(json);
    lines.push({ ...line, path: rows[lines.length]!.path });
  }
  rmSync(folder, { recursive: true });

  const executions = lines.reduce((sum, line) => sum + (line.executions ?? 0), 0);
  console.log(`\n== ${question}, ${lines.length} tests ${which}: ${cpu.toFixed(2)} CPU seconds, ${wall.toFixed(2)} s`);
  console.log(`${executions} executions, ${Math.round(executions / cpu)} per CPU second`);
  show(
    'not understood',
    lines.filter(({ kind }) => kind === 'error'),
    ({ message }) => message ?? '',
  );
  show(
    'without a verdict',
    lines.filter(({ kind }) => kind === 'bounded'),
    ({ message }) => message ?? '',
  );
  const decided = lines.filter(({ kind }) => kind === 'decided' || kind === 'deadlock');
  const wrong = (line: Line): string => differences(line, expected.get(line.path)!).join('; ');
  show(
    'different',
    decided.filter((line) => wrong(line) !== ''),
    wrong,
  );
  const slowest = [...lines].sort((a, b) => b.seconds - a.seconds).slice(0, 5);
  show('slowest', slowest, (line) => `${line.seconds.toFixed(2)} s, ${line.executions} executions, ${line.kind}`);
  return cpu;
}

function show(title: string, lines: readonly Line[], text: (line: Line) => string): void {
  console.log(`${title}: ${lines.length}`);
  for (const line of lines.slice(0, 30)) console.log(`  ${line.path}: ${text(line)}`);
}
