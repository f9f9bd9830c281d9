import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fence, Mode } from '../../src/cpu/modes.ts';
import { type BuiltInModel, LADDER } from '../../src/models/registry.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import {
  add,
  bitLock,
  bitUnlock,
  cmpxchg,
  fence,
  fetchAdd,
  ifIs,
  ifSet,
  lock,
  mb,
  program,
  rcuLock,
  rcuUnlock,
  read,
  readPlain,
  synchronizeRcu,
  tied,
  trylock,
  unlock,
  waitFor,
  write,
  x,
  xchg,
  y,
  z,
} from '../oracle/steps.ts';
import { RUNS, SEED } from '../seed.ts';
import { BOUNDED, differences } from './differences.ts';
import { FLAVOURS, type Flavour, randomProgram, withExpectations } from './random-programs.ts';

/** Programs per flavour. */
const PROGRAMS = RUNS ?? 40;

const increment = fetchAdd(0, x, 1, Mode.Once);
/** Two writes with smp_mb() between, and a thread that reads the second, then does `last`. */
const behindFence = (last: Step): SmallProgram => program([write(x, 1), mb, write(y, 1)], [read(0, y), last]);

/** Programs on which some engine, another or an earlier state of this one, has been wrong. */
const NAMED: readonly [string, SmallProgram][] = [
  // Load buffering without dependencies: where dependency prefixes lose executions.
  ['R x || RMW x; W x || W x', program([read(0, x)], [increment, write(x, 1)], [write(x, 2)])],
  [
    'R x; R y || W y || R y; W y; W x',
    program([read(0, x), read(1, y)], [write(y, 1)], [read(0, y), write(y, 2), write(x, 3)]),
  ],
  [
    'W x; R x; RMW x || R x; R x; W y || R x; W x',
    program([write(x, 1), read(0, x), increment], [read(0, x), read(1, x), write(y, 2)], [read(0, x), write(x, 3)]),
  ],
  // The write of an RMW is ordered by what does not order its read.
  ['an RMW whose data depends on a read', behindFence(add(x, tied(0, 1)))],
  ['an RMW under a condition', behindFence(ifSet(0, [add(x, 1)]))],
  ['an RMW that releases', behindFence(fetchAdd(1, x, 1, Mode.Release))],
  ['an exchange whose data depends on a read', behindFence(xchg(1, x, tied(0, 2), Mode.Once))],
  ['an RMW that reads an RMW, and a write', program([add(x, 1)], [add(x, 2)], [write(x, 1)])],
  // A failed cmpxchg orders nothing by itself, but smp_mb__after_atomic() after it does.
  [
    'smp_mb__after_atomic() after a failed cmpxchg',
    program(
      [write(x, 1), cmpxchg(0, z, 1, 2, Mode.Once), fence(Fence.AfterAtomic), read(1, y)],
      [write(y, 1), mb, read(0, x)],
    ),
  ],
  ['a failed cmpxchg between', program([write(x, 1), cmpxchg(0, z, 1, 2), read(1, y)], [write(y, 1), mb, read(0, x)])],
  // Locks that are kept, so that others wait for ever.
  ['a lock kept', program([lock(z)], [lock(z), unlock(z)])],
  [
    'locks taken the other way round',
    program([lock(z), lock(x), unlock(x), unlock(z)], [lock(x), lock(z), unlock(z), unlock(x)]),
  ],
  ['a lock kept, another inside', program([lock(z)], [lock(z), lock(x), unlock(x), unlock(z)])],
  // An unlock that is not coherence-last, in a section that comes first though its lock was taken last.
  [
    'a section before another behind a trylock',
    program(
      [trylock(0, z), ifIs(0, 0, [write(x, 1), unlock(z)])],
      [lock(z), readPlain(0, x), unlock(z)],
      [write(x, 2)],
    ),
  ],
  [
    'a section before what tries the lock',
    program([trylock(0, z), write(x, 1)], [lock(z), readPlain(0, x), unlock(z)], [write(x, 2)]),
  ],
  // A wait for what is not the last value, or the only one.
  ['a bit lock on a word that others write', program([bitLock(x)], [write(x, 1), write(x, 2)])],
  [
    'a bit lock that either of two writes could have overtaken',
    program([bitLock(x)], [write(x, 1)], [write(x, 1), bitUnlock(x)]),
  ],
  ['a bit lock overtaken by another, or by a write', program([bitLock(x)], [bitLock(x), bitUnlock(x)], [write(x, 1)])],
  ['a bit lock, a write, and an addition', program([bitLock(x), bitUnlock(x)], [write(x, 1)], [add(x, 1)])],
  ['a wait for a bit lock to be given back', program([waitFor(x, 0)], [bitLock(x), bitUnlock(x)])],
  [
    'a wait that is over before and after, but not while another thread goes first',
    program([write(y, 1), waitFor(x, 0)], [write(x, 1), write(y, 2), write(x, 0)]),
  ],
  ['a wait for what is overwritten', program([waitFor(x, 1)], [write(x, 1), write(x, 2)])],
  // RCU is not maximally extensible.
  [
    'a section that looks maximal and is not',
    program([rcuLock, read(0, y), read(1, x), rcuUnlock], [write(y, 1), synchronizeRcu, write(x, 1)]),
  ],
  [
    'a grace period before what a section left behind',
    program(
      [write(x, 2), rcuLock, read(0, y), rcuUnlock],
      [rcuLock, write(y, 1), rcuUnlock, synchronizeRcu, read(0, x)],
    ),
  ],
  [
    'a plain read after a grace period that a section came before',
    program(
      [write(x, 1), synchronizeRcu, readPlain(0, y)],
      [read(0, y), rcuLock, rcuUnlock, write(x, 2)],
      [write(y, 2)],
    ),
  ],
];

