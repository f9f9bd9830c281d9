import type { Reference } from '../explain/counterexample.ts';
import type { Protocol } from '../explain/edit.ts';
import type { ModelName } from '../models/registry.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import type { TooManyAccesses } from '../program/too-many-accesses.ts';

/** What a front end makes of what a user names: all that there is to judge, to show, to explain and to mend. */
export interface Ready {
  /** What people call it: a file, or a name. */
  readonly path: string;
  /** Its program, the judge of its executions, where its steps stand, words for its values, and edits. */
  readonly protocol: Protocol;
  /** What the id of one of its executions says that it is of. */
  readonly reference: Reference;
  /** What is wrong where a thread of it does not come to its end. */
  endless(found: TooManyAccesses): Diagnostic;
}

export interface PrepareOptions {
  /** The most rounds of a loop, where the front end has loops that are cut. */
  readonly unroll: number;
  /** The model that is asked about. */
  readonly model: ModelName;
}

/** One kind of thing that can be asked about. `A`: the text or the name of one. */
export interface FrontEnd<A> {
  /** What people call it, before it is looked at. */
  pathOf(asked: A): string;
  /** A protocol, or what is wrong with what was asked: at least one error. */
  prepare(asked: A, options: PrepareOptions): Ready | readonly Diagnostic[];
}
