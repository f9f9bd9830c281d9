import type { Code } from '../program/codes.ts';
import { TooManyAccesses } from '../program/too-many-accesses.ts';
import { NotDeterministic, WrongAccess } from '../program/wrong-access.ts';

/** What the author of a scenario, or of a design, did wrong: a function threw, gave what it must not, or did not come to an end. */
export class ScenarioError extends Error {
  /** Stacks with the place, the best first: of what was thrown, and of the call of scenario(). */
  readonly stacks: readonly string[];

  constructor(
    message: string,
    stacks: readonly string[],
    cause?: unknown,
    readonly about: 'race' | 'design' = 'race',
  ) {
    super(message, { cause });
    this.stacks = stacks;
  }

  get code(): Code {
    const { cause } = this;
    if (cause instanceof TooManyAccesses) return 'HF203';
    if (cause instanceof WrongAccess) return 'HF946';
    if (cause instanceof NotDeterministic) return 'HF947';
    return this.about === 'design' ? 'HF944' : 'HF943';
  }
}

/** Where somebody's code begins: stacks, the best first. */
export type Origins = readonly string[];

/** Thrown out of an access: the message goes on after the name of who made it. */
const isOurs = (thrown: unknown): thrown is Error =>
  thrown instanceof TooManyAccesses || thrown instanceof WrongAccess || thrown instanceof NotDeterministic;

/** What was thrown, in a few words. */
export const thrownWords = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);

/**
 * Runs a function of a scenario.
 * @param what its name
 * @param origins the stacks of the calls of scenario(), and of design() where there is one
 * @throws ScenarioError for whatever it throws, but symbols: these are the explorer's own
 */
export function calling<R>(what: string, origins: Origins, call: () => R): R {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown === 'symbol' || thrown instanceof ScenarioError) throw thrown;
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    const did = isOurs(thrown) ? thrown.message : `threw ${thrownWords(thrown)}`;
    throw new ScenarioError(`${what} ${did}`, [stack, ...origins], thrown);
  }
}

/** @throws ScenarioError where a value is a promise: nothing in a race waits for one */
export function refusePromise(what: string, origins: Origins, value: unknown): void {
  if (value instanceof Promise) {
    value.catch(() => {});
    throw new ScenarioError(`${what} returned a promise, for which nobody waits`, origins);
  }
}
