import {
  type Execution,
  type ExploreOptions,
  type ExploreResult,
  MODELS,
  type ModelName,
} from '../explore/contract.ts';
import { explore } from '../explore/explore.ts';
import { TooManyTraces } from '../explore/guesses/budget.ts';
import { Kind } from '../graph/graph.ts';
import { type Choices, choicesOf } from './choices.ts';
import { type Drawing, draw } from './drawing.ts';
import type { Ending, Failure, Subject } from './subject.ts';
import { replay, unlocated } from './trace.ts';

export interface Limits {
  /** In milliseconds as `Date.now()` counts. */
  readonly deadline?: number | undefined;
  /** Executions of one exploration. */
  readonly maxExecutions?: number | undefined;
  /** Asked now and then; true: enough. */
  readonly stopped?: (() => boolean) | undefined;
}

/** A question about a protocol that has no answer. */
export type Undecided = { readonly kind: 'deadlock' } | { readonly kind: 'bounded' } | { readonly kind: 'stopped' };

/** Was a limit of time hit, or has the user had enough? */
export const isOver = ({ deadline, stopped }: Limits): boolean =>
  stopped?.() === true || (deadline !== undefined && Date.now() > deadline);

/** A failing execution. */
export interface Found {
  readonly failure: Failure;
  readonly choices: Choices;
}

/** What became of a search for a failing execution under one model. */
export type Search = { readonly kind: 'found'; readonly found: Found; readonly executions: number } | NotFound;

/** What is known where no failing execution was found. */
export type NotFound =
  /** Every execution was visited, and none fails. */
  | { readonly kind: 'holds'; readonly executions: number }
  /** No execution completes. */
  | { readonly kind: 'deadlock'; readonly executions: number }
  /** A limit was hit, `unroll` that of a loop: nothing is known about what was not visited. */
  | { readonly kind: 'bounded'; readonly limit: 'limits' | 'unroll'; readonly executions: number }
  | { readonly kind: 'stopped'; readonly executions: number };

/** Looks for any failing execution. */
export function findAny(subject: Subject, model: ModelName, limits: Limits): Search {
  let found: Found | undefined;
  const search = eachFailing(subject, model, limits, (failing) => {
    found = failing();
    return true;
  });
  return found === undefined ? search : { kind: 'found', found, executions: search.executions };
}

/** Visits every failing execution until `visit` returns true. What it returns counts if that was never called. */
function eachFailing(
  subject: Subject,
  model: ModelName,
  limits: Limits,
  visit: (failing: () => Found, events: number) => boolean,
): NotFound {
  const { deadline, maxExecutions, stopped } = limits;
  let cut = false;
  let interrupted = false;
  let completed = 0;
  const seen = new Visited();
  const onExecution = (execution: Execution): boolean => {
    if (stopped?.() === true) {
      interrupted = true;
      return true;
    }
    completed++;
    seen.execution = execution;
    const judgement = subject.judge(seen);
    if (judgement.kind === 'cut') cut = true;
    if (judgement.kind !== 'failing') return false;
    const { graph } = execution;
    return visit(() => ({ failure: judgement.failure, choices: choicesOf(graph) }), sizeOf(graph));
  };
  const options: ExploreOptions = {
    model,
    onExecution,
    ...(deadline === undefined ? {} : { deadline }),
    ...(maxExecutions === undefined ? {} : { maxExecutions }),
  };
  let result: ExploreResult;
  try {
    result = explore(subject.program, options);
  } catch (error) {
    if (error instanceof TooManyTraces) return { kind: 'bounded', limit: 'limits', executions: completed };
    throw error;
  }
  const { executions } = result;
  if (interrupted) return { kind: 'stopped', executions };
  if (result.kind === 'bounded') return { kind: 'bounded', limit: 'limits', executions };
  if (cut) return { kind: 'bounded', limit: 'unroll', executions };
  if (completed === 0) return { kind: 'deadlock', executions };
  return { kind: 'holds', executions };
}

/** An execution while it is visited, as its judge sees it. */
export class Visited implements Ending {
  execution!: Execution;

  result(thread: number): unknown {
    return this.execution.result(thread);
  }
  finalValue(cell: number): number {
    return this.execution.finalValue(cell);
  }
  get dataRace(): boolean {
    return this.execution.dataRace;
  }
  reads(thread: number): { readonly cell: number; readonly value: number }[] {
    const { graph } = this.execution;
    return graph.threads[thread]!.filter((e) => graph.kind[e] === Kind.Read).map((e) => {
      return { cell: graph.loc[e]!, value: graph.value[e]! };
    });
  }
}

const sizeOf = ({ threads }: Execution['graph']): number => threads.reduce((sum, events) => sum + events.length, 0);

/** The failing execution to show. */
export interface Shown extends Found {
  /** The strongest model that allows a failing execution, as far as was looked. */
  readonly model: ModelName;
  /** Whether the stronger models were searched in full. */
  readonly certain: boolean;
  readonly drawing: Drawing;
}

export type BestSearch = { readonly kind: 'found'; readonly shown: Shown } | NotFound;

/** So many failing executions of the same length are drawn, to choose the one that is drawn best. */
const MAX_DRAWN = 24;
/** After one is found, so long a better one is looked for, in milliseconds. */
const PATIENCE = 1000;

/**
 * The failing execution that is easiest to believe: one that needs the strongest model, an interleaving if there is one;
 * among these the shortest, then the one whose drawing has the fewest oddities and switches.
 * @param weakest the model that is asked about
 */
export function findBest(subject: Subject, weakest: ModelName, limits: Limits): BestSearch {
  let certain = true;
  let last: NotFound = { kind: 'holds', executions: 0 };
  for (const model of MODELS.slice(0, MODELS.indexOf(weakest) + 1)) {
    const { deadline } = limits;
    // A stronger model has a third of the time that is left, so that the model asked about has its turn.
    const share = model === weakest || deadline === undefined ? deadline : Date.now() + (deadline - Date.now()) / 3;
    const under = bestUnder(subject, model, { ...limits, deadline: share });
    if (under.kind === 'found') return { kind: 'found', shown: { ...under.best, model, certain } };
    if (under.kind === 'stopped') return under;
    if (under.kind === 'bounded' && under.limit === 'limits') certain = false;
    last = under;
  }
  return last;
}

type Best = Omit<Shown, 'model' | 'certain'>;

function bestUnder(
  subject: Subject,
  model: ModelName,
  limits: Limits,
): { readonly kind: 'found'; readonly best: Best } | NotFound {
  let candidates: Found[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  const search = eachFailing(subject, model, limits, (failing, events) => {
    if (until === Number.POSITIVE_INFINITY) until = Date.now() + PATIENCE;
    if (events < fewest) {
      fewest = events;
      candidates = [];
    }
    if (events === fewest && candidates.length < MAX_DRAWN) candidates.push(failing());
    return Date.now() > until;
  });
  let best: Best | undefined;
  const recording = unlocated(subject);
  for (const candidate of candidates) {
    const again = replay(recording, candidate.choices);
    if (again === undefined) throw new Error(`${subject.name} cannot be run again`);
    const drawing = draw(subject.program, again.trace, model);
    if (best === undefined || isSimpler(drawing, best.drawing)) best = { ...candidate, drawing };
  }
  return best === undefined ? search : { kind: 'found', best };
}

const isSimpler = (a: Drawing, b: Drawing): boolean =>
  a.displaced < b.displaced || (a.displaced === b.displaced && a.switches < b.switches);
