import { describe, expect, test } from 'vitest';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { addressOf } from '../../src/litmus/layout.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { parsed } from './one-thread.ts';

/** A test of two threads around what is asked about. */
const around = (parts: { header?: string; initial?: string; after?: string }): string =>
  `${parts.header ?? 'C name'}\n{${parts.initial ?? ''}}\nP0(int *x, int *y) { int r1 = READ_ONCE(*x); }\nP1(int *x) { WRITE_ONCE(*x, 1); }\n${parts.after ?? 'exists (0:r1=1)'}\n`;

/** The initial value of every word of memory that is not 0, addresses by name. */
function memory(initial: string): Record<string, number | string> {
  const { layout } = parsed(around({ initial }));
  const found: Record<string, number | string> = {};
  for (const location of layout.locations) {
    for (let i = 0; i < location.size; i++) {
      const value = layout.memory[location.cell + i]!;
      const pointee = layout.locations.find((l) => value === addressOf(l));
      if (value !== 0) found[location.size === 1 ? location.name : `${location.name}[${i}]`] = pointee?.name ?? value;
    }
  }
  return found;
}

const condition = (after: string): string => compileLitmus(parsed(around({ after }))).conditionText;

describe('the header', () => {
  test.each<[header: string, name: string]>([
    ['C MP+poonceonces', 'MP+poonceonces'],
    ['C C-S+[fronceonce-rf]+x.litmus', 'C-S+[fronceonce-rf]+x.litmus'],
    ['\n\n(* first *)\nC  SB  \n', 'SB'],
    ['C SB (* a comment *)', 'SB'],
    ['C SB\r', 'SB'],
    ['C SB\n"PodWR Fre { PodWR }"\nCycle=Rfe PodRW\nCom=Rf Fr\n(* { *)', 'SB'],
    ['C SB\n(* nested (* comment *) { *)', 'SB'],
    ['C SB\n// a line {\n/* some (* lines { */', 'SB'],
    ['C SB\n(** stars **)\n(*)*)', 'SB'],
  ])('%j', (header, name) => expect(parsed(around({ header })).name).toBe(name));
});

describe('what the author promises', () => {
  test.each<[comment: string, promised: unknown]>([
    ['(* Result: Never *)', { verdict: 'Never', race: false }],
    ['(*\n * Result: Sometimes\n *\n * because\n *)', { verdict: 'Sometimes', race: false }],
    ['(* Result: Never DATARACE *)', { verdict: 'Never', race: true }],
    ['(* Result: DEADLOCK *)', { verdict: 'Deadlock', race: false }],
    ['(* Result: Always *)', { verdict: 'Always', race: false }],
    ['(* Result: perhaps *)', undefined],
    ['', undefined],
  ])('%j', (comment, promised) => expect(parsed(around({ header: `C name\n${comment}` })).promised).toEqual(promised));
});

