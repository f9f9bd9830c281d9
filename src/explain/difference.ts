import type { ModelName } from '../explore/contract.ts';
import { explore } from '../explore/explore.ts';
import { TooManyTraces } from '../explore/guesses/budget.ts';
import { type Choices, choicesOf } from './choices.ts';
import { strongestModel } from './consistency.ts';
import { type Counterexample, explainFailure, type Reference } from './counterexample.ts';
import { draw } from './drawing.ts';
import { type Limits, Visited } from './search.ts';
import type { Subject } from './subject.ts';
import { replay } from './trace.ts';

/** A final state that one side allows and the other does not. */
export interface Outcome {
  /** `0:r1=1`, in the order of the names. */
  readonly values: readonly string[];
  readonly allowedBy: 'first' | 'second';
  /** Whether it fails on its side. */
  readonly fails: boolean;
  readonly executions: number;
  /** An execution that ends in it. */
  readonly example: Counterexample | undefined;
}

export interface Difference {
  /** What both sides know, and is compared. */
  readonly observed: readonly string[];
  /** What one side alone knows, and is not. */
  readonly ignored: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** How many outcomes both allow. */
  readonly common: number;
}

export type DifferenceOutcome =
  | { readonly kind: 'difference'; readonly difference: Difference }
  | { readonly kind: 'bounded' }
  | { readonly kind: 'stopped' };

/** A subject under a model, and what its ids say that it is. */
export interface Side {
  readonly subject: Subject;
  readonly model: ModelName;
  readonly reference: Reference;
}

interface Seen {
  readonly values: readonly string[];
  readonly fails: boolean;
  readonly choices: Choices;
  count: number;
}

/** Which final states one side allows and the other does not, with an execution for each. */
export function findDifference(first: Side, second: Side, limits: Limits): DifferenceOutcome {
  const [a, b] = [first.subject.observed, second.subject.observed];
  const observed = a.filter((name) => b.includes(name));
  const ignored = [...new Set([...a, ...b])].filter((name) => !observed.includes(name));
  const one = statesOf(first, observed, limits);
  const other = statesOf(second, observed, limits);
  if (one === 'stopped' || other === 'stopped') return { kind: 'stopped' };
  if (one === 'bounded' || other === 'bounded') return { kind: 'bounded' };
  const outcomes = [...only(first, one, other, 'first'), ...only(second, other, one, 'second')];
  const common = [...one.keys()].filter((key) => other.has(key)).length;
  return { kind: 'difference', difference: { observed, ignored, outcomes, common } };
}

function statesOf(side: Side, observed: readonly string[], limits: Limits): Map<string, Seen> | 'bounded' | 'stopped' {
  const { subject, model } = side;
  const { deadline, maxExecutions, stopped } = limits;
  const seen = new Map<string, Seen>();
  const ending = new Visited();
  let interrupted = false;
  let cut = false;
  try {
    const { kind } = explore(subject.program, {
      model,
      ...(deadline === undefined ? {} : { deadline }),
      ...(maxExecutions === undefined ? {} : { maxExecutions }),
      onExecution(execution) {
        interrupted = stopped?.() === true;
        ending.execution = execution;
        const judgement = subject.judge(ending);
        cut ||= judgement.kind === 'cut';
        if (judgement.kind === 'cut' || judgement.kind === 'filtered') return interrupted;
        const state = subject.state(ending);
        const values = observed.map((name) => `${name}=${state[subject.observed.indexOf(name)]}`);
        const key = values.join(' ');
        const known = seen.get(key);
        if (known !== undefined) known.count++;
        else
          seen.set(key, { values, fails: judgement.kind === 'failing', choices: choicesOf(execution.graph), count: 1 });
        return interrupted;
      },
    });
    if (interrupted) return 'stopped';
    return kind === 'bounded' || cut ? 'bounded' : seen;
  } catch (error) {
    if (error instanceof TooManyTraces) return 'bounded';
    throw error;
  }
}

function only(
  side: Side,
  own: Map<string, Seen>,
  other: Map<string, Seen>,
  allowedBy: Outcome['allowedBy'],
): Outcome[] {
  return [...own]
    .filter(([key]) => !other.has(key))
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, { values, fails, count, choices }]) => {
      return { values, allowedBy, fails, executions: count, example: exampleOf(side, values, choices) };
    });
}

function exampleOf(
  { subject, model, reference }: Side,
  values: readonly string[],
  choices: Choices,
): Counterexample | undefined {
  const replayed = replay(subject.recording(), choices);
  if (replayed === undefined) return undefined;
  const strongest = strongestModel(subject.program, replayed.trace) ?? model;
  const drawing = draw(subject.program, replayed.trace, strongest);
  const failure = { kind: 'condition', message: `ends with ${values.join('; ')}` } as const;
  return explainFailure(subject, { choices, drawing, failure, model: strongest, certain: true }, model, reference);
}
