import { describe, expect, test } from 'vitest';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { firstError, threadText } from './one-thread.ts';

/** The first error of a test of one thread with this body, which starts in line 5. */
const inBody = (body: string, initial = ''): string => firstError(threadText(body, initial));

/** What the first error says was expected, and what to do. */
function advice(body: string): string {
  const result = parseLitmus(threadText(body), 'test.litmus');
  if (result.ok) return 'no error';
  const { expected, help } = result.diagnostics[0]!;
  return [expected, help].filter((s) => s !== undefined).join(' | ');
}

describe('in a thread', () => {
  test.each<[body: string, error: string]>([
    ['WRITE_ONE(*x, 1);', '5:1 HF110 there is no primitive WRITE_ONE()'],
    ['int r1 = READ_ONCE(x);', '5:20 HF111 x is a pointer'],
    ['int r1; READ_ONCE(r1);', '5:19 HF111 r1 is a register, which no other thread can see'],
    ['int *r1 = &x;', '5:12 HF111 x is a parameter, which is the address of the location already'],
    ['WRITE_ONCE(*x);', '5:1 HF112 WRITE_ONCE() has 1 argument'],
    ['int r1 = smp_mb();', '5:10 HF112 smp_mb() returns nothing'],
    ['int r1 = atomic_inc(x);', '5:10 HF112 atomic_inc() returns nothing'],
    ['READ_ONCE(x + 1);', '5:11 HF112 READ_ONCE() needs something in memory'],
    ['WRITE_ONCE(*x, r7);', '5:16 HF111 r7 has no value: P0 does not declare it or assign to it'],
    ['WRITE_ONCE(*x, w);', '5:16 HF111 w has no value: P0 does not declare it or assign to it'],
    ['int r1 = 1; int r1 = 2;', '5:17 HF105 r1 is declared twice'],
    ['int r1 = 1; { int r1 = 2; }', '5:19 HF105 r1 is declared twice'],
    ['int x = 1;', '5:5 HF105 x is declared twice'],
    ['break;', '5:1 HF105 `break` outside of a loop'],
    ['if (1) continue;', '5:8 HF105 `continue` outside of a loop'],
    ['void r1;', '5:6 HF105 r1 cannot be void'],
    ['int r1 = (void)1;', '5:10 HF105 a void expression has no value'],
    ['x->next = 1;', '5:1 HF120 fields of structures are not supported'],
    ['int r1 = READ_ONCE(x->next);', '5:20 HF120 fields of structures are not supported'],
    ['switch (1) { }', '5:1 HF120 `switch` is not supported'],
    ['goto out;', '5:6 HF105 there is no label out'],
    ['goto 1;', '5:6 HF101 unexpected `1`'],
    ['again: smp_mb(); goto again;', '5:23 HF120 a jump back, to again, is not supported'],
    ['goto in; if (*x) { in: smp_mb(); }', '5:6 HF120 a jump into a block, to in, is not supported'],
    ['if (*x) { in: smp_mb(); } else goto in;', '5:37 HF120 a jump back, to in, is not supported'],
    ['out: smp_mb(); out: smp_mb();', '5:16 HF105 the label out is there twice'],
    ['if (*x) out: smp_mb();', '5:9 HF101 the label out stands outside of a block'],
    ['out: int r1 = 1; { int r1 = 2; }', '5:24 HF105 r1 is declared twice'],
    ['case 1: smp_mb();', '5:1 HF120 `case` is not supported'],
    ['int a[2];', '5:5 HF120 arrays on the stack are not supported'],
    ['struct s { int a; } r1;', '5:1 HF120 structures cannot be defined in a litmus test'],
    ['int r1 = sizeof(int);', '5:10 HF120 `sizeof` is not supported'],
    ['int r1 = ({ 1; });', '5:10 HF120 statements as expressions are not supported'],
    ['smp_memb();', '5:1 HF120 smp_memb() is not supported'],
    ['spin_unlock_wait(x);', '5:1 HF120 spin_unlock_wait() is not supported'],
    ['__atomic_store_n(x, 1, 0);', '5:1 HF120 __atomic_store_n() is not supported'],
    ['atomic_store_explicit(x, 1, memory_order_relaxed);', '5:1 HF120 atomic_store_explicit() is not supported'],
    ['down(x);', '5:1 HF120 down() is not supported'],
    ['call_rcu(x, f);', '5:13 HF110 there is no function f'],
    ['call_rcu(x, 1);', '5:13 HF112 call_rcu() needs the name of a function'],
    ['call_rcu(x);', '5:1 HF112 call_rcu() has 1 argument'],
    ['int r1 = call_rcu(x, f);', '5:10 HF112 call_rcu() returns nothing'],
    ['call_srcu(x, x, f);', '5:1 HF120 call_srcu() is not supported'],
    ['rcu_barrier();', '5:1 HF120 rcu_barrier() is not supported'],
    ['WARN_TAINT(*x, 1, "y");', '5:1 HF120 WARN_TAINT() is not supported'],
    ['WARN();', '5:1 HF112 WARN() has 0 arguments'],
    ['WRITE_ONCE(*x, "y");', '5:16 HF112 a text has no value'],
    ['pr_info("y);', '5:9 HF102 this text has no end'],
    ['r1 = kmalloc(4, 0);', '5:6 HF120 kmalloc() is not supported'],
    ['wait_event(x, *x);', '5:1 HF120 wait_event() is not supported'],
    ['spin_lock_irqsave(x, 1);', '5:22 HF112 spin_lock_irqsave() needs a variable'],
    ['int r1 = cpu_relax();', '5:10 HF112 cpu_relax() returns nothing'],
    ['foo_t r1;', '5:1 HF101 `foo_t` is not a type'],
    ['it r1 = 1;', '5:1 HF101 `it` is not a type'],
    ['int r1 = 1 int r2;', '5:12 HF101 unexpected `int`'],
    ['int r1 = 1\nint r2;', '5:11 HF101 the line is not finished'],
    ['smp_mb()\n', '5:9 HF101 the line is not finished'],
    ['if r1 == 1 { }', '5:4 HF101 unexpected `r1`'],
    ['if (1 { }', '5:7 HF101 unexpected `{`'],
    ['else smp_mb();', '5:1 HF101 `else` without an `if` before it'],
    ['do { } smp_mb();', '5:8 HF101 unexpected `smp_mb`'],
    ['int = 1;', '5:5 HF101 unexpected `=`'],
    ['1 = 2;', '5:1 HF101 this cannot be assigned to'],
    ['READ_ONCE(*x) = 2;', '5:1 HF101 this cannot be assigned to'],
    ['1++;', '5:1 HF101 this cannot be counted up or down'],
    ['int *r1 = &1;', '5:12 HF101 this has no address'],
    ['int r1 = 1 +;', '5:13 HF101 unexpected `;`'],
    ['int r1 = (1 + 2;', '5:16 HF101 unexpected `;`'],
    ['return 1;', '5:8 HF101 unexpected `1`'],
    ['int r1 = 08;', '5:10 HF101 `08` is not a number'],
    ['int r1 = 1x;', '5:10 HF101 `1x` is not a number'],
    ['int r1 = 99999999999999999999;', '5:10 HF107 99999999999999999999 is too large'],
    ['#ifdef X', '5:1 HF120 `#ifdef` is not supported'],
    ['int r1 = $;', '5:10 HF101 `$` means nothing here'],
    ['/* never closed', '5:1 HF102 this comment has no end'],
    ['int r1 = "text', '5:10 HF102 this text has no end'],
  ])('%j', (body, error) => expect(inBody(body)).toBe(error));

  test('a location that the thread does not declare', () => {
    expect(inBody('w = 1;', 'int w;')).toBe('5:1 HF111 P0 does not declare w');
    expect(inBody('int r1 = w;', 'int w;')).toBe('5:10 HF111 P0 does not declare w');
  });

  test('every error is reported, in order', () => {
    const result = parseLitmus(threadText('foo();\nint r1 = r9;\nbar(1);'), 'test.litmus');
    expect(result.ok ? [] : result.diagnostics.map((d) => d.line)).toEqual([5, 6, 7]);
  });
});

