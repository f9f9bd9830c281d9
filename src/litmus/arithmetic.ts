import {
  add,
  bitsOf,
  bitwise,
  complement,
  divide,
  type IntKind,
  integerOf,
  isLess,
  isSigned,
  multiply,
  remainder,
  shiftLeft,
  shiftRight,
  subtract,
  wrap,
} from '../cpu/integer.ts';
import type { BinaryOperator, UnaryOperator } from './ast.ts';
import { common, promoted } from './value-type.ts';

/** Has the operator a truth as its value? */
export const isComparison = (operator: BinaryOperator): boolean =>
  operator === '<' ||
  operator === '<=' ||
  operator === '>' ||
  operator === '>=' ||
  operator === '==' ||
  operator === '!=';

/** Has the right operand a type of its own? */
export const isShift = (operator: BinaryOperator): boolean => operator === '<<' || operator === '>>';

/** The type in which a binary operator computes on integers. */
export const operatingKind = (operator: BinaryOperator, a: IntKind, b: IntKind): IntKind =>
  isShift(operator) ? promoted(a) : common(a, b);

/**
 * What C computes on operands that have been converted to one type (of a shift, the left one). Signed types wrap as well:
 * the kernel is built so. Undefined where C defines nothing: a division by zero, one whose quotient does not fit, and a
 * shift by a negative number or by as many bits as the type has.
 */
export function arithmetic(operator: BinaryOperator, kind: IntKind, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return add(kind, a, b);
    case '-':
      return subtract(kind, a, b);
    case '*':
      return multiply(kind, a, b);
    case '/':
      return b === 0 || overflows(kind, a, b) ? undefined : divide(kind, a, b);
    case '%':
      return b === 0 || overflows(kind, a, b) ? undefined : remainder(kind, a, b);
    case '<<':
      return b >= 0 && b < bitsOf(kind) ? shiftLeft(kind, a, b) : undefined;
    case '>>':
      return b >= 0 && b < bitsOf(kind) ? shiftRight(kind, a, b) : undefined;
    case '<':
      return isLess(a, b) ? 1 : 0;
    case '<=':
      return isLess(b, a) ? 0 : 1;
    case '>':
      return isLess(b, a) ? 1 : 0;
    case '>=':
      return isLess(a, b) ? 0 : 1;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '&':
    case '|':
    case '^':
      return bitwise(kind, operator, a, b);
  }
}

/** The least number of a signed type has no counterpart. */
const overflows = (kind: IntKind, a: number, b: number): boolean =>
  b === -1 && isSigned(kind) && integerOf(a) === -(2n ** BigInt(bitsOf(kind) - 1));

/** Why {@link arithmetic} has no value. */
export function whyUndefined(operator: BinaryOperator, b: number): string {
  if (isShift(operator)) return `this shifts by ${integerOf(b)} bits`;
  return b === 0 ? 'this divides by zero' : 'this quotient does not fit its type';
}

/** What C computes on operands of any integer types. Undefined as in {@link arithmetic}. */
export function compute(
  operator: BinaryOperator,
  a: number,
  aKind: IntKind,
  b: number,
  bKind: IntKind,
): number | undefined {
  const kind = operatingKind(operator, aKind, bKind);
  return arithmetic(operator, kind, wrap(kind, a), isShift(operator) ? b : wrap(kind, b));
}

/** What a unary operator computes on an operand of a promoted type. */
export function unary(operator: UnaryOperator, kind: IntKind, a: number): number {
  switch (operator) {
    case '-':
      return subtract(kind, 0, a);
    case '~':
      return complement(kind, a);
    case '!':
      return a === 0 ? 1 : 0;
    default:
      return a;
  }
}
