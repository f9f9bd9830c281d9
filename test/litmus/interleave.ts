import type { Cell } from '../../src/cpu/cpu.ts';
import type { Execution, ExploreOptions, ExploreResult } from '../../src/explore/contract.ts';
import { Graph } from '../../src/graph/graph.ts';
import { flagIf } from '../../src/program/flags.ts';
import type { Program } from '../../src/program/program.ts';
import { Blocked, SequentialCpu } from './sequential-cpu.ts';

/** Every order of `0 .. n-1`. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) => {
    return Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]);
  });
}

/**
 * Stands in for the explorer: runs whole threads one after the other, in every order. What that cannot show is not
 * asked here. Every execution has a data race if `races` says so.
 */
export const wholeThreads =
  (races = false) =>
  (program: Program, options: ExploreOptions): ExploreResult => {
    let executions = 0;
    let blocked = 0;
    for (const order of orders(program.threads.length)) {
      const memory = [...Array.from(program.initial)];
      const results: unknown[] = [];
      try {
        for (const t of order) {
          results[t] = program.threads[t]!(new SequentialCpu(memory, String, String, t));
        }
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        blocked++;
        continue;
      }
      if (executions === options.maxExecutions) return { kind: 'bounded', executions, blocked };
      executions++;
      const execution: Execution = {
        result: (t) => results[t],
        finalValue: (cell: Cell) => memory[cell]!,
        flags: flagIf(races, 'data-race'),
        graph: new Graph(program.threads.length, memory.length),
      };
      if (options.onExecution(execution)) return { kind: 'stopped', executions, blocked };
    }
    return { kind: 'complete', executions, blocked };
  };
