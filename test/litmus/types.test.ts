import { describe, expect, test } from 'vitest';
import { integerOf } from '../../src/cpu/integer.ts';
import { checkLitmus } from '../../src/fronts/litmus/check-litmus.ts';
import { litmusJson } from '../../src/report/litmus-json.ts';
import { firstError, runThread } from './one-thread.ts';

/**
 * What a C compiler for x86-64 prints for the value as a `long`, with `char` unsigned and signed overflow wrapping (gcc 12,
 * `-O1 -funsigned-char -fno-strict-overflow`); unsigned ones beyond it as `unsigned long`.
 */
const FACTS: readonly (readonly [declarations: string, expression: string, value: bigint | number])[] = [
  // What assignment, and a cast, does to a value.
  ['u8 a = 255;', 'a + 1', 256],
  ['u8 a = 255; a = a + 1;', 'a', 0],
  ['u8 a = 255; a++;', 'a', 0],
  ['u8 a = 0; a--;', 'a', 255],
  ['u16 a = 65537;', 'a', 1],
  ['s8 a = 200;', 'a', -56],
  ['s16 a = 40000;', 'a', -25536],
  ['char a = -1;', 'a', 255],
  ['signed char a = 255;', 'a', -1],
  ['bool a = 256;', 'a', 1],
  ['int a = 4294967295;', 'a', -1],
  ['unsigned a = -1;', 'a', 4294967295],
  ['long a = -1;', 'a', -1],
  ['unsigned long a = -1;', 'a', 18446744073709551615n],
  ['u64 a = 1ULL << 63;', 'a', 9223372036854775808n],
  ['s64 a = 1ULL << 63;', 'a', -9223372036854775808n],
  ['u32 a = 5;', '(u8)(a - 6)', 255],
  ['int a = -1;', '(u16)a', 65535],
  ['int a = 300;', '(s8)a', 44],
  ['s8 a = -1;', '(u32)a', 4294967295],
  ['s8 a = -1;', '(u64)a', 18446744073709551615n],
  ['u8 a = 255;', '(s8)a', -1],
  ['u32 a = 0xffffffff;', '(long)a', 4294967295],
  ['u32 a = 0xffffffff;', '(int)a', -1],
  // Wrapping.
  ['int a = 2147483647;', 'a + 1', -2147483648],
  ['int a = 2147483647; a++;', 'a', -2147483648],
  ['int a = -2147483648;', 'a - 1', 2147483647],
  ['int a = -2147483648;', '-a', -2147483648],
  ['int a = 65536;', 'a * a', 0],
  ['int a = 46341;', 'a * a', -2147479015],
  ['unsigned a = 0;', 'a - 1', 4294967295],
  ['unsigned a = 65537;', 'a * a', 131073],
  ['unsigned a = 1;', '-a', 4294967295],
  ['unsigned a = 0;', '~a', 4294967295],
  ['u8 a = 0;', '~a', -1],
  ['u16 a = 65535;', 'a * a', -131071],
  ['long a = 9223372036854775807;', 'a + 1', -9223372036854775808n],
  ['unsigned long a = 0;', 'a - 1', 18446744073709551615n],
  ['u64 a = 0xffffffffffffffff;', 'a * a', 1],
  ['u64 a = 0x123456789abcdef1;', 'a * 0x10001', 7542668687915736817n],
  ['s64 a = 3037000500;', 'a * a', -9223372036709301616n],
  ['int a = 2147483647; long b = a + 1L;', 'b', 2147483648],
  ['int a = 2147483647; long b = a + 1;', 'b', -2147483648],
  // Comparisons, and the conversions before them.
  ['unsigned a = 0;', 'a - 1 >= 5', 1],
  ['int a = -1; unsigned b = 1;', 'a < b', 0],
  ['int a = -1; unsigned b = 1;', 'a > b', 1],
  ['long a = -1; unsigned b = 1;', 'a < b', 1],
  ['long a = -1; unsigned long b = 1;', 'a < b', 0],
  ['int a = -1; unsigned b = 4294967295;', 'a == b', 1],
  ['long a = -1; unsigned b = 4294967295;', 'a == b', 0],
  ['int a = -1; u64 b = 0xffffffffffffffff;', 'a == b', 1],
  ['s8 a = -1; u8 b = 255;', 'a == b', 0],
  ['s8 a = -1; u32 b = 0xffffffff;', 'a == b', 1],
  ['s16 a = -1; u16 b = 1;', 'a < b', 1],
  ['u64 a = 1ULL << 63;', 'a > 0', 1],
  ['s64 a = 1ULL << 63;', 'a > 0', 0],
  ['u64 a = 0xffffffffffffffff; u64 b = 0xfffffffffffffffe;', 'a > b', 1],
  ['int a = 1;', '-1 < 0u', 0],
  ['int a = 1;', '-1L < 0u', 1],
  ['int a = 1;', '1 ? -1 : 0u', 4294967295],
  // Shifts: the type is that of the left operand.
  ['int a = 1;', 'a << 31', -2147483648],
  ['unsigned a = 1;', 'a << 31', 2147483648],
  ['long a = 1;', 'a << 40', 1099511627776],
  ['u64 a = 1;', 'a << 63', 9223372036854775808n],
  ['s64 a = 1;', 'a << 63', -9223372036854775808n],
  ['int a = -8;', 'a >> 1', -4],
  ['unsigned a = -8;', 'a >> 1', 2147483644],
  ['int a = -1;', 'a >> 31', -1],
  ['s64 a = -1;', 'a >> 63', -1],
  ['u64 a = -1;', 'a >> 63', 1],
  ['u8 a = 128;', 'a << 1', 256],
  ['u8 a = 128; a <<= 1;', 'a', 0],
  ['int a = 1; long b = 1;', 'a << b', 2],
  ['u8 a = 1; a <<= 7; a >>= 6;', 'a', 2],
  // Division and remainder.
  ['unsigned a = -7;', 'a / 2', 2147483644],
  ['int a = -7;', 'a / 2', -3],
  ['int a = -7;', 'a % 3', -1],
  ['unsigned a = -7;', 'a % 3', 0],
  ['int a = -7; unsigned b = 2;', 'a / b', 2147483644],
  ['long a = -7; unsigned b = 2;', 'a / b', -3],
  ['u64 a = -1;', 'a / 10', 1844674407370955161n],
  ['u64 a = -1;', 'a % 10', 5],
  ['s64 a = 1ULL << 63;', 'a / 10', -922337203685477580n],
  ['s64 a = 1ULL << 63;', 'a % 10', -8],
  // Bits.
  ['u32 a = 0x80000000;', 'a | 1', 2147483649],
  ['u32 a = 0xf0f0f0f0; u32 b = 0xff00ff00;', 'a & b', 4026593280],
  ['u32 a = 0xf0f0f0f0;', 'a ^ -1', 252645135],
  ['int a = -1;', 'a & 0xff', 255],
  ['u64 a = 0xffff0000ffff0000;', 'a & 0xff00ff00ff00ff00', 18374686483949813760n],
  ['u64 a = 0xffff0000ffff0000;', '~a', 281470681808895],
  ['int a = -1; long b = a & 0xffffffff;', 'b', 4294967295],
  ['int a = -1; long b = a & 0xffffffffL;', 'b', 4294967295],
  // Constants.
  ['int a = 0;', '2147483647 + 1', -2147483648],
  ['int a = 0;', '2147483648 + 1', 2147483649],
  ['int a = 0;', '0x7fffffff + 1', -2147483648],
  ['int a = 0;', '0xffffffff + 1', 0],
  ['int a = 0;', '4294967295 + 1', 4294967296],
  ['int a = 0;', '0xffffffffL + 1', 4294967296],
  ['int a = 0;', '0U - 1', 4294967295],
  ['int a = 0;', '0UL - 1', 18446744073709551615n],
  ['int a = 0;', '0ULL - 1 == 0xffffffffffffffff', 1],
  ['int a = 0;', '~0U', 4294967295],
  ['int a = 0;', '~0UL', 18446744073709551615n],
  ['int a = 0;', '1U << 31', 2147483648],
  ['int a = 0;', '037777777777 == -1', 1],
  // Compound assignment computes in the common type, and converts back.
  ['u8 a = 200; a += 100;', 'a', 44],
  ['u8 a = 1; a -= 2;', 'a', 255],
  ['u8 a = 200; a /= -1;', 'a', 56],
  ['int a = -8; a /= 3u;', 'a', 1431655762],
  ['s8 a = -1; a >>= 1;', 'a', -1],
  ['bool a = 1; a += 5;', 'a', 1],
  ['bool a = 1; a--;', 'a', 0],
  ['u16 a = 65535; int b = a++;', 'b * 100000 + a', -2036434592],
  ['u8 a = 255; int b = ++a;', 'b', 0],
  ['u8 a; int b = a = 300;', 'b', 44],
];

