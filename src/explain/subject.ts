import type { Execution } from '../explore/contract.ts';
import type { Program } from '../program/program.ts';
import type { Recording, Replayed } from './trace.ts';

/** What a judge needs of a complete execution. */
export interface Ending extends Pick<Execution, 'result' | 'finalValue' | 'dataRace'> {
  /** The reads of a thread, in program order. */
  reads(thread: number): readonly { readonly cell: number; readonly value: number }[];
}

/** Why an execution counts as a failure. */
export interface Failure {
  /**
   * `condition`: what the test asks about, or what the scenario forbids. `data-race`: plain accesses race, so nothing is
   * promised. `fault`: a thread does what has no meaning. `deadlock`: no execution completes.
   */
  readonly kind: 'condition' | 'data-race' | 'fault' | 'deadlock';
  /** One sentence. */
  readonly message: string;
  /** What was done after the threads had ended, to show it: who did what, and what came of it. */
  readonly steps?: readonly { readonly who: string; readonly what: string; readonly value: string }[];
}

/** `cut`: a loop wanted more rounds than it may have. `filtered`: the test says that it does not count. */
export type Judgement =
  | { readonly kind: 'fine' | 'cut' | 'filtered' }
  | { readonly kind: 'failing'; readonly failure: Failure };

/**
 * Something that can be explained, be it a litmus test or a race of the memory manager: a program, and what is wrong
 * with an execution of it.
 */
export interface Subject {
  readonly name: string;
  readonly program: Program;
  /** The name of each thread: the head of its column. */
  readonly columns: readonly string[];
  /** What holds where no execution fails. */
  readonly promise: string;
  judge(ending: Ending): Judgement;
  /** The same program, for running one execution again and seeing where its steps come from. */
  recording(): Recording;
  /** A value as people write it: an address by its name. */
  showValue(cell: number, value: number): string;
  /** What is observed at the end of an execution, by name. */
  readonly observed: readonly string[];
  /** Its values at the end of one, in the same order. */
  state(ending: Omit<Ending, 'dataRace'>): readonly string[];
  /** The events on which they depend, in an execution that has just been run again by {@link recording}. */
  decisive(replayed: Replayed): readonly number[];
}