describe('what to do', () => {
  test.each<[body: string, advice: RegExp]>([
    ['WRITE_ONE(*x, 1);', /Did you mean WRITE_ONCE/],
    ['atomic_incr(x);', /Did you mean atomic_inc/],
    ['smp_load_aquire(x);', /Did you mean smp_load_acquire/],
    ['smp_mb_before_atomic();', /Did you mean smp_mb__before_atomic/],
    ['synchronise_rcu();', /Did you mean synchronize_rcu/],
    ['it r1 = 1;', /Did you mean int/],
    ['int reg = 1; WRITE_ONCE(*x, rge);', /Did you mean reg\?/],
    ['READ_ONCE(x);', /`\*x`, which is what it points to/],
    ['int *r1 = &x;', /`x` instead of `&x`/],
    ['WRITE_ONCE(*x);', /2: `WRITE_ONCE\(\*x, value\)`/],
    ['int r1 = 1 +;', /an expression/],
    ['smp_mb()', /`;` after the statement/],
    ['smp_memb();', /membarrier/],
    ['switch (1) {}', /chain of `if` and `else`/],
    ['return 1;', /keep it in a register/],
    ['#define X', /not preprocessed/],
  ])('%j', (body, expected) => expect(advice(body)).toMatch(expected));
});

describe('around the threads', () => {
  const P0 = 'P0(int *x) { int r1 = READ_ONCE(*x); }';
  test.each<[text: string, error: string]>([
    ['', '1:1 HF101 the file is empty'],
    ['(* only a comment *)', '1:21 HF101 the file is empty'],
    ['X86 SB\n{}', '1:1 HF104 `X86` does not start a C litmus test'],
    ['C\n{}', '1:1 HF104 the test has no name'],
    [`C t\n${P0}`, '2:1 HF104 the initial state is missing'],
    ['C t', '1:4 HF104 the test has no initial state'],
    ['C t\n{ x=1; ', '2:1 HF101 the initial state has no end'],
    ['C t\n{ x=1 y=2; }', '2:7 HF101 unexpected `y`'],
    ['C t\n{ x=; }', '2:5 HF101 unexpected `;`'],
    ['C t\n{ x=0:r1; }', '2:6 HF101 unexpected `:`'],
    [`C t\n{ x=1; x=2; }\n${P0}`, '2:8 HF106 x has two initial values'],
    [`C t\n{ 0:r1=1; 0:r1=2; }\n${P0}`, '2:11 HF106 0:r1 has two initial values'],
    [`C t\n{ 3:r1=1; }\n${P0}`, '2:3 HF113 there is no thread 3'],
    [`C t\n{ int a[2] = {1, 2, 3}; }\n${P0}`, '2:3 HF101 a has 2 elements and 3 values'],
    [`C t\n{ int a[] = {}; }\n${P0}`, '2:3 HF103 a has 0 elements'],
    [`C t\n{ x = *y; }\n${P0}`, '2:8 HF101 unexpected `y`'],
    [`C t\n{ int a[2]; x = *(&a[2]); }\n${P0}`, '2:20 HF113 a has 2 elements'],
    [`C t\n{ int a[0]; }\n${P0}`, '2:3 HF103 a has 0 elements'],
    [`C t\n{ int a[999999999]; }\n${P0}`, '2:3 HF103 a has 999999999 elements'],
    ['C t\n{}\nexists (x=1)', '3:1 HF101 unexpected `exists`'],
    [`C t\n{}\n${P0}\n${P0}`, '4:1 HF104 there are two threads P0'],
    [`C t\n{}\nP1(int *x) {}`, '3:1 HF104 P1 is out of order'],
    ['C t\n{}\nint foo(int *x) {}', '3:1 HF120 functions other than threads are not supported'],
    [`C t\n{}\n${P0}\nvoid f(int *x) {}`, '4:6 HF120 functions other than threads and callbacks are not supported'],
    [
      'C t\n{}\nP0(int *x) { while (1) call_rcu(x, f); }\nvoid f() {}',
      '3:24 HF120 call_rcu() in a loop is not supported',
    ],
    [
      'C t\n{}\nP0(int *x) { call_rcu(x, f); }\nvoid f(int *x) { call_rcu(x, f); }',
      '4:18 HF120 call_rcu() in a callback is not supported',
    ],
    ['C t\n{}\nP0(int *x) { call_rcu(x, f); }\nvoid f() {}\nvoid f() {}', '5:6 HF104 there are two functions f'],
    [
      'C t\n{}\nP0(int *x) { call_rcu(x, f); }\nvoid f(struct rcu_head *h) { int **p = &h; }',
      '4:8 HF120 the address of h is not supported',
    ],
    [
      'C t\n{}\nP0(int *x) { call_rcu(x, f); }\nvoid f(int *y) { r1 = w; }',
      '4:23 HF111 w has no value: f does not declare it or assign to it',
    ],
    ['C t\n{}\nstruct s { int a; };', '3:1 HF120 structures cannot be defined in a litmus test'],
    ['C t\n{}\nP0(int x) {}', '3:4 HF105 the parameter x is not a pointer'],
    ['C t\n{}\nP0(int *x, int *x) {}', '3:12 HF105 P0 has two parameters x'],
    ['C t\n{}\nP0(foo *x) {}', '3:4 HF101 `foo` is not a type'],
    ['C t\n{}\nP0(int *) {}', '3:9 HF101 unexpected `)`'],
    ['C t\n{}\nP0(int *x) { smp_mb();', '3:12 HF101 this block has no end'],
    [`C t\n{}\n${P0}\nexist (x=1)`, '4:1 HF101 unexpected `exist`'],
    [`C t\n{}\n${P0}\nexists (x)`, '4:10 HF101 unexpected `)`'],
    [`C t\n{}\n${P0}\nexists (x=1`, '4:12 HF101 the file ends too early'],
    [`C t\n{}\n${P0}\nexists (x=1) /\\ `, '4:16 HF101 the file ends too early'],
    [`C t\n{}\n${P0}\nexists (x=1) y`, '4:14 HF101 unexpected `y`'],
    [`C t\n{}\n${P0}\nexists (1:r1=1)`, '4:9 HF113 there is no thread 1'],
    [`C t\n{}\n${P0}\nexists (0:=1)`, '4:11 HF101 unexpected `=`'],
    [`C t\n{}\n${P0}\nlocations [x, y]`, '4:13 HF101 unexpected `,`'],
    [`C t\n{ int a[2]; }\n${P0}\nexists (a[2]=1)`, '4:9 HF113 a has 2 elements'],
    [`C t\n{ int a[2]; }\n${P0}\nexists (a=1)`, '4:9 HF113 a has 2 elements'],
    [`C t\n{}\n${P0}\nexists (x=1) (* never closed`, '4:14 HF102 this comment has no end'],
  ])('%j', (text, error) => expect(firstError(text)).toBe(error));
});