const evaluated = (declarations: string, expression: string): bigint => {
  const { register } = runThread(`${declarations} u64 r8 = ${expression}; s64 r9 = ${expression};`);
  const signed = integerOf(register('r9'));
  return signed < 0n && runThread(`${declarations} int r9 = (${expression}) > 0;`).register('r9') === 1
    ? integerOf(register('r8'))
    : signed;
};

describe('integers compute as those of the kernel', () => {
  test.each(FACTS)('%s %s is %s', (declarations, expression, value) =>
    expect(evaluated(declarations, expression)).toBe(BigInt(value)),
  );
});

test.each<[expression: string, message: string]>([
  ['18446744073709551616', '18446744073709551616 is too large'],
  ['18446744073709551615', '18446744073709551615 is too large'],
  ['1lul', '`1lul` is not a number'],
  ['1lL', '`1lL` is not a number'],
  ['(unsigned signed)1', '`unsigned signed` is not a type'],
  ['(long char)1', '`long char` is not a type'],
  ['(short short)1', '`short short` is not a type'],
  ['(double)1', 'there are integers alone: the kernel has no floating point'],
])('%s: %s', (expression, message) => {
  expect(firstError(`C t\n{}\nP0(int *x)\n{\n\tint r1 = ${expression};\n}\nexists (0:r1=1)\n`)).toContain(message);
});

