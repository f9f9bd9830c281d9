import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { Pool, type Task, type Work } from '../../src/cli/pool.ts';

/** `square N` answers N squared, `die` ends its worker, `wait` goes on until it is stopped, `hang` does not even hear. */
const WORKER = `
import { serve } from './src/cli/worker-loop.ts';
serve(({ name }, settings, onExecution) => {
  const [what, n] = name.split(' ');
  if (what === 'die') throw new Error('the worker died');
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
  interrupted: ({ name }, _, executions) => `${name} interrupted after ${executions > 0 ? 'some' : 'no'} executions`,
  failed: ({ name }, _, { message }) => `${name}: ${message}`,
};

/** What the pool answers for each name, in their order. */
async function run(names: readonly string[], size: number, stopAfter?: number): Promise<unknown[]> {
  const pool = new Pool(size, work);
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
    expected[50] = expected[150] = 'die: internal error: Error: the worker died';
    expect(await run(names, 2)).toEqual(expected);
  });

  test('hands over what it knows when stopped, and kills what does not hear', async () => {
    expect(await run(['square 2', 'wait', 'hang', 'square 3'], 2, 600)).toEqual([
      5,
      'stopped',
      expect.anything(),
      undefined,
    ]);
    expect(await run(['hang'], 1, 600)).toEqual(['hang interrupted after no executions']);
  });

  test('fails every task where workers cannot begin', async () => {
    const pool = new Pool<number, Task, number | string>(2, { ...work, script: 'no-such-worker.cjs' });
    const answers: unknown[] = [];
    await pool.run([{ index: 0, name: 'square 1' }], (_, result) => answers.push(result));
    await pool.close();
    expect(answers).toEqual([expect.stringContaining('Cannot find module')]);
  });
});
