import type { Fence, Mode } from '../cpu/modes.ts';
import type { Kind, Rmw } from '../graph/event.ts';

/** An event of one thread, as its body made it. Accesses are named by their *slot*: their place among the accesses. */
export interface Recorded {
  readonly kind: Kind;
  /** A Mode, or of a fence its Fence. */
  readonly mode: Mode | Fence;
  /** The word, or -1 where there is none. */
  readonly cell: number;
  readonly value: number;
  /** Of a read whether it begins an RMW, and on what condition; of all else None. */
  readonly rmwKind: Rmw;
  /** Whether it belongs to an RMW that succeeded; the write follows the read at once. */
  readonly rmw: boolean;
  /** Of an access how the whole RMW is marked; `mode` is what this half gets of that. */
  readonly declared: Mode | Fence;
  /** The slots of the reads that its address, its data and its being run at all come from. */
  readonly addr: readonly number[];
  readonly data: readonly number[];
  readonly ctrl: readonly number[];
  /** What any branch before depended on, those among them whose arms have joined. */
  readonly branchedOn: readonly number[];
  readonly label: string | undefined;
  /** What the recording's `locate` said when the event was made. */
  readonly place: unknown;
}

/** What the reads and choices of one thread return, asked in program order. Undefined: the run ends here. */
export interface Inputs {
  read(cell: number): number | undefined;
  choose(count: number): number | undefined;
}

/** A read with which a thread waits. */
export interface Waiting extends Pick<Recorded, 'cell' | 'declared' | 'rmwKind' | 'label' | 'place'> {
  /** With which values the wait is over; undefined of a loop that reads the same for ever. */
  readonly guard: { readonly mask: number; readonly want: number } | undefined;
}

/** How a run ended. `waiting`: it has no input for a read that waits, or is
 * in a loop that changes nothing. `starved`: an input was undefined; `unwilling`: an input is not one with which it would go on. */
export type ReplayEnd =
  | { readonly kind: 'finished'; readonly result: unknown }
  | { readonly kind: 'waiting'; readonly waits: readonly Waiting[] }
  | { readonly kind: 'starved' | 'unwilling' | 'paused' };
