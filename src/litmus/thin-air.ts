import { OUT_OF_THIN_AIR } from '../program/program.ts';
import type { Evaluate } from './access.ts';

/**
 * An operand, or a condition. A value out of thin air is one that threads hand on as it is: nothing says what computing
 * with it would give, or which way to go on it, so a run in which that happens belongs to no execution. (herd7 has an
 * equation there that it cannot solve.)
 */
export const known =
  (evaluate: Evaluate): Evaluate =>
  (m) => {
    const value = evaluate(m);
    if (value === OUT_OF_THIN_AIR) m.cpu.abandon();
    return value;
  };
