import { describe, expect, it } from 'vitest';
import { findBest } from '../../../src/explain/search.ts';
import { checkLitmus } from '../../../src/fronts/litmus/check-litmus.ts';
import { contradiction, firedIn, type LitmusResult, type Question } from '../../../src/fronts/litmus/litmus-result.ts';
import { protocolOf } from '../../explain/protocols.ts';

const ask = (text: string, question: Question = 'states'): LitmusResult =>
  checkLitmus('t.litmus', text, {
    model: 'lkmm',
    question,
    unroll: 2,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Number.POSITIVE_INFINITY,
    onExecution: undefined,
  });

const threads = (bodies: readonly string[], after: string): string =>
  `C t\n{}\n${bodies.map((body, i) => `P${i}(int *x, int *y, spinlock_t *l) { ${body} }`).join('\n')}\n${after}\n`;

/** The verdict, the numbers of executions with and without the condition, and the assertions that fire. */
function answer(text: string, question?: Question): string {
  const result = ask(text, question);
  if (result.kind === 'error') return result.diagnostics[0]!.code;
  const { positive, negative, fired } = result;
  const word = result.kind === 'decided' ? result.verdict : result.kind;
  return [`${word} ${positive}/${negative}`, ...fired.map(({ who, place }) => `${who} ${place.text}`)].join(', ');
}

const W = 'WRITE_ONCE(*x, 1);';

describe('an assertion that fires is a failure of the test', () => {
  it.each<[bodies: string[], after: string, expected: string]>([
    // The thread goes on, and the value is a truth.
    [
      [W, 'int r0 = WARN_ON(READ_ONCE(*x) * 3);'],
      'exists (1:r0=1)',
      'Sometimes 1/1, P1 int r0 = WARN_ON(READ_ONCE(*x) * 3)',
    ],
    [[W, 'VM_WARN_ON(READ_ONCE(*x)); int r0 = 1;'], 'exists (1:r0=1)', 'Always 2/0, P1 VM_WARN_ON(READ_ONCE(*x))'],
    [
      [W, 'int r0 = READ_ONCE(*x); WARN_ONCE(r0 == 1, "x is %d\\n", r0);'],
      'exists (1:r0=1)',
      'Sometimes 1/1, P1 WARN_ONCE(r0 == 1, "x is %d\\n", r0)',
    ],
    [
      [W, 'VM_BUG_ON_FOLIO(READ_ONCE(*x), folio); int r0 = 1;'],
      '',
      'Always 1/0, P1 VM_BUG_ON_FOLIO(READ_ONCE(*x), folio)',
    ],
    [[W, 'WARN_ON(READ_ONCE(*x) > 1);'], 'exists (x=1)', 'Always 2/0'],
    // It ends: there is no final state.
    [[W, 'BUG_ON(READ_ONCE(*x)); int r0 = 1;'], 'exists (1:r0=1)', 'Always 1/0, P1 BUG_ON(READ_ONCE(*x))'],
    [[W, 'if (READ_ONCE(*x)) BUG(); int r0 = 1;'], 'exists (1:r0=1)', 'Always 1/0, P1 BUG()'],
    [[W, 'VM_BUG_ON(1); int r0 = 1;'], 'exists (1:r0=1)', 'Never 0/0, P1 VM_BUG_ON(1)'],
    [[W, 'VM_BUG_ON(READ_ONCE(*y)); int r0 = 1;'], 'exists (1:r0=1)', 'Always 1/0'],
    // Each is told of once, whatever fires before it.
    [
      ['WARN_ON(1); WARN_ON_ONCE(2); BUG_ON(3); WARN_ON(4);'],
      '',
      'Never 0/0, P0 WARN_ON(1), P0 WARN_ON_ONCE(2), P0 BUG_ON(3)',
    ],
    [['for (int i = 0; i < 3; i++) WARN_ON(i);'], '', 'Always 1/0, P0 WARN_ON(i)'],
    // What the filter drops does not count.
    [[W, 'int r0 = READ_ONCE(*x); WARN_ON(r0);'], 'filter (1:r0=0) exists (x=1)', 'Always 1/0'],
    [[W, 'int r0 = READ_ONCE(*x); BUG_ON(r0);'], 'filter (1:r0=1) exists (x=1)', 'Never 0/0, P1 BUG_ON(r0)'],
    // Others may wait for the thread that is gone, or look for what it does not write.
    [['spin_lock(l); BUG_ON(1); spin_unlock(l);', 'spin_lock(l);'], 'exists (x=0)', 'deadlock 0/0, P0 BUG_ON(1)'],
    [['BUG_ON(1); WRITE_ONCE(*x, 1);', 'int i; while (!READ_ONCE(*x)) i++;'], '', 'bounded 0/0, P0 BUG_ON(1)'],
    [['BUG_ON(1); WRITE_ONCE(*x, 1);', 'while (!READ_ONCE(*x)) cpu_relax();'], '', 'deadlock 0/0, P0 BUG_ON(1)'],
    // Within what is never run.
    [[W, 'if (READ_ONCE(*x) > 1) BUG_ON(1);'], 'exists (x=1)', 'Always 2/0'],
    // To have no meaning is worse.
    [['WARN_ON(1); int r0 = 1 / 0;'], '', 'HF201'],
    [['int r0 = BUG_ON(1);'], '', 'HF112'],
  ])('%j %s: %s', (bodies, after, expected) => {
    const text = threads(bodies, after);
    expect(answer(text)).toBe(expected);
    expect(answer(text, 'executions')).toBe(expected);
    const result = ask(text);
    expect(contradiction(result)).toBe(firedIn(result)[0]);
    if (result.kind === 'error') return;
    const shown = findBest(protocolOf(text), 'lkmm', {});
    const kind = shown.kind === 'found' ? shown.shown.failure.kind : shown.kind;
    expect(kind === 'assertion').toBe('fired' in result && result.fired.length > 0);
  });
});

