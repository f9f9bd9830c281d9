import { describe, expect, test } from 'vitest';
import { verdictOf } from './c-facts.ts';

/** A file with one thread, which must hold. */
const alone = (body: string, before = ''): string => `${before}\nvoid P0(void)\n{\n${body}\n}\n`;

describe('what C computes', () => {
  test.each([
    // values
    ['int a = 5, b = a++ + 2; assert(a == 6 && b == 7);'],
    ['unsigned char c = 255; c++; assert(c == 0);'],
    ['unsigned u = 0; u--; assert(u == 4294967295U && u > 0);'],
    ['unsigned long x = ~0UL; x += 2; assert(x == 1);'],
    ['long long y = 0x7fffffffffffffffLL; assert((unsigned long)y + 1 == 1UL << 63);'],
    ['signed char s = (signed char)200; assert(s == -56);'],
    ['assert(-1 < 1 && !(-1 < 1U));'],
    ['assert(sizeof(int) == 4 && sizeof(long) == 8 && sizeof(void *) == 8 && sizeof(short) == 2);'],
    // structures
    ['struct s { char c; int i; char d; } v = { .i = 3 }; assert(v.i == 3 && v.c == 0 && sizeof(v) == 12);'],
    ['struct s { int a; struct { int b; int c; }; } v = { 1, { 2, 3 } }; v.b += v.c; assert(v.a == 1 && v.b == 5);'],
    ['struct s { int a[3]; } v = { { [1] = 7 } }, w; w = v; assert(w.a[1] == 7 && w.a[0] == 0 && w.a[2] == 0);'],
    ['int a[] = { 1, 2, 3 }; int *p = a; p += 2; assert(*p == 3 && p[-1] == 2 && p - a == 2 && ARRAY_SIZE(a) == 3);'],
    ['int x = 1; int *p = &x; int **q = &p; **q = 4; assert(x == 4);'],
    // statements
    ['int s = 0; for (int i = 0; i < 5; i++) { if (i == 3) continue; s += i; } assert(s == 7);'],
    ['int s = 0, i = 0; again: s += i; if (++i < 2) goto again; assert(s == 1);'],
    [
      'int r = 0; switch (3) { case 1: r = 1; break; case 3: r = 3; case 4: r += 10; break; default: r = 9; } assert(r == 13);',
    ],
    ['int r = 0; switch (8) { case 1: r = 1; break; default: r = 9; } assert(r == 9);'],
    ['int r = ({ int t = 2; t * 3; }); assert(r == 6);'],
    ['int x = 1; { int x = 2; assert(x == 2); } assert(x == 1);'],
    ['int r = 0; if (r) goto out; r = 2; out: assert(r == 2);'],
    ['typeof(1UL) x = 3; __typeof__(x) y = x; assert(y == 3 && sizeof(y) == 8);'],
    ['assert(min(3, 2) == 2 && max(3, 2) == 3);'],
  ])('%s', (body) => {
    expect(verdictOf(alone(body))).toBe('holds');
  });

  test.each([
    ['assert(twice(3) == 6);', 'static int twice(int x) { return 2 * x; }'],
    ['assert(f(5) == 120);', 'int f(int n) { return n <= 1 ? 1 : n * f(n - 1); }'],
    [
      'assert(ops.get(4) == 5);',
      'static int inc(int x) { return x + 1; } struct { int (*get)(int); } ops = { .get = inc };',
    ],
    ['int x = 1; set(&x, 9); assert(x == 9);', 'static void set(int *p, int v) { *p = v; }'],
    [
      'struct o *p = container_of(&o.link, struct o, link); assert(p->v == 6 && p == &o && offsetof(struct o, link) == 8);',
      'struct l { struct l *next; }; struct o { int v; struct l link; } o = { .v = 6 };',
    ],
    ['assert(B == 1 && D == 6 && e == 5);', 'enum { A, B, C = 5, D }; static enum k { X } e = C;'],
    ['assert(g.p == &h && *g.p == 2);', 'static int h = 2; struct { int *p; } g = { &h };'],
    ['assert(m[1][2] == 6 && sizeof(m) == 24);', 'int m[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };'],
    ['u8 x = 255; assert((u8)(x + 1) == 0);', 'typedef unsigned char u8;'],
    ['assert(fn(2) == 4);', 'typedef int (*fn_t)(int); static int dbl(int x) { return x * 2; } static fn_t fn = &dbl;'],
  ])('%s with %s', (body, before) => {
    expect(verdictOf(alone(body, before))).toBe('holds');
  });

  test.each([
    ['int a[2]; a[2] = 1;', 'this points outside of 0:P0:a'],
    ['int *p = NULL; *p = 1;', '0 is not the address of anything'],
    [
      'long x; int *p = (int *)&x; *p = 1;',
      'this accesses 4 bytes (int) of 0:P0:x, which has 8 bytes (long), as line 4 says',
    ],
    ['int x = 1; x /= x - 1;', 'this divides by zero'],
  ])('%s has no meaning', (body, message) => {
    expect(verdictOf(alone(body))).toBe(`broken: P0 does what has no meaning: ${message}`);
  });
});