describe('hostile input ends in an error within two seconds of CPU time', () => {
  const deep = (open: string, close: string, n = 10_000): string => open.repeat(n) + close.repeat(n);
  test.each<[name: string, text: () => string, error: RegExp]>([
    ['a file of 10 MB', () => threadText('smp_mb();\n'.repeat(1_000_000)), /^0:0 HF103 the file is too long/],
    ['10 MB of nothing', () => ' '.repeat(10_000_000), /^0:0 HF103/],
    ['1 MB of open comments', () => `C t\n${'(*'.repeat(500_000)}`, /HF102|HF104/],
    ['1 MB of statements in which nothing is known', () => threadText('foo();'.repeat(170_000)), /HF110/],
    [
      '1 MB of different names',
      () => threadText(Array.from({ length: 70_000 }, (_, i) => `r${i}=q${i};`).join('')),
      /HF111/,
    ],
    ['nested parentheses', () => threadText(`int r1 = ${deep('(', ')')};`), /HF103 this is nested too deeply/],
    ['nested blocks', () => threadText(deep('{', '}')), /HF103/],
    ['nested ifs', () => threadText(`${'if (1) '.repeat(10_000)};`), /HF103/],
    ['an else-if chain', () => threadText(`${'if (0) ; else '.repeat(10_000)};`), /HF103/],
    ['nested loops', () => threadText(`${'while (1) '.repeat(10_000)};`), /HF103/],
    ['nested calls', () => threadText(`int r1 = ${deep('xchg(x, ', ')')};`), /HF103|HF101/],
    ['nested indices', () => threadText(`int r1 = x${deep('[x', ']')};`), /HF103/],
    ['stars', () => threadText(`int r1 = ${'*'.repeat(10_000)}x;`), /HF103/],
    ['minus signs', () => threadText(`int r1 = ${'- '.repeat(10_000)}1;`), /HF103/],
    ['casts', () => threadText(`int r1 = ${'(int)'.repeat(10_000)}1;`), /HF103/],
    ['a long sum', () => threadText(`int r1 = 1${'+1'.repeat(100_000)};`), /HF103 this expression is too long/],
    ['a long comma', () => threadText(`1${',1'.repeat(100_000)};`), /HF103/],
    ['a long assignment', () => threadText(`int r1; ${'r1='.repeat(10_000)}1;`), /HF103/],
    ['a long choice', () => threadText(`int r1 = ${'1?1:'.repeat(10_000)}1;`), /HF103/],
    ['many arguments', () => threadText(`READ_ONCE(${'1,'.repeat(10_000)}1);`), /HF103/],
    ['a deep condition', () => `C t\n{}\nP0(int *x) {}\nexists ${deep('(', ')')}`, /HF103/],
    ['a deep negation', () => `C t\n{}\nP0(int *x) {}\nexists ${'~'.repeat(10_000)}x=1`, /HF103/],
    ['a deep implication', () => `C t\n{}\nP0(int *x) {}\nexists ${'x=1 => '.repeat(10_000)}x=1`, /HF103/],
    ['a deep initial value', () => `C t\n{ x = ${'('.repeat(10_000)}1; }`, /HF103/],
    [
      'many threads',
      () => `C t\n{}\n${Array.from({ length: 50_000 }, (_, i) => `P${i}(){}`).join('\n')}`,
      /HF103 the test has too many threads/,
    ],
    ['a million threads', () => `C t\n{}\n${'P0(){}\n'.repeat(1_000_000)}`, /HF103/],
    ['thread 4 billion', () => 'C t\n{}\nP4000000000(int *x) {}', /HF104/],
    ['a long name', () => threadText(`${'a'.repeat(900_000)}();`), /HF110/],
    ['a long line', () => threadText(`${' '.repeat(900_000)}?`), /HF101/],
    ['lone surrogates and zeros', () => threadText('\ud800 \0 \udfff'), /HF101/],
  ])('%s', (_, text, error) => {
    const input = text();
    const start = process.cpuUsage();
    expect(firstError(input)).toMatch(error);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  test('a condition with many parts is no problem', () => {
    const parts = Array.from({ length: 20_000 }, () => 'x=1');
    for (const operator of [' /\\ ', ' \\/ ']) {
      expect(firstError(`C t\n{}\nP0(int *x) {}\nexists (${parts.join(operator)})`)).toBe('no error');
    }
  });
});
