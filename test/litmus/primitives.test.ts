import { describe, expect, test } from 'vitest';
import { signature } from '../../src/litmus/primitive.ts';
import { PRIMITIVES } from '../../src/litmus/primitives.ts';
import { runThread } from './one-thread.ts';

/** What a statement does where x is 5, y is 0, z is 1 and r9 was read from y. */
function does(body: string): string[] {
  return runThread(`int r9 = READ_ONCE(*y); ${body}`, 'x = 5; z = 1;').log.slice(1);
}

/** The value of an expression there. */
const value = (expression: string): number =>
  runThread(`int r9 = 0; int r0 = ${expression};`, 'x = 5; z = 1;').register('r0');

describe('what each form does', () => {
  test.each<[statement: string, log: string[]]>([
    ['WRITE_ONCE(*x, r9);', ['1 W.once x=0 data 0']],
    ['int r1 = smp_load_acquire(x);', ['1 R.acquire x=5']],
    ['smp_store_release(x, r9);', ['1 W.release x=0 data 0']],
    ['smp_store_mb(*x, r9);', ['1 W.once x=0 data 0', '- F.mb']],
    ['rcu_assign_pointer(*p, y);', ['1 W.release p=y']],
    ['RCU_INIT_POINTER(*p, NULL);', ['1 W.once p=0']],
    ['int *r1 = rcu_dereference(*p);', ['1 R.once p=0']],
    ['rcu_read_lock(); rcu_read_unlock();', ['- F.rcu-lock', '- F.rcu-unlock']],
    ['synchronize_rcu(); synchronize_rcu_expedited();', ['- F.sync-rcu', '- F.sync-rcu']],
    ['int r1 = srcu_read_lock(z); srcu_read_unlock(z, r1);', ['1 R.srculock z=1', '2 W.srcuunlock z=1 data 1']],
    ['int r1 = srcu_down_read(z); srcu_up_read(z, r1);', ['1 R.srculock z=1', '2 W.srcuunlock z=1 data 1']],
    ['synchronize_srcu(z); synchronize_srcu_expedited(z);', ['- F.sync-srcu z', '- F.sync-srcu z']],
    ['smp_mb(); smp_rmb(); smp_wmb(); barrier();', ['- F.mb', '- F.rmb', '- F.wmb', '- F.barrier']],
    ['smp_mb__before_atomic(); smp_mb__after_atomic();', ['- F.before-atomic', '- F.after-atomic']],
    ['smp_mb__after_spinlock();', ['- F.after-spinlock']],
    ['smp_mb__after_unlock_lock();', ['- F.after-unlock-lock']],
    ['smp_mb__after_srcu_read_unlock();', ['- F.after-srcu-read-unlock']],
    ['spin_lock(y); spin_unlock(y);', ['1 U.lock y=0:1', '3 W.unlock y=0']],
    ['int r1 = spin_trylock(y);', ['1 U.lock y=0:1']],
    // What a lock holds at the start, or what anybody writes to it, is nothing to those who take it.
    ['spin_unlock(y);', ['1 W.unlock y=0']],
    ['int r1 = spin_trylock(z); WRITE_ONCE(*x, r1);', ['1 U.lock z=0:1', '3 W.once x=1 data 1']],
    ['int r1 = spin_is_locked(z); WRITE_ONCE(*x, r1);', ['1 R.once z=0', '2 W.once x=0 data 1']],
    [
      'spin_lock(z); int r1 = spin_trylock(z); WRITE_ONCE(*x, r1);',
      ['1 U.lock z=0:1', '3 U.lock z=1', '4 W.once x=0 data 3'],
    ],
    ['xchg(x, r9);', ['1 U.full x=5:0 data 0']],
    ['int r1 = xchg(x, r9); WRITE_ONCE(*z, r1);', ['1 U.full x=5:0 data 0', '3 W.once z=5 data 1']],
    ['cmpxchg(x, 5, r9);', ['1 U.full x=5:0 data 0']],
    ['cmpxchg(x, r9 + 5, 7);', ['1 U.full x=5:7 ctrl 0']],
    ['int r1 = cmpxchg(x, r9, 7); WRITE_ONCE(*z, r1);', ['1 U.full x=5 ctrl 0', '2 W.once z=5 data 1']],
    ['int r1 = 5; int r2 = try_cmpxchg(x, &r1, r9);', ['1 U.full x=5:0 data 0']],
    [
      'int r1 = 4; int r2 = try_cmpxchg(x, &r1, 9); WRITE_ONCE(*z, r1); WRITE_ONCE(*z, r2);',
      ['1 U.full x=5', '2 W.once z=5 data 1', '3 W.once z=0 data 1'],
    ],
    ['try_cmpxchg(x, z, 9);', ['1 R.plain z=1', '2 U.full x=5 ctrl 1', '3 W.plain z=5 data 2 ctrl 1,2']],
    ['atomic_set(x, 2); atomic_set_release(x, 3);', ['1 W.once x=2', '2 W.release x=3']],
    ['int r1 = atomic_read(x); r1 = atomic_read_acquire(x);', ['1 R.once x=5', '2 R.acquire x=5']],
    ['atomic_add(r9, x);', ['1 U.noreturn x=5:5 data 0']],
    ['atomic_inc(x); atomic_dec(x);', ['1 U.noreturn x=5:6', '3 U.noreturn x=6:5']],
    ['int r1 = atomic_add_return(2, x); WRITE_ONCE(*z, r1);', ['1 U.full x=5:7', '3 W.once z=7 data 1']],
    ['int r1 = atomic_fetch_add(2, x); WRITE_ONCE(*z, r1);', ['1 U.full x=5:7', '3 W.once z=5 data 1']],
    ['int r1 = atomic_add_unless(x, 2, r9);', ['1 U.full x=5:7 ctrl 0']],
    ['int r1 = atomic_add_unless(x, r9, 5);', ['1 U.full x=5 data 0']],
    ['int r1 = atomic_inc_not_zero(x);', ['1 U.full x=5:6']],
    ['int r1 = atomic_inc_not_zero(y);', ['1 U.full y=0']],
    [
      'set_bit(3, x); clear_bit(0, x); change_bit(1, x);',
      ['1 U.noreturn x=5:13', '3 U.noreturn x=13:12', '5 U.noreturn x=12:14'],
    ],
    ['int r1 = test_and_set_bit(1, x);', ['1 U.full x=5:7']],
    ['int r1 = test_and_set_bit_lock(1, x);', ['1 U.acquire x=5:7']],
    ['int r1 = test_and_set_bit_lock(0, x);', ['1 U.acquire x=5']],
    ['clear_bit_unlock(0, x);', ['1 U.release x=5:4']],
    ['__set_bit(1, x);', ['1 R.plain x=5', '2 W.plain x=7 data 1']],
    ['if (READ_ONCE(*z)) atomic_inc(x);', ['1 R.once z=1', '2 U.noreturn x=5:6 ctrl 1']],
    ['int *r1 = READ_ONCE(*p); r1 = x + r9; atomic_inc(r1);', ['1 R.once p=0', '2 U.noreturn x=5:6 addr 0']],
    ['int r1 = ACCESS_ONCE(*x); ACCESS_ONCE(*x) = r1;', ['1 R.once x=5', '2 W.once x=5 data 1']],
    ['smp_store_mb(x, 1);', ['1 W.once x=1', '- F.mb']],
    ['virt_store_mb(*x, 1); virt_store_release(x, 2);', ['1 W.once x=1', '- F.mb', '2 W.release x=2']],
    ['int r1 = virt_load_acquire(x);', ['1 R.acquire x=5']],
    ['mb(); rmb(); wmb();', ['- F.mb', '- F.rmb', '- F.wmb']],
    ['virt_mb(); dma_rmb(); virt_wmb();', ['- F.mb', '- F.rmb', '- F.wmb']],
    ['cpu_relax(); preempt_disable(); local_irq_enable();', ['- F.barrier', '- F.barrier']],
    ['unsigned long f; local_irq_save(f); local_irq_restore(f);', ['- F.barrier', '- F.barrier']],
    ['rcu_read_lock_bh(); rcu_read_unlock_sched();', ['- F.rcu-lock', '- F.rcu-unlock']],
    ['int *r1 = rcu_dereference_bh(*p); r1 = rcu_dereference_sched(*q);', ['1 R.once p=0', '2 R.once q=0']],
    ['int *r1 = rcu_dereference_check(*p, lockdep_is_held(y));', ['1 R.once p=0']],
    ['int *r1 = rcu_dereference_protected(*p, 1);', ['1 R.plain p=0']],
    ['int *r1 = srcu_dereference(*p, z);', ['1 R.once p=0']],
    ['spin_lock_irq(y); spin_unlock_bh(y);', ['1 U.lock y=0:1', '3 W.unlock y=0']],
    ['int f; spin_lock_irqsave(y, f); spin_unlock_irqrestore(y, f);', ['1 U.lock y=0:1', '3 W.unlock y=0']],
    ['int f; int r1 = spin_trylock_irqsave(y, f);', ['1 U.lock y=0:1']],
    ['mutex_lock(y); mutex_unlock(y);', ['1 U.lock y=0:1', '3 W.unlock y=0']],
    ['int r1 = mutex_trylock(y); r1 = mutex_is_locked(y);', ['1 U.lock y=0:1', '3 R.once y=1']],
    ['read_lock(y); read_unlock(y);', ['1 U.acquire y=0:2', '3 U.release y=2:0']],
    ['down_read(y); up_read(y);', ['1 U.acquire y=0:2', '3 U.release y=2:0']],
    ['write_lock_irq(y); write_unlock_irq(y);', ['1 U.acquire y=0:1', '3 U.release y=1:0']],
    ['down_write(y); up_write(y);', ['1 U.acquire y=0:1', '3 U.release y=1:0']],
    ['int r1 = down_read_trylock(z); r1 = write_trylock(y);', ['1 U.acquire z=1', '2 U.acquire y=0:1']],
    ['bit_spin_lock(1, x); bit_spin_unlock(1, x);', ['1 U.acquire x=5:7', '3 U.release x=7:5']],
    ['int r1 = bit_spin_trylock(0, x);', ['1 U.acquire x=5']],
    ['cmpxchg64(x, 5, 6); cmpxchg64_acquire(x, 5, 6);', ['1 U.full x=5:6', '3 U.acquire x=6']],
    ['int r1 = atomic_dec_if_positive(x); r1 = atomic_dec_if_positive(y);', ['1 U.full x=5:4', '3 U.full y=0']],
    ['int r1 = atomic_inc_unless_negative(y); *x = r1;', ['1 U.full y=0:1', '3 W.plain x=1 data 1']],
    ['int r1 = atomic_dec_unless_positive(x); *x = r1;', ['1 U.full x=5', '2 W.plain x=0 data 1']],
    ['refcount_set(x, 1); int r1 = refcount_read(x);', ['1 W.once x=1', '2 R.once x=1']],
    [
      'refcount_inc(x); refcount_add(2, x); refcount_dec(x);',
      ['1 U.noreturn x=5:6', '3 U.noreturn x=6:8', '5 U.release x=8:7'],
    ],
    ['int r1 = refcount_dec_and_test(x);', ['1 U.release x=5:4']],
    ['int r1 = refcount_dec_and_test(z);', ['1 U.release z=1:0', '- F.rmb']],
    ['int r1 = refcount_sub_and_test(5, x);', ['1 U.release x=5:0', '- F.rmb']],
    ['int r1 = refcount_inc_not_zero(x); r1 = refcount_add_not_zero(2, y);', ['1 U.once x=5:6', '3 U.once y=0']],
    ['int r1 = refcount_dec_if_one(z); r1 = refcount_dec_not_one(x);', ['1 U.release z=1:0', '3 U.release x=5:4']],
    ['int r1 = smp_cond_load_acquire(x, VAL == 5); *z = r1;', ['1 R.acquire x=5', '2 W.plain z=5 data 1']],
    ['int r1 = atomic_cond_read_relaxed(x, VAL > r9);', ['1 R.once x=5']],
    [
      'int r1 = data_race(*x); data_race(*z = r1); data_race((*x)++);',
      ['1 R.datarace x=5', '2 W.datarace z=5 data 1', '3 R.datarace x=5', '4 W.datarace x=6 data 3'],
    ],
    ['if (likely(!WARN_ON(r9))) WRITE_ONCE(*z, 2);', ['1 W.once z=2 ctrl 0']],
    ['VM_WARN_ON(r9); WRITE_ONCE(*z, 2);', ['1 W.once z=2']],
    ['VM_WARN_ON_ONCE_FOLIO(r9, folio); WRITE_ONCE(*z, 2);', ['1 W.once z=2']],
    ['WRITE_ONCE(*z, WARN_ONCE(r9, "r9 is %d\\n", READ_ONCE(*x)));', ['1 W.once z=0 data 0']],
    ['WARN(r9, KERN_ERR "a \\"b\\"" "c"); VM_WARN(r9, "d"); WRITE_ONCE(*z, 2);', ['1 W.once z=2']],
    ['VM_BUG_ON_PAGE(r9 > 9, page); WRITE_ONCE(*z, 2);', ['1 W.once z=2 ctrl 0']],
    ['printk("%d, %s\\n", *x, "y"); pr_warn_once("z"); dump_stack(); printk();', []],
    ['BUG_ON(r9 > 9); WRITE_ONCE(*z, 2);', ['1 W.once z=2 ctrl 0']],
    ['VM_BUG_ON(r9 + 1); WRITE_ONCE(*z, 2);', []],
  ])('%s', (statement, log) => expect(does(statement)).toEqual(log));
});

