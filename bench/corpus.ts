import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Question } from '../src/report/litmus-result.ts';
import { type Answer, CORPUS, CORPUS_MISSING, differences, readExpected } from '../test/corpus/expected.ts';

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
const herd = [...expected.values()].reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);

for (const question of asked.split(',') as Question[]) {
  const { lines, cpu, wall } = run(question);
  console.log(`\n== ${question}: ${lines.length} tests, ${cpu.toFixed(2)} CPU seconds, ${wall.toFixed(2)} s`);
  const executions = lines.reduce((sum, line) => sum + (line.executions ?? 0), 0);
  console.log(`${executions} executions, ${Math.round(executions / cpu)} per CPU second`);

  const finished = lines.filter(({ path }) => expected.get(path)?.seconds !== undefined);
  const share = cpu * (sum(finished) / sum(lines));
  console.log(
    `the ${finished.length} tests that herd7 finishes: ${share.toFixed(2)} CPU seconds, herd7 ${herd.toFixed(0)}: ` +
      `1/${(herd / share).toFixed(0)}`,
  );

  const unsupported = lines.filter(({ kind }) => kind === 'error');
  show('not understood', unsupported, ({ message }) => message ?? '');
  const wrong = lines.filter((line) => line.kind !== 'error' && differences(line, expected.get(line.path)!).length > 0);
  show('different', wrong, (line) => differences(line, expected.get(line.path)!).join('; '));
  const slowest = [...lines].sort((a, b) => b.seconds - a.seconds).slice(0, 10);
  show('slowest', slowest, (line) => `${line.seconds.toFixed(2)} s, ${line.executions} executions, ${line.kind}`);
}

/** The command over the whole corpus, in as many workers as there are cores. */
function run(question: Question): { lines: Line[]; cpu: number; wall: number } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const out = openSync(join(folder, 'out'), 'w');
  const start = performance.now();
  const command = ['dist/holdfast.cjs', 'litmus', CORPUS, '--format', 'json', ...FLAGS[question], ...more];
  // The shell's `time` counts the CPU time of a child; Node does not.
  const { stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', process.execPath, ...command], {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
  });
  const wall = (performance.now() - start) / 1000;
  closeSync(out);
  const text = readFileSync(join(folder, 'out'), 'utf8');
  rmSync(folder, { recursive: true });
  const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const prefix = join(CORPUS, '/');
  return {
    lines: lines.map((line) => ({ ...line, path: line.path.slice(prefix.length) })),
    cpu: user! + system!,
    wall,
  };
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { seconds }) => total + seconds, 0);
}

function show(title: string, lines: readonly Line[], text: (line: Line) => string): void {
  console.log(`${title}: ${lines.length}`);
  for (const line of lines.slice(0, 30)) console.log(`  ${line.path}: ${text(line)}`);
}
