import { type FlagSet, NO_FLAGS } from '../program/flags.ts';

/** What is left to ask of a complete execution, and what the model flags in it. */
export interface CompleteVerdict {
  readonly consistent: boolean;
  readonly flags: FlagSet;
}

export const CLEAN: CompleteVerdict = { consistent: true, flags: NO_FLAGS };
export const INCONSISTENT: CompleteVerdict = { consistent: false, flags: NO_FLAGS };
