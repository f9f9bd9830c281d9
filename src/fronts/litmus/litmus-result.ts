import { type WaitText, waitWords } from '../../explain/waits.ts';
import type { Limit } from '../../judge/outcome.ts';
import type { ModelName } from '../../models/registry.ts';
import type { Diagnostic } from '../../program/diagnostic.ts';
import type { Flag } from '../../program/flags.ts';
import { type FiredText, firedWords } from './fired.ts';

/** How often the condition of a test holds, over its executions. */
export const VERDICTS = ['Never', 'Sometimes', 'Always'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The verdicts, and what a test may promise instead of one: that no execution completes. */
export const EXPECTATIONS = [...VERDICTS, 'Deadlock'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

/**
 * What was asked. `states`: every final state, visiting as few executions as that takes. `executions`: every
 * execution, distinct in reads-from and coherence. `decide`: whether one execution decides the condition.
 */
export const QUESTIONS = ['states', 'executions', 'decide'] as const;
export type Question = (typeof QUESTIONS)[number];

/** What a register or a location holds at the end: an integer, or the name of what a pointer points to. */
export type StateValue = number | string;

/** `exists`, `~exists` or `forall`, and the whole of the condition as one line. */
export interface Condition {
  readonly kind: 'exists' | 'not exists' | 'forall';
  readonly text: string;
}

/** Final states: a row of values for each, in the order of `observed`, with no row twice. */
export interface States {
  /** As herd7 writes them: `0:r1`, `[x]`. */
  readonly observed: readonly string[];
  readonly rows: readonly (readonly StateValue[])[];
  /** For each row, whether it satisfies the proposition of the condition. */
  readonly satisfies: readonly boolean[];
}

/** What a test promises: its own `Result:` comment, or the option that overrides it. */
export interface Promised {
  readonly by: 'comment' | 'option';
  readonly verdict: Expectation;
  /** Whether the comment promises a data race; undefined where it is silent because an option spoke. */
  readonly race: boolean | undefined;
}

interface Every {
  /** As the user gave it, or as found in a folder that the user gave. */
  readonly path: string;
  readonly model: ModelName;
  readonly question: Question;
  readonly seconds: number;
}

interface Explored extends Every {
  readonly name: string;
  readonly condition: Condition;
  readonly states: States;
  /** Executions that satisfy the proposition of the condition, and that do not, among those visited. */
  readonly positive: number;
  readonly negative: number;
  readonly flags: readonly Flag[];
  /** Complete executions visited. */
  readonly executions: number;
  /** Executions visited in which some thread waits and nothing lets it go on. */
  readonly blocked: number;
  /** Who waits, and for what, in one of those. */
  readonly waits: readonly WaitText[];
  /** The assertions that fire in some execution visited: a failure, whatever was promised and not visited. */
  readonly fired: readonly FiredText[];
  /** Whether every execution was visited, so that the numbers count the test and not the search. */
  readonly every: boolean;
  readonly promised: Promised | undefined;
  /** What is odd about the test. */
  readonly warnings: readonly Diagnostic[];
}

/** The condition is decided over every execution. */
export interface Decided extends Explored {
  readonly kind: 'decided';
  /**
   * Under the question `decide`, one execution that satisfies an `exists` is called Sometimes, as is one that
   * does not satisfy a `forall`: Always, or Never, was then not looked for.
   */
  readonly verdict: Verdict;
}

/** No execution completes. */
export interface Deadlock extends Explored {
  readonly kind: 'deadlock';
}

/** A limit was hit; what was found until then proves nothing about the rest. */
export interface Bounded extends Explored {
  readonly kind: 'bounded';
  /**
   * `unroll`: a loop wanted more rounds than `--unroll` allows. `traces`: the threads have too many ways through them,
   * each with the values that it may read, to tell which loads may be buffered; executions may be missing.
   */
  readonly limit: Limit;
}

/** The user had enough; what was found until then proves nothing about the rest. */
export interface Interrupted extends Explored {
  readonly kind: 'interrupted';
}

/** The test cannot be read, or uses what is not supported. */
export interface Failed extends Every {
  readonly kind: 'error';
  readonly diagnostics: readonly Diagnostic[];
}

export type LitmusResult = Decided | Deadlock | Bounded | Interrupted | Failed;

/** Why the result is not what the test asserts or promises, as a sentence; undefined where it is, or nothing is known. */
export const contradiction = (result: LitmusResult): string | undefined => firedIn(result)[0] ?? brokenPromise(result);

/** The assertions that fire, in words. */
export const firedIn = (result: LitmusResult): string[] =>
  'fired' in result ? result.fired.map(({ who, place }) => firedWords(who, place)) : [];

/** Why the verdict is not what the test promises; undefined where it is, or where nothing is decided. */
export function brokenPromise(result: LitmusResult): string | undefined {
  if ((result.kind !== 'decided' && result.kind !== 'deadlock') || result.promised === undefined) return undefined;
  const { by, verdict: promised, race } = result.promised;
  const who = by === 'comment' ? 'the Result: comment' : '--expect';
  const found: Expectation = result.kind === 'deadlock' ? 'Deadlock' : result.verdict;
  const races = result.flags.includes('data-race');
  if (race === true && !races && result.question !== 'decide') {
    return `${who} says DATARACE, and there is no data race`;
  }
  if (found === promised) return undefined;
  // Where accesses race the model promises nothing, so a verdict written down for such a test is not held against it.
  if (by === 'comment' && (races || race === true)) return undefined;
  // Comments older than the word DEADLOCK call it Never.
  if (by === 'comment' && found === 'Deadlock' && promised === 'Never') return undefined;
  if (result.question === 'decide' && cannotTell(found, promised, result.condition)) return undefined;
  return `${who} says ${promised}`;
}

/** Is the difference one that is not looked for once the condition is decided? */
function cannotTell(found: Expectation, promised: Expectation, { kind }: Condition): boolean {
  return found === 'Sometimes' && promised === (kind === 'forall' ? 'Never' : 'Always');
}

/** That no execution completes, and who waits in one. */
export const stuckWords = ({ waits }: Deadlock): string =>
  waits.length === 0 ? 'no execution completes' : `no execution completes: ${waitWords(waits)}`;

/** That some executions do not count, since a thread waits in them. */
export const blockedWords = ({ blocked, waits }: Decided): string => {
  if (blocked === 0) return '';
  const who = waits.length === 0 ? '' : `: in one, ${waitWords(waits)}`;
  return `; ${blocked} blocked ${blocked === 1 ? 'execution does' : 'executions do'} not count${who}`;
};

/** Why there is no verdict, or why the verdict is not the promised one; null where there is nothing to say. */
export function messageOf(result: LitmusResult): string | null {
  switch (result.kind) {
    case 'error':
      return result.diagnostics[0]?.message ?? null;
    case 'interrupted':
      return contradiction(result) ?? INTERRUPTED;
    case 'bounded':
      return contradiction(result) ?? limitWords(result);
    case 'deadlock':
      return contradiction(result) ?? stuckWords(result);
    case 'decided':
      return contradiction(result) ?? null;
  }
}

const INTERRUPTED = 'interrupted before it was decided';

/** Which limit was hit, or who had enough. */
export const limitWords = (result: Bounded | Interrupted): string =>
  result.kind === 'interrupted' ? INTERRUPTED : LIMIT[result.limit];

const LIMIT = {
  timeout: 'stopped by --timeout before it was decided',
  'max-executions': 'stopped by --max-executions before it was decided',
  unroll: 'a loop wanted more rounds than --unroll allows',
  traces: 'too many values may be read to find every load that may be buffered',
} as const;
