import { describe, expect, it } from 'vitest';
import { isTame } from '../../src/litmus/tame.ts';
import { parsed } from './one-thread.ts';

const tame = (body: string): boolean =>
  isTame(
    parsed(`C t\n{}\nP0(int *x, int *y, int **p, spinlock_t *l, struct srcu_struct *s) { ${body} }\nexists (x=1)\n`),
  );

describe('nothing can be flagged or at fault', () => {
  it.each([
    'int r0 = READ_ONCE(*x); WRITE_ONCE(*y, r0 + 1);',
    'int r0 = atomic_cmpxchg(x, 0, 1); if (r0 == 0) smp_mb();',
    'smp_store_release(y, smp_load_acquire(x));',
    'rcu_read_lock(); rcu_read_lock(); WRITE_ONCE(*x, 1); rcu_read_unlock(); rcu_read_unlock(); synchronize_rcu();',
    'spin_lock(l); WRITE_ONCE(*x, 1); spin_unlock(l);',
    'int r0 = 0; while (READ_ONCE(*x) == 0) r0 = r0 * 2;',
    'if (READ_ONCE(*x)) goto out; WRITE_ONCE(*x, 1); out: WRITE_ONCE(*y, 1);',
  ])('%s', (body) => expect(tame(body)).toBe(true));
});

describe('something may be', () => {
  it.each([
    '*x = 1;',
    'int r0 = *x;',
    'if (READ_ONCE(*x)) { *y = 1; }',
    'int *r0 = READ_ONCE(*p); WRITE_ONCE(*r0, 1);',
    'int *r0 = READ_ONCE(*p); int r1 = atomic_read(r0);',
    'int r0 = 5 / READ_ONCE(*x);',
    'int r0 = 1; r0 <<= READ_ONCE(*x);',
    'int r0; int *r1 = &r0; WRITE_ONCE(*r1, 1);',
    '__set_bit(1, x);',
    'set_bit(READ_ONCE(*y), x);',
    'rcu_read_lock();',
    'rcu_read_lock(); if (READ_ONCE(*x)) return; rcu_read_unlock();',
    'rcu_read_lock(); if (READ_ONCE(*x)) goto out; rcu_read_unlock(); out: ;',
    'rcu_read_unlock(); rcu_read_lock();',
    'if (READ_ONCE(*x)) rcu_read_lock();',
    'int r0 = srcu_read_lock(s); srcu_read_unlock(s, r0);',
    'synchronize_srcu(s);',
    'spin_unlock(l);',
    'if (spin_trylock(l)) spin_unlock(l);',
    'spin_lock(l); spin_unlock(l); spin_unlock(l);',
    'spin_lock(l); int r0 = READ_ONCE(*l);',
  ])('%s', (body) => expect(tame(body)).toBe(false));
});
