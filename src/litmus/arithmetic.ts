import { bitwise, IntKind } from '../cpu/integer.ts';
import type { BinaryOperator } from './ast.ts';

/**
 * What C computes, with integers as wide as herd7's: they do not wrap where an `int` would.
 * Undefined where C defines nothing: a division by zero, and a shift by a negative number or by 64 or more.
 */
export function arithmetic(operator: BinaryOperator, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b + 0;
    case '/':
      return b === 0 ? undefined : Math.trunc(a / b) + 0;
    case '%':
      return b === 0 ? undefined : (a % b) + 0;
    case '<<':
      return b < 0 || b >= 64 ? undefined : a * 2 ** b;
    case '>>':
      return b < 0 || b >= 64 ? undefined : Math.floor(a / 2 ** b);
    case '<':
      return a < b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '&':
    case '|':
    case '^':
      return bitwise(IntKind.S64, operator, a, b);
  }
}