describe('what each returns, where x is 5', () => {
  test.each<[expression: string, result: number]>([
    ['xchg(x, 9)', 5],
    ['cmpxchg(x, 5, 9)', 5],
    ['cmpxchg(x, 4, 9)', 5],
    ['spin_trylock(y)', 1],
    ['spin_trylock(z)', 1],
    ['spin_is_locked(y)', 0],
    ['atomic_add_return(3, x)', 8],
    ['atomic_sub_return(3, x)', 2],
    ['atomic_inc_return(x)', 6],
    ['atomic_dec_return(x)', 4],
    ['atomic_fetch_add(3, x)', 5],
    ['atomic_fetch_and(4, x)', 5],
    ['atomic_sub_and_test(5, x)', 1],
    ['atomic_dec_and_test(x)', 0],
    ['atomic_dec_and_test(z)', 1],
    ['atomic_inc_and_test(x)', 0],
    ['atomic_add_negative(-6, x)', 1],
    ['atomic_add_negative(-5, x)', 0],
    ['atomic_add_unless(x, 1, 5)', 0],
    ['atomic_add_unless(x, 1, 4)', 1],
    ['atomic_fetch_add_unless(x, 1, 4)', 5],
    ['atomic_inc_not_zero(x)', 1],
    ['atomic_inc_not_zero(y)', 0],
    ['test_bit(2, x)', 1],
    ['test_bit(1, x)', 0],
    ['test_and_set_bit(0, x)', 1],
    ['test_and_clear_bit(1, x)', 0],
    ['test_and_change_bit(2, x)', 1],
    ['test_and_set_bit_lock(2, x)', 1],
    ['test_and_set_bit_lock(1, x)', 0],
    ['__test_and_clear_bit(2, x)', 1],
    ['mutex_trylock(y)', 1],
    ['mutex_is_locked(y)', 0],
    ['write_trylock(z)', 0],
    ['down_read_trylock(y)', 1],
    ['bit_spin_trylock(1, x)', 1],
    ['bit_spin_trylock(0, x)', 0],
    ['bit_spin_is_locked(2, x)', 1],
    ['atomic_dec_if_positive(x)', 4],
    ['atomic_dec_if_positive(y)', -1],
    ['atomic_inc_unless_negative(y)', 1],
    ['atomic_dec_unless_positive(x)', 0],
    ['refcount_dec_and_test(x)', 0],
    ['refcount_dec_and_test(z)', 1],
    ['refcount_inc_not_zero(y)', 0],
    ['refcount_dec_if_one(x)', 0],
    ['refcount_dec_not_one(z)', 0],
    ['likely(7)', 1],
    ['WARN_ON(7)', 1],
  ])('%s is %i', (expression, result) => expect(value(expression)).toBe(result));
});