/** How a test ends whose only execution is of interest: the values of what it observes, or its error. */
function outcome(initial: string, parameters: string, body: string, condition: string): string {
  return answer(`C t\n{ ${initial} }\nP0(${parameters}) { ${body} }\nexists (${condition})\n`);
}

function answer(text: string): string {
  const result = checkLitmus('t.litmus', text, {
    model: 'lkmm',
    question: 'executions',
    unroll: 2,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Number.POSITIVE_INFINITY,
    onExecution: undefined,
  });
  const { verdict, outcomes, diagnostics } = JSON.parse(litmusJson(result));
  const [error] = diagnostics;
  return error === undefined ? `${verdict} ${outcomes.join(' ')}` : `${error.code} ${error.message}`;
}

describe('words of memory hold what their type holds', () => {
  test.each<[initial: string, parameters: string, body: string, condition: string, outcome: string]>([
    ['u8 x = 255;', 'u8 *x', 'u8 r0 = READ_ONCE(*x); WRITE_ONCE(*x, r0 + 1);', 'x=0', 'Always 0'],
    ['u8 x = 256;', 'u8 *x', '', 'x=0', 'Always 0'],
    ['x = 65537;', 'u16 *x', 'u16 r0 = READ_ONCE(*x);', '0:r0=1', 'Always 1'],
    ['int x = 65537;', 'int *x', 'u16 r0 = READ_ONCE(*x);', '0:r0=1', 'Always 1'],
    ['s8 x = 200;', 's8 *x', 'int r0 = READ_ONCE(*x);', '0:r0=-56', 'Always -56'],
    ['u64 x = 18446744073709551615;', 'u64 *x', '(*x)++;', 'x=0', 'Always 0'],
    ['s64 x = 9223372036854775807;', 's64 *x', '(*x)++;', 'x=-9223372036854775808', 'Always -9223372036854775808'],
    ['', 'u64 *x', 'WRITE_ONCE(*x, -1);', 'x=0xffffffffffffffff', 'Always 18446744073709551615'],
    ['', 'bool *x', 'WRITE_ONCE(*x, 256);', 'x=1', 'Always 1'],
    [
      'u16 a[2] = {65535, 65536};',
      'u16 *a',
      'int r0 = READ_ONCE(a[0]); int r1 = READ_ONCE(*(a + 1));',
      '0:r0=65535 /\\ 0:r1=0',
      'Always 65535,0',
    ],
    // The sign is that of the type that looks, not of the one that wrote.
    ['int x = -1;', 'unsigned *x', 'long r0 = READ_ONCE(*x);', '0:r0=4294967295', 'Always 4294967295'],
    ['unsigned x = 4294967295;', 'int *x', 'int r0 = cmpxchg(x, -1, -2);', '0:r0=-1 /\\ x=-2', 'Always -1,4294967294'],
    // What is no pointer counts in elements all the same, where it holds an address that C would not have there.
    ['a[2] = {5, 6}; x = a;', 'int *x', 'int r1 = READ_ONCE(*x); r0 = READ_ONCE(*(r1 + 1));', '0:r0=6', 'Always 6'],
    ['a[2] = {5, 6}; x = a;', 'int *x', 'r1 = READ_ONCE(*x); r1++; r0 = READ_ONCE(*r1);', '0:r0=6', 'Always 6'],
    // A condition has the type of what it asks for.
    ['atomic_t v = ATOMIC_INIT(-1);', 'atomic_t *v', '', 'v=4294967295', 'Always -1'],
    ['unsigned x = 0;', 'unsigned *x', 'WRITE_ONCE(*x, READ_ONCE(*x) - 1);', 'x=-1', 'Always 4294967295'],
    ['unsigned x = -1; int y = -1;', 'unsigned *x, int *y', '', 'x=*y', 'Always 4294967295,-1'],
    ['long x = -1; unsigned y = -1;', 'long *x, unsigned *y', '', '~x=*y', 'Always -1,4294967295'],
  ])('%s P0(%s) { %s } %s: %s', (initial, parameters, body, condition, expected) =>
    expect(outcome(initial, parameters, body, condition)).toBe(expected),
  );
});

