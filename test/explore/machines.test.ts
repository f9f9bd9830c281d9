import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LADDER, MACHINES } from '../../src/models/registry.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import { toProgram } from '../oracle/small-program.ts';
import { RUNS, SEED } from '../seed.ts';
import { BOUNDED, differences } from './differences.ts';
import { FLAVOURS, type Flavour, randomProgram } from './random-programs.ts';

/** Programs per flavour. */
const PROGRAMS = RUNS ?? 25;
/** Those that no other test is about. */
const OTHERS = MACHINES.filter((machine) => !LADDER.includes(machine));
/** Where load buffering goes through a wait, the engine may say that it has not found everything. */
const MAY_BE_BOUNDED: ReadonlySet<Flavour> = new Set<Flavour>(['waits', 'all']);

describe.each(FLAVOURS)('random programs with %s', { timeout: 1000 + PROGRAMS * 2000 }, (flavour) => {
  const guesses = flavour === 'plain' ? [OUT_OF_THIN_AIR] : [];

  test('have on each machine the executions that brute force finds, and the LKMM allows them', () => {
    fc.assert(
      fc.property(randomProgram(flavour), (small) => {
        const program = toProgram(small);
        const found = enumerate(program, guesses, [...OTHERS, 'tso', 'lkmm']);
        const allowed = new Set(found.lkmm.map(({ text }) => text));
        const wrong = OTHERS.flatMap((machine) =>
          differences(program, machine, found[machine]).map((text) => `${machine}, ${text}`),
        );
        const beyond = MACHINES.flatMap((machine) =>
          found[machine]
            .filter(({ text }) => !allowed.has(text))
            .map(({ text }) => `${machine} beyond the LKMM: ${text}`),
        );
        const told = [...wrong, ...beyond].filter((text) => !(MAY_BE_BOUNDED.has(flavour) && text.endsWith(BOUNDED)));
        expect(told.slice(0, 6), print(small)).toEqual([]);
      }),
      { seed: SEED, numRuns: PROGRAMS },
    );
  });
});
