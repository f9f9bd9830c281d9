import type { SourcePlace } from './source-place.ts';

/** A step of what is done after the threads have ended. */
export interface AfterStep {
  /** What it is called, and what happened: `refcount=1026`. */
  readonly code: string;
  readonly effect: string;
  readonly place: SourcePlace | undefined;
}

/** Something that was done after the threads had ended: by whom, what, what came of it, and its steps that say why. */
export interface AfterDeed {
  readonly who: string;
  readonly what: string;
  readonly value: string;
  readonly steps: readonly AfterStep[];
}
