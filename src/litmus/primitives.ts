import { LESS, WHOLE } from '../cpu/cpu.ts';
import { Fence, Mode, RmwOp } from '../cpu/modes.ts';
import { BIT, READER, SPIN, WRITER } from './locks.ts';
import type { Action, Guard, Primitive } from './primitive.ts';
import { ATOMIC, ATOMIC64, type ValueType } from './value-type.ts';

const UNLESS_VALUE: Guard = { mask: WHOLE, want: 'value', equal: false };
const NOT_ZERO: Guard = { mask: WHOLE, want: 0, equal: false };
const ONE: Guard = { mask: WHOLE, want: 1, equal: true };
const NOT_ONE: Guard = { mask: WHOLE, want: 1, equal: false };
const NEGATIVE: Guard = { mask: LESS, want: 0, equal: true };
const POSITIVE: Guard = { mask: LESS, want: 1, equal: false };
const not = (guard: Guard): Guard => ({ ...guard, equal: !guard.equal });

const ORDERINGS: readonly (readonly [string, Mode])[] = [
  ['', Mode.Full],
  ['_relaxed', Mode.Once],
  ['_acquire', Mode.Acquire],
  ['_release', Mode.Release],
];

const ARITHMETIC: readonly (readonly [string, RmwOp])[] = [
  ['add', RmwOp.Add],
  ['sub', RmwOp.Sub],
  ['and', RmwOp.And],
  ['or', RmwOp.Or],
  ['xor', RmwOp.Xor],
  ['andnot', RmwOp.Andnot],
];

const FENCES: readonly (readonly [string, Fence])[] = [
  ...['', 'smp_', 'virt_', 'dma_'].flatMap((prefix): [string, Fence][] => [
    [`${prefix}mb`, Fence.Mb],
    [`${prefix}rmb`, Fence.Rmb],
    [`${prefix}wmb`, Fence.Wmb],
  ]),
  ...['smp_', 'virt_'].flatMap((prefix): [string, Fence][] => [
    [`${prefix}mb__before_atomic`, Fence.BeforeAtomic],
    [`${prefix}mb__after_atomic`, Fence.AfterAtomic],
  ]),
  ['smp_mb__after_spinlock', Fence.AfterSpinlock],
  ['smp_mb__after_unlock_lock', Fence.AfterUnlockLock],
  ['smp_mb__after_srcu_read_unlock', Fence.AfterSrcuReadUnlock],
  ['barrier', Fence.Barrier],
  ...['', '_bh', '_sched'].flatMap((suffix): [string, Fence][] => [
    [`rcu_read_lock${suffix}`, Fence.RcuLock],
    [`rcu_read_unlock${suffix}`, Fence.RcuUnlock],
  ]),
  // What keeps interrupts or the scheduler away is a barrier for the compiler.
  ['local_irq_disable', Fence.Barrier],
  ['local_irq_enable', Fence.Barrier],
  ['local_bh_disable', Fence.Barrier],
  ['local_bh_enable', Fence.Barrier],
  ['preempt_disable', Fence.Barrier],
  ['preempt_enable', Fence.Barrier],
  ['synchronize_rcu', Fence.SyncRcu],
  ['synchronize_rcu_expedited', Fence.SyncRcu],
];

/**
 * The primitives of tools/memory-model/linux-kernel.def (Linux 6.12), with those of include/linux/atomic,
 * include/linux/bitops.h and include/linux/rcupdate.h that are made of the same events.
 */
