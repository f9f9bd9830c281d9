import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arithmetic } from '../../src/litmus/arithmetic.ts';
import { evaluate } from './one-thread.ts';

test.each<[expression: string, value: number]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 4 - 3', 3],
  ['7 / 2', 3],
  ['-7 / 2', -3],
  ['-7 % 3', -1],
  ['0 / -3', 0],
  ['1 << 4 | 1', 17],
  ['-8 >> 1', -4],
  ['1 < 2 == 1', 1],
  ['3 > 2 > 1', 0],
  ['2 <= 2', 1],
  ['2 >= 3', 0],
  ['2 != 2', 0],
  ['6 & 3', 2],
  ['6 ^ 3', 5],
  ['6 | 3', 7],
  ['1 | 2 ^ 2 & 3', 1],
  ['1 == 1 & 0 == 1', 0],
  ['~0', -1],
  ['!0 + !5', 1],
  ['- -3', 3],
  ['+3', 3],
  ['1 ? 2 : 3', 2],
  ['0 ? 2 : 0 ? 3 : 4', 4],
  ['1 || 1 / 0', 1],
  ['0 && 1 / 0', 0],
  ['2 && 3', 1],
  ['0 || 0', 0],
  ['(1, 2, 3)', 3],
  ['0x1f', 31],
  ['010', 8],
  ['1UL + 2ll', 3],
  ['r1 + r2 * r3', 7],
  ['r1 = r2 = 9', 9],
  ['(r1 += 4, r1)', 5],
  ['(r3 -= 1) * 10', 20],
  ['r2++ + r2', 5],
  ['++r2 + r2', 6],
  ['r2-- - r2', 1],
  ['(r1 <<= 3, r1 |= 1, r1)', 9],
  ['(r3 %= 2, r3)', 1],
  ['(char)300', 44],
  ['(unsigned char)-1', 255],
  ['(short)40000', -25536],
  ['(u16)-1', 65535],
  ['(bool)7', 1],
  ['(int)7', 7],
  ['(long)(intptr_t)-1', -1],
  ['x == x', 1],
  ['x == y', 0],
  ['x != 0', 1],
  ['(x + 3) - x', 3],
  ['(int *)x == x', 1],
  ['((intptr_t)x | 1) == (intptr_t)x + 1', 1],
  ['((intptr_t)(x + 1) & ~1) == (intptr_t)x', 1],
  ['&*x == x', 1],
  ['&x[2] - x', 2],
])('%s is %i', (expression, value) => expect(evaluate(expression)).toBe(value));

test('quotient and remainder make the whole, and nothing is minus zero', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      fc.pre(b !== 0);
      const quotient = arithmetic('/', a, b)!;
      const remainder = arithmetic('%', a, b)!;
      expect(quotient * b + remainder + 0).toBe(a);
      expect(Math.abs(remainder)).toBeLessThan(Math.abs(b));
      for (const operator of ['*', '/', '%', '<<', '>>'] as const) {
        expect(Object.is(arithmetic(operator, a, Math.abs(b) % 50 || 1), -0)).toBe(false);
      }
    }),
  );
});
