import type { Diagnostic } from './diagnostic.ts';

/** A model cannot be asked about a program, or is none. Thrown through a search; what is wrong is for the user. */
export class Refused extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}
