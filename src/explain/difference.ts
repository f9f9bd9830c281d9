import type { Choices } from '../judge/choices.ts';
import type { Failure } from '../judge/judgement.ts';
import { DEADLOCK, type Outcome as Meaning } from '../judge/outcome.ts';
import { type Limits, searchInTurns } from '../judge/search.ts';
import type { ModelName } from '../models/registry.ts';
import { atOnce, type InTurns } from '../program/turns.ts';
import { strongestModel } from './consistency.ts';
import { type Counterexample, explainFailure, type Reference } from './counterexample.ts';
import { drawInTurns } from './drawing.ts';
import type { Subject } from './subject.ts';
import { replay } from './trace.ts';

/** A final state that one side allows and the other does not. */
export interface Outcome {
  /** `0:r1=1`, in the order of the names; or that a thread waits without end. */
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
  /** What each side means by itself. */
  readonly first: Meaning['kind'];
  readonly second: Meaning['kind'];
}

export type DifferenceOutcome =
  | { readonly kind: 'difference'; readonly difference: Difference }
  /** On both sides a thread may wait without end. */
  | { readonly kind: 'stuck'; readonly counterexample: Counterexample | undefined }
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
  /** Undefined of a deadlock of which none was seen. */
  readonly choices: Choices | undefined;
  count: number;
}

/** Which final states one side allows and the other does not, with an execution for each. */
export const findDifference = (first: Side, second: Side, limits: Limits): DifferenceOutcome =>
  atOnce(findDifferenceInTurns(first, second, limits));

/** As {@link findDifference}. */
export function* findDifferenceInTurns(first: Side, second: Side, limits: Limits): InTurns<DifferenceOutcome> {
  const [a, b] = [first.subject.observed, second.subject.observed];
  const observed = a.filter((name) => b.includes(name));
  const ignored = [...new Set([...a, ...b])].filter((name) => !observed.includes(name));
  const one = yield* statesOf(first, observed, limits);
  if (!('states' in one)) return one;
  const other = yield* statesOf(second, observed, limits);
  if (!('states' in other)) return other;
  if (one.meaning === 'deadlock' && other.meaning === 'deadlock') {
    return { kind: 'stuck', counterexample: yield* exampleOf(first, one.states.get(STUCK)!) };
  }
  const [left, right] = [one.states, other.states];
  const ofFirst = yield* only(first, left, right, 'first');
  const outcomes = [...ofFirst, ...(yield* only(second, right, left, 'second'))];
  const common = [...left.keys()].filter((key) => right.has(key)).length;
  const difference = { observed, ignored, outcomes, common, first: one.meaning, second: other.meaning };
  return { kind: 'difference', difference };
}

/** In place of a final state: a thread waits without end. */
const STUCK = 'stuck';

function* statesOf(
  { subject, model }: Side,
  observed: readonly string[],
  limits: Limits,
): InTurns<
  | { readonly states: ReadonlyMap<string, Seen>; readonly meaning: Meaning['kind'] }
  | { readonly kind: 'bounded' | 'stopped' }
> {
  const states = new Map<string, Seen>();
  const { outcome, end } = yield* searchInTurns(subject, {
    ...limits,
    model,
    visit(judgement, ending) {
      if (judgement.kind === 'cut' || judgement.kind === 'filtered') return false;
      const state = ending.blocked ? [] : subject.state(ending);
      const values = ending.blocked
        ? [DEADLOCK.message]
        : observed.map((name) => `${name}=${state[subject.observed.indexOf(name)]}`);
      const key = ending.blocked ? STUCK : values.join(' ');
      const known = states.get(key);
      if (known !== undefined) known.count++;
      else states.set(key, { values, fails: judgement.kind !== 'fine', choices: ending.choices, count: 1 });
      return false;
    },
  });
  if (end === 'stopped') return { kind: 'stopped' };
  if (end !== 'every') return { kind: 'bounded' };
  if (outcome.kind === 'deadlock' && !states.has(STUCK)) {
    states.set(STUCK, { values: [DEADLOCK.message], fails: true, choices: outcome.choices, count: 0 });
  }
  return { states, meaning: outcome.kind };
}

function* only(
  side: Side,
  own: ReadonlyMap<string, Seen>,
  other: ReadonlyMap<string, Seen>,
  allowedBy: Outcome['allowedBy'],
): InTurns<Outcome[]> {
  const outcomes: Outcome[] = [];
  const alone = [...own].filter(([key]) => !other.has(key)).sort(([x], [y]) => (x < y ? -1 : 1));
  for (const [, seen] of alone) {
    const { values, fails, count } = seen;
    outcomes.push({ values, allowedBy, fails, executions: count, example: yield* exampleOf(side, seen) });
  }
  return outcomes;
}

function* exampleOf(
  { subject, model, reference }: Side,
  { values, choices }: Seen,
): InTurns<Counterexample | undefined> {
  const replayed = choices === undefined ? undefined : replay(subject.recording(), choices);
  if (choices === undefined || replayed === undefined) return undefined;
  const strongest = strongestModel(subject.program, replayed.trace) ?? model;
  const drawing = yield* drawInTurns(subject.program, replayed.trace, strongest);
  const isStuck = replayed.trace.waits.length > 0;
  const failure: Failure = isStuck ? DEADLOCK : { kind: 'violated', message: `ends with ${values.join('; ')}` };
  return explainFailure(subject, { choices, drawing, failure, model: strongest, certain: true }, model, reference);
}
