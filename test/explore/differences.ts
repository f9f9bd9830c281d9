import type { ExploreOptions, ModelName } from '../../src/explore/contract.ts';
import type { Program } from '../../src/program/program.ts';
import type { OracleExecution } from '../oracle/enumerate.ts';
import { engineExecutions } from './engine-executions.ts';

const written = ({ text, results, memory, flags }: Omit<OracleExecution, 'asExpected'>): string =>
  `${text} | results ${JSON.stringify(results)} memory ${memory.join()} ${[...flags].sort().join(' ')}`;

/** Executions that only one side has, and those that the engine visits more than once. */
export function differences(
  program: Program,
  model: ModelName,
  expected: readonly OracleExecution[],
  options?: Pick<ExploreOptions, 'pursue'>,
): string[] {
  const wanted = new Set(expected.map(written));
  const seen = new Set<string>();
  const out: string[] = [];
  for (const execution of engineExecutions(program, model, options).map(written)) {
    if (seen.has(execution)) out.push(`twice: ${execution}`);
    else if (!wanted.has(execution)) out.push(`wrong: ${execution}`);
    seen.add(execution);
  }
  for (const execution of wanted) if (!seen.has(execution)) out.push(`missed: ${execution}`);
  return out;
}