describe('atomics wrap where their word does', () => {
  test.each<[initial: string, parameters: string, body: string, condition: string, outcome: string]>([
    [
      'atomic_t v = 2147483647;',
      'atomic_t *v',
      'int r0 = atomic_inc_return(v) < 0;',
      '0:r0=1 /\\ v=-2147483648',
      'Always 1,-2147483648',
    ],
    ['atomic_t v = -2147483648;', 'atomic_t *v', 'atomic_dec(v);', 'v=2147483647', 'Always 2147483647'],
    ['atomic_t v = 2147483647;', 'atomic_t *v', 'int r0 = atomic_add_negative(1, v);', '0:r0=1', 'Always 1'],
    ['atomic_t v = -1;', 'atomic_t *v', 'int r0 = atomic_inc_and_test(v);', '0:r0=1', 'Always 1'],
    ['atomic_t v = 5;', 'atomic_t *v', 'int r0 = atomic_fetch_add(4294967296, v);', 'v=5', 'Always 5'],
    ['atomic_t v;', 'atomic_t *v', 'int r0 = atomic_cmpxchg(v, 4294967296, 7);', 'v=7', 'Always 7'],
    [
      'atomic64_t v = 2147483647;',
      'atomic64_t *v',
      'long r0 = atomic64_inc_return(v);',
      '0:r0=2147483648',
      'Always 2147483648',
    ],
    [
      'atomic64_t v = 9223372036854775807;',
      'atomic64_t *v',
      'atomic64_inc(v);',
      'v=-9223372036854775808',
      'Always -9223372036854775808',
    ],
    ['atomic_long_t v = -1;', 'atomic_long_t *v', 'int r0 = atomic_long_add_unless(v, 1, -1);', '0:r0=0', 'Always 0'],
    ['u8 x = 255;', 'u8 *x', 'int r0 = xchg(x, 257); int r1 = READ_ONCE(*x);', '0:r0=255 /\\ 0:r1=1', 'Always 255,1'],
    ['u16 x = 1;', 'u16 *x', 'int r0 = cmpxchg(x, 65537, 65535);', 'x=65535', 'Always 65535'],
    ['u8 x = 1;', 'u8 *x', 'u8 r0 = 257; int r1 = try_cmpxchg(x, &r0, 258);', '0:r1=1 /\\ x=2', 'Always 1,2'],
    ['unsigned long x;', 'unsigned long *x', 'set_bit(63, x);', 'x=9223372036854775808', 'Always 9223372036854775808'],
    [
      'unsigned long x;',
      'unsigned long *x',
      'int r0 = test_and_set_bit_lock(40, x);',
      '0:r0=0 /\\ x=1099511627776',
      'Always 0,1099511627776',
    ],
    [
      'unsigned long x = -1;',
      'unsigned long *x',
      'clear_bit(63, x); int r0 = test_bit(63, x);',
      '0:r0=0 /\\ x=9223372036854775807',
      'Always 0,9223372036854775807',
    ],
  ])('%s P0(%s) { %s } %s: %s', (initial, parameters, body, condition, expected) =>
    expect(outcome(initial, parameters, body, condition)).toBe(expected),
  );
});

