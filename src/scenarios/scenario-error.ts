import type { Code } from '../program/codes.ts';
import { TooManyAccesses } from '../program/too-many-accesses.ts';

/** What the author of a scenario did wrong: a function of it threw, gave what it must not, or did not come to an end. */
export class ScenarioError extends Error {
  /** Stacks with the place, the best first: of what was thrown, and of the call of scenario(). */
  readonly stacks: readonly string[];

  constructor(message: string, stacks: readonly string[], cause?: unknown) {
    super(message, { cause });
    this.stacks = stacks;
  }

  get code(): Code {
    return this.cause instanceof TooManyAccesses ? 'HF203' : 'HF943';
  }
}

/** What was thrown, in a few words. */
export const thrownWords = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);

/**
 * Runs a function of a scenario.
 * @param what its name
 * @param origin the stack of the call of scenario()
 * @throws ScenarioError for whatever it throws, but symbols: these are the explorer's own
 */
export function calling<R>(what: string, origin: string, call: () => R): R {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown === 'symbol' || thrown instanceof ScenarioError) throw thrown;
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    const did = thrown instanceof TooManyAccesses ? thrown.message : `threw ${thrownWords(thrown)}`;
    throw new ScenarioError(`${what} ${did}`, [stack, origin], thrown);
  }
}

/** @throws ScenarioError where a value is a promise: nothing in a race waits for one */
export function refusePromise(what: string, origin: string, value: unknown): void {
  if (value instanceof Promise) {
    value.catch(() => {});
    throw new ScenarioError(`${what} returned a promise, for which nobody waits`, [origin]);
  }
}
