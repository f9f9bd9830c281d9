import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LADDER } from '../../src/models/registry.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';
import { numbersFrom } from '../numbers.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import { RUNS, SEED } from '../seed.ts';
import { Coverage } from './coverage.ts';
import { BOUNDED, differences } from './differences.ts';
import { isSmall, programWith } from './paired-programs.ts';

const PROGRAMS = RUNS ?? 2000;
/** Where load buffering goes through a wait, the engine may say that it has not found everything. */
const MOST_BOUNDED = 0.02;
const some = (steps: readonly Step[], holds: (step: Step) => boolean): boolean =>
  steps.some((step) => holds(step) || (step.do === 'if' && some([...step.then, ...(step.else ?? [])], holds)));
const has = (program: SmallProgram, holds: (step: Step) => boolean): boolean =>
  program.threads.some((steps) => some(steps, holds));

const isPlain = (step: Step): boolean => 'mode' in step && step.mode === 0;
const expects = (step: Step): boolean => 'expect' in step && step.expect !== undefined;
const mayWait = (step: Step): boolean => step.do === 'await' || step.do === 'lock';

/** What an engine that is asked every question answers otherwise than brute force; `BOUNDED` stays what it is. */
function compare(small: SmallProgram, coverage: Coverage): string[] {
  const program = toProgram(small);
  // Plain accesses may pass a value round that comes from nowhere.
  const found = enumerate(program, has(small, isPlain) ? [OUT_OF_THIN_AIR] : []);
  coverage.add(small, found.lkmm);
  return LADDER.flatMap((model) => {
    const all = differences(program, model, found[model]);
    if (has(small, expects)) {
      const expected = found[model].filter(({ asExpected }) => asExpected);
      all.push(...differences(program, model, expected, { pursue: 'condition' }));
    }
    return all.map((text) => (text === BOUNDED ? text : `${model}, ${text}`));
  });
}

test(`${PROGRAMS} programs in which every pair of features occurs`, { timeout: 60_000 + PROGRAMS * 300 }, () => {
  const below = numbersFrom(SEED);
  const coverage = new Coverage();
  let bounded = 0;
  let programs = 0;
  for (let seed = SEED; programs < PROGRAMS; seed++) {
    const names = coverage.next(below);
    fc.assert(
      fc.property(programWith(names), (small) => {
        if (!isSmall(small)) return;
        programs++;
        const all = compare(small, coverage);
        const decided = all.filter((text) => text !== BOUNDED);
        const wrong = has(small, mayWait) ? decided : all;
        if (wrong.length > 0) throw new Error(`${names.join(', ')}\n${print(small)}\n${wrong.slice(0, 6).join('\n')}`);
        if (all.length > 0) bounded++;
      }),
      { seed, numRuns: 1 },
    );
  }
  console.log(`${coverage.report()} in ${PROGRAMS} programs, ${bounded} bounded`);
  expect(coverage.uncovered).toEqual([]);
  expect(bounded).toBeLessThanOrEqual(PROGRAMS * MOST_BOUNDED);
});