function makePrimitives(): Map<string, Primitive> {
  const all = new Map<string, Primitive>();
  const add: Add = (name, parameters, action) => {
    all.set(name, { parameters, ...action });
  };

  add('READ_ONCE', 'l', { kind: 'load', mode: Mode.Once });
  add('WRITE_ONCE', 'lv', { kind: 'store', mode: Mode.Once });
  add('ACCESS_ONCE', 'l', { kind: 'load', mode: Mode.Once });
  for (const prefix of ['smp_', 'virt_']) {
    add(`${prefix}load_acquire`, 'p', { kind: 'load', mode: Mode.Acquire });
    add(`${prefix}store_release`, 'pv', { kind: 'store', mode: Mode.Release });
    add(`${prefix}store_mb`, 'dv', { kind: 'store', mode: Mode.Once, after: Fence.Mb });
  }
  add('smp_cond_load_relaxed', 'pc', { kind: 'loadUntil', mode: Mode.Once });
  add('smp_cond_load_acquire', 'pc', { kind: 'loadUntil', mode: Mode.Acquire });
  for (const [name, fence] of FENCES) add(name, '', { kind: 'fence', fence });

  add('rcu_assign_pointer', 'lv', { kind: 'store', mode: Mode.Release });
  add('RCU_INIT_POINTER', 'lv', { kind: 'store', mode: Mode.Once });
  for (const suffix of ['', '_raw', '_bh', '_sched']) {
    add(`rcu_dereference${suffix}`, 'l', { kind: 'load', mode: Mode.Once });
    if (suffix !== '_raw') add(`rcu_dereference${suffix}_check`, 'l_', { kind: 'load', mode: Mode.Once });
  }
  add('rcu_access_pointer', 'l', { kind: 'load', mode: Mode.Once });
  add('rcu_dereference_protected', 'l_', { kind: 'load', mode: Mode.Plain });
  add('srcu_dereference', 'l_', { kind: 'load', mode: Mode.Once });
  for (const name of ['srcu_read_lock', 'srcu_down_read']) add(name, 'p', { kind: 'load', mode: Mode.SrcuLock });
  for (const name of ['srcu_read_unlock', 'srcu_up_read']) add(name, 'pv', { kind: 'store', mode: Mode.SrcuUnlock });
  add('synchronize_srcu', 'p', { kind: 'synchronizeSrcu' });
  add('synchronize_srcu_expedited', 'p', { kind: 'synchronizeSrcu' });
  for (const name of ['call_rcu', 'call_rcu_hurry']) add(name, 'hF', { kind: 'callback' });

  addLocks(add);

  for (const prefix of ['', 'atomic_', 'atomic64_', 'atomic_long_']) {
    for (const [suffix, mode] of ORDERINGS) {
      add(`${prefix}xchg${suffix}`, 'pv', { kind: 'xchg', mode });
      add(`${prefix}cmpxchg${suffix}`, 'pvv', { kind: 'cmpxchg', mode });
      add(`${prefix}try_cmpxchg${suffix}`, 'pov', { kind: 'tryCmpxchg', mode });
    }
    if (prefix !== '') addAtomics(prefix, add);
  }
  for (const [suffix, mode] of ORDERINGS) add(`cmpxchg64${suffix}`, 'pvv', { kind: 'cmpxchg', mode });
  addRefcounts(add);

  const bits: readonly (readonly [string, RmwOp])[] = [
    ['set', RmwOp.Or],
    ['clear', RmwOp.Andnot],
    ['change', RmwOp.Xor],
  ];
  for (const [name, op] of bits) {
    add(`${name}_bit`, 'np', { kind: 'rmw', op, mode: Mode.Noreturn, operand: 'bit', result: 'none' });
    add(`test_and_${name}_bit`, 'np', { kind: 'rmw', op, mode: Mode.Full, operand: 'bit', result: 'bit' });
    add(`__${name}_bit`, 'np', { kind: 'plainBit', op, result: 'none' });
    add(`__test_and_${name}_bit`, 'np', { kind: 'plainBit', op, result: 'bit' });
  }
  add('test_bit', 'np', { kind: 'testBit', mode: Mode.Once });
  add('test_bit_acquire', 'np', { kind: 'testBit', mode: Mode.Acquire });
  add('test_and_set_bit_lock', 'np', { kind: 'testAndSetBitLock' });
  add('clear_bit_unlock', 'np', { kind: 'rmw', op: RmwOp.Andnot, mode: Mode.Release, operand: 'bit', result: 'none' });

  add('cpu_relax', '', { kind: 'nothing' });
  add('data_race', 'v', { kind: 'dataRace' });
  for (const name of ['likely', 'unlikely']) add(name, 'v', { kind: 'truth' });
  addMessages(add);
  add('BUG', '', { kind: 'assertion', ends: true, result: 'none' });
  const bug = { kind: 'assertion', ends: true, result: 'none' } as const;
  // Those of include/linux/mmdebug.h are nothing without CONFIG_DEBUG_VM, so have no value.
  const warning = { kind: 'assertion', ends: false, result: 'none' } as const;
  for (const name of ['BUG_ON', 'VM_BUG_ON']) add(name, 'v', bug);
  for (const of of ['PAGE', 'FOLIO', 'VMA', 'MM']) {
    add(`VM_BUG_ON_${of}`, 'v_', bug);
    for (const on of ['ON', 'ON_ONCE']) add(`VM_WARN_${on}_${of}`, 'v_', warning);
  }
  for (const suffix of ['', '_ONCE']) {
    add(`WARN_ON${suffix}`, 'v', { ...warning, result: 'truth' });
    add(`WARN${suffix}`, 'v*', { ...warning, result: 'truth' });
    add(`VM_WARN_ON${suffix}`, 'v', warning);
    add(`VM_WARN${suffix}`, 'v*', warning);
  }
  return all;
}