describe('the initial state', () => {
  test.each<[initial: string, memory: Record<string, number | string>]>([
    ['', {}],
    ['x=1;', { x: 1 }],
    ['x=1; y=2', { x: 1, y: 2 }],
    ['int x = -1; int y = 0x10;', { x: -1, y: 16 }],
    ['int x; y;', {}],
    ['[x]=1;', { x: 1 }],
    ['int *x = &y;', { x: 'y' }],
    ['int *x = y;', { x: 'y' }],
    ['x=y;', { x: 'y' }],
    ['x=w;', { x: 'w' }],
    ['int **x = &y; intptr_t y = x;', { x: 'y', y: 'x' }],
    ['atomic_t x = ATOMIC_INIT(3);', { x: 3 }],
    ['spinlock_t y; struct srcu_struct z; volatile unsigned long w = 5;', { w: 5 }],
    ['pteval x = 2;', { x: 2 }],
    ['int *x = (void *)0;', {}],
    ['int *x = NULL;', {}],
    ['int a[3] = {1, y, -2};', { 'a[0]': 1, 'a[1]': 'y', 'a[2]': -2 }],
    ['int a[2];', {}],
    ['int a[] = {1, 2};', { 'a[0]': 1, 'a[1]': 2 }],
    ['x = true; y = false;', { x: 1 }],
    ['x = 7; y = *(&x);', { x: 7, y: 7 }],
    ['y = *&x;', {}],
    ['a[2] = {3, -1}; y = *(&a); x = *(&a[1]);', { 'a[0]': 3, 'a[1]': -1, y: 'a', x: -1 }],
    ['(* list: x->y *) int *x = y; (* end *)', { x: 'y' }],
    [';;x=1;;', { x: 1 }],
  ])('{%s}', (initial, expected) => expect(memory(initial)).toEqual(expected));

  test.each<[initial: string, register: number]>([
    ['0:r1 = 7;', 7],
    ['int 0:r1 = 7;', 7],
    ['int *0:r1;', 0],
    ['x = 5; 0:r1 = *(&x);', 5],
    ['P0:r1 = -7;', -7],
  ])('{%s} sets a register', (initial, value) => {
    const { bindings, initial: registers } = parsed(around({ initial })).layout.threads[0]!;
    const binding = bindings.get('r1');
    expect(binding?.kind === 'register' && registers[binding.slot]).toBe(value);
  });
});

describe('the condition, as herd7 prints it', () => {
  test.each<[after: string, text: string]>([
    ['exists (0:r1=1)', 'exists (0:r1=1)'],
    ['exists 0:r1=1', 'exists (0:r1=1)'],
    ['exists (P0:r1 == 0x10)', 'exists (0:r1=16)'],
    ['exists (x=-1)', 'exists ([x]=-1)'],
    ['exists ([x]=1)', 'exists ([x]=1)'],
    ['exists (0:r1=x)', 'exists (0:r1=x)'],
    ['exists (0:r1=&x)', 'exists (0:r1=x)'],
    ['exists (0:r1=0:r1)', 'exists (0:r1=0:r1)'],
    ['exists (x=*y)', 'exists ([x]=[y])'],
    ['exists ([x]=[y])', 'exists ([x]=[y])'],
    ['exists (x!=1)', 'exists (not ([x]=1))'],
    ['exists (~x=1)', 'exists (not ([x]=1))'],
    ['exists not (x=1 /\\ y=1)', 'exists (not ([x]=1 /\\ [y]=1))'],
    ['exists (x=1 /\\ y=1 \\/ 0:r1=0)', 'exists ([x]=1 /\\ [y]=1 \\/ 0:r1=0)'],
    ['exists (x=1 /\\ (y=1 \\/ 0:r1=0))', 'exists ([x]=1 /\\ ([y]=1 \\/ 0:r1=0))'],
    ['exists ((x=1 /\\ y=1) /\\ 0:r1=0)', 'exists ([x]=1 /\\ [y]=1 /\\ 0:r1=0)'],
    ['exists (x=1 => y=1)', 'exists ([x]=1 => [y]=1)'],
    ['exists (x=1 /\\ x=1 => y=1)', 'exists ([x]=1 /\\ ([x]=1 => [y]=1))'],
    ['exists true', 'exists (true)'],
    ['exists (false)', 'exists (false)'],
    ['exists (x=1 && (y=1 || !0:r1=0))', 'exists ([x]=1 /\\ ([y]=1 \\/ not (0:r1=0)))'],
    ['~exists (x=1)', '~exists ([x]=1)'],
    ['not exists (x=1)', '~exists ([x]=1)'],
    ['~ exists (x=1);', '~exists ([x]=1)'],
    ['forall (x=1)', 'forall ([x]=1)'],
    ['(x=1)', 'exists ([x]=1)'],
    ['', 'forall (true)'],
    ['exists (x=1) (* a comment *)', 'exists ([x]=1)'],
    ['locations [x; 0:r1;] exists (x=1)', 'exists ([x]=1)'],
    ['filter (x=1) exists (x=1)', 'exists ([x]=1)'],
    ['locations [x int; y*] filter ~x=1 exists (x=1)', 'exists ([x]=1)'],
  ])('%s', (after, text) => expect(condition(after)).toBe(text));

  test('of an array', () => {
    const text = around({ initial: 'int a[2];', after: 'exists (a[1]=1 /\\ 0:r1=a /\\ x=a[1])' });
    expect(compileLitmus(parsed(text)).conditionText).toBe('exists (a[1]=1 /\\ 0:r1=a /\\ [x]=a[1])');
  });
});