describe('a word is accessed as a whole', () => {
  const mixed = (bytes: string, word: string, line: number): string =>
    `HF202 P0 accesses a word in another size: this accesses ${bytes}, which has ${word}, as line ${line} says`;
  test.each<[initial: string, parameters: string, body: string, outcome: string]>([
    ['u32 x;', 'u16 *x', 'WRITE_ONCE(*x, 1);', mixed('2 bytes (u16) of x', '4 bytes (u32)', 2)],
    [
      'u32 x; u16 *p = x;',
      'u16 **p',
      'u16 *r1 = READ_ONCE(*p); WRITE_ONCE(*r1, 1);',
      mixed('2 bytes (u16) of x', '4 bytes (u32)', 2),
    ],
    ['', 'int *x', 'WRITE_ONCE(*(u8 *)x, 1);', mixed('1 byte (u8) of x', '4 bytes (int)', 3)],
    ['', 'long *x', 'atomic_inc(x);', mixed('4 bytes (atomic_t) of x', '8 bytes (long)', 3)],
    ['', 'atomic_t *x', 'atomic64_inc(x);', mixed('8 bytes (atomic64_t) of x', '4 bytes (atomic_t)', 3)],
    ['int a[2];', 'long *a', 'int r0 = READ_ONCE(a[0]);', mixed('8 bytes (long) of a', '4 bytes (int)', 2)],
    [
      'p = x;',
      'long *p',
      'int *r1 = READ_ONCE(*p); *r1 = 1; *(u8 *)r1 = 1;',
      mixed('1 byte (u8) of x', '4 bytes (int)', 3),
    ],
    // What never happens is no error.
    ['u32 x;', 'u16 *x', 'if (0) WRITE_ONCE(*x, 1);', 'Never 0'],
    // One size, or none that matters.
    ['unsigned x;', 'int *x', 'WRITE_ONCE(*x, 1);', 'Always 1'],
    ['int x;', 'atomic_t *x', 'atomic_inc(x);', 'Always 1'],
    ['spinlock_t x;', 'int *x', 'WRITE_ONCE(*x, 1);', 'Always 1'],
    ['int x;', 'spinlock_t *x', 'spin_lock(x); spin_unlock(x);', 'Never 0'],
    // herd7 keeps addresses in what is declared an int.
    [
      'int *x = y;',
      'int *x, int *y',
      'int r1 = READ_ONCE(*x); int r2 = READ_ONCE(*r1); WRITE_ONCE(*x, r2 + 1);',
      'Always 1',
    ],
    ['', 'int *x', '*(char **)x = 1;', 'Always 1'],
    [
      'x = y;',
      'long *x, int *y',
      'u16 r1 = READ_ONCE(*x);',
      'HF201 P0 does what has no meaning: an address does not fit into `u16`',
    ],
  ])('%s P0(%s) { %s }', (initial, parameters, body, expected) => {
    const location = /\w+$/.exec(parameters.split(',')[0]!)![0];
    expect(outcome(initial, parameters, body, location === 'a' ? 'a[0]=1' : `${location}=1`)).toBe(expected);
  });

  test('two threads', () => {
    const text = 'C t\n{ }\nP0(u32 *x) { WRITE_ONCE(*x, 0x10000); }\nP1(u16 *x) { WRITE_ONCE(*x, 2); }\nexists (x=0)\n';
    expect(answer(text)).toBe(
      'HF202 P1 accesses a word in another size: this accesses 2 bytes (u16) of x, which has 4 bytes (u32), as line 3 says',
    );
  });
});
