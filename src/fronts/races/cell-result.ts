import type { KnobName } from '../../mm/design/design.ts';
import type { ModelName } from '../../models/registry.ts';
import type { Diagnostic } from '../../program/diagnostic.ts';
import type { Failure } from '../../scenarios/scenario.ts';

/** One cell of the table: a race, in one form, under one design. */
export interface Cell {
  readonly scenario: string;
  readonly variant: string;
  readonly design: string;
  /**
   * The model that the answer is about. Of what holds the weakest that was asked for, so it holds under the others too;
   * of what is broken the strongest that breaks it, so it is broken under the weaker ones too.
   */
  readonly model: ModelName;
  /** What was judged; of a violation, what is broken. */
  readonly property: string;
  /** The property, as one sentence. */
  readonly promise: string;
  /** Visited, under all models together. */
  readonly executions: number;
  /** Executions in which some thread waits and nothing lets it go on. */
  readonly blocked: number;
  readonly seconds: number;
  /** The decisions of the design that were asked for on the way: no other can have a part in the answer. */
  readonly asked: readonly KnobName[];
}

/** A thread that waits without end: by its name, with what, and for a word with what it holds. */
export interface CellWait {
  readonly who: string;
  readonly code: string;
  readonly location: string;
  readonly value: string;
}

/** The machines on which it happens, told where the LKMM is needed to break the race. None: on no machine that is known. */
export type Machines = readonly ModelName[];

export type CellResult = Cell &
  (
    | { readonly kind: 'holds' }
    /** No execution is wrong, and none could be: what is judged happens in none. */
    | { readonly kind: 'vacuous'; readonly reason: string }
    | { readonly kind: 'violated'; readonly failure: Failure; readonly machines?: Machines }
    /** Some execution ends with threads that wait; these do, in one of them. */
    | { readonly kind: 'deadlock'; readonly waits: readonly CellWait[] }
    | { readonly kind: 'data-race' }
    /** A limit was hit: nothing is claimed. */
    | { readonly kind: 'bounded' }
    | { readonly kind: 'interrupted' }
    /** The race does not exist under the design. */
    | { readonly kind: 'absent'; readonly reason: string }
    | { readonly kind: 'error'; readonly diagnostics: readonly Diagnostic[] }
  );
