import type { Deps } from '../cpu/deps.ts';
import type { Code } from '../program/codes.ts';
import type { Place } from './ast.ts';

/**
 * What the body of a compiled thread returns: a new array in each run. Index 0 tells how the run ended; the others are the
 * registers, at the slots that the layout gives them.
 */
export type Frame = { 0: End; ending?: Fault | Asserted } & number[];

/** How a run of a thread ended. */
export enum End {
  Complete = 0,
  /** A loop wanted more rounds than it may have. */
  Cut = 1,
  /** It did what has no meaning, such as to follow a pointer that points nowhere: `ending` is a {@link Fault}. */
  Fault = 2,
  /** Something that it asserts is not so: `ending` is {@link Asserted}. */
  Asserted = 3,
}

/** What a thread did that has no meaning, and where. */
export interface Fault {
  readonly place: Place;
  readonly message: string;
  /** {@link MIXED_SIZES} where that is what happened. */
  readonly code?: Code;
}

/** What a thread asserts that is not so. */
export interface Asserted {
  /** The calls of BUG_ON(), WARN_ON() and their kind, in the order in which they fired. */
  readonly fired: readonly Place[];
  /** How the run ended: `died` at the last of these. */
  readonly then: 'complete' | 'cut' | 'died';
  /** The reads that decided that they fire. */
  readonly deps: Deps;
}

/** How a thread ended that did. */
export const endOf = (frame: Frame): End.Complete | End.Cut | Fault | Asserted =>
  frame.ending ?? (frame[0] as End.Complete | End.Cut);

/** The code of an access to a part of a word. */
export const MIXED_SIZES = 'HF202';

/** Leaves the body of a thread from within an expression. */
export class ThreadFault {
  readonly fault: Fault;

  constructor(fault: Fault) {
    this.fault = fault;
  }
}

/** Leaves the body of a thread from within an expression that wants more rounds than it may have. */
export class ThreadCut {}

/** Leaves the body of a thread that dies of its BUG_ON(). */
export class ThreadDeath {}
