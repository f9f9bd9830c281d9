import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODELS, type ModelName } from '../../src/explore/contract.ts';
import { enumerate, type OracleExecution } from '../oracle/enumerate.ts';
import { print } from '../oracle/print.ts';
import type { SmallProgram } from '../oracle/small-program.ts';
import { engineExecutions } from './engine-executions.ts';
import { FLAVOURS, type Flavour, randomProgram } from './random-programs.ts';

/** Programs per flavour; more on demand, and then with another seed every time unless one is given. */
const RUNS = Number(process.env['HOLDFAST_ORACLE_RUNS'] ?? 150);
const SEED = Number(process.env['HOLDFAST_ORACLE_SEED'] ?? 20_261_120);

const written = ({ text, registers, memory, flags }: OracleExecution): string =>
  `${text} | registers ${JSON.stringify(registers)} memory ${memory.join()} ${[...flags].sort().join(' ')}`;

/** Executions on one side only, and those that the engine visits more than once. */
function differences(program: SmallProgram, model: ModelName, expected: readonly OracleExecution[]): string[] {
  const wanted = new Set(expected.map(written));
  const seen = new Set<string>();
  const out: string[] = [];
  for (const execution of engineExecutions(program, model).map(written)) {
    if (seen.has(execution)) out.push(`twice: ${execution}`);
    else if (!wanted.has(execution)) out.push(`wrong: ${execution}`);
    seen.add(execution);
  }
  for (const execution of wanted) if (!seen.has(execution)) out.push(`missed: ${execution}`);
  return out;
}

describe.each(MODELS)('under %s', (model) => {
  test.each(FLAVOURS)(
    'random programs with %s have the executions that brute force finds, each once',
    (flavour: Flavour) => {
      fc.assert(
        fc.property(randomProgram(flavour), (program) => {
          const found = differences(program, model, enumerate(program)[model]);
          if (found.length > 0) throw new Error(`${print(program)}\n${found.slice(0, 6).join('\n')}`);
        }),
        { seed: SEED, numRuns: RUNS },
      );
      expect.assertions(0);
    },
  );
});
