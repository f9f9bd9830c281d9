import type { Analysis, AnalysisName } from '../explain/analysis.ts';
import type { Architecture } from '../explain/costs.ts';
import type { Asked } from '../fronts/fronts.ts';
import type { AskedTest } from '../fronts/litmus/litmus-front.ts';
import type { Expectation, LitmusResult, Question } from '../fronts/litmus/litmus-result.ts';
import type { CellResult } from '../fronts/races/cell-result.ts';
import type { AskedRace } from '../fronts/races/race-front.ts';
import type { ModelName } from '../models/registry.ts';

/** What every question may say of how it is to be answered. */
interface Common {
  /** The LKMM unless another is named; of `check` that and all that are stronger. */
  readonly model?: ModelName | undefined;
  /** Seconds; as long as it takes unless said. */
  readonly timeout?: number | undefined;
  /** The most executions of one exploration; any number unless said. */
  readonly maxExecutions?: number | undefined;
  /** The most rounds of a loop of a litmus test. */
  readonly unroll?: number | undefined;
}

/** What a litmus test allows: its final states, every execution, or only whether its condition can be met. */
export interface LitmusRequest extends Common {
  readonly question: Question;
  readonly of: AskedTest;
  /** Instead of what the `Result:` comment promises. */
  readonly expect?: Expectation | undefined;
}

/** Whether a race holds under a design. */
export interface CheckRequest extends Common {
  readonly question: 'check';
  readonly of: AskedRace;
}

/** A failing execution, what each barrier is good for, or what would mend it. */
export interface ExplainRequest extends Common {
  readonly question: 'show' | 'barriers' | 'repair';
  readonly of: Asked;
  /** Of `show`: whether to look for a repair as well. */
  readonly mend?: boolean | undefined;
  /** The machine for which a repair is to be cheap. */
  readonly architecture?: Architecture | undefined;
  /** The most edits of a repair. */
  readonly maxEdits?: number | undefined;
  /** So many repairs are looked for. */
  readonly maxRepairs?: number | undefined;
}

/** What one allows and the other does not: two tests, two races, or one under two models. */
export interface DiffRequest extends Common {
  readonly question: 'diff';
  readonly of: Asked;
  /** The same unless said. */
  readonly with?: Asked | undefined;
  /** The same unless said. */
  readonly otherModel?: ModelName | undefined;
}

/** The execution of an id once more. */
export interface ReplayRequest extends Common {
  readonly question: 'replay';
  /** What the id is of, as it is now. */
  readonly of: Asked;
  readonly id: string;
}

/** One question, with all that its answer needs. */
export type Request = LitmusRequest | CheckRequest | ExplainRequest | DiffRequest | ReplayRequest;

/** What each kind of question is answered with. */
export type AnswerTo<R extends Request> = R['question'] extends Question
  ? LitmusResult
  : R['question'] extends 'check'
    ? CellResult
    : R['question'] extends AnalysisName
      ? Analysis
      : Answer;

export type Answer = LitmusResult | CellResult | Analysis;
