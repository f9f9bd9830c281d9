import { describe, expect, it } from 'vitest';
import { checkLitmus } from '../../../src/fronts/litmus/check-litmus.ts';
import type { LitmusResult, Question } from '../../../src/fronts/litmus/litmus-result.ts';

const ask = (text: string, question: Question): LitmusResult =>
  checkLitmus('t.litmus', text, {
    model: 'lkmm',
    question,
    unroll: 2,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Number.POSITIVE_INFINITY,
    onExecution: undefined,
  });

const two = (one: string, other: string, after: string, initial = ''): string =>
  `C t\n{${initial}}\nP0(int *x, int *y, int **p, spinlock_t *l, spinlock_t *m) { ${one} }\nP1(int *x, int *y, int **p, spinlock_t *l, spinlock_t *m) { ${other} }\n${after}\n`;

/** The word for a result, with its flags. */
const words = (result: LitmusResult): string => {
  switch (result.kind) {
    case 'decided':
      return [result.verdict, ...result.flags].join(' ');
    case 'error':
      return result.diagnostics[0]!.code;
    default:
      return result.kind;
  }
};

describe('what is decided is what the default finds', () => {
  it.each<[name: string, text: string, expected: string]>([
    [
      'no execution completes',
      two('spin_lock(l); spin_lock(l);', 'int r0 = READ_ONCE(*x);', 'exists (1:r0=1)'),
      'deadlock',
    ],
    [
      'none completes, with a filter',
      two('spin_lock(l); spin_lock(l);', 'int r0 = READ_ONCE(*x);', 'filter (1:r0=0) exists (1:r0=1)'),
      'deadlock',
    ],
    [
      'some executions block',
      two(
        'spin_lock(l); spin_lock(m); spin_unlock(m); spin_unlock(l);',
        'spin_lock(m); spin_lock(l); spin_unlock(l); spin_unlock(m);',
        'exists (x=1)',
      ),
      'Never',
    ],
    ['all that completes is cut off', two('int r0 = READ_ONCE(*x);', '', 'exists (0:r0=1)'), 'Never'],
    ['the filter drops everything', two('int r0 = READ_ONCE(*x);', '', 'filter (0:r0=2) exists (0:r0=1)'), 'Never'],
    [
      'a race where the condition is out of reach',
      two('*x = 1; int r1 = READ_ONCE(*y);', 'int r0 = *x;', 'exists (0:r1=1)'),
      'Never data-race',
    ],
    [
      'a race in a branch that is cut off',
      two('int r0 = READ_ONCE(*y); if (r0 == 0) *x = 1;', 'int r1 = *x;', 'exists (0:r0=1)'),
      'Never data-race',
    ],
    [
      'mixed accesses',
      two('WRITE_ONCE(*x, 1); *x = 2; int r1 = READ_ONCE(*y);', 'int r0 = READ_ONCE(*x);', 'exists (0:r1=1)'),
      'Never data-race mixed-accesses',
    ],
    ['plain accesses that do not race', two('*x = 1; int r0 = *x;', '', 'exists (0:r0=2)'), 'Never'],
    ['a race, and a forall', two('*x = 1;', 'int r0 = *x;', 'forall (1:r0=0 \\/ 1:r0=1)'), 'Always data-race'],
    [
      'a fault in what is cut off',
      two('int r0 = READ_ONCE(*y); if (r0 == 0) { int *r1 = READ_ONCE(*p); *r1 = 1; }', '', 'exists (0:r0=1)'),
      'HF201',
    ],
    [
      'a division by zero in what is cut off',
      two('int r0 = READ_ONCE(*y); int r1 = 1 / r0;', '', 'exists (0:r0=1)'),
      'HF201',
    ],
    [
      'a fault of one thread where a loop of another is cut',
      two('while (READ_ONCE(*y) == 0) ;', 'int *r1 = READ_ONCE(*p); *r1 = 1;', 'exists (x=1)'),
      'HF201',
    ],
  ])('%s', (_, text, expected) => {
    expect([words(ask(text, 'states')), words(ask(text, 'decide'))]).toEqual([expected, expected]);
  });
});

describe('blocked executions of a litmus test', () => {
  const LOCKS = two(
    'spin_lock(l); spin_lock(m); spin_unlock(m); spin_unlock(l);',
    'spin_lock(m); spin_lock(l); spin_unlock(l); spin_unlock(m);',
    'exists (x=1)',
  );
  it('are counted, and it is said who waits where for what', () => {
    expect(ask(LOCKS, 'executions')).toMatchObject({
      kind: 'decided',
      executions: 2,
      blocked: 1,
      waits: [
        { who: 'P0', code: 'spin_lock(m)', location: 'm', value: '1', place: { line: 3 } },
        { who: 'P1', code: 'spin_lock(l)', location: 'l', value: '1', place: { line: 4 } },
      ],
    });
  });

  it('are not those of a loop that was cut', () => {
    const cut = two(
      'spin_lock(l); int r0 = 0; while (READ_ONCE(*x) == 0) r0 = r0 + 1; spin_unlock(l);',
      'spin_lock(l);',
      'exists (x=1)',
    );
    expect(ask(cut, 'executions')).toMatchObject({ kind: 'bounded', limit: 'unroll', waits: [{ who: 'P0' }] });
  });

  it('must be executions of the model: a grace period waits for the section before it', () => {
    const rcu = `C t\n{}
P0(int *x, int *y, spinlock_t *l) { rcu_read_lock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_unlock(); if (r0 == 1) { if (r1 == 0) { spin_lock(l); spin_lock(l); } } }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 0:r1=0)`;
    expect(ask(rcu, 'executions')).toMatchObject({ kind: 'decided', verdict: 'Never', blocked: 0 });
  });
});

it('of a loop that reads the same for ever it is said what it reads', () => {
  const spin = two('while (smp_load_acquire(x) == 0) ;', 'int r0 = READ_ONCE(*y);', 'exists (1:r0=1)');
  for (const question of ['states', 'decide'] as const) {
    expect(ask(spin, question)).toMatchObject({
      kind: 'deadlock',
      waits: [{ who: 'P0', code: 'smp_load_acquire(x)', location: 'x', value: '0', place: { line: 3 } }],
    });
  }
});
