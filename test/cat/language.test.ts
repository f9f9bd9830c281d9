import { describe, expect, test } from 'vitest';
import { answer, check, modelOf, readText } from './models.ts';

const BASE = 'include "cos.cat"\nacyclic po-loc | rf | co | fr\nempty rmw & (fre ; coe)\n';

/** What is wrong with a text, as `CODE line:column message`. */
function wrong(text: string): string {
  const read = readText(text);
  if (!('diagnostic' in read)) return 'nothing';
  const { code, line, column, message } = read.diagnostic;
  return `${code} ${line}:${column} ${message}`;
}

describe('what is wrong with a model', () => {
  test.each([
    ['acyclic po |', 'HF130 1:12 the file ends too early'],
    ['acyclic po ) rf', 'HF130 1:12 unexpected `)`'],
    ['let x = po\nempty y', 'HF131 2:7 nothing is called `y`'],
    ['empty co', 'HF131 1:7 nothing is called `co`'],
    ['empty Plain', 'HF131 1:7 nothing is called `Plain`'],
    ['empty R | po', 'HF131 1:11 this is a relation'],
    ['empty po ; R', 'HF131 1:12 this is a set of events'],
    ['empty ~po*', 'HF130 1:10 unexpected `*`'],
    ['empty R * W * M', 'HF130 1:13 unexpected `*`'],
    ['let f (a, b) = a\nempty f po', 'HF131 2:7 a relation is given'],
    ['include "no.cat"', 'HF134 1:1 no such file: "no.cat"'],
    ['(* (* *)', 'HF130 1:1 the comment has no end'],
    ['flag ~empty po', 'HF131 1:1 a flag must have a name'],
    ["enum Accesses = 'ONCE", "HF132 1:1 no primitive has the tag 'ONCE"],
    ['let rec f x = f x', 'HF132 1:9 functions that call themselves are not supported'],
    ['forall x in R do end', 'HF132 1:1 `forall` is not supported'],
    [
      'acyclic po | rf',
      'HF133 0:0 the model does not forbid for certain that a thread sees the writes of one location out of order',
    ],
  ])('%s', (text, expected) => {
    expect(wrong(text)).toBe(expected);
  });

  test('what a model says of coherence it may say in any of many ways', () => {
    for (const text of [
      'include "cos.cat"\nlet com = rf | co | fr\nacyclic po-loc | com',
      'include "cos.cat"\nlet ca = fr | co\nacyclic (po & loc) | ca | rfe | rfi as internal',
      'include "cos.cat"\nacyclic ((po | rf | co) | rf^-1 ; co)+',
      'with co from generate_cos(co0)\nacyclic po | (rf | co | rf^-1 ; co) \\ id',
    ]) {
      expect(wrong(text)).toBe('nothing');
    }
  });
});

/** Store buffering, with a fence between. */
const SB = (fence: string): string => `C SB
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); ${fence} int r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); ${fence} int r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)`;

/** How often a test that may be satisfied in one way is satisfied, with a line of a model behind what all have. */
const positive = (line: string, test = SB('smp_mb();')): unknown =>
  (answer(check(test, modelOf(`${BASE}${line}`))) as { positive: number }).positive;

describe('what operators mean', () => {
  const forbids = 'acyclic fr | ';
  test.each([
    ['acyclic fr | (po ; [Mb] ; po)', 0],
    ['acyclic fr | fencerel(Mb)', 0],
    ['acyclic fr | (po & (W * R))', 0],
    ['acyclic fr | (po & W * R)', 0],
    ['acyclic fr | po \\ id', 0],
    ['acyclic fr | (po & (R * M))', 1],
    ['irreflexive (fr ; po)+', 0],
    ['irreflexive fr ; po ; fr ; po', 0],
    ['irreflexive fr ; po ; fr ; po \\ (W * R)', 1],
    ['irreflexive (fr ; po ; fr ; po) \\ id', 1],
    ['empty [R] ; fr ; po ; [M] ; fr ; po', 0],
    ['let f (a, b) = a ; b\nirreflexive f (f (fr, po), f (fr, po))', 0],
    ['let twice f = fun x -> f (f x)\nlet step x = x ; fr ; po\nirreflexive twice step id', 0],
    ['let rec r = (fr ; po) | (r ; r)\nirreflexive r', 0],
    ['let a = fr and b = po\nirreflexive a ; b ; a ; b', 0],
    ['let rec r = fr | po | (r ; r)\nwhen irreflexive r as none', 0],
    ['let a = {} | {}\nacyclic fr | po | (po & (a * M))', 0],
    ['let po = 0\nlet r = fr | po\nacyclic r', 1],
    ['let x = try nowhere with fr\nacyclic x | po', 0],
    [`let x = if "variant" then 0 else po\n${forbids}x`, 0],
    ['if "variant"\nempty _\nelse\nacyclic fr | po\nend', 0],
    ['procedure none (r) =\nacyclic fr | r\nend\ncall none (po)', 0],
    ["enum Fences = 'mb || 'rmb\nacyclic fr | fencerel(Fences)", 0],
    ["acyclic fr | fencerel({'wmb})", 1],
    ['acyclic fr | (~(~po))', 0],
    ['acyclic fr | (po^-1)^-1', 0],
    ['acyclic fr | po^-1', 1],
    ['~empty F', 1],
    ['~empty [Wmb]', 0],
    ['empty (domain fr) & (range fr)', 1],
    ['empty (domain (fr ; po)) & (range (fr ; po))', 0],
  ])('%s', (line, expected) => {
    expect(positive(line)).toBe(expected);
  });
});

test('flags have the names that the model gives them', () => {
  const model = modelOf(`${BASE}flag ~empty fr as reads-before\nflag ~empty [Wmb] as has-wmb`);
  expect(answer(check(SB(''), model))).toMatchObject({ flags: ['reads-before'], positive: 1 });
});

test('a model that says nothing of read-modify-writes is not asked about one', () => {
  const model = modelOf('include "cos.cat"\nacyclic po-loc | rf | co | fr');
  const swap = SB('xchg(x, 2);');
  expect(answer(check(SB(''), model))).toMatchObject({ positive: 1 });
  expect(answer(check(swap, model))).toEqual([
    'HF133: the model says nothing of read-modify-writes, and the test has one',
  ]);
});

test('loads are buffered where the model does not forbid it', () => {
  const LB = `C LB
{}
P0(int *x, int *y) { int r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 1:r0=1)`;
  expect(positive('', LB)).toBe(1);
  expect(positive('acyclic rfe | (po & (R * W))', LB)).toBe(0);
  expect(positive('acyclic rf | addr | data', LB)).toBe(1);
});
