import { expect, test } from 'vitest';
import { drawInTurns } from '../../src/explain/drawing.ts';
import { replay, unlocated } from '../../src/explain/trace.ts';
import { exploreInTurns } from '../../src/explore/explore.ts';
import { LitmusSubject } from '../../src/fronts/litmus/litmus-subject.ts';
import { type Choices, choicesOf } from '../../src/judge/choices.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import type { Program } from '../../src/program/program.ts';
import type { InTurns } from '../../src/program/turns.ts';

function subjectOf(bodies: readonly string[], words: number): LitmusSubject {
  const parameters = Array.from({ length: words }, (_, i) => `int *x${i}`).join(', ');
  const threads = bodies.map((body, i) => `P${i}(${parameters}) { ${body} }`).join('\n');
  const parsed = parseLitmus(`C turns\n{}\n${threads}\nexists (x0=1)\n`, 'turns.litmus');
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]!.message);
  return new LitmusSubject(parsed.test, { unroll: 2, flagsFail: false });
}

/** Every thread reads all words, then writes all: any load may be buffered. */
const buffering = (threads: number, words: number): LitmusSubject => {
  const all = (statement: (i: number) => string): string =>
    Array.from({ length: words }, (_, i) => statement(i)).join(' ');
  const body = `${all((i) => `int r${i} = READ_ONCE(*x${i});`)} ${all((i) => `WRITE_ONCE(*x${i}, 1);`)}`;
  return subjectOf(Array(threads).fill(body), words);
};

/** How often others have their turn. */
function turnsOf<T>(work: InTurns<T>, until: () => boolean = () => false): number {
  let turns = 0;
  for (let next = work.next(); next.done !== true && !until(); next = work.next()) turns++;
  return turns;
}

function before(program: Program): number {
  let visited = false;
  const onExecution = (): boolean => {
    visited = true;
    return true;
  };
  return turnsOf(exploreInTurns(program, { model: 'lkmm', onExecution }), () => visited);
}

test('the search for loads that may be buffered lets others have their turn, more often where it is longer', () => {
  const [short, long] = [before(buffering(2, 6).program), before(buffering(3, 16).program)];
  expect(short).toBeLessThan(long);
  expect(long).toBeGreaterThan(20);
});

test('whoever has had enough ends it', () => {
  const { program } = buffering(3, 16);
  const search = exploreInTurns(program, { model: 'lkmm', onExecution: () => false });
  search.next();
  let next = search.next(true);
  for (let turns = 0; next.done !== true && turns < 10; turns++) next = search.next(true);
  expect(next).toMatchObject({ done: true, value: { kind: 'stopped' } });
});

test('a drawing lets others have their turn', () => {
  const stores = 'WRITE_ONCE(*x0, 1); int r0 = READ_ONCE(*x1); WRITE_ONCE(*x2, 1); int r1 = READ_ONCE(*x3);';
  const loads = 'WRITE_ONCE(*x1, 1); int r0 = READ_ONCE(*x0); WRITE_ONCE(*x3, 1); int r1 = READ_ONCE(*x2);';
  const subject = subjectOf([stores, loads, stores, loads], 4);
  let last: Choices | undefined;
  const search = exploreInTurns(subject.program, {
    model: 'lkmm',
    maxExecutions: 200,
    onExecution: ({ graph }) => {
      last = choicesOf(graph);
      return false;
    },
  });
  turnsOf(search);
  const { trace } = replay(unlocated(subject), last!)!;
  expect(turnsOf(drawInTurns(subject.program, trace, 'lkmm'))).toBeGreaterThan(20);
});