test('`(*` is a comment outside of threads, and C inside', () => {
  const test = parsed(
    'C c\n{}\n(* P9() {} *)\nP0(int *x) { int r1 = READ_ONCE(*x); /* (* */ (*x)++; // *)\n }\n(* *) exists (0:r1=0)',
  );
  expect(test.threads).toHaveLength(1);
  expect(test.threads[0]!.body.body).toHaveLength(2);
});

test('threads may stand in any order', () => {
  const test = parsed('C c\n{}\nP1(int *y) {}\nP0(int *x) {}\nexists (x=0)');
  expect(test.threads.map((t) => t.name)).toEqual(['P0', 'P1']);
});

test.each(['int *x, int *y', 'int x[], int y[2]'])('parameters may be pointers or arrays: %s', (parameters) => {
  const { threads } = parsed(`C c\n{int x[2]; int y[2];}\nP0(${parameters}) { WRITE_ONCE(x[1], 1); }\nexists (x[1]=1)`);
  expect(threads[0]!.parameters.map(({ name, type }) => [name, type.pointers])).toEqual([
    ['x', 1],
    ['y', 1],
  ]);
});

test.each(['(* a (* b *) *)', '(* (*) *) *)', '(***)', '(* ( * ) *)', '(*(**)*)'])('comments nest: %s', (comment) => {
  expect(parsed(`C c\n{}\nP0(int *x) {}\n${comment}\nexists (x=0)`).name).toBe('c');
  const open = parseLitmus(`C c\n{}\nP0(int *x) {}\n${comment.slice(0, -2)}\nexists (x=0)`, 'c');
  expect(open).toMatchObject({ ok: false });
});

describe('types in threads', () => {
  test.each([
    'int r1;',
    'volatile int r1 = 0;',
    'unsigned long long int r1 = 0;',
    'intptr_t r1 = 0;',
    'int *r1, **r2, r3 = 1;',
    'const int *const r1 = x;',
    'struct foo *r1;',
    'atomic_t *r1 = x;',
    'u64 r1 = (u64)1;',
  ])('%s', (declaration) => {
    expect(parseLitmus(`C c\n{}\nP0(int *x) { ${declaration} }\nexists (x=0)`, 'c')).toMatchObject({ ok: true });
  });
});

describe('warnings', () => {
  const warnings = (after: string): string[] => parsed(around({ after })).warnings.map((w) => `${w.code} ${w.message}`);
  test.each<[after: string, warning: string]>([
    ['exists (0:r2=1)', 'HF114 P0 has no register r2; it counts as 0'],
    ['exists (r1=1)', 'HF114 no thread and no initial value has r1; it counts as 0'],
    ['exists (0:r1=w)', 'HF114 no thread and no initial value has w; nothing ever points to it'],
    ['locations [0:r7] exists (x=1)', 'HF114 P0 has no register r7; it counts as 0'],
    ['filter (w=1) exists (x=1)', 'HF114 no thread and no initial value has w; it counts as 0'],
  ])('%s', (after, warning) => expect(warnings(after)).toEqual([warning]));

  test('none where all is well', () => expect(warnings('exists (0:r1=1 /\\ 0:x=x /\\ y=0)')).toEqual([]));
});
