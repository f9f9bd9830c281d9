import { Mode } from '../cpu/modes.ts';

/** How the read of an RMW is marked, given how the whole is and whether it succeeds: one that fails orders nothing. */
export const readMode = (declared: Mode, succeeds: boolean): Mode =>
  succeeds && declared !== Mode.Release ? declared : Mode.Once;

/** How the write of an RMW is marked, given how the whole is. */
export const writeMode = (declared: Mode): Mode =>
  declared === Mode.Full || declared === Mode.Release || declared === Mode.Lock ? declared : Mode.Once;
