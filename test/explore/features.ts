import fc from 'fast-check';
import { Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import type { Address, Step, Value } from '../oracle/small-program.ts';
import * as s from '../oracle/steps.ts';

/** The words: two for data and one for what points to either, a lock, and an srcu_struct. */
export const [X, Y, POINTER, LOCK, SRCU] = [0, 1, 2, 3, 4] as const;
export const WORDS = 5;

export type Chunk = fc.Arbitrary<Step[]>;

/**
 * Something that a program may have, and a few steps that have it; `body` is for what is put inside. Registers are
 * relative: `into` says nothing, since every result has a register of its own, and register `n` is the last result but n.
 */
export interface Feature {
  readonly name: string;
  chunk(body: Chunk): Chunk;
  /** What somebody else has to do for it to come about. */
  readonly elsewhere?: Chunk;
}

const data = fc.oneof(
  { weight: 6, arbitrary: fc.constant(X) },
  { weight: 3, arbitrary: fc.constant(Y) },
  { weight: 1, arbitrary: fc.constant(POINTER) },
);
const recent = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) });
const small = fc.integer({ min: 1, max: 2 });

const fixed: fc.Arbitrary<Address> = data.map((at) => ({ at }));
const tied: fc.Arbitrary<Address> = fc.record({ at: data, via: recent });
const pointed: fc.Arbitrary<Address> = recent.map((via) => ({ at: X, via, other: Y }));
const anywhere: fc.Arbitrary<Address> = fc.oneof(
  { weight: 4, arbitrary: fixed },
  { weight: 1, arbitrary: tied },
  { weight: 1, arbitrary: pointed },
);
const constant: fc.Arbitrary<Value> = small.map((n) => ({ constant: n }));
const dependent: fc.Arbitrary<Value> = fc.record({
  constant: small,
  register: recent,
  scale: fc.constant(0 as const),
});
const copied: fc.Arbitrary<Value> = recent.map((register) => ({ constant: 0, register, scale: 1 }));
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: constant },
  { weight: 1, arbitrary: dependent },
  { weight: 1, arbitrary: copied },
);

const one = (step: fc.Arbitrary<Step>): Chunk => step.map((only) => [only]);
const read = (mode: Mode, address = anywhere): Chunk => one(address.map((from) => s.read(0, from, mode)));
const write = (mode: Mode, address = anywhere, what = value): Chunk =>
  one(fc.tuple(address, what).map(([to, of]) => s.write(to, of, mode)));

/** A marked access: what every feature meets. */
export const filler: Chunk = fc.oneof(read(Mode.Once), write(Mode.Once));

const rmw = (op: RmwOp, mode: Mode, operand = value): Chunk =>
  one(
    fc.tuple(anywhere, operand).map(([address, of]) => ({
      do: 'rmw',
      address,
      op,
      value: of,
      mode,
      ...(mode !== Mode.Noreturn && { into: 0 }),
    })),
  );
const cmpxchg = (mode: Mode, ...expected: number[]): Chunk =>
  one(fc.tuple(anywhere, fc.constantFrom(...expected), value).map(([to, old, of]) => s.cmpxchg(0, to, old, of, mode)));

const ORDERINGS: readonly (readonly [string, Mode])[] = [
  ['', Mode.Full],
  ['_acquire', Mode.Acquire],
  ['_release', Mode.Release],
  ['_relaxed', Mode.Once],
];
export const orderingOf = (mode: Mode): string => ORDERINGS.find(([, m]) => m === mode)?.[0] ?? '';

const feature = (name: string, chunk: (body: Chunk) => Chunk, elsewhere?: Chunk): Feature => ({
  name,
  chunk,
  ...(elsewhere && { elsewhere }),
});
const inside = (before: Step[], body: Chunk, after: Step[]): Chunk => body.map((b) => [...before, ...b, ...after]);
const condition = fc.record({ register: recent, equal: fc.boolean(), constant: fc.nat(1) });
const either = fc.constantFrom('then' as const, 'else' as const);
/** An if over something that was read just before. */
const branch = (then: Chunk, otherwise: Chunk): Chunk =>
  fc.tuple(fc.option(read(Mode.Once), { freq: 2 }), condition, then, otherwise).map(([before, of, yes, no]) => [
    ...(before ?? []),
    // biome-ignore lint/suspicious/noThenProperty: the arm of an if, as the step calls it
    { do: 'if', ...of, then: yes, else: no },
  ]);