type Add = (name: string, parameters: string, action: Action) => void;

function addAtomics(prefix: string, add: Add): void {
  add(`${prefix}read`, 'p', { kind: 'load', mode: Mode.Once });
  add(`${prefix}read_acquire`, 'p', { kind: 'load', mode: Mode.Acquire });
  add(`${prefix}set`, 'pv', { kind: 'store', mode: Mode.Once });
  add(`${prefix}set_release`, 'pv', { kind: 'store', mode: Mode.Release });

  const rmw = (
    name: string,
    op: RmwOp,
    one: boolean,
    mode: Mode,
    result: (Action & { kind: 'rmw' })['result'],
  ): void => {
    add(prefix + name, one ? 'p' : 'vp', { kind: 'rmw', op, mode, operand: one ? 1 : 'value', result });
  };
  for (const [name, op] of ARITHMETIC) {
    rmw(name, op, false, Mode.Noreturn, 'none');
    for (const [suffix, mode] of ORDERINGS) {
      rmw(`fetch_${name}${suffix}`, op, false, mode, 'old');
      if (op === RmwOp.Add || op === RmwOp.Sub) rmw(`${name}_return${suffix}`, op, false, mode, 'new');
    }
  }
  for (const [name, op] of [['inc', RmwOp.Add] as const, ['dec', RmwOp.Sub] as const]) {
    rmw(name, op, true, Mode.Noreturn, 'none');
    rmw(`${name}_and_test`, op, true, Mode.Full, 'newIsZero');
    for (const [suffix, mode] of ORDERINGS) {
      rmw(`fetch_${name}${suffix}`, op, true, mode, 'old');
      rmw(`${name}_return${suffix}`, op, true, mode, 'new');
    }
  }
  rmw('sub_and_test', RmwOp.Sub, false, Mode.Full, 'newIsZero');
  for (const [suffix, mode] of ORDERINGS) rmw(`add_negative${suffix}`, RmwOp.Add, false, mode, 'newIsNegative');

  add(`${prefix}cond_read_relaxed`, 'pc', { kind: 'loadUntil', mode: Mode.Once });
  add(`${prefix}cond_read_acquire`, 'pc', { kind: 'loadUntil', mode: Mode.Acquire });

  const rmwIf = (name: string, parameters: string, op: RmwOp, guard: Guard, result: 'done' | 'old' | 'new'): void => {
    const operand = parameters === 'p' ? 1 : 'value';
    add(prefix + name, parameters, { kind: 'rmwIf', op, mode: Mode.Full, operand, guard, result });
  };
  rmwIf('add_unless', 'pvv', RmwOp.Add, UNLESS_VALUE, 'done');
  rmwIf('fetch_add_unless', 'pvv', RmwOp.Add, UNLESS_VALUE, 'old');
  rmwIf('inc_not_zero', 'p', RmwOp.Add, NOT_ZERO, 'done');
  rmwIf('inc_unless_negative', 'p', RmwOp.Add, not(NEGATIVE), 'done');
  rmwIf('dec_unless_positive', 'p', RmwOp.Sub, not(POSITIVE), 'done');
  rmwIf('dec_if_positive', 'p', RmwOp.Sub, POSITIVE, 'new');
}

/** Messages of the kernel. */
function addMessages(add: Add): void {
  const levels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'devel'];
  for (const name of ['printk', ...levels.map((level) => `pr_${level}`)]) {
    for (const suffix of ['', '_once', '_ratelimited']) add(`${name}${suffix}`, '*', { kind: 'nothing' });
  }
  add('pr_cont', '*', { kind: 'nothing' });
  add('trace_printk', '*', { kind: 'nothing' });
  add('dump_stack', '', { kind: 'nothing' });
}

