import type { Analysis, AnalysisName } from '../explain/analysis.ts';
import type { Asked } from '../fronts/fronts.ts';
import type { AskedTest } from '../fronts/litmus/litmus-front.ts';
import { type LitmusResult, QUESTIONS, type Question } from '../fronts/litmus/litmus-result.ts';
import type { CellResult } from '../fronts/races/cell-result.ts';
import type { AskedRace } from '../fronts/races/race-front.ts';
import { ASKED, checkOptions, type OptionsOf } from './options.ts';

/** What a litmus test allows: its final states, every execution, or only whether its condition can be met. */
export interface LitmusRequest extends OptionsOf<Question> {
  readonly question: Question;
  readonly of: AskedTest;
}

/** Whether a race holds under a design. Where a model is named it is asked alone. */
export interface CheckRequest extends OptionsOf<'check'> {
  readonly question: 'check';
  readonly of: AskedRace;
}

/** A failing execution, what each barrier is good for, or what would mend it. */
export type ExplainRequest = Explain<'show'> | Explain<'barriers'> | RepairRequest;

/** What would mend it; of a race in all of its forms that are named. */
interface RepairRequest extends Explain<'repair'> {
  /** Of a race, the same under the same design in other forms. */
  readonly others?: readonly AskedRace[] | undefined;
}

interface Explain<Q extends 'show' | 'barriers' | 'repair'> extends OptionsOf<Q> {
  readonly question: Q;
  readonly of: Asked;
}

/** What one allows and the other does not: two tests, two races, or one under two models. */
export interface DiffRequest extends OptionsOf<'diff'> {
  readonly question: 'diff';
  readonly of: Asked;
  /** The same unless said. */
  readonly with?: Asked | undefined;
}

/** What moved the cell of a race from one design to another. */
export interface WhyRequest extends OptionsOf<'why'> {
  readonly question: 'why';
  readonly of: AskedRace;
  /** The same race under the other design. */
  readonly with: AskedRace;
}

/** The execution of an id once more. */
export interface ReplayRequest extends OptionsOf<'replay'> {
  readonly question: 'replay';
  /** What the id is of, as it is now. */
  readonly of: Asked;
  readonly id: string;
}

/** One question, with all that its answer needs. */
export type Request = LitmusRequest | CheckRequest | ExplainRequest | DiffRequest | WhyRequest | ReplayRequest;

/** What each kind of question is answered with. */
export type AnswerTo<R extends Request> = R['question'] extends Question
  ? LitmusResult
  : R['question'] extends 'check'
    ? CellResult
    : R['question'] extends AnalysisName
      ? Analysis
      : Answer;

export type Answer = LitmusResult | CellResult | Analysis;

/** What a request has besides its options. */
const PARTS = ['question', 'of', 'with', 'others', 'id'];

/**
 * Looks at what a program asks, which TypeScript may not have seen.
 * @throws RangeError with what is wrong
 */
export function checkRequest(request: Request): void {
  const { question, of } = request;
  if (!ASKED.includes(question)) {
    throw new RangeError(`there is no question '${question}': expected one of ${ASKED.join(', ')}`);
  }
  const isOfRace = question === 'check' || question === 'why';
  const kind = QUESTIONS.includes(question as Question) ? 'litmus' : isOfRace ? 'race' : of?.kind;
  if (of === undefined || of.kind !== kind) {
    const wanted = {
      litmus: 'a test, as litmus() makes it',
      race: 'a race, as races() makes it',
      c: 'a file of C, as kernelC() makes it',
    };
    throw new RangeError(`${question} is asked of ${wanted[kind] ?? Object.values(wanted).join(', or of ')}`);
  }
  if (question === 'why' && request.with?.kind !== 'race') {
    throw new RangeError('why is asked of two races: `of` under one design, and `with` under the other');
  }
  checkOptions(question, request, PARTS);
}
