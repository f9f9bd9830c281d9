import type { SourcePlace } from './source-place.ts';
import type { Subject } from './subject.ts';

/** What an edit makes the machine do, as far as its cost is concerned. */
export const COST_KINDS = [
  'swap',
  'mark',
  'move',
  'acquire',
  'release',
  'wmb',
  'rmb',
  'rmw-acquire',
  'rmw-release',
  'rmw-full',
  'atomic-mb',
  'lock-mb',
  'mb-instead',
  'mb',
] as const;
export type CostKind = (typeof COST_KINDS)[number];

/** A change of a text: what stands at `[start, end)` becomes `text`. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A change of a protocol that orders more, or less. */
export interface Edit {
  /** Tells it from every other edit of the same protocol. */
  readonly id: string;
  readonly thread: number;
  /** Undefined of an edit that orders less. */
  readonly cost: CostKind | undefined;
  /** Whether it exchanges steps; all others leave the steps as they are. */
  readonly isSwap: boolean;
  /** What to do, in a few words: `smp_wmb() before WRITE_ONCE(*y, 1)`. */
  readonly words: string;
  /** The same in its parts, of what is put beside a step: that, or the second of two steps that change places. */
  readonly beside?: Beside;
  /** Where, in the source as it stands. */
  readonly place: SourcePlace;
}

/** What stands before or after a step, all as people write it. */
export interface Beside {
  readonly what: string;
  readonly where: 'before' | 'after';
  readonly step: string;
}

export const besideWords = ({ what, where, step }: Beside): string => `${what} ${where} ${step}`;

/** A barrier, an ordering suffix or a lock that a protocol has. */
export interface Ordering {
  /** What it is, as the source says: `smp_mb()`, `smp_load_acquire(y)`, `spin_lock(l) ... spin_unlock(l)`. */
  readonly words: string;
  readonly kind: 'barrier' | 'suffix' | 'lock' | 'rcu';
  /** Whether it keeps books, or is part of a lock. */
  readonly isMinor?: boolean;
  readonly thread: number;
  readonly place: SourcePlace;
  /** What could stand there instead, the weakest first: nothing at all, or a weaker kind of the same. */
  readonly weaker: readonly Weaker[];
}

export interface Weaker {
  /** What is left of it: `nothing`, `smp_wmb()`, `READ_ONCE(*y)`. */
  readonly words: string;
  readonly edit: Edit;
}

/** A change of one file. */
export interface Patch {
  readonly file: string;
  /** In UTF-16 units of the file as it is. */
  readonly changes: readonly TextChange[];
  /** The same, as a unified diff. */
  readonly diff: string;
}

/** A subject whose orderings can be changed. */
export interface Protocol extends Subject {
  /** What it has. */
  orderings(): readonly Ordering[];
  /** What it could have, and which of its steps could change places. */
  strengthenings(): readonly Edit[];
  /** The protocol with some edits made; undefined where they exclude each other. */
  edited(edits: readonly Edit[]): Protocol | undefined;
  /** The edits as changes of the source; undefined where that is not text that can be changed. */
  patch(edits: readonly Edit[]): Patch | undefined;
}
