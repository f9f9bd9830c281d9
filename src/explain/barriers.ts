import type { Failure } from '../judge/judgement.ts';
import { isOver, type Limits } from '../judge/search.ts';
import type { ModelName } from '../models/registry.ts';
import type { InTurns } from '../program/turns.ts';
import type { Counterexample, Reference } from './counterexample.ts';
import { explainInTurns } from './counterexample.ts';
import type { Ordering, Patch, Protocol, Weaker } from './edit.ts';
import { findAny, findBestInTurns, type NotFound } from './search.ts';
import type { SourcePlace } from './source-place.ts';
import { type Because, Unneeded } from './unneeded.ts';

/** A barrier, an ordering suffix or a lock, and whether the protocol needs it as long as all the others stay. */
export interface BarrierItem {
  readonly words: string;
  readonly kind: Ordering['kind'];
  readonly thread: number;
  readonly place: SourcePlace;
  /** Whether it is a lock, or a step that keeps books: nothing that the protocol is about. */
  readonly isMinor: boolean;
  readonly verdict: BarrierVerdict;
}

export type BarrierVerdict =
  /** Nothing weaker will do: `without` is what becomes possible where it is taken away, or weakened as little as can be. */
  | { readonly kind: 'needed'; readonly weakened: string; readonly without: Counterexample | Failure }
  /** A weaker kind will do, and that was proved; `without` is what becomes possible with less than that. */
  | {
      readonly kind: 'too-strong';
      readonly enough: string;
      readonly weakened: string;
      readonly without: Counterexample | Failure;
      readonly executions: number;
    }
  /** The protocol holds without it, and that was proved over so many executions; what does its work, as far as that is known. */
  | { readonly kind: 'not-needed'; readonly executions: number; readonly because?: Because }
  /** A limit was hit before that was known. */
  | { readonly kind: 'unknown' };

/** What can be taken away or weakened at the same time. Numbers are places in the list of items. */
export interface Together {
  /** The change of everything that can be weakened at once. */
  readonly weakened: readonly { readonly item: number; readonly words: string }[];
  /** What each could be weakened alone, but not on top of that. */
  readonly kept: readonly number[];
  /** The protocol with all of that, as a change of its source. */
  readonly patch: Patch | undefined;
}

export type BarriersOutcome =
  | {
      readonly kind: 'barriers';
      readonly items: readonly BarrierItem[];
      /** Undefined where less than two can be weakened, or a limit was hit. */
      readonly together: Together | undefined;
      /** Whether every ordering was looked at. */
      readonly complete: boolean;
    }
  /** The protocol does not hold as it stands, so nothing can be said of its barriers. */
  | { readonly kind: 'broken'; readonly counterexample: Counterexample }
  | Exclude<NotFound, { readonly kind: 'holds' }>;

/**
 * Says of every ordering in a protocol whether it is needed. Each answer is a proof or has a witness: the protocol is
 * explored anew without it, or with something weaker in its place.
 */
export function* findBarriers(
  protocol: Protocol,
  model: ModelName,
  reference: Reference,
  limits: Limits,
): InTurns<BarriersOutcome> {
  const orderings = protocol.orderings();
  yield { words: 'as it stands', done: 0, of: orderings.length + 1 };
  const whole = yield* findBestInTurns(protocol, model, limits);
  if (whole.kind === 'found') {
    return { kind: 'broken', counterexample: yield* explainInTurns(protocol, whole.shown, model, reference, limits) };
  }
  if (whole.kind !== 'holds') return whole;
  const items: BarrierItem[] = [];
  const enough: (Weaker | undefined)[] = [];
  for (const [n, ordering] of orderings.entries()) {
    const { words, kind, thread, place } = ordering;
    yield { words, done: items.length + 1, of: orderings.length + 1 };
    const { verdict, weakest } = yield* judgeOrdering(protocol, n, ordering, model, reference, limits);
    const isMinor = kind === 'lock' || ordering.isMinor === true;
    items.push({ words, kind, thread, place, isMinor, verdict });
    enough.push(weakest);
    if (isOver(limits))
      return { kind: 'barriers', items, together: undefined, complete: items.length === orderings.length };
  }
  yield { words: 'all at once', done: orderings.length, of: orderings.length + 1 };
  const together = yield* findTogether(protocol, enough, model, limits);
  const told = yield* withReasons(items, new Unneeded(protocol, orderings, model, limits));
  return { kind: 'barriers', items: told, together, complete: true };
}

