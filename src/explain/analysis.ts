import type { ModelName } from '../models/registry.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import type { BarrierItem, Together } from './barriers.ts';
import type { Architecture } from './costs.ts';
import type { Counterexample } from './counterexample.ts';
import type { DecisionMends, Why } from './decision.ts';
import type { Difference } from './difference.ts';
import type { Repair } from './repair-search.ts';

/** What can be asked about a protocol beyond whether it holds. */
export const ANALYSES = ['show', 'barriers', 'repair', 'diff', 'why', 'replay'] as const;
export type AnalysisName = (typeof ANALYSES)[number];

interface Every {
  readonly analysis: AnalysisName;
  /** The file, or the name of the race. */
  readonly path: string;
  /** The name of the test or race; empty where it could not be read. */
  readonly name: string;
  /** What holds where nothing fails, after `holds: `; empty where it could not be read. */
  readonly promise: string;
  readonly model: ModelName;
  readonly seconds: number;
}

/** How a broken protocol could be mended. */
export type Mend =
  | { readonly kind: 'repair'; readonly repair: Repair; readonly architecture: Architecture }
  /** No barrier helps: nothing is reordered. `decides`: other decisions may. */
  | { readonly kind: 'interleaving'; readonly decides: boolean }
  /** None was found, with so few edits or in so little time. */
  | { readonly kind: 'none' }
  /** It was not looked for. */
  | { readonly kind: 'unasked' };

/** An execution is there to be seen. */
export interface Shows extends Every {
  readonly kind: 'execution';
  readonly counterexample: Counterexample;
  readonly mend: Mend;
  /** Of a replay, what to know about it: that the file has changed. */
  readonly warnings: readonly Diagnostic[];
}

/** No execution fails, and every one was visited. */
export interface Holds extends Every {
  readonly kind: 'holds';
  readonly executions: number;
  /** Executions, of a litmus test, in which some thread waits without end: they do not count. */
  readonly blocked: number;
}

/** What each barrier is good for. */
export interface Barriers extends Every {
  readonly kind: 'barriers';
  readonly columns: readonly string[];
  readonly items: readonly BarrierItem[];
  readonly together: Together | undefined;
  /** Whether every barrier was looked at. */
  readonly complete: boolean;
}

/** How to mend it, cheapest first. */
export interface Repairs extends Every {
  readonly kind: 'repairs';
  readonly counterexample: Counterexample;
  readonly architecture: Architecture;
  readonly maxEdits: number;
  readonly repairs: readonly Repair[];
  /** Whether there are no others with so few edits that cost less than the dearest of these; if none, none at all. */
  readonly complete: boolean;
  /** Whether it fails although nothing is reordered. */
  readonly interleaving: boolean;
  readonly tried: number;
  /** Of a race, what other decisions mend. */
  readonly decisions?: DecisionMends;
}

/** What one of two allows and the other does not. */
export interface Differs extends Every {
  readonly kind: 'difference';
  readonly other: { readonly path: string; readonly name: string; readonly model: ModelName };
  readonly difference: Difference;
}

/** What moved the cells of a race from one design to another. */
export interface Whys extends Every {
  readonly kind: 'why';
  /** The names of the designs. */
  readonly from: string;
  readonly to: string;
  /** One of each variant. */
  readonly stories: readonly Why[];
  /** Whether every cell was decided that had to be. */
  readonly complete: boolean;
}

/** A thread may wait without end; of a litmus test, no execution completes. */
export interface Deadlocks extends Every {
  readonly kind: 'deadlock';
  /** Undefined where no such execution was seen. */
  readonly counterexample: Counterexample | undefined;
  /** Of the repair of a race, what other decisions mend. */
  readonly decisions?: DecisionMends;
}

/** Not everything was looked at, so nothing is claimed of the whole. */
interface Undecided extends Every {
  /** Executions visited in which every thread ends. */
  readonly executions: number;
  /** Executions visited in which some thread waits without end. */
  readonly blocked: number;
  /** Of `diff`: what is certain although one side, or both, were not searched in full. */
  readonly partial: Pick<Differs, 'other' | 'difference'> | undefined;
}

/** A limit was hit. */
export interface IsBounded extends Undecided {
  readonly kind: 'bounded';
}

/** The user had enough. */
export interface IsInterrupted extends Undecided {
  readonly kind: 'interrupted';
}

/** The question cannot be understood. */
export interface HasFailed extends Every {
  readonly kind: 'error';
  readonly diagnostics: readonly Diagnostic[];
}

export type Analysis =
  | Shows
  | Holds
  | Barriers
  | Repairs
  | Differs
  | Whys
  | Deadlocks
  | IsBounded
  | IsInterrupted
  | HasFailed;

/** What one allows and the other does not, as far as that is known. */
export const differenceOf = (a: Differs | IsBounded | IsInterrupted): Difference | undefined =>
  a.kind === 'difference' ? a.difference : a.partial?.difference;

/** How much is told of the executions that a result shows. */
export interface Telling {
  /** Steps that play no part, too. */
  readonly allSteps: boolean;
  /** Where the code of a model is. */
  readonly source: boolean;
}

/** An execution of which more is told. */
export const toldMore = (c: Counterexample, { allSteps, source }: Telling): Counterexample => {
  return { ...c, ...(allSteps ? { folded: [] } : {}), ...(source ? { saysSource: true as const } : {}) };
};

/** A result with executions of which more is told. */
export function tellingMore(a: Analysis, telling: Telling): Analysis {
  const more = (c: Counterexample): Counterexample => toldMore(c, telling);
  switch (a.kind) {
    case 'execution':
    case 'repairs':
      return { ...a, counterexample: more(a.counterexample) };
    case 'deadlock':
      return { ...a, counterexample: a.counterexample === undefined ? undefined : more(a.counterexample) };
    case 'barriers': {
      const items = a.items.map((item) => {
        const { verdict } = item;
        if (!('without' in verdict) || !('trace' in verdict.without)) return item;
        return { ...item, verdict: { ...verdict, without: more(verdict.without) } };
      });
      return { ...a, items };
    }
    case 'difference': {
      const outcomes = a.difference.outcomes.map((outcome) => {
        return { ...outcome, example: outcome.example === undefined ? undefined : more(outcome.example) };
      });
      return { ...a, difference: { ...a.difference, outcomes } };
    }
    default:
      return a;
  }
}

/** The executions that a result shows, each under a word or two that say what it is. */
export function executionsOf(a: Analysis): { readonly title: string; readonly execution: Counterexample }[] {
  switch (a.kind) {
    case 'execution':
    case 'repairs':
      return [{ title: a.name, execution: a.counterexample }];
    case 'deadlock':
      return a.counterexample === undefined ? [] : [{ title: a.name, execution: a.counterexample }];
    case 'barriers':
      return a.items.flatMap(({ words, verdict }) => {
        if (!('without' in verdict) || !('trace' in verdict.without)) return [];
        return [{ title: `${words} weakened to ${verdict.weakened}`, execution: verdict.without }];
      });
    case 'difference':
    case 'bounded':
    case 'interrupted':
      return (differenceOf(a)?.outcomes ?? []).flatMap(({ values, allowedBy, example }) =>
        example === undefined ? [] : [{ title: `${values.join(' ')} (${allowedBy})`, execution: example }],
      );
    default:
      return [];
  }
}
