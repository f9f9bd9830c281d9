import { describe, expect, test } from 'vitest';
import { compileLitmus, MAX_UNROLL } from '../../src/litmus/compile.ts';
import { endOf, type Frame } from '../../src/litmus/frame.ts';
import { parsed, runThread, threadText } from './one-thread.ts';
import { SequentialCpu } from './sequential-cpu.ts';

const does = (body: string, initial = ''): string[] => runThread(body, initial).log;

describe('where addresses and values come from', () => {
  test.each<[body: string, log: string[]]>([
    ['WRITE_ONCE(*x, 1);', ['0 W.once x=1']],
    ['int r1 = READ_ONCE(*x);', ['0 R.once x=0']],
    ['r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1);', ['0 R.once x=0', '1 W.once y=0 data 0']],
    ['WRITE_ONCE(*y, READ_ONCE(*x) + READ_ONCE(*z));', ['0 R.once x=0', '1 R.once z=0', '2 W.once y=0 data 0,1']],
    ['int r1 = READ_ONCE(*x); r1 = 0; WRITE_ONCE(*y, r1);', ['0 R.once x=0', '1 W.once y=0']],
    ['int r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1 ^ r1);', ['0 R.once x=0', '1 W.once y=0 data 0']],
    ['int r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1 & 0);', ['0 R.once x=0', '1 W.once y=0 data 0']],
    ['int r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1 * 0 + 3);', ['0 R.once x=0', '1 W.once y=3 data 0']],
    ['int r1 = READ_ONCE(*x); int r2 = r1 == 0; WRITE_ONCE(*y, r2);', ['0 R.once x=0', '1 W.once y=1 data 0']],
    ['int r1 = READ_ONCE(*x); WRITE_ONCE(*y, !r1);', ['0 R.once x=0', '1 W.once y=1 data 0']],
    ['int r1 = READ_ONCE(*x); WRITE_ONCE(*y, (int)-~r1);', ['0 R.once x=0', '1 W.once y=1 data 0']],
    ['int r1 = READ_ONCE(*x); r1 += 2; WRITE_ONCE(*y, r1);', ['0 R.once x=0', '1 W.once y=2 data 0']],
    ['int r1 = READ_ONCE(*x); int r2 = r1++; WRITE_ONCE(*y, r1 + r2);', ['0 R.once x=0', '1 W.once y=1 data 0']],
    ['int r1; int r2; r2 = r1 = READ_ONCE(*x); WRITE_ONCE(*y, r2);', ['0 R.once x=0', '1 W.once y=0 data 0']],
    ['WRITE_ONCE(*y, (READ_ONCE(*x), 1));', ['0 R.once x=0', '1 W.once y=1']],
    ['int r1 = READ_ONCE(*x); int *r2 = y + (r1 ^ r1); WRITE_ONCE(*r2, 1);', ['0 R.once x=0', '1 W.once y=1 addr 0']],
    ['int r1 = READ_ONCE(*x); int r2 = READ_ONCE(*(y + r1));', ['0 R.once x=0', '1 R.once y=0 addr 0']],
    ['int r1 = READ_ONCE(*x); int r2 = READ_ONCE(y[r1]);', ['0 R.once x=0', '1 R.once y=0 addr 0']],
    ['int r1 = READ_ONCE(*x); smp_store_release(y + r1, r1);', ['0 R.once x=0', '1 W.release y=0 addr 0 data 0']],
  ])('%s', (body, log) => expect(does(body)).toEqual(log));

  test('a pointer that was read', () => {
    const body = 'int *r1 = rcu_dereference(*p); int r2 = READ_ONCE(*r1); WRITE_ONCE(*r1, r2);';
    expect(does(body, 'int *p = &y; int y = 7;')).toEqual([
      '0 R.once p=y',
      '1 R.once y=7 addr 0',
      '2 W.once y=7 addr 0 data 1',
    ]);
  });

  test('a pointer to a pointer', () => {
    const log = does('int r1 = READ_ONCE(**q);', 'p = y; q = p;');
    expect(log).toEqual(['0 R.plain q=p', '1 R.once p=y addr 0']);
  });

  test('dependencies beyond 31 events', () => {
    const log = does(`${'int r1 = READ_ONCE(*x);'.replace('int ', '').repeat(40)} WRITE_ONCE(*y, r1);`);
    expect(log[40]).toBe('40 W.once y=0 data 39');
  });
});