/** Orderings as in Documentation/core-api/refcount-vs-atomic.rst; a count that saturates is not modelled. */
function addRefcounts(add: Add): void {
  add('refcount_read', 'p', { kind: 'load', mode: Mode.Once });
  add('refcount_set', 'pv', { kind: 'store', mode: Mode.Once });
  const { Add: plus, Sub: minus } = RmwOp;
  add('refcount_inc', 'p', { kind: 'rmw', op: plus, mode: Mode.Noreturn, operand: 1, result: 'none' });
  add('refcount_add', 'vp', { kind: 'rmw', op: plus, mode: Mode.Noreturn, operand: 'value', result: 'none' });
  add('refcount_dec', 'p', { kind: 'rmw', op: minus, mode: Mode.Release, operand: 1, result: 'none' });
  // What makes the last put an acquire is smp_acquire__after_ctrl_dep(), which is smp_rmb().
  const lastPut = { kind: 'rmw', op: minus, mode: Mode.Release, result: 'newIsZero', after: Fence.Rmb } as const;
  add('refcount_dec_and_test', 'p', { ...lastPut, operand: 1 });
  add('refcount_sub_and_test', 'vp', { ...lastPut, operand: 'value' });
  const inc = { kind: 'rmwIf', op: plus, mode: Mode.Once, guard: NOT_ZERO, result: 'done' } as const;
  add('refcount_inc_not_zero', 'p', { ...inc, operand: 1 });
  add('refcount_add_not_zero', 'vp', { ...inc, operand: 'value' });
  const dec = { kind: 'rmwIf', op: minus, mode: Mode.Release, operand: 1, result: 'done' } as const;
  add('refcount_dec_if_one', 'p', { ...dec, guard: ONE });
  add('refcount_dec_not_one', 'p', { ...dec, guard: NOT_ONE });
}

/** Locks, with what they do about interrupts: nothing that another CPU can see. */
function addLocks(add: Add): void {
  for (const [prefix, lock] of [
    ['spin_', SPIN],
    ['raw_spin_', SPIN],
    ['read_', READER],
    ['write_', WRITER],
  ] as const) {
    for (const suffix of ['', '_irq', '_bh']) {
      add(`${prefix}lock${suffix}`, 'p', { kind: 'lock', lock });
      add(`${prefix}unlock${suffix}`, 'p', { kind: 'unlock', lock });
      if (lock === SPIN || suffix === '') add(`${prefix}trylock${suffix}`, 'p', { kind: 'trylock', lock });
    }
    add(`${prefix}lock_irqsave`, 'pf', { kind: 'lock', lock });
    add(`${prefix}unlock_irqrestore`, 'pv', { kind: 'unlock', lock });
    if (lock !== READER) add(`${prefix}trylock_irqsave`, 'pf', { kind: 'trylock', lock });
    if (lock === SPIN) add(`${prefix}is_locked`, 'p', { kind: 'isLocked', lock });
  }
  for (const name of ['mutex_lock', 'mutex_lock_nested'] as const) {
    add(name, name === 'mutex_lock' ? 'p' : 'p_', { kind: 'lock', lock: SPIN });
  }
  add('spin_lock_nested', 'p_', { kind: 'lock', lock: SPIN });
  add('mutex_unlock', 'p', { kind: 'unlock', lock: SPIN });
  add('mutex_trylock', 'p', { kind: 'trylock', lock: SPIN });
  add('mutex_is_locked', 'p', { kind: 'isLocked', lock: SPIN });
  for (const [suffix, lock] of [['read', READER] as const, ['write', WRITER] as const]) {
    add(`down_${suffix}`, 'p', { kind: 'lock', lock });
    add(`down_${suffix}_trylock`, 'p', { kind: 'trylock', lock });
    add(`up_${suffix}`, 'p', { kind: 'unlock', lock });
  }
  add('rwsem_is_locked', 'p', { kind: 'isLocked', lock: WRITER });
  add('bit_spin_lock', 'np', { kind: 'lock', lock: BIT });
  add('bit_spin_trylock', 'np', { kind: 'trylock', lock: BIT });
  add('bit_spin_unlock', 'np', { kind: 'unlock', lock: BIT });
  add('bit_spin_is_locked', 'np', { kind: 'testBit', mode: Mode.Once });
  for (const name of ['local_irq_save', 'local_irq_restore']) {
    add(name, name.endsWith('save') ? 'f' : 'v', { kind: 'fence', fence: Fence.Barrier });
  }
}

/** Every primitive, by its name. */
export const PRIMITIVES: ReadonlyMap<string, Primitive> = makePrimitives();

/**
 * What the operations of atomic_t, atomic64_t, atomic_long_t and refcount_t access; undefined of those that have no type
 * of their own.
 */
export function atomicWord(name: string): ValueType | undefined {
  if (name.startsWith('refcount_')) return ATOMIC;
  if (!name.startsWith('atomic')) return undefined;
  return name.startsWith('atomic64_') || name.startsWith('atomic_long_') ? ATOMIC64 : ATOMIC;
}