/** Something to depend on. */
const source = (body: Chunk): Chunk => fc.oneof(body, read(Mode.Once));
const nothing: Chunk = fc.constant([]);
const fence = (name: string, kind: Fence, around: (body: Chunk) => Chunk): Feature =>
  feature(name, (body) => fc.oneof(fc.constant<Step[]>([s.fence(kind)]), around(body)));
const before =
  (kind: Fence) =>
  (body: Chunk): Chunk =>
    inside([s.fence(kind)], body, []);
const after =
  (kind: Fence) =>
  (body: Chunk): Chunk =>
    inside([], body, [s.fence(kind)]);
const between =
  (kind: Fence) =>
  (body: Chunk): Chunk =>
    fc.tuple(filler, body).map(([first, then]) => [...first, s.fence(kind), ...then]);

const setsBit = write(Mode.Once, fixed, fc.constant({ constant: 1 }));
const OUTCOMES: readonly (readonly [string, Chunk | undefined])[] = [
  ['succeeds', undefined],
  [
    'fails',
    fc.oneof(
      inside([s.lock(LOCK)], filler, [s.unlock(LOCK)]),
      fc.constant<Step[]>([s.lock(LOCK)]),
      fc.constant<Step[]>([s.trylock(0, LOCK)]),
    ),
  ],
];

const follow: Chunk = fc.constantFrom(Mode.Once, Mode.Plain).chain((mode) => {
  const place = fc.constant(s.pointee(0, POINTER + 1));
  return fc.oneof(read(mode, place), write(mode, place, constant));
});
/** What a word points to is written, and then the pointer. */
const publish: Chunk = fc
  .tuple(
    fc.option(fc.constantFrom(X, Y), { freq: 2 }),
    fc.constantFrom(Mode.Once, Mode.Release),
    fc.constantFrom(Y, Y, POINTER),
  )
  .map(([data, mode, to]) => [...(data === null ? [] : [s.write(data, 1)]), s.write(POINTER, to, mode)]);

const written = fc.constantFrom(X, Y);

