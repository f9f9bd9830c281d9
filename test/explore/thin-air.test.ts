import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LADDER } from '../../src/models/registry.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';
import { enumerate, type OracleExecution } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import {
  add,
  addUnless,
  bitLock,
  bitTrylock,
  bitUnlock,
  cmpxchg,
  fetchAdd,
  ifIs,
  of,
  program,
  read,
  readPlain,
  waitFor,
  write,
  writePlain,
  x,
  xchg,
  y,
  z,
} from '../oracle/steps.ts';
import { RUNS, SEED } from '../seed.ts';
import { BOUNDED, differences } from './differences.ts';
import { combinations, sizeOf } from './random-programs.ts';

const PROGRAMS = RUNS ?? 100;
const REGISTERS = 3;

/** Plain accesses that pass round what they read: a value from nowhere, too. */
const CIRCLE: readonly (readonly Step[])[] = [
  [readPlain(0, x), writePlain(y, of(0))],
  [readPlain(0, y), writePlain(x, of(0))],
  [],
];

const word = fc.constantFrom(x, y, z);
const register = fc.nat(REGISTERS - 1);
/** What may meet such a value: it is handed on, or computed with, or decides something. */
const chunk: fc.Arbitrary<Step[]> = fc
  .tuple(
    word,
    register,
    fc.constantFrom<(at: number, r: number) => Step[]>(
      (at) => [bitLock(at)],
      (at) => [bitLock(at), bitUnlock(at)],
      (at) => [bitTrylock(1, at)],
      (at) => [bitUnlock(at)],
      (at) => [add(at, 1)],
      (at, r) => [fetchAdd(1, at, of(r))],
      (at, r) => [xchg(1, at, of(r))],
      (at, r) => [cmpxchg(1, at, 1, of(r))],
      (at) => [addUnless(2, at, 1)],
      (at) => [waitFor(at, 1)],
      (at, r) => [readPlain(r, at)],
      (at, r) => [read(r, at)],
      (at, r) => [writePlain(at, of(r))],
      (at) => [write(at, 1)],
      (at, r) => [ifIs(r, 1, [write(at, 1)])],
    ),
  )
  .map(([at, r, steps]) => steps(at, r));

const aroundCircle: fc.Arbitrary<SmallProgram> = fc
  .array(fc.record({ thread: fc.nat(2), first: fc.boolean(), steps: chunk }), { minLength: 1, maxLength: 3 })
  .map((placed) => {
    const threads = CIRCLE.map((steps) => [...steps]);
    for (const { thread, first, steps } of placed) {
      if (first) threads[thread]!.unshift(...steps);
      else threads[thread]!.push(...steps);
    }
    return { initial: [0, 0, 0], registers: REGISTERS, threads: threads.filter((steps) => steps.length > 0) };
  })
  .filter((small) => {
    const { events, candidates } = sizeOf(small);
    return events <= 22 && candidates <= 3_000 && combinations(small) <= 20_000;
  });

const hasThinAir = ({ text }: OracleExecution): boolean => text.includes(`${OUT_OF_THIN_AIR}`);

/** What an engine answers otherwise than brute force, under all models. */
function compare(small: SmallProgram): { wrong: string[]; thinAir: boolean } {
  const found = enumerate(toProgram(small), [OUT_OF_THIN_AIR]);
  const wrong = LADDER.flatMap((model) =>
    differences(toProgram(small), model, found[model]).map((text) => `${model}, ${text}`),
  );
  return { wrong: wrong.filter((text) => !text.endsWith(BOUNDED)), thinAir: found.lkmm.some(hasThinAir) };
}

test('a thread that cannot go on with such a value does so when it reads another', () => {
  const small = program(
    [readPlain(0, x), writePlain(y, of(0)), cmpxchg(1, y, 1, of(0))],
    [readPlain(0, y), writePlain(x, of(0)), write(y, 1)],
  );
  expect(compare(small)).toEqual({ wrong: [], thinAir: true });
});

test('programs that pass such a value round, whatever else they do with it', {
  timeout: 10_000 + PROGRAMS * 500,
}, () => {
  let withThinAir = 0;
  fc.assert(
    fc.property(aroundCircle, (small) => {
      const { wrong, thinAir } = compare(small);
      if (wrong.length > 0) throw new Error(`${print(small)}\n${wrong.slice(0, 6).join('\n')}`);
      if (thinAir) withThinAir++;
    }),
    { seed: SEED, numRuns: PROGRAMS },
  );
  expect(withThinAir).toBeGreaterThan(PROGRAMS / 3);
});
