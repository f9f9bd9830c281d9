import type { Choices } from '../judge/choices.ts';
import type { Failure } from '../judge/judgement.ts';
import { DEADLOCK, type Outcome as Meaning } from '../judge/outcome.ts';
import { type Limits, type Searched, searchInTurns } from '../judge/search.ts';
import type { ModelName } from '../models/registry.ts';
import type { TooManyAccesses } from '../program/too-many-accesses.ts';
import { atOnce, type InTurns, Patience } from '../program/turns.ts';
import { strongestModel } from './consistency.ts';
import { type Counterexample, explainInTurns, type Reference } from './counterexample.ts';
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
  /** An execution that ends in it; undefined where time is over, and of a deadlock of which none was seen. */
  readonly example: Counterexample | undefined;
}

export interface Difference {
  /** What both sides know, and is compared. */
  readonly observed: readonly string[];
  /** What one side alone knows, and is not. */
  readonly ignored: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** How many outcomes both allow, as far as was looked. */
  readonly common: number;
  /** What each side means by itself. */
  readonly first: Meaning['kind'];
  readonly second: Meaning['kind'];
}

export type DifferenceOutcome =
  | { readonly kind: 'difference'; readonly difference: Difference }
  /**
   * A side was not searched in full. The outcomes of the difference are facts all the same: the side that does not allow them
   * was. `executions`: how many were visited on both sides, `blocked`: in which some thread waits.
   */
  | {
      readonly kind: 'bounded' | 'stopped';
      readonly difference: Difference;
      readonly executions: number;
      readonly blocked: number;
    }
  /** A thread of a side does not come to its end. */
  | { readonly kind: 'endless'; readonly side: 'first' | 'second'; readonly tooMany: TooManyAccesses }
  /** On both sides a thread may wait without end. */
  | { readonly kind: 'stuck'; readonly counterexample: Counterexample | undefined };

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
  const { deadline } = limits;
  const start = Date.now();
  const until = (share: number): Limits => {
    return { ...limits, deadline: deadline === undefined ? undefined : start + (deadline - start) * share };
  };
  // Each side has half of the time, and what the first leaves of it; the rest is for drawing.
  const one = yield* statesOf(first, observed, until(0.45));
  const other = yield* statesOf(second, observed, until(0.9));
  const isWhole = one.end === 'every' && other.end === 'every';
  if (isWhole && one.meaning === 'deadlock' && other.meaning === 'deadlock') {
    return { kind: 'stuck', counterexample: yield* exampleOf(first, one.states.get(STUCK)!, limits) };
  }
  for (const [side, { tooMany }] of [
    ['first', one],
    ['second', other],
  ] as const) {
    if (tooMany !== undefined) return { kind: 'endless', side, tooMany };
  }
  const outcomes = [
    ...(yield* only(first, one, other, 'first', limits)),
    ...(yield* only(second, other, one, 'second', limits)),
  ];
  const common = [...one.states.keys()].filter((key) => other.states.has(key)).length;
  const difference = { observed, ignored, outcomes, common, first: one.meaning, second: other.meaning };
  if (isWhole) return { kind: 'difference', difference };
  const isStopped = one.end === 'stopped' || other.end === 'stopped';
  const executions = one.executions + other.executions;
  const blocked = one.blocked + other.blocked;
  return { kind: isStopped ? 'stopped' : 'bounded', difference, executions, blocked };
}

/** What a side allows, as far as it was searched. */
interface States extends Pick<Searched, 'end' | 'executions' | 'blocked' | 'tooMany'> {
  readonly states: ReadonlyMap<string, Seen>;
  readonly meaning: Meaning['kind'];
}

/** In place of a final state: a thread waits without end. */
const STUCK = 'stuck';

function* statesOf({ subject, model }: Side, observed: readonly string[], limits: Limits): InTurns<States> {
  const states = new Map<string, Seen>();
  const { outcome, end, executions, blocked, tooMany } = yield* searchInTurns(subject, {
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
  if (outcome.kind === 'deadlock' && !states.has(STUCK)) {
    states.set(STUCK, { values: [DEADLOCK.message], fails: true, choices: outcome.choices, count: 0 });
  }
  return { states, meaning: outcome.kind, end, executions, blocked, tooMany };
}

/** What a side allows, and the other for certain does not. */
function* only(
  side: Side,
  own: States,
  other: States,
  allowedBy: Outcome['allowedBy'],
  limits: Limits,
): InTurns<Outcome[]> {
  const outcomes: Outcome[] = [];
  if (other.end !== 'every') return outcomes;
  const alone = [...own.states].filter(([key]) => !other.states.has(key)).sort(([x], [y]) => (x < y ? -1 : 1));
  for (const [, seen] of alone) {
    const { values, fails, count } = seen;
    const isOver = (yield) === true || (limits.deadline !== undefined && Date.now() > limits.deadline);
    const example = isOver ? undefined : yield* exampleOf(side, seen, limits);
    outcomes.push({ values, allowedBy, fails, executions: count, example });
  }
  return outcomes;
}

function* exampleOf(
  { subject, model, reference }: Side,
  { values, choices }: Seen,
  limits: Limits,
): InTurns<Counterexample | undefined> {
  const replayed = choices === undefined ? undefined : replay(subject.recording(), choices);
  if (choices === undefined || replayed === undefined) return undefined;
  const strongest = strongestModel(subject.program, replayed.trace) ?? model;
  const drawing = yield* drawInTurns(subject.program, replayed.trace, strongest, new Patience(limits.deadline));
  const isStuck = replayed.trace.waits.length > 0;
  const failure: Failure = isStuck ? DEADLOCK : { kind: 'violated', message: `ends with ${values.join('; ')}` };
  const shown = { choices, drawing, failure, model: strongest, certain: true };
  return yield* explainInTurns(subject, shown, model, reference, limits);
}