describe('plain C', () => {
  test.each<[body: string, log: string[]]>([
    ['*x = 1;', ['0 W.plain x=1']],
    ['int r1 = *x;', ['0 R.plain x=0']],
    ['*x = *y;', ['0 R.plain y=0', '1 W.plain x=0 data 0']],
    ['*x += 2;', ['0 R.plain x=0', '1 W.plain x=2 data 0']],
    ['(*x)++;', ['0 R.plain x=0', '1 W.plain x=1 data 0']],
    ['int r1 = (*x)++; WRITE_ONCE(*y, r1);', ['0 R.plain x=0', '1 W.plain x=1 data 0', '2 W.once y=0 data 0']],
    ['int r1 = ++*x; WRITE_ONCE(*y, r1);', ['0 R.plain x=0', '1 W.plain x=1 data 0', '2 W.once y=1 data 0']],
    ['x[0] = 4;', ['0 W.plain x=4']],
    ['WRITE_ONCE(*x, *y);', ['0 R.plain y=0', '1 W.once x=0 data 0']],
    ['int r1 = 5; int *r2 = &r1; *r2 = 6;', ['0 W.plain 0:r1=5', '1 W.plain 0:r1=6']],
    ['int r1; r1 = 5; int *r2 = &r1; int r3 = r1;', ['0 W.plain 0:r1=5', '1 R.plain 0:r1=5']],
    ['(void)READ_ONCE(*x);', ['0 R.once x=0']],
    ['(void)*x;', ['0 R.plain x=0']],
    ['if (true) *x = 1; if (false) *x = 2; int r1 = NULL;', ['0 W.plain x=1']],
    ['continue = 1; if (continue) *x = 1;', ['0 W.plain x=1']],
    [';{};', []],
  ])('%s', (body, log) => expect(does(body)).toEqual(log));

  test('the address of a location that is no parameter', () => {
    const run = runThread('WRITE_ONCE(*p, &w); int r1 = READ_ONCE(w);', 'int w = 3;');
    expect(run.log).toEqual(['0 W.once p=w', '1 R.once w=3']);
  });
});

describe('what a branch controls', () => {
  const read = 'int r1 = READ_ONCE(*x); ';
  test.each<[body: string, log: string[]]>([
    ['if (r1) ; else WRITE_ONCE(*y, 1);', ['1 W.once y=1 ctrl 0']],
    ['if (!r1) { WRITE_ONCE(*y, 1); } WRITE_ONCE(*z, 1);', ['1 W.once y=1 ctrl 0', '2 W.once z=1']],
    ['if (r1) { } WRITE_ONCE(*z, 1);', ['1 W.once z=1']],
    ['int r2 = 0; if (!r1) r2 = 1; WRITE_ONCE(*y, r2);', ['1 W.once y=1']],
    ['if (!READ_ONCE(*y)) if (!r1) WRITE_ONCE(*z, 1);', ['1 R.once y=0', '2 W.once z=1 ctrl 0,1']],
    [
      'if (!r1) { if (!READ_ONCE(*y)) { } WRITE_ONCE(*z, 1); } WRITE_ONCE(*z, 2);',
      ['1 R.once y=0', '2 W.once z=1 ctrl 0', '3 W.once z=2'],
    ],
    ['if (1) WRITE_ONCE(*y, 1);', ['1 W.once y=1']],
    ['if (r1 == 0 && READ_ONCE(*y) == 0) WRITE_ONCE(*z, 1);', ['1 R.once y=0', '2 W.once z=1 ctrl 0,1']],
    ['if (r1 == 0 || READ_ONCE(*y) == 0) WRITE_ONCE(*z, 1);', ['1 W.once z=1 ctrl 0']],
    ['int r2 = r1 == 0 && xchg(y, 1);', ['1 U.full y=0:1 ctrl 0']],
    ['int r2 = r1 ? 1 : xchg(y, 1); WRITE_ONCE(*z, r2);', ['1 U.full y=0:1 ctrl 0', '3 W.once z=0 data 0,1']],
    ['WRITE_ONCE(*y, r1 ? 3 : 4);', ['1 W.once y=4 data 0']],
    ['if (r1) return; WRITE_ONCE(*y, 1);', ['1 W.once y=1 ctrl 0']],
    ['if (!r1) { if (READ_ONCE(*y)) return; } WRITE_ONCE(*z, 1);', ['1 R.once y=0', '2 W.once z=1 ctrl 0,1']],
  ])('%s', (body, log) => expect(does(read + body).slice(1)).toEqual(log));
});

