import { type Execution, MODELS, type ModelName } from '../explore/contract.ts';
import { explore } from '../explore/explore.ts';
import { Kind } from '../graph/graph.ts';
import type { Design } from '../mm/design.ts';
import type { CellResult } from '../report/cell-result.ts';
import { DirectCpu, WouldBlock } from '../run/direct.ts';
import type { Access, Failure, Judged, Prepared, Scenario } from '../scenarios/scenario.ts';

export interface CellOptions {
  /** The models to ask, any of them. */
  readonly models: readonly ModelName[];
  readonly maxExecutions?: number | undefined;
  /** In milliseconds as `Date.now()` counts. */
  readonly deadline?: number | undefined;
  /** Called at each execution. Return true to stop. */
  readonly onExecution?: (() => boolean) | undefined;
}

/** What the exploration of a prepared race under one model came to. */
type Outcome =
  | { readonly kind: 'holds' | 'deadlock' | 'data-race' | 'bounded' | 'interrupted' }
  | { readonly kind: 'violated'; readonly failure: Failure };

/**
 * Checks a race under a design. What holds under the weakest model holds under all; what is broken there is looked for
 * in the others, the strongest first.
 */
export function checkCell(
  scenario: Scenario,
  variant: string,
  design: { readonly name: string; readonly design: Design },
  options: CellOptions,
): CellResult {
  const start = performance.now();
  const strongestFirst = MODELS.filter((model) => options.models.includes(model));
  const weakest = strongestFirst.at(-1);
  if (weakest === undefined) throw new RangeError('no model to check');
  const asked = { scenario: scenario.name, variant, design: design.name };
  const reason = scenario.absent(design.design, variant);
  if (reason !== undefined) {
    const { property } = scenario;
    return { kind: 'absent', ...asked, model: weakest, property, executions: 0, blocked: 0, seconds: 0, reason };
  }

  const prepared = prepare(scenario, variant, design.design);
  let executions = 0;
  let blocked = 0;
  const ask = (model: ModelName): Outcome => {
    const run = checkPrepared(prepared, model, options);
    executions += run.executions;
    blocked += run.blocked;
    return run.outcome;
  };

  let model = weakest;
  let outcome = ask(weakest);
  if (outcome.kind === 'violated' || outcome.kind === 'deadlock') {
    for (const stronger of strongestFirst.slice(0, -1)) {
      const other = ask(stronger);
      if (other.kind !== 'violated' && other.kind !== 'deadlock') continue;
      model = stronger;
      outcome = other;
      break;
    }
  }
  const property = outcome.kind === 'violated' ? outcome.failure.property : scenario.property;
  const seconds = (performance.now() - start) / 1000;
  return { ...outcome, ...asked, model, property, executions, blocked, seconds };
}

/** Explores one race under one model, up to the first execution that is wrong. */
function checkPrepared(
  prepared: Prepared,
  model: ModelName,
  { maxExecutions, deadline, onExecution }: CellOptions,
): { outcome: Outcome; executions: number; blocked: number } {
  let failure: Failure | undefined;
  let races = false;
  let interrupted = false;
  const judged = (execution: Execution): boolean => {
    if (onExecution?.() === true) {
      interrupted = true;
      return true;
    }
    if (execution.dataRace) {
      races = true;
      return true;
    }
    failure = judgeExecution(prepared, execution);
    return failure !== undefined;
  };
  const { kind, executions, blocked } = explore(prepared.program, {
    model,
    onExecution: judged,
    ...(maxExecutions === undefined ? {} : { maxExecutions }),
    ...(deadline === undefined ? {} : { deadline }),
  });
  const outcome = (): Outcome => {
    if (failure !== undefined) return { kind: 'violated', failure };
    if (races) return { kind: 'data-race' };
    if (interrupted) return { kind: 'interrupted' };
    if (blocked > 0) return { kind: 'deadlock' };
    return { kind: kind === 'complete' ? 'holds' : 'bounded' };
  };
  return { outcome: outcome(), executions, blocked };
}

const prepare = (scenario: Scenario, variant: string, design: Design): Prepared =>
  scenario.prepare(design, variant, (id, memory) => new DirectCpu(id, memory));

function judgeExecution(prepared: Prepared, execution: Execution): Failure | undefined {
  const { graph } = execution;
  const words = prepared.program.initial.length;
  const memory = new Float64Array(words);
  for (let i = 0; i < words; i++) memory[i] = execution.finalValue(i);
  const results = prepared.roles.map((_, thread) => execution.result(thread));
  const reads = (thread: number): Access[] =>
    graph.threads[thread]!.filter((e) => graph.kind[e] === Kind.Read).map((e) => ({
      cell: graph.loc[e]!,
      value: graph.value[e]!,
    }));
  return judge(prepared, { results, memory, reads });
}

/** Judges an execution. What comes after a race may block as well: then a lock was not given back. */
function judge(prepared: Prepared, execution: Judged): Failure | undefined {
  try {
    return prepared.judge(execution);
  } catch (error) {
    if (!(error instanceof WouldBlock)) throw error;
    const { cell, value } = error.wait;
    const name = cell < 0 ? 'a grace period' : `${prepared.program.cellName(cell)}, which is ${value}`;
    return { property: 'I20', message: `what comes after the race waits without end for ${name}`, steps: [] };
  }
}
