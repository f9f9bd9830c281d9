import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Execution, ExploreOptions } from '../../src/explore/contract.ts';
import { Explorer } from '../../src/explore/explorer.ts';
import { type SearchState, splitState } from '../../src/explore/state.ts';
import { LADDER } from '../../src/models/registry.ts';
import { flagsOf } from '../../src/program/flags.ts';
import type { Program } from '../../src/program/program.ts';
import { numbersFrom } from '../numbers.ts';
import { print } from '../oracle/print.ts';
import { type SmallProgram, toProgram } from '../oracle/small-program.ts';
import { RUNS, SEED } from '../seed.ts';
import { textOf } from './engine-executions.ts';
import { FEATURES } from './features.ts';
import { isSmall, programWith } from './paired-programs.ts';
import { FLAVOURS, randomProgram, withExpectations } from './random-programs.ts';

/** Programs per flavour. */
const PROGRAMS = RUNS ?? 15;
const PURSUED = [undefined, 'condition'] as const;

type Asked = Pick<ExploreOptions, 'model' | 'pursue'>;

/** How a search is cut into parts. */
interface Interruptions {
  /** One of the numbers below this. */
  below(count: number): number;
  /** So many parts, at most, that are split off and explored by themselves. */
  splits: number;
}

/** Executions, those in which nobody can go on among them, sorted; and what the explorers have counted. */
interface Visited {
  readonly texts: string[];
  readonly counted: readonly [executions: number, blocked: number];
}

const written = (program: Program, execution: Execution): string =>
  [
    textOf(execution.graph),
    ...program.threads.map((_, thread) => JSON.stringify(execution.result(thread))),
    ...flagsOf(execution.flags),
  ].join(' | ');

/** One search from start to end. */
function visitAll(program: Program, asked: Asked): Visited {
  const texts: string[] = [];
  const add = (kind: string) => (execution: Execution) => {
    texts.push(`${kind} ${written(program, execution)}`);
    return false;
  };
  const run = new Explorer(program, { ...asked, onExecution: add('ended'), onBlocked: add('blocked') }).run();
  let next = run.next();
  while (next.done !== true) next = run.next();
  return { texts: texts.sort(), counted: [next.value.executions, next.value.blocked] };
}

/** The same, by explorers that each go on from what another has written down. */
function visitInParts(program: Program, asked: Asked, { below, splits }: Interruptions): Visited {
  const texts: string[] = [];
  let executions = 0;
  let blocked = 0;
  let left = splits;
  const parts: (SearchState | undefined)[] = [undefined];
  while (parts.length > 0) {
    const from = parts.splice(below(parts.length), 1)[0];
    const add = (kind: string) => (execution: Execution) => {
      texts.push(`${kind} ${written(program, execution)}`);
      return below(3) === 0;
    };
    const limit = below(2) === 0 ? { maxExecutions: (from?.executions ?? 0) + below(4) } : {};
    const options: ExploreOptions = { ...asked, ...limit, onExecution: add('ended'), onBlocked: add('blocked') };
    const explorer = new Explorer(program, options, from);
    const run = explorer.run();
    let next = run.next();
    while (next.done !== true) next = run.next(below(3) === 0);
    const state = JSON.parse(JSON.stringify(explorer.state())) as SearchState;
    if (next.value.kind === 'complete' || (next.value.kind === 'bounded' && state.todo.length === 0)) {
      executions += next.value.executions;
      blocked += next.value.blocked;
      continue;
    }
    const two = left > 0 && below(2) === 0 ? splitState(state) : undefined;
    if (two !== undefined) left--;
    parts.push(...(two ?? [state]));
  }
  return { texts: texts.sort(), counted: [executions, blocked] };
}

function compare(small: SmallProgram, program: Program, seed: number): void {
  const below = numbersFrom(seed);
  for (const model of LADDER) {
    for (const pursue of PURSUED) {
      const asked: Asked = { model, ...(pursue && { pursue }) };
      const whole = visitAll(program, asked);
      for (const splits of [0, 1 + below(8)]) {
        const parts = visitInParts(program, asked, { below, splits });
        expect(parts, `${model} ${pursue} ${splits}\n${print(small)}`).toEqual(whole);
      }
    }
  }
}

describe('a search that is stopped, written down, split and taken up again visits each execution once', () => {
  const seeds = fc.nat();

  test.each(FLAVOURS)('random programs with %s', { timeout: 10_000 + PROGRAMS * 4000 }, (flavour) => {
    const programs = withExpectations(randomProgram(flavour));
    fc.assert(
      fc.property(programs, seeds, (small, seed) => {
        compare(small, toProgram(small), seed);
        if (flavour !== 'srcu') compare(small, toProgram(small, 'conservative'), seed);
      }),
      { seed: SEED, numRuns: PROGRAMS },
    );
  });

  test('programs in which features meet', { timeout: 10_000 + PROGRAMS * 20_000 }, () => {
    const names = fc.uniqueArray(fc.constantFrom(...FEATURES), { minLength: 2, maxLength: 5 });
    const programs = names.chain((some) => programWith(some)).filter(isSmall);
    fc.assert(
      fc.property(programs, seeds, (small, seed) => compare(small, toProgram(small), seed)),
      { seed: SEED, numRuns: PROGRAMS * 4 },
    );
  });
});