/** What steps a program may have. */
export const STEP_FEATURES: readonly Feature[] = [
  feature('read', () => read(Mode.Once)),
  feature('read plain', () => read(Mode.Plain)),
  feature('read acquire', () => read(Mode.Acquire)),
  feature('write', () => write(Mode.Once)),
  feature('write plain', () => write(Mode.Plain)),
  feature('write release', () => write(Mode.Release)),
  // A pointer comes from memory and is followed, for reading or for writing.
  feature('pointer', (body) =>
    fc
      .tuple(
        fc.oneof(source(body), read(Mode.Once, fc.constant({ at: POINTER }))),
        fc.oneof(read(Mode.Once, pointed), write(Mode.Once, pointed), read(Mode.Plain, pointed)),
      )
      .map(([source, use]) => [...source, ...use]),
  ),
  // The address of a word goes through memory, and is followed; maybe to a pointer, which is followed too.
  feature(
    'pointer in memory',
    (body) =>
      fc
        .tuple(fc.oneof(nothing, body), fc.nat(3), follow)
        .map(([before, twice, use]) => [
          ...before,
          s.read(0, POINTER),
          ...(twice === 0 ? [s.read(0, s.pointee(0, POINTER + 1))] : []),
          ...use,
        ]),
    publish,
  ),
  feature('pointer written', () => write(Mode.Once, fc.constant({ at: POINTER }), fc.oneof(constant, copied))),
  feature('address', (body) =>
    fc
      .tuple(source(body), fc.oneof(read(Mode.Once, tied), write(Mode.Once, tied)))
      .map(([first, use]) => [...first, ...use]),
  ),
  feature('data', (body) =>
    fc.tuple(source(body), write(Mode.Once, fixed, dependent)).map(([first, use]) => [...first, ...use]),
  ),
  feature('copy', (body) =>
    fc.tuple(source(body), write(Mode.Once, fixed, copied)).map(([first, use]) => [...first, ...use]),
  ),
  feature('if', (body) => branch(body, nothing)),
  feature('else', (body) => either.chain((arm) => (arm === 'then' ? branch(body, filler) : branch(filler, body)))),
  feature('nested if', (body) => branch(branch(body, fc.oneof(nothing, filler)), fc.oneof(nothing, filler))),

  ...ORDERINGS.flatMap(([name, mode]) => [
    feature(`fetch_add${name}`, () => rmw(RmwOp.Add, mode, fc.oneof(constant, dependent))),
    feature(`xchg${name}`, () => rmw(RmwOp.Xchg, mode)),
    feature(`cmpxchg${name} succeeds`, () => cmpxchg(mode, 0, 0, 1)),
    feature(`cmpxchg${name} fails`, () => cmpxchg(mode, 1, 2)),
  ]),
  feature('add', () => rmw(RmwOp.Add, Mode.Noreturn, fc.oneof(constant, dependent))),
  feature('add_unless succeeds', () =>
    one(fc.tuple(anywhere, small).map(([to, unless]) => s.addUnless(0, to, unless))),
  ),
  feature('add_unless fails', () =>
    one(fc.tuple(anywhere, fc.nat(1)).map(([to, unless]) => s.addUnless(0, to, unless))),
  ),
  feature('test_and_set_bit clear', () => rmw(RmwOp.Or, Mode.Full, fc.constant({ constant: 1 }))),
  feature('test_and_set_bit set', () => rmw(RmwOp.Or, Mode.Full, fc.constant({ constant: 1 })), setsBit),
  feature('test_and_set_bit_lock clear', () => one(data.map((at) => s.bitTrylock(0, at)))),
  feature('test_and_set_bit_lock set', () => one(data.map((at) => s.bitTrylock(0, at))), setsBit),

  feature('spin_lock', (body) => inside([s.lock(LOCK)], body, [s.unlock(LOCK)])),
  ...OUTCOMES.flatMap(([outcome, elsewhere]) => [
    feature(
      `spin_trylock ${outcome}`,
      (body) =>
        fc
          .tuple(body, fc.oneof(nothing, filler))
          .map(([section, no]) => [s.trylock(0, LOCK), s.ifIs(0, 0, [...section, s.unlock(LOCK)], no)]),
      elsewhere,
    ),
    feature(`spin_trylock unchecked ${outcome}`, () => fc.constant([s.trylock(0, LOCK)]), elsewhere),
  ]),
  feature(
    'read plain behind spin_trylock',
    (body) =>
      fc
        .tuple(written, fc.oneof(nothing, body))
        .map(([at, more]) => [s.lock(LOCK), ...more, s.readPlain(0, at), s.unlock(LOCK)]),
    written.map((at) => [s.trylock(0, LOCK), s.ifIs(0, 0, [s.write(at, 1), s.unlock(LOCK)])]),
  ),
  feature('spin_is_locked', () => fc.constant([s.isLocked(0, LOCK)])),

  fence('smp_mb', Fence.Mb, between(Fence.Mb)),
  fence('smp_rmb', Fence.Rmb, between(Fence.Rmb)),
  fence('smp_wmb', Fence.Wmb, between(Fence.Wmb)),
  fence('smp_mb__before_atomic', Fence.BeforeAtomic, before(Fence.BeforeAtomic)),
  fence('smp_mb__after_atomic', Fence.AfterAtomic, after(Fence.AfterAtomic)),
  feature('smp_mb__after_spinlock', (body) =>
    inside([s.lock(LOCK), s.fence(Fence.AfterSpinlock)], body, [s.unlock(LOCK)]),
  ),
  feature('smp_mb__after_unlock_lock', (body) =>
    inside([s.unlock(LOCK), s.lock(LOCK), s.fence(Fence.AfterUnlockLock)], body, [s.unlock(LOCK)]).map((steps) => [
      s.lock(LOCK),
      ...steps,
    ]),
  ),

  feature('rcu_read_lock', (body) => inside([s.rcuLock], body, [s.rcuUnlock])),
  fence('synchronize_rcu', Fence.SyncRcu, between(Fence.SyncRcu)),
  feature('srcu_read_lock', (body) => inside([s.srcuLock(0, SRCU)], body, [s.srcuUnlock(SRCU, 0)])),
  feature('synchronize_srcu', (body) =>
    fc.tuple(fc.oneof(nothing, filler), body).map(([a, b]) => [...a, s.synchronizeSrcu(SRCU), ...b]),
  ),
  feature('wait', () => one(fc.tuple(fc.constantFrom(X, Y), fc.nat(2)).map(([at, until]) => s.waitFor(at, until)))),
  feature('wait acquire', () =>
    one(fc.tuple(fc.constantFrom(X, Y), fc.nat(2)).map(([at, until]) => s.waitFor(at, until, Mode.Acquire))),
  ),
];

/** What a program may be as a whole. */
export const THREADS = [2, 3, 4] as const;
export const threadsName = (threads: number): string => `${threads} threads`;
export const INITIAL = 'initial values';
export const FILTER = 'filter';

export const FEATURES: readonly string[] = [
  ...STEP_FEATURES.map(({ name }) => name),
  ...THREADS.map(threadsName),
  INITIAL,
  FILTER,
];
