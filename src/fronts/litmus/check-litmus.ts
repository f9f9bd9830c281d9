import { waitsIn } from '../../explain/waits.ts';
import { compileLitmus } from '../../litmus/compile.ts';
import type { LitmusTest } from '../../litmus/litmus-test.ts';
import { parseLitmus } from '../../litmus/parse.ts';
import { type Findings, type LitmusOutcome, runLitmusInTurns } from '../../litmus/run-litmus.ts';
import type { ModelName } from '../../models/registry.ts';
import { now } from '../../program/clock.ts';
import { Refused } from '../../program/refused.ts';
import { atOnce, type InTurns } from '../../program/turns.ts';
import type { FiredText } from './fired.ts';
import { LitmusPlaces } from './litmus-places.ts';
import type { Expectation, LitmusResult, Promised, Question } from './litmus-result.ts';
import { LitmusSubject } from './litmus-subject.ts';
import { tooManyAccesses } from './too-many-accesses.ts';

export interface CheckOptions {
  readonly model: ModelName;
  readonly question: Question;
  /** The most rounds of a loop. */
  readonly unroll: number;
  /** Instead of what the test promises. */
  readonly expect: Expectation | undefined;
  readonly maxExecutions: number | undefined;
  /** In milliseconds as `Date.now()` counts; infinite for none. */
  readonly deadline: number;
  /** Called at each execution. Return true to stop. */
  readonly onExecution: (() => boolean) | undefined;
}

/** From the text of a litmus test to its result. Whatever is wrong with the text is a result as well. */
export const checkLitmus = (path: string, text: string, options: CheckOptions): LitmusResult =>
  atOnce(checkLitmusInTurns(path, text, options));

/** As {@link checkLitmus}. */
export function* checkLitmusInTurns(path: string, text: string, options: CheckOptions): InTurns<LitmusResult> {
  const { model, question, unroll, maxExecutions, deadline, onExecution } = options;
  const start = now();
  const asked = () => ({ path, model, question, seconds: (now() - start) / 1000 });

  const parsed = parseLitmus(text, path);
  if (!parsed.ok) return { kind: 'error', ...asked(), diagnostics: parsed.diagnostics };
  const { test } = parsed;
  const compiled = compileLitmus(test, { unroll });
  const decide = question === 'decide';
  let outcome: LitmusOutcome;
  try {
    outcome = yield* runLitmusInTurns(compiled, { model, decide, maxExecutions, deadline, stopped: onExecution });
  } catch (error) {
    if (error instanceof Refused) return { kind: 'error', ...asked(), diagnostics: [error.diagnostic] };
    throw error;
  }
  if (outcome.kind === 'fault') return { kind: 'error', ...asked(), diagnostics: [outcome.diagnostic] };
  // An assertion that fires is told first.
  if (outcome.kind === 'bounded' && outcome.tooMany !== undefined && outcome.fired.length === 0) {
    return { kind: 'error', ...asked(), diagnostics: [tooManyAccesses(test, unroll, outcome.tooMany)] };
  }
  const explored = {
    ...asked(),
    name: test.name,
    condition: { kind: test.quantifier, text: compiled.conditionText },
    ...found(outcome),
    fired: firedTexts(test, outcome),
    waits:
      outcome.stuck === undefined ? [] : waitsIn(new LitmusSubject(test, { unroll, flagsFail: false }), outcome.stuck),
    every: question !== 'decide' && outcome.kind !== 'bounded' && outcome.kind !== 'stopped',
    promised: promisedBy(test, options.expect),
    warnings: test.warnings,
  };
  switch (outcome.kind) {
    case 'decided':
      return { kind: 'decided', verdict: outcome.verdict, ...explored };
    case 'deadlock':
      return { kind: 'deadlock', ...explored };
    case 'bounded':
      return { kind: 'bounded', limit: outcome.limit, ...explored };
    case 'stopped':
      return { kind: 'interrupted', ...explored };
  }
}

function firedTexts(test: LitmusTest, { fired }: Findings): FiredText[] {
  const places = new LitmusPlaces(test);
  return fired.map(({ thread, place }) => ({ who: test.threads[thread]!.name, place: places.of(place) }));
}

function found({ observed, states, positive, negative, flags, executions, blocked }: Findings) {
  return {
    states: { observed, rows: states.map((s) => s.values), satisfies: states.map((s) => s.satisfies) },
    positive,
    negative,
    flags,
    executions,
    blocked,
  };
}

function promisedBy({ promised }: LitmusTest, expect: Expectation | undefined): Promised | undefined {
  if (expect !== undefined) return { by: 'option', verdict: expect, race: undefined };
  return promised === undefined ? undefined : { by: 'comment', verdict: promised.verdict, race: promised.race };
}
