import { expect, test } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import { enumerate } from './enumerate.ts';
import { type SmallProgram, type Step, toProgram } from './small-program.ts';
import { add, fetchAdd, lock, mb, of, program, read, unlock, waitFor, write, x, y, z } from './steps.ts';

const r0 = 0;
const r1 = 1;
const each = (n: number, body: (i: number) => Step[]): SmallProgram =>
  program(...Array.from({ length: n }, (_, i) => body(i)));
const U = (at: number): Step => fetchAdd(r0, at, 1, Mode.Once);

/** Facts found elsewhere, by hand or by other tools: program, and its executions under SC, TSO and the LKMM. */
const FACTS: readonly [string, SmallProgram, number, number, number][] = [
  ['store buffering', program([write(x, 1), read(r0, y)], [write(y, 1), read(r0, x)]), 3, 4, 4],
  ['2+2W', program([write(x, 1), write(y, 2)], [write(y, 1), write(x, 2)]), 3, 3, 4],
  ['load buffering', program([read(r0, x), write(y, 1)], [read(r0, y), write(x, 1)]), 3, 3, 4],
  ['four fetch_adds', each(4, () => [U(x)]), 24, 24, 24],
  ['two threads of fetch_adds on three words', each(2, () => [U(x), U(y), U(z)]), 8, 8, 8],
  ['three atomic_incs twice', each(3, () => [add(x, 1), add(x, 1)]), 90, 90, 90],
  ['three threads load and store the sum', each(3, () => [read(r0, x), write(x, of(r0, 1))]), 36, 36, 36],
  ['four writers', each(4, (i) => [write(x, i)]), 24, 24, 24],
  ['three threads write x, read x', each(3, (i) => [write(x, i), read(r0, x)]), 36, 36, 36],
  ['three threads under a lock', each(3, () => [lock(y), add(x, 1), unlock(y)]), 6, 6, 6],
  [
    'two waits, each of which lets the other end',
    program([waitFor(x, 1), write(y, 1)], [waitFor(y, 1), write(x, 1)]),
    0,
    0,
    1,
  ],
  ['a store-buffering ring of three with smp_mb', each(3, (i) => [write(i, 1), mb, read(r0, (i + 1) % 3)]), 7, 7, 7],
  [
    'two threads write x twice, read x twice',
    each(2, (i) => [write(x, i), write(x, i + 2), read(r0, x), read(r1, x)]),
    24,
    24,
    24,
  ],
];

const TIMEOUT = 60_000;

test.each(FACTS)(
  '%s has its executions under each model, each once',
  { timeout: TIMEOUT },
  (_, small, sc, tso, lkmm) => {
    const found = enumerate(toProgram(small));
    expect([found.sc.length, found.tso.length, found.lkmm.length]).toEqual([sc, tso, lkmm]);
    expect(new Set(found.lkmm.map(({ text }) => text)).size).toBe(lkmm);
  },
);

const [a, b, c] = [1, 2, 3];
/** The programs on which dependency prefixes fail: relaxed, without dependencies, with load buffering. */
const LOAD_BUFFERING: readonly [string, SmallProgram, number][] = [
  ['R x || RMW x; W x || W x', program([read(r0, x)], [U(x), write(x, a)], [write(x, b)]), 12],
  [
    'R x; R y || W y || R y; W y; W x',
    program([read(r0, x), read(r1, y)], [write(y, a)], [read(r0, y), write(y, b), write(x, c)]),
    18,
  ],
  [
    'W x; R x; U x || R x; R x; W y || R x; W x',
    program([write(x, a), read(r0, x), U(x)], [read(r0, x), read(r1, x), write(y, b)], [read(r0, x), write(x, c)]),
    80,
  ],
];

test.each(LOAD_BUFFERING)(
  '%s has the executions that the LKMM allows',
  { timeout: TIMEOUT },
  (_, small, executions) => {
    expect(enumerate(toProgram(small)).lkmm.length).toBe(executions);
  },
);
