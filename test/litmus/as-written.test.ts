import { describe, expect, test } from 'vitest';
import { explore } from '../../src/explore/explore.ts';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { runLitmus } from '../../src/litmus/run-litmus.ts';
import { parsed } from './one-thread.ts';

/** The verdict and the counts of a test of threads with these bodies. */
function result(bodies: readonly string[], condition: string, initial: string): string {
  const threads = bodies.map((body, i) => `P${i}(int *x, int *y, int *l) { int r0; int r1; int f; ${body} }`);
  const test = parsed(`C t\n{ ${initial} }\n${threads.join('\n')}\n${condition}\n`);
  const outcome = runLitmus(compileLitmus(test), { model: 'lkmm' }, explore);
  if (outcome.kind === 'fault') throw new Error(outcome.diagnostic.message);
  const verdict = outcome.kind === 'decided' ? outcome.verdict : outcome.kind;
  return [verdict, outcome.positive, outcome.negative, ...outcome.flags].join(' ');
}

describe('what people write in mails, and what herd7 says of the same in its own words', () => {
  const store = 'WRITE_ONCE(*y, 1); smp_store_release(x, 1);';
  test.each<[name: string, bodies: readonly string[], condition: string, verdict: string, initial?: string]>([
    [
      'spin_lock_irqsave',
      [
        'spin_lock_irqsave(l, f); WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); spin_unlock_irqrestore(l, f);',
        'spin_lock(l); r0 = READ_ONCE(*y); r1 = READ_ONCE(*x); spin_unlock(l);',
      ],
      'exists (1:r0=1 /\\ 1:r1=0)',
      'Never 0 2',
    ],
    [
      'mutex_lock',
      [
        'mutex_lock(l); WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); mutex_unlock(l);',
        'mutex_lock(l); r0 = READ_ONCE(*y); r1 = READ_ONCE(*x); mutex_unlock(l);',
      ],
      'exists (1:r0=1 /\\ 1:r1=0)',
      'Never 0 2',
    ],
    [
      'mb()',
      ['WRITE_ONCE(*x, 1); mb(); r0 = READ_ONCE(*y);', 'WRITE_ONCE(*y, 1); mb(); r0 = READ_ONCE(*x);'],
      'exists (0:r0=0 && 1:r0=0)',
      'Never 0 3',
    ],
    [
      'wmb(), rmb()',
      ['WRITE_ONCE(*x, 1); wmb(); WRITE_ONCE(*y, 1);', 'r0 = READ_ONCE(*y); rmb(); r1 = READ_ONCE(*x);'],
      'exists (1:r0=1 && 1:r1=0)',
      'Never 0 3',
    ],
    [
      'rcu_read_lock_bh',
      [
        'rcu_read_lock_bh(); r0 = READ_ONCE(*x); r1 = READ_ONCE(*y); rcu_read_unlock_bh();',
        'WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1);',
      ],
      'exists (0:r0=1 && 0:r1=0)',
      'Never 0 3',
    ],
    [
      'a spin on smp_load_acquire',
      [store, 'while (!smp_load_acquire(x)) cpu_relax(); r1 = READ_ONCE(*y);'],
      'exists (1:r1=0)',
      'Never 0 1',
    ],
    [
      'smp_cond_load_acquire',
      [store, 'r0 = smp_cond_load_acquire(x, VAL != 0); r1 = READ_ONCE(*y);'],
      'exists (1:r1=0)',
      'Never 0 1',
    ],
    [
      'smp_cond_load_relaxed',
      [store, 'r0 = smp_cond_load_relaxed(x, VAL); r1 = READ_ONCE(*y);'],
      'exists (1:r1=0)',
      'Sometimes 1 1',
    ],
    [
      'a wait for what never comes',
      [store, 'r0 = atomic_cond_read_acquire(x, VAL > 1);'],
      'exists (1:r0=1)',
      'deadlock 0 0',
    ],
    [
      'refcount_dec_and_test',
      [
        'WRITE_ONCE(*x, 1); r1 = refcount_dec_and_test(l); if (r1) r0 = READ_ONCE(*y);',
        'WRITE_ONCE(*y, 1); r1 = refcount_dec_and_test(l);',
      ],
      'exists (0:r1=1 && 0:r0=0)',
      'Never 0 2',
      'l = 2;',
    ],
    [
      'write_lock',
      ['write_lock(l); *x = 1; *y = 1; write_unlock(l);', 'read_lock(l); r0 = *y; r1 = *x; read_unlock(l);'],
      'exists (1:r0=1 && 1:r1=0)',
      'Never 0 2',
    ],
    [
      'two readers',
      ['read_lock(l); r0 = *y; read_unlock(l);', 'read_lock(l); r0 = *y; read_unlock(l);'],
      'exists (0:r0=1)',
      'Never 0 6',
    ],
    [
      'down_write',
      ['down_write(l); (*x)++; up_write(l);', 'down_write(l); (*x)++; up_write(l);'],
      'exists (~x=2)',
      'Never 0 2',
    ],
    [
      'bit_spin_lock',
      ['bit_spin_lock(3, l); (*x)++; bit_spin_unlock(3, l);', 'bit_spin_lock(3, l); (*x)++; bit_spin_unlock(3, l);'],
      'exists (~x=2)',
      'Never 0 2',
    ],
    ['data_race', ['*x = 1;', 'r0 = data_race(*x);'], 'exists (1:r0=1)', 'Sometimes 1 1'],
    ['no data_race', ['*x = 1;', 'r0 = *x;'], 'exists (1:r0=1)', 'Sometimes 1 1 data-race'],
    ['no condition', [store, 'r0 = READ_ONCE(*x);'], '', 'Always 2 0'],
  ])('%s', (_, bodies, condition, verdict, initial = '') => expect(result(bodies, condition, initial)).toBe(verdict));
});