describe('goto', () => {
  /** With r1, which is 0, and r2, which is 7, from the events 0 and 1. */
  const start = 'int r1 = READ_ONCE(*x); int r2 = READ_ONCE(*y);';
  test.each<[body: string, log: string[]]>([
    ['goto out; WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);', ['2 W.once y=1']],
    ['goto out; out: ;', []],
    ['unused: WRITE_ONCE(*x, 1);', ['2 W.once x=1']],
    // What is jumped over is controlled by what decided not to; what follows the label is not.
    ['if (r1) goto out; WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);', ['2 W.once x=1 ctrl 0', '3 W.once y=1']],
    ['if (r2) goto out; WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);', ['2 W.once y=1']],
    [
      'if (r1) goto a; if (!r2) goto b; WRITE_ONCE(*x, 1); b: WRITE_ONCE(*y, 1); a: WRITE_ONCE(*z, 1);',
      ['2 W.once x=1 ctrl 0,1', '3 W.once y=1 ctrl 0', '4 W.once z=1'],
    ],
    [
      'if (r1) goto b; if (!r2) goto a; WRITE_ONCE(*x, 1); b: WRITE_ONCE(*y, 1); a: WRITE_ONCE(*z, 1);',
      ['2 W.once x=1 ctrl 0,1', '3 W.once y=1 ctrl 1', '4 W.once z=1'],
    ],
    // Out of blocks, and out of loops.
    [
      'if (r2) { if (!r1) { goto out; } WRITE_ONCE(*x, 1); } WRITE_ONCE(*x, 2); out: WRITE_ONCE(*y, 1);',
      ['2 W.once y=1'],
    ],
    [
      'if (r2) { if (r1) { goto out; } WRITE_ONCE(*x, 1); } WRITE_ONCE(*x, 2); out: WRITE_ONCE(*y, 1);',
      ['2 W.once x=1 ctrl 0,1', '3 W.once x=2 ctrl 0,1', '4 W.once y=1'],
    ],
    [
      'for (int i = 0; i < 2; i++) { for (;;) { if (r2) goto out; } } WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);',
      ['2 W.once y=1'],
    ],
    [
      'for (int i = 0; i < 2; i++) { if (r1) goto out; WRITE_ONCE(*z, i); } WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);',
      ['2 W.once z=0 ctrl 0', '3 W.once z=1 ctrl 0', '4 W.once x=1 ctrl 0', '5 W.once y=1'],
    ],
    [
      'for (int i = 0; i < 2; i++) { if (r1) goto on; WRITE_ONCE(*z, i); on: WRITE_ONCE(*x, i); }',
      ['2 W.once z=0 ctrl 0', '3 W.once x=0', '4 W.once z=1 ctrl 0', '5 W.once x=1'],
    ],
    // Together with what leaves more.
    [
      'if (r1) return; if (!r2) goto out; WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);',
      ['2 W.once x=1 ctrl 0,1', '3 W.once y=1 ctrl 0'],
    ],
    [
      'if (!r2) goto out; BUG_ON(r1); WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);',
      ['2 W.once x=1 ctrl 0,1', '3 W.once y=1 ctrl 0'],
    ],
    [
      'while (true) { if (r1) break; if (!r2) goto out; WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1); break; }',
      ['2 W.once x=1 ctrl 0,1', '3 W.once y=1 ctrl 0'],
    ],
  ])('%s', (body, log) => expect(does(start + body, 'y = 7;').slice(2)).toEqual(log));
});

