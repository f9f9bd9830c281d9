import type { Code } from './codes.ts';

/** Something that a user can put right, as a value: printing, JSON, SARIF and annotations are views of it. */
export interface Diagnostic {
  /** Stable, like `HF101`; `holdfast explain CODE` tells more. */
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** What is wrong, as one sentence without the place. */
  readonly message: string;
  readonly file: string;
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number;
  /** From 1, in UTF-16 units; 0 where the line as a whole is meant. */
  readonly column: number;
  /** How many columns the caret underlines; at least 1. */
  readonly length: number;
  /** The text of the line, for the caret; empty where there is none. */
  readonly sourceLine: string;
  /** What was expected there. */
  readonly expected?: string;
  /** What to do about it. */
  readonly help?: string;
}
