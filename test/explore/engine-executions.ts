import type { ExploreOptions } from '../../src/explore/contract.ts';
import { explore } from '../../src/explore/explore.ts';
import { INIT, Kind } from '../../src/graph/event.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { ModelName } from '../../src/models/registry.ts';
import { flagsOf } from '../../src/program/flags.ts';
import type { Program } from '../../src/program/program.ts';
import type { OracleExecution } from '../oracle/enumerate.ts';

/** An execution that the engine visits, written as the oracle writes it. */
export type EngineExecution = Omit<OracleExecution, 'asExpected'>;

/** All that the engine visits, and whether it says that this is all there is. */
export interface Visited {
  readonly complete: boolean;
  readonly executions: readonly EngineExecution[];
}

export function engineExecutions(
  program: Program,
  model: ModelName,
  options: Pick<ExploreOptions, 'pursue'> = {},
): Visited {
  const found: EngineExecution[] = [];
  const result = explore(program, {
    ...options,
    model,
    onExecution(execution) {
      found.push({
        text: textOf(execution.graph),
        results: program.threads.map((_, thread) => structuredClone(execution.result(thread))),
        memory: Array.from(program.initial, (_, cell) => execution.finalValue(cell)),
        flags: flagsOf(execution.flags),
      });
      return false;
    },
  });
  if (result.executions !== found.length) throw new Error(`${result.executions} counted, ${found.length} visited`);
  return { complete: result.kind === 'complete', executions: found };
}

export function textOf(graph: Graph): string {
  const accesses = graph.threads.map((events) =>
    events.filter((e) => graph.kind[e] === Kind.Read || graph.kind[e] === Kind.Write),
  );
  const nameOf = (event: number): string =>
    event === INIT ? 'init' : `${graph.thread[event]}.${accesses[graph.thread[event]!]!.indexOf(event)}`;
  const textOfEvent = (e: number): string[] => {
    const at = `${graph.loc[e]}=${graph.value[e]}`;
    switch (graph.kind[e]) {
      case Kind.Read:
        return [`R${at}<${nameOf(graph.rf[e]!)}`];
      case Kind.Write:
        return [`W${at}`];
      case Kind.Choice:
        return [`chose ${graph.value[e]}`];
      default:
        return [];
    }
  };
  const threads = graph.threads.map((events) => events.flatMap(textOfEvent).join(' '));
  const orders = graph.co.flatMap((co, at) => (co.length > 0 ? [`co${at}: ${co.map(nameOf).join(' ')}`] : []));
  return [...threads, ...orders].join(' | ');
}