test.each(NAMED)('%s', { timeout: 60_000 }, (_, small) => {
  const found = enumerate(toProgram(small));
  for (const model of LADDER) expect(differences(toProgram(small), model, found[model]), model).toEqual([]);
});

/**
 * Where load buffering goes through a wait, the engine may say that it has not found everything. It may do so for some
 * programs of these flavours, and for none of the others.
 */
const MAY_BE_BOUNDED: ReadonlySet<Flavour> = new Set<Flavour>(['waits', 'all']);
const MOST_BOUNDED = 0.1;

/** Compares the two on random programs; `compare` gives what is wrong with one. */
function onRandomPrograms(
  flavour: Flavour,
  programs: fc.Arbitrary<SmallProgram>,
  runs: number,
  compare: (small: SmallProgram) => readonly string[],
): void {
  let bounded = 0;
  fc.assert(
    fc.property(programs, (small) => {
      const all = compare(small);
      const wrong = MAY_BE_BOUNDED.has(flavour) ? all.filter((text) => text !== BOUNDED) : all;
      if (wrong.length > 0) throw new Error(`${print(small)}\n${wrong.slice(0, 6).join('\n')}`);
      if (all.length > 0) bounded++;
    }),
    { seed: SEED, numRuns: runs },
  );
  expect(bounded).toBeLessThanOrEqual(Math.ceil(runs * MOST_BOUNDED));
}

/** Those of an array that differ under some model, with its name; BOUNDED stays what it is. */
const underAll = (compare: (model: BuiltInModel) => readonly string[]): string[] =>
  LADDER.flatMap((model) => compare(model).map((text) => (text === BOUNDED ? text : `${model}, ${text}`)));

describe.each(FLAVOURS)('random programs with %s', { timeout: 1000 + PROGRAMS * 1000 }, (flavour) => {
  /** Plain accesses may pass a value round that comes from nowhere. */
  const guesses = flavour === 'plain' ? [OUT_OF_THIN_AIR] : [];

  test('have the executions that brute force finds, each once', () => {
    onRandomPrograms(flavour, randomProgram(flavour), PROGRAMS, (small) => {
      const program = toProgram(small);
      const found = enumerate(program, guesses);
      return underAll((model) => differences(program, model, found[model]));
    });
  });

  test.skipIf(flavour === 'srcu')('have them where dependencies are conservative, too', () => {
    onRandomPrograms(flavour, randomProgram(flavour), PROGRAMS / 2, (small) => {
      const program = toProgram(small, 'conservative');
      return differences(program, 'lkmm', enumerate(program).lkmm);
    });
  });

  test('have those that a condition is about, where it is pursued', () => {
    onRandomPrograms(flavour, withExpectations(randomProgram(flavour)), PROGRAMS / 2, (small) => {
      const program = toProgram(small);
      const found = enumerate(program, guesses);
      return underAll((model) => {
        const expected = found[model].filter(({ asExpected }) => asExpected);
        return differences(program, model, expected, { pursue: 'condition' });
      });
    });
  });
});
