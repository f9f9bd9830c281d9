import type { BinaryOperator } from './ast.ts';

const isInt32 = (n: number): boolean => (n | 0) === n;

/**
 * A bitwise operation on integers of up to 64 bits, in two's complement. JavaScript's own know 32 bits; pointers and
 * large masks have more.
 */
export function bitwise(operator: '&' | '|' | '^', a: number, b: number): number {
  if (isInt32(a) && isInt32(b)) return operator === '&' ? a & b : operator === '|' ? a | b : a ^ b;
  const x = BigInt(a);
  const y = BigInt(b);
  return Number(BigInt.asIntN(64, operator === '&' ? x & y : operator === '|' ? x | y : x ^ y));
}

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
      return bitwise(operator, a, b);
  }
}