describe('what must not be fires where a condition that asks for it is satisfied', () => {
  const MP = (barrier: string, mb: string): [string, string, string] => [
    `${W} ${barrier} WRITE_ONCE(*y, 1);`,
    `int r0 = READ_ONCE(*y); ${mb} int r1 = READ_ONCE(*x);`,
    'r0 && !r1',
  ];
  const SB = (mb: string): [string, string, string] => [
    `${W} ${mb} int r0 = READ_ONCE(*y); WRITE_ONCE(*l, r0 + 2);`,
    `WRITE_ONCE(*y, 1); ${mb} int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*l);`,
    'r0 == 0 && r1 == 2',
  ];
  it.each([MP('', ''), MP('smp_wmb();', ''), MP('smp_wmb();', 'smp_rmb();'), SB(''), SB('smp_mb();')])(
    '%s | %s | %s',
    (p0, p1, bad) => {
      const of = (last: string, after: string) =>
        ask(`C t\n{}\nP0(int *x, int *y, int *l) { ${p0} }\nP1(int *x, int *y, int *l) { ${p1} ${last} }\n${after}\n`);
      const asked = of(`int r9 = ${bad};`, 'exists (1:r9=1)');
      const isPossible = 'verdict' in asked && asked.verdict !== 'Never';
      for (const name of ['BUG_ON', 'WARN_ON']) expect(firedIn(of(`${name}(${bad});`, '')).length > 0).toBe(isPossible);
    },
  );
});

it.each([
  ['what follows a BUG_ON depends on it', 'BUG_ON(r0 > 1);', 'Never'],
  ['also within a branch', 'if (r0) BUG_ON(r0 > 1);', 'Never'],
  ['and within a loop', 'for (int i = 0; i < 2; i++) BUG_ON(r0 > 1);', 'Never'],
  ['what follows a WARN_ON does not', 'WARN_ON(r0 > 1);', 'Sometimes'],
])('%s', (_, statement, verdict) => {
  const one = (a: string, b: string): string => `int r0 = READ_ONCE(*${a}); ${statement} WRITE_ONCE(*${b}, 1);`;
  expect(ask(threads([one('x', 'y'), one('y', 'x')], 'exists (0:r0=1 /\\ 1:r0=1)'))).toMatchObject({ verdict });
});

it('a Never that was decided has looked for assertions too', () => {
  const text = threads([W, 'int r0 = READ_ONCE(*x); WARN_ON(r0);'], 'exists (1:r0=2)');
  expect(answer(text, 'decide')).toBe('Never 0/2, P1 WARN_ON(r0)');
});
