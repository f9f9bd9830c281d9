import type { ExploreOptions } from '../../src/explore/contract.ts';
import type { ModelName } from '../../src/models/registry.ts';
import type { Program } from '../../src/program/program.ts';
import type { OracleExecution } from '../oracle/enumerate.ts';
import { type EngineExecution, engineExecutions } from './engine-executions.ts';

const written = ({ text, results, memory, flags }: EngineExecution): string =>
  `${text} | results ${JSON.stringify(results)} memory ${memory.join()} ${[...flags].sort().join(' ')}`;

/**
 * Executions that only one side has, and those that the engine visits more than once. Where it says that there may be
 * more than it visited, that is a difference too, but not what it then has not visited.
 */
export function differences(
  program: Program,
  model: ModelName,
  expected: readonly OracleExecution[],
  options?: Pick<ExploreOptions, 'pursue'>,
): string[] {
  const wanted = new Set(expected.map(written));
  const seen = new Set<string>();
  const out: string[] = [];
  const { complete, executions } = engineExecutions(program, model, options);
  for (const execution of executions.map(written)) {
    if (seen.has(execution)) out.push(`twice: ${execution}`);
    else if (!wanted.has(execution)) out.push(`wrong: ${execution}`);
    seen.add(execution);
  }
  if (!complete) out.push(BOUNDED);
  else for (const execution of wanted) if (!seen.has(execution)) out.push(`missed: ${execution}`);
  return out;
}

export const BOUNDED = 'bounded';