/** What does the work of those that are not needed. Of locks and books there is nothing to say. */
function* withReasons(items: readonly BarrierItem[], unneeded: Unneeded): InTurns<BarrierItem[]> {
  const told: BarrierItem[] = [];
  for (const [n, item] of items.entries()) {
    const { verdict, isMinor, words } = item;
    const isOpen = verdict.kind === 'not-needed' && !isMinor;
    if (isOpen) yield { words: `what does the work of ${words}`, done: items.length, of: items.length + 1 };
    const because = isOpen ? yield* unneeded.because(n) : undefined;
    told.push(because === undefined ? item : { ...item, verdict: { ...(verdict as NotNeeded), because } });
  }
  return told;
}

type NotNeeded = Extract<BarrierVerdict, { readonly kind: 'not-needed' }>;

function* judgeOrdering(
  protocol: Protocol,
  n: number,
  { weaker }: Ordering,
  model: ModelName,
  reference: Reference,
  limits: Limits,
): InTurns<{ verdict: BarrierVerdict; weakest?: Weaker }> {
  let failing: Weaker | undefined;
  const variant = (): Reference => ({ ...reference, variant: `${n}.${weaker.indexOf(failing!)}` });
  let failure: Failure | undefined;
  for (const [i, option] of weaker.entries()) {
    const edited = protocol.edited([option.edit]);
    if (edited === undefined) continue;
    const { outcome, executions } = yield* findAny(edited, model, limits);
    if (outcome.kind === 'holds') {
      if (i === 0 || failing === undefined) return { verdict: { kind: 'not-needed', executions }, weakest: option };
      const without = (yield* witness(protocol, failing, model, variant(), limits)) ?? failure!;
      const words = { enough: option.words, weakened: failing.words };
      return { verdict: { kind: 'too-strong', ...words, without, executions }, weakest: option };
    }
    if (!('failure' in outcome)) return { verdict: { kind: 'unknown' } };
    failure = outcome.failure;
    // The first that fails is the one with the least left of it: its execution is the easiest to believe.
    failing ??= option;
  }
  if (failing === undefined) return { verdict: { kind: 'unknown' } };
  const without = (yield* witness(protocol, failing, model, variant(), limits)) ?? failure!;
  return { verdict: { kind: 'needed', weakened: failing.words, without } };
}

function* witness(
  protocol: Protocol,
  weakened: Weaker,
  model: ModelName,
  reference: Reference,
  limits: Limits,
): InTurns<Counterexample | undefined> {
  const edited = protocol.edited([weakened.edit]);
  if (edited === undefined) return undefined;
  const best = yield* findBestInTurns(edited, model, limits);
  return best.kind === 'found' ? yield* explainInTurns(edited, best.shown, model, reference, limits) : undefined;
}

/** Weakens one after the other as far as each can be alone, and keeps what the protocol then still holds without. */
function* findTogether(
  protocol: Protocol,
  enough: readonly (Weaker | undefined)[],
  model: ModelName,
  limits: Limits,
): InTurns<Together | undefined> {
  const able = [...enough.entries()].filter((entry): entry is [number, Weaker] => entry[1] !== undefined);
  if (able.length < 2) return undefined;
  const taken: [number, Weaker][] = [];
  const kept: number[] = [];
  for (const entry of able) {
    const edited = protocol.edited([...taken, entry].map(([, { edit }]) => edit));
    const found = edited === undefined ? undefined : (yield* findAny(edited, model, limits)).outcome;
    if (found?.kind === 'stopped' || found?.kind === 'bounded') return undefined;
    if (found?.kind === 'holds') taken.push(entry);
    else kept.push(entry[0]);
  }
  return {
    weakened: taken.map(([item, { words }]) => ({ item, words })),
    kept,
    patch: protocol.patch(taken.map(([, { edit }]) => edit)),
  };
}
