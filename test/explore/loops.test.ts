import { describe, expect, test } from 'vitest';
import { explore } from '../../src/explore/explore.ts';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { End, type Frame } from '../../src/litmus/frame.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { LADDER, type ModelName } from '../../src/models/registry.ts';
import type { Program } from '../../src/program/program.ts';
import { enumerate } from '../oracle/enumerate.ts';

/** A test whose threads are P0, P1 and so on, over the words x, y and z. */
function programOf(threads: readonly string[], unroll: number): Program {
  const bodies = threads.map((body, i) => `P${i}(int *x, int *y, int *z) { ${body} }`);
  const parsed = parseLitmus(`C loops\n{}\n${bodies.join('\n')}\nexists (x=0)`, 'loops.litmus');
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message);
  return compileLitmus(parsed.test, { unroll }).program;
}

interface Ended {
  readonly results: readonly unknown[];
  readonly memory: readonly number[];
}

const isCut = (result: unknown): boolean => (result as Frame)[0] === End.Cut;

/** The final states of executions in which no loop was cut short. */
const statesOf = (executions: readonly Ended[]): string[] =>
  [
    ...new Set(
      executions.filter(({ results }) => !results.some(isCut)).map((e) => JSON.stringify([e.results, e.memory])),
    ),
  ].sort();

function visited(program: Program, model: ModelName) {
  const executions: Ended[] = [];
  const { kind, blocked } = explore(program, {
    model,
    onExecution(execution) {
      executions.push({
        results: program.threads.map((_, t) => structuredClone(execution.result(t))),
        memory: Array.from(program.initial, (_, cell) => execution.finalValue(cell)),
      });
      return false;
    },
  });
  return { executions, blocked, cut: executions.filter(({ results }) => results.some(isCut)).length, kind };
}

const PUBLISH = 'WRITE_ONCE(*y, 1); smp_store_release(x, 1);';

/** Loops that wait, with what lets them go on; brute force goes round each up to twice. */
const WAITS: readonly (readonly [string, readonly string[]])[] = [
  ['while, acquire', [PUBLISH, 'while (!smp_load_acquire(x)); int r1 = READ_ONCE(*y);']],
  ['while, relaxed', [PUBLISH, 'while (!READ_ONCE(*x)); int r1 = READ_ONCE(*y);']],
  [
    'do, a register of its own',
    [PUBLISH, 'int r0; do { r0 = smp_load_acquire(x); } while (r0 != 1); int r1 = READ_ONCE(*y);'],
  ],
  ['a fence in each round', [PUBLISH, 'while (!READ_ONCE(*x)) smp_mb(); int r1 = READ_ONCE(*y);']],
  ['for, with a break', [PUBLISH, 'int r0; for (;;) { r0 = READ_ONCE(*x); if (r0) break; } int r1 = READ_ONCE(*y);']],
  [
    'read before and in the step',
    [PUBLISH, 'int r0; for (r0 = READ_ONCE(*x); r0 == 0; r0 = READ_ONCE(*x)); int r1 = READ_ONCE(*y);'],
  ],
  ['what a round leaves in a register', [PUBLISH, 'int r1; while (!READ_ONCE(*x)) r1 = READ_ONCE(*y);']],
  [
    'a read-side section in each round',
    [PUBLISH, 'int r0; do { rcu_read_lock(); r0 = READ_ONCE(*x); rcu_read_unlock(); } while (!r0);'],
  ],
  [
    'a value after another',
    ['WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2);', 'while (READ_ONCE(*x) != 1); WRITE_ONCE(*y, 1);'],
  ],
  [
    'load buffering through a wait',
    ['while (!READ_ONCE(*x)); WRITE_ONCE(*y, 1);', 'int r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1);'],
  ],
  [
    'each waits for the other',
    ['WRITE_ONCE(*x, 1); while (!READ_ONCE(*y));', 'WRITE_ONCE(*y, 1); while (!READ_ONCE(*x));'],
  ],
  [
    'a lock made of cmpxchg',
    [
      'while (cmpxchg_acquire(x, 0, 1)); WRITE_ONCE(*y, 1); smp_store_release(x, 0);',
      'while (cmpxchg_acquire(x, 0, 1)); int r0 = READ_ONCE(*y); smp_store_release(x, 0);',
    ],
  ],
  [
    'two that increment by cmpxchg',
    [
      'int r0; do { r0 = READ_ONCE(*x); } while (cmpxchg(x, r0, r0 + 1) != r0);',
      'int r0; do { r0 = READ_ONCE(*x); } while (cmpxchg(x, r0, r0 + 1) != r0);',
    ],
  ],
];

describe.each(WAITS)('a loop that waits is decided without bound: %s', (_, threads) => {
  const found = enumerate(programOf(threads, 2));
  test.each(LADDER)('under %s', (model) => {
    const { executions, cut, kind } = visited(programOf(threads, 1), model);
    expect(statesOf(executions)).toEqual(statesOf(found[model]));
    expect({ cut, kind }).toEqual({ cut: 0, kind: 'complete' });
  });
});

/** Threads of which some wait for ever: how often in executions that reads-from and coherence tell apart. */
const FOR_EVER: readonly (readonly [string, readonly string[], number])[] = [
  ['for what nobody writes', ['while (READ_ONCE(*x) != 2);', 'WRITE_ONCE(*x, 1);'], 1],
  ['for what was overwritten', ['while (READ_ONCE(*x) != 1);', 'WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2);'], 1],
  ['for each other', ['while (!READ_ONCE(*y)); WRITE_ONCE(*x, 1);', 'while (!READ_ONCE(*x)); WRITE_ONCE(*y, 1);'], 1],
  ['for nothing', ['while (1);'], 1],
  ['for itself', ['while (!READ_ONCE(*x)); WRITE_ONCE(*x, 1);'], 1],
];

test.each(FOR_EVER)('a thread waits for ever: %s', (_, threads, times) => {
  for (const model of LADDER) expect(visited(programOf(threads, 1), model).blocked, model).toBe(times);
});

/** Rounds that change something are no mere waiting: how many executions are cut after two. */
const COUNTS_ROUNDS: readonly (readonly [string, readonly string[]])[] = [
  ['a register counts them', ['int r0 = 0; while (!READ_ONCE(*x)) r0++;', 'WRITE_ONCE(*x, 1);']],
  ['each writes', ['while (!READ_ONCE(*x)) WRITE_ONCE(*y, 1);', 'WRITE_ONCE(*x, 1);']],
  ['each reads plainly, and may race', ['int r1; while (!READ_ONCE(*x)) r1 = *y;', '*y = 1; WRITE_ONCE(*x, 1);']],
];

test.each(COUNTS_ROUNDS)('a loop that does more than wait is bounded: %s', (_, threads) => {
  for (const model of LADDER) expect(visited(programOf(threads, 2), model).cut, model).toBeGreaterThan(0);
});
