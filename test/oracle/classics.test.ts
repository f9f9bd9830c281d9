import { expect, test } from 'vitest';
import { Fence, Mode } from '../../src/cpu/modes.ts';
import { LADDER } from '../../src/models/registry.ts';
import { enumerate } from './enumerate.ts';
import { type SmallProgram, type Step, toProgram } from './small-program.ts';
import * as s from './steps.ts';
import { acquire, ifSet, lock, mb, program, read, release, rmb, unlock, wmb, write, x, y, z } from './steps.ts';

const r0 = 0;
const r1 = 1;
const afterSpinlock = s.fence(Fence.AfterSpinlock);
const afterUnlockLock = s.fence(Fence.AfterUnlockLock);

/** The registers of each thread, and memory, as the state that is asked for; what is left out may be anything. */
interface State {
  readonly registers?: readonly (readonly (number | undefined)[])[];
  readonly memory?: readonly (number | undefined)[];
}

const fits = (wanted: readonly (number | undefined)[] = [], is: readonly number[]): boolean =>
  wanted.every((value, i) => value === undefined || value === is[i]);

const stale: State = { registers: [[], [1, 0]] };
const bothZero: State = { registers: [[0], [0]] };
const bothOne: State = { registers: [[1], [1]] };

const sb = (...between: Step[]): SmallProgram =>
  program([write(x, 1), ...between, read(r0, y)], [write(y, 1), ...between, read(r0, x)]);
const iriw = (...between: Step[]): SmallProgram =>
  program([write(x, 1)], [read(r0, x), ...between, read(r1, y)], [write(y, 1)], [read(r0, y), ...between, read(r1, x)]);
const disagree: State = { registers: [[], [1, 0], [], [1, 0]] };

