import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { Pool, type Task, type Work } from '../../src/cli/pool.ts';

/**
 * `square N` answers N squared; `die` throws in its worker, `late` after it has answered, and `exit` ends it; `wait` goes
 * on until it is stopped, `hang` does not even hear; `fill` wants all memory.
 */
const WORKER = `
import { serve } from './src/cli/worker-loop.ts';
serve(({ name }, settings, { onExecution }) => {
  const [what, n] = name.split(', ')[0].split(' ');
  if (what === 'die') throw new Error('the worker died');
  if (what === 'exit') process.exit(0);
  if (what === 'late') setImmediate(() => { throw new Error('too late'); });
  if (what === 'fill') for (const all = []; ; ) all.push(new Array(1000).fill(all.length));
  if (what === 'wait') while (!onExecution());
  if (what === 'hang') for (;;);
  return what === 'wait' ? 'stopped' : n * n + settings;
});
`;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const script = relative('src/cli', join(folder, 'worker.cjs'));

beforeAll(async () => {
  await build({
    stdin: { contents: WORKER, resolveDir: process.cwd() },
    outfile: join(folder, 'worker.cjs'),
    bundle: true,
    platform: 'node',
  });
});

const work: Work<number, Task, number | string> = {
  script,
  settings: 1,
  lost: ({ name }, loss) =>
    loss.kind === 'died'
      ? loss.diagnostic.message
      : `${name} ${loss.kind} after ${loss.executions > 0 ? 'some' : 'no'}`,
  limit: ({ name }) => (name.startsWith('hang limited') ? 0.1 : undefined),
  rest: () => undefined,
};

/** What the pool answers for each name, in their order. */
async function run(names: readonly string[], size: number, stopAfter?: number, heap?: number): Promise<unknown[]> {
  const pool = new Pool(size, work, heap);
  const answers: unknown[] = names.map(() => undefined);
  let times = 0;
  const done = pool.run(
    names.map((name, index) => ({ index, name })),
    (index, result) => {
      times++;
      answers[index] = result;
    },
  );
  if (stopAfter !== undefined) setTimeout(() => pool.stop(), stopAfter);
  await done;
  await pool.close();
  expect(times).toBe(answers.filter((answer) => answer !== undefined).length);
  return answers;
}

const squares = (n: number): string[] => Array.from({ length: n }, (_, i) => `square ${i}`);

describe('a pool', () => {
  test.each([
    [0, 2],
    [1, 2],
    [1000, 1],
    [1000, 3],
  ])('does %i tasks, each once, with %i workers', async (n, size) => {
    expect(await run(squares(n), size)).toEqual(Array.from({ length: n }, (_, i) => i * i + 1));
  });

  test('replaces a worker that dies, and does again what died with it', async () => {
    const names = squares(200);
    names.splice(50, 1, 'die');
    names.splice(150, 1, 'die');
    const expected: unknown[] = Array.from({ length: 200 }, (_, i) => i * i + 1);
    expected[50] = expected[150] = 'internal error: Error: the worker died';
    expect(await run(names, 2)).toEqual(expected);
  });

  test.each([1, 2])('loses one result for each of a hundred workers that are ended: %i at once', async (size) => {
    const names = squares(100).flatMap((name, i) => [name, ['exit', 'die', 'exit', `late ${i}`][i % 4]!]);
    const results = await run(names, size);
    const told = (name: string, i: number): unknown =>
      name.startsWith('late')
        ? ((i - 1) / 2) ** 2 + 1
        : name === 'die'
          ? 'internal error: Error: the worker died'
          : 'exit ended its worker, with exit code 0';
    expect(results).toEqual(names.map((name, i) => (name.startsWith('square') ? (i / 2) ** 2 + 1 : told(name, i))));
  });

  test('ends a worker that does not keep its limit, and goes on', async () => {
    const start = performance.now();
    const names = ['hang limited 1', ...squares(50), 'hang limited 2'];
    expect(await run(names, 1)).toEqual([
      'hang limited 1 timeout after no',
      ...squares(50).map((_, i) => i * i + 1),
      'hang limited 2 timeout after no',
    ]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test('outlives a worker without memory', async () => {
    expect(await run(['square 1', 'fill', 'square 2'], 2, undefined, 64)).toEqual([
      2,
      'fill needs more memory than there is',
      5,
    ]);
  });

  test('hands over what it knows when stopped, and kills what does not hear', async () => {
    expect(await run(['square 2', 'wait', 'hang', 'square 3'], 2, 3000)).toEqual([
      5,
      'stopped',
      expect.anything(),
      undefined,
    ]);
    expect(await run(['hang'], 1, 3000)).toEqual(['hang interrupted after no']);
  });

  test('goes on with what is left of a task, whatever became of its first part', async () => {
    const answers: unknown[] = [];
    const rest = (task: Task): Task | undefined => {
      const [, ...names] = task.name.split(', ');
      return names.length === 0 ? undefined : { ...task, name: names.join(', ') };
    };
    const first = ({ name }: Task): string => name.split(', ')[0]!;
    const parts = { ...work, rest, lost: (task: Task) => `${first(task)} lost` };
    const pool = new Pool<number, Task, number | string>(1, parts);
    await pool.run([{ index: 0, name: 'square 2, exit, square 3, die' }], (_, result) => answers.push(result));
    await pool.close();
    expect(answers).toEqual([5, 'exit lost', 10, 'die lost']);
  });

  test('fails every task where workers cannot begin', async () => {
    const pool = new Pool<number, Task, number | string>(2, { ...work, script: 'no-such-worker.cjs' });
    const answers: unknown[] = [];
    await pool.run([{ index: 0, name: 'square 1' }], (_, result) => answers.push(result));
    await pool.close();
    expect(answers).toEqual([expect.stringContaining('Cannot find module')]);
  });
});