describe('the preprocessor', () => {
  test.each([
    ['assert(SQ(2 + 1) == 9);', '#define SQ(x) ((x) * (x))'],
    ['assert(CAT(4, 2) == 42);', '#define CAT(a, b) a##b'],
    ['assert(sizeof(S(a "b")) != 0);', '#define S(x) #x'],
    ['assert(SUM(1, 2) == 3);', '#define ADD(a, b) ((a) + (b))\n#define SUM(...) ADD(__VA_ARGS__)'],
    [
      'assert(X == 1);',
      '#ifdef CONFIG_Y\n#define X 2\n#elif defined(CONFIG_Z) || (1 << 40) > 5\n#define X 1\n#else\n#define X 3\n#endif',
    ],
    ['assert(F (3) == 3);', '#define F(x) x'],
    ['assert(A == 1);', '#define A B\n#define B 1'],
    ['int self = 4; assert(self == 4);', '#define self self'],
    ['assert(__LINE__ == 4);', ''],
  ])('%s with %s', (body, before) => {
    expect(verdictOf(alone(body, before))).toBe('holds');
  });

  test('macros come from outside, and files from beside', () => {
    const files = { 'inc/a.h': '#pragma once\n#include "../b.h"\nstatic int x = B;\n', 'b.h': '#define B 3\n' };
    const text = alone('assert(x == 3 && Y == 8);', '#include "inc/a.h"\n#include "inc/a.h"');
    expect(verdictOf(text, { files, defines: { Y: '8' } })).toBe('holds');
  });
});

test.each([
  ['void P0(void) { int x = 1 }', 'test.c:1:27: HF101 unexpected `}`'],
  ['void P0(void) { x = 1; }', 'test.c:1:17: HF111 x is not declared'],
  ['void P0(void) { f(1); }', 'test.c:1:17: HF110 there is no function f()'],
  ['struct s { int a; } v; void P0(void) { v.b = 1; }', 'test.c:1:42: HF105 struct s has no member b'],
  ['struct s { int a; } *v; void P0(void) { v.a = 1; }', 'test.c:1:43: HF105 this is a pointer, struct s *'],
  ['int f(int a) { return a; } void P0(void) { f(); }', 'test.c:1:44: HF112 this passes 0 arguments'],
  ['#include <linux/nothing.h>\nvoid P0(void) { }', 'test.c:1:10: HF141 there is no header linux/nothing.h'],
  ['#if 1\nvoid P0(void) { }', 'test.c:1:1: HF140 this condition has no end'],
  ['#error no\nvoid P0(void) { }', 'test.c:1:1: HF140 #error no'],
  ['#define M(a) a\nint x = M(1, 2);\nvoid P0(void) { }', 'test.c:2:9: HF140 M takes 1, and is given 2'],
  ['#define M y\nint x;\nvoid P0(void) { x = M; }', 'test.c:3:21: HF111 y is not declared'],
  ['int x;', 'test.c:0:0: HF104 there are no threads'],
  ['void P1(void) { }', 'test.c:1:6: HF104 there is no thread P0'],
  [
    'union u { int a; long b; };\nvoid P0(void) { }',
    'test.c:1:23: HF120 a and b share memory, and are not of one size',
  ],
  ['float f;\nvoid P0(void) { }', 'test.c:1:1: HF120 there are integers alone: the kernel has no floating point'],
  [
    'void P0(void) { goto there; { there: ; } }',
    'test.c:1:17: HF120 there is no label there to which may be jumped from here',
  ],
])('%s is an error', (text, message) => {
  expect(verdictOf(text)).toBe(message);
});