/** A test of the literature, the state it asks for, and whether SC, TSO and the LKMM allow it. */
const CLASSICS: readonly [string, SmallProgram, State, boolean, boolean, boolean][] = [
  ['SB', sb(), bothZero, false, true, true],
  ['SB+mbs', sb(mb), bothZero, false, false, false],
  ['SB+rmbs', sb(rmb), bothZero, false, true, true],
  [
    'SB+xchgs',
    program([s.xchg(r1, x, 1), read(r0, y)], [s.xchg(r1, y, 1), read(r0, x)]),
    bothZero,
    false,
    false,
    false,
  ],
  [
    'SB+xchg-relaxeds',
    program([s.xchg(r1, x, 1, Mode.Once), read(r0, y)], [s.xchg(r1, y, 1, Mode.Once), read(r0, x)]),
    bothZero,
    false,
    false,
    true,
  ],
  ['MP', program([write(x, 1), write(y, 1)], [read(r0, y), read(r1, x)]), stale, false, false, true],
  ['MP+wmb+rmb', program([write(x, 1), wmb, write(y, 1)], [read(r0, y), rmb, read(r1, x)]), stale, false, false, false],
  ['MP+wmb', program([write(x, 1), wmb, write(y, 1)], [read(r0, y), read(r1, x)]), stale, false, false, true],
  [
    'MP+release+acquire',
    program([write(x, 1), release(y, 1)], [acquire(r0, y), read(r1, x)]),
    stale,
    false,
    false,
    false,
  ],
  [
    'MP+release+addr',
    program([write(x, 1), release(y, 1)], [read(r0, y), read(r1, s.through(r0, x))]),
    stale,
    false,
    false,
    false,
  ],
  [
    'MP+release+ctrl',
    program([write(x, 1), release(y, 1)], [read(r0, y), ifSet(r0, [read(r1, x)])]),
    stale,
    false,
    false,
    true,
  ],
  [
    'MP under a lock',
    program([lock(z), write(x, 1), write(y, 1), unlock(z)], [lock(z), read(r0, y), read(r1, x), unlock(z)]),
    stale,
    false,
    false,
    false,
  ],
  ['LB', program([read(r0, x), write(y, 1)], [read(r0, y), write(x, 1)]), bothOne, false, false, true],
  [
    'LB+datas',
    program([read(r0, x), write(y, s.tied(r0, 1))], [read(r0, y), write(x, s.tied(r0, 1))]),
    bothOne,
    false,
    false,
    false,
  ],
  [
    'LB+ctrls',
    program([read(r0, x), ifSet(r0, [write(y, 1)])], [read(r0, y), ifSet(r0, [write(x, 1)])]),
    bothOne,
    false,
    false,
    false,
  ],
  [
    'LB+ctrl+after the join',
    program([read(r0, x), ifSet(r0, [write(y, 1)])], [read(r0, y), ifSet(r0, []), write(x, 1)]),
    bothOne,
    false,
    false,
    true,
  ],
  [
    'LB+release+data',
    program([read(r0, x), release(y, 1)], [read(r0, y), write(x, s.tied(r0, 1))]),
    bothOne,
    false,
    false,
    false,
  ],
  [
    'S+wmb+acquire',
    program([write(x, 2), wmb, write(y, 1)], [acquire(r0, y), write(x, 1)]),
    { registers: [[], [1]], memory: [2] },
    false,
    false,
    false,
  ],
  [
    'S',
    program([write(x, 2), write(y, 1)], [read(r0, y), write(x, 1)]),
    { registers: [[], [1]], memory: [2] },
    false,
    false,
    true,
  ],
  [
    'R+mbs',
    program([write(x, 1), mb, write(y, 1)], [write(y, 2), mb, read(r0, x)]),
    { registers: [[], [0]], memory: [1, 2] },
    false,
    false,
    false,
  ],
  [
    'R',
    program([write(x, 1), write(y, 1)], [write(y, 2), read(r0, x)]),
    { registers: [[], [0]], memory: [1, 2] },
    false,
    true,
    true,
  ],
  ['2+2W', program([write(x, 1), write(y, 2)], [write(y, 1), write(x, 2)]), { memory: [1, 1] }, false, false, true],
  [
    '2+2W+mbs',
    program([write(x, 1), mb, write(y, 2)], [write(y, 1), mb, write(x, 2)]),
    { memory: [1, 1] },
    false,
    false,
    false,
  ],
  [
    '2+2W+releases',
    program([write(x, 1), release(y, 2)], [write(y, 1), release(x, 2)]),
    { memory: [1, 1] },
    false,
    false,
    true,
  ],
  ['IRIW', iriw(), disagree, false, false, true],
  ['IRIW+rmbs', iriw(rmb), disagree, false, false, true],
  ['IRIW+mbs', iriw(mb), disagree, false, false, false],
  [
    'WRC',
    program([write(x, 1)], [read(r0, x), write(y, 1)], [read(r0, y), read(r1, x)]),
    { registers: [[], [1], [1, 0]] },
    false,
    false,
    true,
  ],
  [
    'WRC+data+rmb',
    program([write(x, 1)], [read(r0, x), write(y, s.tied(r0, 1))], [read(r0, y), rmb, read(r1, x)]),
    { registers: [[], [1], [1, 0]] },
    false,
    false,
    true,
  ],
  [
    'WRC+release+rmb',
    program([write(x, 1)], [read(r0, x), release(y, 1)], [read(r0, y), rmb, read(r1, x)]),
    { registers: [[], [1], [1, 0]] },
    false,
    false,
    false,
  ],
  [
    'ISA2+release+release+acquire',
    program([write(x, 1), release(y, 1)], [read(r0, y), release(z, 1)], [acquire(r0, z), read(r1, x)]),
    { registers: [[], [1], [1, 0]] },
    false,
    false,
    false,
  ],
  [
    'Z6.0+release+release+mb',
    program([write(x, 1), release(y, 1)], [acquire(r0, y), release(z, 1)], [write(z, 2), mb, read(r0, x)]),
    { registers: [[], [1], [0]], memory: [1, 1, 2] },
    false,
    false,
    true,
  ],
  [
    'Z6.0, the middle under locks',
    program(
      [lock(3), write(x, 1), write(y, 1), unlock(3)],
      [lock(3), read(r0, y), write(z, 1), unlock(3)],
      [write(z, 2), mb, read(r0, x)],
    ),
    { registers: [[], [1], [0]], memory: [1, 1, 2] },
    false,
    false,
    true,
  ],
  [
    'Z6.0, smp_mb__after_spinlock() in the middle',
    program(
      [lock(3), write(x, 1), write(y, 1), unlock(3)],
      [lock(3), afterSpinlock, read(r0, y), write(z, 1), unlock(3)],
      [write(z, 2), mb, read(r0, x)],
    ),
    { registers: [[], [1], [0]], memory: [1, 1, 2] },
    false,
    false,
    false,
  ],
  [
    'SB in two critical sections of a thread',
    program([lock(z), write(x, 1), unlock(z), lock(z), read(r0, y), unlock(z)], [write(y, 1), mb, read(r0, x)]),
    bothZero,
    false,
    false,
    true,
  ],
  [
    'SB, smp_mb__after_unlock_lock() between the sections',
    program(
      [lock(z), write(x, 1), unlock(z), lock(z), afterUnlockLock, read(r0, y), unlock(z)],
      [write(y, 1), mb, read(r0, x)],
    ),
    bothZero,
    false,
    false,
    false,
  ],
  [
    'RCU: MP',
    program([write(x, 1), s.synchronizeRcu, write(y, 1)], [s.rcuLock, read(r0, y), read(r1, x), s.rcuUnlock]),
    stale,
    false,
    false,
    false,
  ],
  [
    'RCU: deferred free',
    program([s.rcuLock, read(r0, x), read(r1, y), s.rcuUnlock], [write(y, 1), s.synchronizeRcu, write(x, 1)]),
    { registers: [[1, 0]] },
    false,
    false,
    false,
  ],
  [
    'RCU: two sections, one grace period',
    program(
      [write(x, 1), s.synchronizeRcu, read(r0, y)],
      [s.rcuLock, write(y, 1), read(r0, z), s.rcuUnlock],
      [s.rcuLock, write(z, 1), read(r0, x), s.rcuUnlock],
    ),
    { registers: [[0], [0], [0]] },
    false,
    true,
    true,
  ],
  [
    'RCU: two sections, two grace periods',
    program(
      [write(x, 1), s.synchronizeRcu, read(r0, y)],
      [s.rcuLock, write(y, 1), read(r0, z), s.rcuUnlock],
      [write(z, 1), s.synchronizeRcu, read(r0, 3)],
      [s.rcuLock, write(3, 1), read(r0, x), s.rcuUnlock],
    ),
    { registers: [[0], [0], [0], [0]] },
    false,
    false,
    false,
  ],
  [
    'SRCU of one struct',
    program(
      [write(x, 1), s.synchronizeSrcu(z), write(y, 1)],
      [s.srcuLock(2, z), read(r0, y), read(r1, x), s.srcuUnlock(z, 2)],
    ),
    stale,
    false,
    false,
    false,
  ],
  [
    'SRCU of another struct',
    program(
      [write(x, 1), s.synchronizeSrcu(z), read(r0, y)],
      [s.srcuLock(2, 3), write(y, 1), read(r0, x), s.srcuUnlock(3, 2)],
    ),
    bothZero,
    false,
    true,
    true,
  ],
  ['CoRR', program([write(x, 1)], [read(r0, x), read(r1, x)]), stale, false, false, false],
];

test.each(CLASSICS)('%s', (_, small, state, ...allowed) => {
  const found = enumerate(toProgram(small));
  const reached = LADDER.map((model) =>
    found[model].some(({ results, memory }) => {
      const registers = results as readonly (readonly number[])[];
      return registers.every((of, thread) => fits(state.registers?.[thread], of)) && fits(state.memory, memory);
    }),
  );
  expect(reached).toEqual(allowed);
});