describe('what each leaves in memory, where x is 5', () => {
  test.each<[statement: string, left: number]>([
    ['atomic_and(4, x);', 4],
    ['atomic_or(2, x);', 7],
    ['atomic_xor(1, x);', 4],
    ['atomic_andnot(1, x);', 4],
    ['atomic_sub(2, x);', 3],
    ['__clear_bit(0, x);', 4],
    ['__change_bit(1, x);', 7],
    ['test_and_change_bit(1, x);', 7],
  ])('%s', (statement, left) => expect(runThread(statement, 'x = 5;').memory[0]).toBe(left));
});

describe('the orderings of every family', () => {
  const families = [
    'xchg',
    'cmpxchg',
    'atomic_xchg',
    'atomic64_cmpxchg',
    'atomic_long_fetch_andnot',
    'atomic_add_return',
    'atomic_sub_return',
    'atomic_fetch_or',
    'atomic_fetch_xor',
    'atomic_fetch_inc',
    'atomic_dec_return',
    'atomic_add_negative',
    'atomic_try_cmpxchg',
  ];
  const arguments_: Record<string, string> = { p: 'x', v: '1', o: '&r1' };
  for (const family of families) {
    const { parameters } = PRIMITIVES.get(family)!;
    const args = [...parameters].map((letter) => arguments_[letter]).join(', ');
    test.each([
      ['', 'full'],
      ['_relaxed', 'once'],
      ['_acquire', 'acquire'],
      ['_release', 'release'],
    ])(`${family}%s is %s`, (suffix, mode) => {
      const initial = /^atomic(64|_long)_/.test(family) ? 'atomic64_t x = 1;' : 'x = 1;';
      const { log } = runThread(`int r1 = 1; int r2 = ${family}${suffix}(${args});`, initial);
      expect(log[0]).toMatch(new RegExp(`^0 U.${mode} x=1:`));
    });
  }
});