describe('loops', () => {
  test.each<[body: string, log: string[]]>([
    ['for (int i = 0; i < 3; i++) WRITE_ONCE(*x, i);', ['0 W.once x=0', '1 W.once x=1', '2 W.once x=2']],
    ['for (int i = 6; i > 0; i -= 3) WRITE_ONCE(*x, i);', ['0 W.once x=6', '1 W.once x=3']],
    [
      'while (READ_ONCE(*x) == 0) { WRITE_ONCE(*x, 1); } WRITE_ONCE(*y, 1);',
      ['0 R.once x=0', '1 W.once x=1 ctrl 0', '2 R.once x=1', '3 W.once y=1'],
    ],
    [
      'int r1 = 2; while (r1 > READ_ONCE(*x)) { WRITE_ONCE(*y, r1); r1--; WRITE_ONCE(*x, 1); }',
      ['0 R.once x=0', '1 W.once y=2 ctrl 0', '2 W.once x=1 ctrl 0', '3 R.once x=1'],
    ],
    [
      'do { WRITE_ONCE(*x, 1); } while (READ_ONCE(*x) == 0); WRITE_ONCE(*y, 1);',
      ['0 W.once x=1', '1 R.once x=1', '2 W.once y=1'],
    ],
    [
      'for (;;) { if (READ_ONCE(*x)) break; WRITE_ONCE(*x, 1); } WRITE_ONCE(*y, 1);',
      ['0 R.once x=0', '1 W.once x=1 ctrl 0', '2 R.once x=1', '3 W.once y=1'],
    ],
    [
      'while (1) { if (READ_ONCE(*x)) return; WRITE_ONCE(*x, 1); }',
      ['0 R.once x=0', '1 W.once x=1 ctrl 0', '2 R.once x=1'],
    ],
    [
      'for (int i = 0; i < 2; i++) { if (READ_ONCE(*x) == 0) continue; WRITE_ONCE(*y, 1); }',
      ['0 R.once x=0', '1 R.once x=0'],
    ],
    [
      'for (int i = 0; i < 2; i++) { if (READ_ONCE(*x)) continue; WRITE_ONCE(*y, i); }',
      ['0 R.once x=0', '1 W.once y=0 ctrl 0', '2 R.once x=0', '3 W.once y=1 ctrl 2'],
    ],
  ])('%s', (body, log) => {
    const run = runThread(body);
    expect(run.log).toEqual(log);
    expect(run.end).toBe('complete');
  });

  test.each<[body: string, unroll: number, rounds: number, end: string]>([
    ['while (READ_ONCE(*x) == 0) smp_mb();', 2, 2, 'cut'],
    ['while (READ_ONCE(*x) == 0) smp_mb();', 7, 7, 'cut'],
    ['while (1) smp_mb();', 3, 3, 'cut'],
    ['int i = 0; while (i < 3) { i++; smp_mb(); }', 2, 2, 'cut'],
    ['int i = 0; while (i < 3) { i++; smp_mb(); }', 3, 3, 'complete'],
    ['for (int i = 0; i < 9; i++) smp_mb();', 2, 9, 'complete'],
    ['for (int i = 0; i < 9; i++) { smp_mb(); i = 0; }', 2, 2, 'cut'],
    ['for (int i = 0; i != 1; i += 2) smp_mb();', 2, 2, 'cut'],
    ['for (int i = 0; i < 2; i++) for (int j = 0; j < 3; j++) smp_mb();', 1, 6, 'complete'],
    ['do smp_mb(); while (READ_ONCE(*x) == 0);', 3, 3, 'cut'],
  ])('%s with unroll %i', (body, unroll, rounds, end) => {
    const run = runThread(body, '', { unroll });
    expect(run.log.filter((line) => line === '- F.mb')).toHaveLength(rounds);
    expect(run.end).toBe(end);
  });

  test('nested loops end, whatever they are', () => {
    const run = runThread(`${'while (1) '.repeat(8)} smp_mb();`, '', { unroll: MAX_UNROLL });
    expect(run.end).toBe('cut');
  });

  test.each([0, -1, 1.5, Number.NaN, MAX_UNROLL + 1])('unroll %s is refused', (unroll) => {
    expect(() => compileLitmus(parsed(threadText('')), { unroll })).toThrow(RangeError);
  });
});

