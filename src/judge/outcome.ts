import type { Choices } from './choices.ts';
import type { Failure, FailureKind } from './judgement.ts';

/** What keeps a search from visiting every execution. */
export type Limit =
  | 'timeout'
  | 'max-executions'
  /** A loop wanted more rounds than it may have. */
  | 'unroll'
  /** Threads have too many ways through them, or too many steps, to be sure that nothing is missed. */
  | 'traces';

/** What everybody is told of a deadlock whose threads were not looked at. */
export interface Deadlock extends Failure {
  readonly kind: 'deadlock';
}
export const DEADLOCK: Deadlock = { kind: 'deadlock', message: 'a thread waits without end' };

/**
 * What a search means, the same to every command. Of what was met the first in this order is told: `fault`, `assertion`,
 * `violated`, `flagged`, `data-race`, `deadlock` (these are facts, whatever was not visited), `stopped`, `bounded` (nothing is claimed), `holds`.
 */
export type Outcome<F extends Failure = Failure> =
  | {
      readonly kind: FailureKind;
      readonly failure: F | Deadlock;
      /** The execution; undefined of a deadlock of which none was seen. */
      readonly choices: Choices | undefined;
    }
  /** Whoever asked had enough. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'bounded'; readonly limit: Limit }
  /** Every execution was visited, and none fails. */
  | { readonly kind: 'holds' };
