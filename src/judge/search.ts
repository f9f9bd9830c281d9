import type { Execution, ExploreOptions, ExploreResult } from '../explore/contract.ts';
import { exploreInTurns } from '../explore/explore.ts';
import { Kind } from '../graph/event.ts';
import type { ModelName } from '../models/registry.ts';
import type { FlagSet } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import { TooManyAccesses } from '../program/too-many-accesses.ts';
import type { InTurns } from '../program/turns.ts';
import { type Choices, choicesOf } from './choices.ts';
import { type Ending, type Failure, isWorse, type Judge, type Judgement } from './judgement.ts';
import { DEADLOCK, type Deadlock, type Limit, type Outcome } from './outcome.ts';

export interface Limits {
  /** In milliseconds as `Date.now()` counts. */
  readonly deadline?: number | undefined;
  /** Executions of one exploration. */
  readonly maxExecutions?: number | undefined;
  /** Asked at every execution; true: enough. */
  readonly stopped?: (() => boolean) | undefined;
}

/** Was a limit of time hit, or has the user had enough? */
export const isOver = ({ deadline, stopped }: Limits): boolean =>
  stopped?.() === true || (deadline !== undefined && Date.now() > deadline);

export interface SearchOptions<F extends Failure> extends Limits {
  readonly model: ModelName;
  readonly pursue?: ExploreOptions['pursue'];
  /**
   * Called with every execution, and what the judge says of it. Return true: enough. If there is no such function the
   * search ends at the worst that can be found.
   */
  readonly visit?: (judgement: Judgement<F>, ending: Visited) => boolean;
  /** What visits the executions, if not our own. */
  readonly explore?: (program: Program, options: ExploreOptions) => ExploreResult;
}

/** What became of a search. */
export interface Searched<F extends Failure = Failure> {
  readonly outcome: Outcome<F>;
  /** Whether every execution was visited; else why not. `enough`: the visitor said so, or the worst was found. */
  readonly end: 'every' | 'enough' | 'stopped' | Limit;
  /** Executions visited in which every thread ends. */
  readonly executions: number;
  /** Executions visited in which some thread waits and nothing lets it go on. */
  readonly blocked: number;
  /** One of those. */
  readonly stuck: Choices | undefined;
  /** Where a thread never came to its end; the search then ends at `traces`. */
  readonly tooMany: TooManyAccesses | undefined;
}

/** An execution while it is visited, as its judge sees it. */
export class Visited implements Ending {
  execution!: Execution;
  blocked = false;

  result(thread: number): unknown {
    return this.execution.result(thread);
  }
  finalValue(cell: number): number {
    return this.execution.finalValue(cell);
  }
  get flags(): FlagSet {
    return this.execution.flags;
  }
  reads(thread: number): { readonly cell: number; readonly value: number }[] {
    const { graph } = this.execution;
    return graph.threads[thread]!.filter((e) => graph.kind[e] === Kind.Read).map((e) => {
      return { cell: graph.loc[e]!, value: graph.value[e]! };
    });
  }
  /** How many events it has. */
  get size(): number {
    return this.execution.graph.threads.reduce((sum, events) => sum + events.length, 0);
  }
  /** What tells it from all others, to be kept. */
  get choices(): Choices {
    return choicesOf(this.execution.graph);
  }
}

/** Judges every execution that a model allows. The only loop that does: what a search means is decided here. */
export function* searchInTurns<F extends Failure>(judge: Judge<F>, options: SearchOptions<F>): InTurns<Searched<F>> {
  const { model, deadline, maxExecutions, stopped, pursue, visit, explore } = options;
  const ending = new Visited();
  let found: { readonly failure: F | Deadlock; readonly choices: Choices } | undefined;
  let stuck: Choices | undefined;
  let interrupted = false;
  let cut = false;
  const met = { executions: 0, blocked: 0 };

  const meet = (execution: Execution, blocked: boolean): boolean => {
    interrupted = stopped?.() === true;
    if (interrupted) return true;
    ending.execution = execution;
    ending.blocked = blocked;
    met[blocked ? 'blocked' : 'executions']++;
    const judgement = judge.judge(ending);
    if (judgement.kind === 'cut' || (judgement.kind === 'failing' && judgement.cut === true)) cut = true;
    else if (blocked) stuck ??= ending.choices;
    const failure =
      judgement.kind === 'failing' ? judgement.failure : judgement.kind === 'stuck' ? DEADLOCK : undefined;
    if (failure !== undefined && (found === undefined || isWorse(failure.kind, found.failure.kind))) {
      found = { failure, choices: ending.choices };
    }
    return visit === undefined ? failure?.kind === judge.worst : visit(judgement, ending);
  };
  const exploring: ExploreOptions = {
    model,
    ...(pursue === undefined ? {} : { pursue }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(maxExecutions === undefined ? {} : { maxExecutions }),
    onExecution: (execution) => meet(execution, false),
    onBlocked: (execution) => meet(execution, true),
  };
  const inTurns = function* (): InTurns<ExploreResult> {
    const exploration = exploreInTurns(judge.program, exploring);
    for (let next = exploration.next(); ; next = exploration.next(interrupted)) {
      if (next.done === true) return next.value;
      interrupted = (yield next.value) === true;
    }
  };
  let tooMany: TooManyAccesses | undefined;
  let result: ExploreResult;
  try {
    result = explore?.(judge.program, exploring) ?? (yield* inTurns());
  } catch (thrown) {
    if (!(thrown instanceof TooManyAccesses)) throw thrown;
    tooMany = thrown;
    result = { kind: 'bounded', ...met };
  }

  const { executions, blocked } = result;
  const end = (): Searched['end'] => {
    if (interrupted) return 'stopped';
    if (result.kind === 'stopped') return 'enough';
    if (tooMany !== undefined) return 'traces';
    if (result.kind === 'complete') return cut ? 'unroll' : 'every';
    if (maxExecutions !== undefined && executions >= maxExecutions) return 'max-executions';
    return result.outOfTime === true || (deadline !== undefined && Date.now() >= deadline) ? 'timeout' : 'traces';
  };
  const ended = end();
  const outcome = (): Outcome<F> => {
    if (found !== undefined) return { kind: found.failure.kind, ...found };
    if (ended === 'stopped') return { kind: 'stopped' };
    if (ended !== 'every' && ended !== 'enough') return { kind: 'bounded', limit: ended };
    // What is never reached holds of nothing.
    if (executions === 0) return { kind: 'deadlock', failure: DEADLOCK, choices: stuck };
    return { kind: 'holds' };
  };
  return { outcome: outcome(), end: ended, executions, blocked, stuck, tooMany };
}