test('every name of linux-kernel.def in Linux 6.12 is there', () => {
  const orderings = ['', '_relaxed', '_acquire', '_release'];
  const names = [
    'READ_ONCE WRITE_ONCE smp_store_release smp_load_acquire rcu_assign_pointer rcu_dereference smp_store_mb',
    'smp_mb smp_rmb smp_wmb smp_mb__before_atomic smp_mb__after_atomic smp_mb__after_spinlock',
    'smp_mb__after_unlock_lock smp_mb__after_srcu_read_unlock barrier',
    'spin_lock spin_unlock spin_trylock spin_is_locked',
    'rcu_read_lock rcu_read_unlock synchronize_rcu synchronize_rcu_expedited',
    'srcu_read_lock srcu_read_unlock srcu_down_read srcu_up_read synchronize_srcu synchronize_srcu_expedited',
    'atomic_read atomic_set atomic_read_acquire atomic_set_release',
    'atomic_add atomic_sub atomic_inc atomic_dec atomic_and atomic_or atomic_xor atomic_andnot',
    'atomic_sub_and_test atomic_dec_and_test atomic_inc_and_test atomic_add_unless',
  ].flatMap((line) => line.split(' '));
  const families = [
    'xchg cmpxchg atomic_xchg atomic_cmpxchg atomic_add_negative',
    'atomic_add_return atomic_sub_return atomic_inc_return atomic_dec_return',
    'atomic_fetch_add atomic_fetch_sub atomic_fetch_inc atomic_fetch_dec',
    'atomic_fetch_and atomic_fetch_or atomic_fetch_xor atomic_fetch_andnot',
  ].flatMap((line) => line.split(' '));
  for (const family of families) for (const ordering of orderings) names.push(family + ordering);
  expect(names.filter((name) => !PRIMITIVES.has(name))).toEqual([]);
});

test('a signature for people', () => {
  const show = (name: string): string => signature(name, PRIMITIVES.get(name)!);
  expect(show('WRITE_ONCE')).toBe('WRITE_ONCE(*x, value)');
  expect(show('atomic_add')).toBe('atomic_add(value, x)');
  expect(show('try_cmpxchg')).toBe('try_cmpxchg(x, &old, value)');
  expect(show('smp_mb')).toBe('smp_mb()');
});