describe('what has no meaning', () => {
  test.each<[body: string, end: string]>([
    ['int *r1 = 0; *r1 = 1;', '0 is not the address of anything'],
    ['*(int *)NULL = 1;', '0 is not the address of anything'],
    ['int r1 = READ_ONCE(*x); WRITE_ONCE(*(y + r1 - 1), 1);', 'this points outside of y'],
    ['*(y + 1) = 1;', 'this points outside of y'],
    ['*(y - 1) = 1;', 'this points outside of y'],
    ['int r1 = READ_ONCE(*x); int r2 = 1 / r1;', 'this divides by zero'],
    ['int r1 = 5 % 0;', 'this divides by zero'],
    ['int r1 = 1 << 64;', 'this shifts by 64 bits'],
    ['set_bit(32, x);', 'there is no bit 32: bits go from 0 to 31'],
    ['int r1 = 1 << 32;', 'this shifts by 32 bits'],
    ['int r1 = -2147483647 - 1; int r2 = r1 / -1;', 'this quotient does not fit its type'],
  ])('%s', (body, end) => expect(runThread(body).end).toMatch(new RegExp(end)));

  test('the thread goes no further', () => {
    expect(runThread('int *r1 = 0; WRITE_ONCE(*x, 1); *r1 = 1; WRITE_ONCE(*x, 2);').log).toEqual(['0 W.once x=1']);
  });

  test('and is whole again in the next run', () => {
    const compiled = compileLitmus(parsed(threadText('int r1 = READ_ONCE(*x); int r2 = 8 / r1;')));
    const run = (x: number): Frame =>
      compiled.program.threads[0]!(new SequentialCpu([x, 0, 0, 0, 0], String, String)) as Frame;
    expect(endOf(run(0))).toMatchObject({ message: 'this divides by zero' });
    expect(endOf(run(2))).toBe(0);
    expect(run(2)[2]).toBe(4);
  });
});

test('a run starts from the initial registers, and returns a frame of its own', () => {
  const compiled = compileLitmus(parsed(threadText('r2 = r1; r1 = READ_ONCE(*x);', '0:r1 = 5;')));
  const run = (x: number): Frame =>
    compiled.program.threads[0]!(new SequentialCpu([x, 0, 0, 0, 0], String, String)) as Frame;
  const first = run(1);
  const second = run(2);
  expect([first.slice(1).sort(), second.slice(1).sort()]).toEqual([
    [1, 5],
    [2, 5],
  ]);
});

test('an array in memory', () => {
  const run = runThread('WRITE_ONCE(a[1], a[2]); int r1 = READ_ONCE(*(a + 1));', 'int a[3] = {1, 2, 3};');
  expect(run.log).toEqual(['0 R.plain a[2]=3', '1 W.once a[1]=3 data 0', '2 R.once a[1]=3']);
});
