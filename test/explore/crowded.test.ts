import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import { LADDER } from '../../src/models/registry.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import * as s from '../oracle/steps.ts';
import { RUNS, SEED } from '../seed.ts';
import { differences } from './differences.ts';
import { isSmall } from './paired-programs.ts';

const [LOCK, BIT, WORD] = [0, 1, 2] as const;

/**
 * What threads do that take turns: nearly all of it reads and writes at once, waits, or undoes what another relies on. Few
 * words and much of it: what one thread took from another, a third would have taken.
 */
const CHUNKS: readonly Step[][] = [
  [s.lock(LOCK), s.unlock(LOCK)],
  [s.lock(LOCK), s.write(WORD, 1), s.unlock(LOCK)],
  [s.trylock(0, LOCK)],
  [s.trylock(0, LOCK), s.ifIs(0, 0, [s.unlock(LOCK)])],
  [s.isLocked(0, LOCK)],
  [s.bitLock(BIT), s.bitUnlock(BIT)],
  [s.bitTrylock(0, BIT)],
  [s.bitTrylock(0, BIT), s.ifIs(0, 0, [s.bitUnlock(BIT)])],
  [s.fetchAdd(0, WORD, 1, Mode.Once)],
  [s.add(WORD, 1)],
  [s.xchg(0, WORD, 1, Mode.Full)],
  [s.cmpxchg(0, WORD, 0, 1, Mode.Full)],
  [s.cmpxchg(0, WORD, 1, 2, Mode.Acquire)],
  [s.addUnless(0, WORD, 1)],
  [s.read(0, WORD)],
  [s.write(WORD, 1)],
  [s.waitFor(WORD, 1)],
];

/** One kind of turn or two, so that they meet. */
const crowded = fc
  .tuple(fc.subarray(CHUNKS as Step[][], { minLength: 1, maxLength: 3 }), fc.integer({ min: 2, max: 4 }))
  .chain(([kinds, threads]) =>
    fc.array(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 }), {
      minLength: threads,
      maxLength: threads,
    }),
  )
  .map(
    (threads): SmallProgram => ({ initial: [0, 0, 0], registers: 1, threads: threads.map((chunks) => chunks.flat()) }),
  );

const numRuns = RUNS ?? 300;

test(`${numRuns} programs whose threads take turns on few words`, { timeout: 60_000 + numRuns * 300 }, () => {
  fc.assert(
    fc.property(crowded.filter(isSmall), (small) => {
      const compiled = toProgram(small);
      const found = enumerate(compiled);
      for (const model of LADDER) {
        expect(differences(compiled, model, found[model]), `${model}\n${print(small)}`).toEqual([]);
      }
    }),
    { seed: SEED, numRuns },
  );
});
