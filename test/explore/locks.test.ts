import { expect, test } from 'vitest';
import { LADDER } from '../../src/models/registry.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import { type Step, toProgram } from '../oracle/small-program.ts';
import { add, ifIs, isLocked, lock, program, read, trylock, unlock, write, x, y } from '../oracle/steps.ts';
import { differences } from './differences.ts';

const section: readonly Step[] = [lock(y), unlock(y)];
const tried: readonly Step[] = [trylock(0, y), ifIs(0, 0, [unlock(y)])];

/** What a thread may do with one lock. */
const THREADS: readonly (readonly Step[])[] = [
  section,
  [...section, ...section],
  [lock(y)],
  [trylock(0, y)],
  tried,
  [...section, trylock(0, y)],
  [...tried, ...section],
  [isLocked(0, y)],
  [isLocked(0, y), ...section],
];

/** Every list of so many threads, in every order: which comes first makes a difference to an explorer. */
function* lists(count: number): Generator<(readonly Step[])[]> {
  if (count === 0) yield [];
  else for (const first of THREADS) for (const rest of lists(count - 1)) yield [first, ...rest];
}

/** All executions under each model, each once. */
function agrees(threads: readonly (readonly Step[])[]): void {
  const small = program(...threads);
  const compiled = toProgram(small);
  const found = enumerate(compiled);
  for (const model of LADDER) {
    expect(differences(compiled, model, found[model]), `${model}\n${print(small)}`).toEqual([]);
  }
}

test.each([2, 3])('every way in which %i threads use a lock', { timeout: 600_000 }, (count) => {
  for (const threads of lists(count)) agrees(threads);
});

const locked = (...steps: Step[]): Step[] => [lock(y), ...steps, unlock(y)];
const ifLocked = (...steps: Step[]): Step[] => [trylock(0, y), ifIs(0, 0, [...steps, unlock(y)])];

/** Larger ones, in which sections change their order more than once. */
const LARGER: readonly (readonly [string, readonly (readonly Step[])[]])[] = [
  [
    'two trylocks, what the second writes, and who reads that under the lock',
    [[isLocked(0, y)], [...ifLocked(), ...ifLocked(write(x, 1))], [...section, ...locked(read(0, x))], section],
  ],
  [
    'a trylock before and one after a section',
    [locked(add(x, 1)), [...ifLocked(), ...locked(add(x, 1))], [...locked(add(x, 1)), ...ifLocked()]],
  ],
  ['two sections among three others and a trylock', [[...section, ...section], section, section, ifLocked()]],
];

test.each(LARGER)('%s', { timeout: 120_000 }, (_, threads) => agrees(threads));
