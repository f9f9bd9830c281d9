import type { Program } from '../program/program.ts';
import { atOnce, type InTurns } from '../program/turns.ts';
import type { ExploreOptions, ExploreResult } from './contract.ts';
import { Explorer } from './explorer.ts';

export type { Execution, ExploreOptions, ExploreResult } from './contract.ts';

/**
 * Visits every execution of a program that the model allows, each exactly once, distinct in reads-from and coherence.
 * Memory is polynomial in the size of one execution, whatever their number.
 * @throws TooManyAccesses
 */
export function explore(program: Program, options: ExploreOptions): ExploreResult {
  return atOnce(exploreInTurns(program, options));
}

/** As {@link explore}; `stopped` where whoever waits has had enough, too. */
export const exploreInTurns = (program: Program, options: ExploreOptions): InTurns<ExploreResult> =>
  new Explorer(program, options).run();
