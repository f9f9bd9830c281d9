// What is lost when a run is ended at any moment, and when there is no room for what it prints:
// `npm run bench:faults -- [KILLS]`. Anything but zeros in the last line is a fault.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KILLS = Number(process.argv[2] ?? 200);
const TESTS = 80;
/** After so many signals a run is let go on to its end. */
const MOST = 8;
/** A run that has not ended so long after a signal, in milliseconds, hangs. */
const HANGS = 20_000;
const COMMAND = `${process.cwd()}/dist/holdfast.cjs`;
const CODES = { SIGKILL: undefined, SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const SIGNALS = Object.keys(CODES) as (keyof typeof CODES)[];

const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
mkdirSync(join(folder, 'tests'));
for (let i = 0; i < TESTS; i++) {
  const threads = Array.from({ length: 1 + (i % 6) }, (_, t) => `P${t}(int *x) { WRITE_ONCE(*x, ${t + 1}); }`);
  writeFileSync(join(folder, 'tests', `${i}.litmus`), `C t${i}\n{}\n${threads.join('\n')}\nexists (x=1)\n`);
}
const ASKED = ['litmus', 'tests', '--executions'];
const found = { kills: 0, lost: 0, twice: 0, torn: 0, hangs: 0, crashes: 0 };

interface Line {
  readonly path: string;
  readonly kind: string;
}

/** The whole lines of a file of results. */
function linesOf(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** One run that appends to the file, ended after a while. @returns its exit code, or the signal that it died of */
function run(file: string, signal: NodeJS.Signals, after: number): Promise<number | NodeJS.Signals> {
  const out = openSync(file, 'a');
  const options = ['--format', 'json', '--resume', file];
  const child = spawn(process.execPath, [COMMAND, ...ASKED, ...options], {
    cwd: folder,
    stdio: ['ignore', out, 'inherit'],
  });
  closeSync(out);
  const timer = setTimeout(() => child.kill(signal), after);
  const tooLong = setTimeout(() => {
    found.hangs++;
    child.kill('SIGKILL');
  }, after + HANGS);
  return new Promise((resolve) =>
    child.on('close', (code, died) => {
      clearTimeout(timer);
      clearTimeout(tooLong);
      resolve(code ?? died!);
    }),
  );
}

const file = join(folder, 'results.jsonl');
/** How long a whole run takes. */
const begun = performance.now();
writeFileSync(file, '');
await run(file, 'SIGKILL', 1e9);
const whole = performance.now() - begun;
while (found.kills < KILLS) {
  writeFileSync(file, '');
  for (let before = 0, times = 0; ; times++) {
    const signal = SIGNALS[Math.floor(Math.random() * SIGNALS.length)]!;
    const code = await run(file, signal, times < MOST ? Math.random() * whole : 1e9);
    if (code === 0) break;
    found.kills++;
    // Before it hears signals it dies of them, as any process.
    if (code !== signal && code !== CODES[signal]) found.crashes++;
    if (code !== 'SIGKILL' && !readFileSync(file, 'utf8').match(/^$|\n$/)) found.torn++;
    const known = new Set(linesOf(file).flatMap(({ path, kind }) => (kind === 'interrupted' ? [] : [path]))).size;
    if (known < before) found.lost++;
    before = known;
  }
  const paths = linesOf(file).flatMap(({ path, kind }) => (kind === 'interrupted' ? [] : [path]));
  if (new Set(paths).size < TESTS) found.lost += TESTS - new Set(paths).size;
  if (paths.length > TESTS) found.twice += paths.length - TESTS;
}
console.log(`Ended at random: ${JSON.stringify(found)}`);

/** Runs in which the output may have so many KiB and no more. */
const full = { runs: 0, silent: 0, torn: 0 };
for (const format of ['text', 'json', 'herd', 'junit', 'sarif', 'github']) {
  const asked = `'${process.execPath}' '${COMMAND}' ${ASKED.join(' ')} --jobs 1 --ordered --format ${format}`;
  const complete = spawnSync('bash', ['-c', asked], { cwd: folder, encoding: 'utf8' }).stdout;
  for (let room = 0; room * 1024 < complete.length - 64; room++) {
    full.runs++;
    const script = `trap '' XFSZ; ulimit -f ${room}; ${asked} > full`;
    const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
    if (status !== 74 || !stderr.includes('HF914')) full.silent++;
    // All the room there was is used.
    if (readFileSync(join(folder, 'full')).length !== room * 1024) full.torn++;
  }
}
console.log(`No room: ${JSON.stringify(full)}`);
rmSync(folder, { recursive: true });
const { kills: _, ...faults } = found;
const sum = [...Object.values(faults), full.silent, full.torn].reduce((a, b) => a + b, 0);
console.log(`${found.kills} kills, ${full.runs} full disks: ${sum} faults`);
process.exit(sum === 0 ? 0 : 1);
