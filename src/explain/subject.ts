import type { Ending, Judge } from '../judge/judgement.ts';
import type { AfterDeed } from './after.ts';
import type { Drawing } from './drawing.ts';
import type { Naming } from './naming.ts';
import type { Recording, Replayed, Trace } from './trace.ts';

/**
 * Something that can be explained, be it a litmus test or a race of the memory manager.
 */
export interface Subject extends Judge {
  readonly name: string;
  /** The name of each thread: the head of its column. */
  readonly columns: readonly string[];
  /** What holds where no execution fails. */
  readonly promise: string;
  /** The same program, for running one execution again and seeing where its steps come from. */
  recording(): Recording;
  /** A value as people write it: an address by its name. */
  showValue(cell: number, value: number): string;
  /** How the words and steps of a trace are said, where there is more to say than the names of the words. */
  naming?(trace: Trace): Naming;
  /** What is done after the threads of a failing execution have ended. */
  after?(replayed: Replayed): readonly AfterDeed[];
  /** In a sentence, what has come apart that should be one, now that what comes after the threads is done. */
  parting?(replayed: Replayed): string | undefined;
  /** What is observed at the end of an execution, by name. */
  readonly observed: readonly string[];
  /** Its values at the end of one, in the same order. */
  state(ending: Omit<Ending, 'flags' | 'blocked'>): readonly string[];
  /**
   * The events on which they depend, in an execution that has just been run again by {@link recording}. Where it says which
   * words are minor, these are all that matter but for the reason.
   */
  decisive(replayed: Replayed, drawing: Drawing): readonly number[];
  /** Is a word a lock, or does it keep books? Steps that use it are told only where they are the reason. */
  isMinor?(cell: number): boolean;
}
