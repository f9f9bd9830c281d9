import fc from 'fast-check';
import { Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';
import {
  type Address,
  placesOf,
  type SmallProgram,
  type Step,
  toProgram,
  type Value,
} from '../oracle/small-program.ts';
import * as s from '../oracle/steps.ts';
import { threadTraces } from '../oracle/traces.ts';

/** What a random program is made of. */
export const FLAVOURS = [
  'relaxed',
  'fences',
  'dependencies',
  'atomics',
  'locks',
  'rcu',
  'srcu',
  'plain',
  'waits',
  'all',
] as const;
export type Flavour = (typeof FLAVOURS)[number];

/** The words: two for data, then a lock, another, and an srcu_struct. */
const DATA = [0, 1] as const;
const LOCKS = [2, 3] as const;
const SRCU = 4;
/** For random use; one more holds the value of srcu_read_lock(). */
const REGISTERS = 3;

const register = fc.nat(REGISTERS - 1);
const word = fc.constantFrom(...DATA);
const small = fc.integer({ min: 1, max: 2 });

type Chunk = fc.Arbitrary<Step[]>;
const one = (step: fc.Arbitrary<Step>): Chunk => step.map((only) => [only]);

const plainly: fc.Arbitrary<Address> = word.map((at) => ({ at }));
const dependently: fc.Arbitrary<Address> = fc.oneof(
  { weight: 2, arbitrary: plainly },
  { weight: 1, arbitrary: fc.record({ at: word, via: register }) },
  { weight: 1, arbitrary: fc.record({ at: word, via: register, other: word }) },
);
const constant: fc.Arbitrary<Value> = small.map((n) => ({ constant: n }));
const tied: fc.Arbitrary<Value> = fc.record({ constant: small, register, scale: fc.constant(0 as const) });
const computed: fc.Arbitrary<Value> = fc.record({ constant: fc.nat(1), register, scale: fc.constant(1 as const) });

const copied: fc.Arbitrary<Value> = register.map((from) => ({ constant: 0, register: from, scale: 1 }));

const reads = (address: fc.Arbitrary<Address>, ...modes: Mode[]): Chunk =>
  one(fc.record({ do: fc.constant('read' as const), into: register, address, mode: fc.constantFrom(...modes) }));
const writes = (address: fc.Arbitrary<Address>, value: fc.Arbitrary<Value>, ...modes: Mode[]): Chunk =>
  one(fc.record({ do: fc.constant('write' as const), address, value, mode: fc.constantFrom(...modes) }));
const fences = (...kinds: Fence[]): Chunk =>
  one(fc.record({ do: fc.constant('fence' as const), fence: fc.constantFrom(...kinds) }));
const branches = (body: Chunk): Chunk =>
  one(
    fc.record({
      do: fc.constant('if' as const),
      register,
      equal: fc.boolean(),
      constant: fc.nat(1),
      // biome-ignore lint/suspicious/noThenProperty: the arm of an if, as the step calls it
      then: body,
      else: fc.oneof({ weight: 2, arbitrary: fc.constant<Step[]>([]) }, { weight: 1, arbitrary: body }),
    }),
  );
const within = (before: Step[], body: Chunk, after: Step[]): Chunk =>
  body.map((inner) => [...before, ...inner, ...after]);
const upTo = (most: number, chunk: Chunk): Chunk =>
  fc.array(chunk, { minLength: 1, maxLength: most }).map((chunks) => chunks.flat());

const valueModes = fc.constantFrom(Mode.Once, Mode.Acquire, Mode.Release, Mode.Full);
const atomics = (address: fc.Arbitrary<Address>, value: fc.Arbitrary<Value>): Chunk =>
  one(
    fc.oneof(
      fc.record({
        do: fc.constant('rmw' as const),
        into: register,
        address,
        op: fc.constantFrom(RmwOp.Add, RmwOp.Xchg),
        value,
        mode: valueModes,
      }),
      fc.record({
        do: fc.constant('rmw' as const),
        address,
        op: fc.constantFrom(RmwOp.Add, RmwOp.Or),
        value,
        mode: fc.constant(Mode.Noreturn),
      }),
      fc.record({
        do: fc.constant('cmpxchg' as const),
        into: register,
        address,
        expected: fc.nat(1),
        value,
        mode: valueModes,
      }),
      fc.record({ do: fc.constant('addUnless' as const), into: register, address, unless: fc.nat(1) }),
    ),
  );

const relaxed = fc.oneof(reads(plainly, Mode.Once), writes(plainly, constant, Mode.Once));
const ordered = fc.oneof(
  reads(plainly, Mode.Once, Mode.Acquire),
  writes(plainly, constant, Mode.Once, Mode.Release),
  fences(Fence.Mb, Fence.Rmb, Fence.Wmb),
);
const dependent = fc.oneof(
  reads(dependently, Mode.Once),
  writes(dependently, fc.oneof(constant, tied, computed), Mode.Once),
);

const lockSections = (body: Chunk): Chunk =>
  fc.oneof(
    ...LOCKS.map((at) => within([s.lock(at)], body, [s.unlock(at)])),
    within([s.lock(2), s.lock(3)], body, [s.unlock(3), s.unlock(2)]),
    within([s.lock(3), s.lock(2)], body, [s.unlock(2), s.unlock(3)]),
    body.map((inner) => [s.trylock(0, 2), s.ifIs(0, 0, [...inner, s.unlock(2)])]),
    fc.constant<Step[]>([s.isLocked(1, 2)]),
    fc.constant<Step[]>([s.lock(2)]),
  );

/** Waiting for data words, which others change in more ways than by unlocking. */
const waiting = fc.oneof(
  one(word.chain((at) => fc.nat(2).map((until) => s.waitFor(at, until)))),
  one(word.map((at) => s.waitFor(at, 1, Mode.Acquire))),
  word.chain((at) => within([s.bitLock(at)], relaxed, [s.bitUnlock(at)])),
  one(register.map((into) => s.choose(into))),
);

const CHUNKS: Record<Flavour, Chunk> = {
  relaxed,
  fences: ordered,
  dependencies: fc.oneof(
    { weight: 4, arbitrary: dependent },
    { weight: 1, arbitrary: fences(Fence.Wmb, Fence.Rmb) },
    { weight: 1, arbitrary: branches(upTo(2, dependent)) },
  ),
  atomics: fc.oneof(
    { weight: 3, arbitrary: atomics(dependently, fc.oneof(constant, tied)) },
    { weight: 3, arbitrary: dependent },
    { weight: 1, arbitrary: fences(Fence.BeforeAtomic, Fence.AfterAtomic, Fence.Mb, Fence.Rmb) },
  ),
  locks: fc.oneof(
    { weight: 2, arbitrary: lockSections(upTo(2, relaxed)) },
    { weight: 2, arbitrary: relaxed },
    { weight: 1, arbitrary: fences(Fence.AfterSpinlock, Fence.AfterUnlockLock, Fence.Mb) },
  ),
  rcu: fc.oneof(
    { weight: 2, arbitrary: within([s.rcuLock], upTo(2, relaxed), [s.rcuUnlock]) },
    { weight: 1, arbitrary: within([s.rcuLock, s.rcuLock], relaxed, [s.rcuUnlock, s.rcuUnlock]) },
    { weight: 2, arbitrary: fences(Fence.SyncRcu) },
    { weight: 2, arbitrary: ordered },
  ),
  srcu: fc.oneof(
    { weight: 2, arbitrary: within([s.srcuLock(REGISTERS, SRCU)], upTo(2, relaxed), [s.srcuUnlock(SRCU, REGISTERS)]) },
    { weight: 2, arbitrary: fc.constant<Step[]>([s.synchronizeSrcu(SRCU)]) },
    { weight: 1, arbitrary: fences(Fence.SyncRcu, Fence.AfterSrcuReadUnlock) },
    { weight: 2, arbitrary: relaxed },
  ),
  plain: fc.oneof(
    reads(dependently, Mode.Plain, Mode.Once, Mode.Acquire),
    writes(dependently, fc.oneof(constant, tied, copied), Mode.Plain, Mode.Once, Mode.Release),
    fences(Fence.Mb, Fence.Rmb, Fence.Wmb, Fence.Barrier),
    branches(writes(plainly, constant, Mode.Plain, Mode.Once)),
  ),
  waits: fc.oneof(
    { weight: 2, arbitrary: waiting },
    { weight: 2, arbitrary: dependent },
    { weight: 1, arbitrary: atomics(plainly, fc.oneof(constant, tied)) },
    { weight: 1, arbitrary: branches(relaxed) },
  ),
  all: fc.oneof(
    reads(dependently, Mode.Once, Mode.Plain, Mode.Acquire),
    writes(dependently, fc.oneof(constant, tied), Mode.Once, Mode.Plain, Mode.Release),
    atomics(dependently, fc.oneof(constant, tied)),
    fences(Fence.Mb, Fence.Rmb, Fence.Wmb, Fence.BeforeAtomic, Fence.AfterAtomic, Fence.SyncRcu, Fence.AfterUnlockLock),
    branches(relaxed),
    waiting,
    within([s.lock(2)], fc.oneof(relaxed, reads(plainly, Mode.Plain), writes(plainly, constant, Mode.Plain)), [
      s.unlock(2),
    ]),
    within([s.rcuLock], fc.oneof(ordered, reads(plainly, Mode.Plain)), [s.rcuUnlock]),
  ),
};

/** How much work a program is for the oracle: its accesses per word decide. Also counts the events. */
export function sizeOf(program: SmallProgram): { events: number; accesses: number; candidates: number } {
  const readers = new Array<number>(program.initial.length).fill(0);
  const writers = new Array<number>(program.initial.length).fill(0);
  let events = 0;
  const visit = (step: Step): void => {
    if (step.do === 'if') {
      step.then.forEach(visit);
      step.else?.forEach(visit);
      return;
    }
    if (step.do === 'fence') events++;
    if (step.do === 'fence' || step.do === 'choose') return;
    const places = 'address' in step ? placesOf(step.address) : [step.at];
    const writing = !['read', 'isLocked', 'srcuLock', 'await'].includes(step.do);
    const reading = !['write', 'unlock', 'srcuUnlock'].includes(step.do);
    const full = 'mode' in step ? step.mode === Mode.Full : step.do === 'addUnless';
    events += (reading ? 1 : 0) + (writing ? 1 : 0) + (full ? 2 : 0);
    // Coherence says what a lock reads, and where its unlock is.
    const free = { reads: reading && step.do !== 'lock', writes: writing && step.do !== 'unlock' };
    for (const at of new Set(places)) {
      if (at === undefined) continue;
      if (free.reads) readers[at]!++;
      if (free.writes) writers[at]!++;
    }
  };
  program.threads.flat().forEach(visit);
  let candidates = 1;
  writers.forEach((w, at) => {
    for (let i = 2; i <= w; i++) candidates *= i;
    candidates *= (w + 1) ** readers[at]!;
  });
  const accesses = [...readers, ...writers].reduce((sum, n) => sum + n, 0);
  return { events, accesses, candidates };
}

/** In how many ways the threads may run, whatever their reads return. */
export function combinations(program: SmallProgram): number {
  try {
    return threadTraces(toProgram(program), [OUT_OF_THIN_AIR]).reduce((product, traces) => product * traces.length, 1);
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Programs of two or three threads with four to nine accesses, small enough for the oracle. */
export function randomProgram(flavour: Flavour): fc.Arbitrary<SmallProgram> {
  return fc
    .array(upTo(4, CHUNKS[flavour]), { minLength: 2, maxLength: 3 })
    .map((threads) => ({ initial: [0, 0, 0, 0, 0], registers: REGISTERS + 1, threads }))
    .filter((program) => {
      const { events, accesses, candidates } = sizeOf(program);
      return accesses >= 4 && events <= 25 && candidates <= 20_000 && combinations(program) <= 50_000;
    });
}

/** The same program, with something expected of some of its reads. */
export function withExpectations(program: fc.Arbitrary<SmallProgram>): fc.Arbitrary<SmallProgram> {
  const hopes = fc.array(fc.option(fc.nat(2), { freq: 1 }), { minLength: 1, maxLength: 6 });
  return fc.tuple(program, hopes).map(([small, values]) => {
    let next = 0;
    const hope = (step: Step): Step => {
      if (step.do === 'if') {
        // biome-ignore lint/suspicious/noThenProperty: the arm of an if, as the step calls it
        return { ...step, then: step.then.map(hope), else: (step.else ?? []).map(hope) };
      }
      if (step.do !== 'read' && step.do !== 'rmw' && step.do !== 'cmpxchg') return step;
      const value = values[next++ % values.length] ?? undefined;
      return value === undefined ? step : { ...step, expect: value };
    };
    return { ...small, threads: small.threads.map((steps) => steps.map(hope)) };
  });
}
