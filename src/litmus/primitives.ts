import { Fence, Mode, RmwOp } from '../cpu/modes.ts';
import { ATOMIC, ATOMIC64, type ValueType } from './value-type.ts';

/**
 * What a primitive of the kernel does, for the compiler. `parameters` has a letter for each: `l` an lvalue such as
 * `*x`, `p` a pointer, `v` a value, `n` the number of a bit, `o` a pointer to the old value that try_cmpxchg() expects.
 */
export type Primitive = { readonly parameters: string } & Action;

type Action =
  | { readonly kind: 'load'; readonly mode: Mode }
  | { readonly kind: 'store'; readonly mode: Mode; readonly after?: Fence }
  | { readonly kind: 'fence'; readonly fence: Fence }
  | { readonly kind: 'synchronizeSrcu' }
  /** Unconditional; `operand`: the parameter `v`, the number 1, or the mask of bit `n`. */
  | {
      readonly kind: 'rmw';
      readonly op: RmwOp;
      readonly mode: Mode;
      readonly operand: 'value' | 'one' | 'bit';
      readonly result: 'none' | 'old' | 'new' | 'newIsZero' | 'newIsNegative' | 'bit';
    }
  | { readonly kind: 'xchg' | 'cmpxchg' | 'tryCmpxchg'; readonly mode: Mode }
  /** Adds unless the word is `unless`: the last parameter, or 0. */
  | { readonly kind: 'addUnless'; readonly unless: 'value' | 'zero'; readonly result: 'added' | 'old' }
  | { readonly kind: 'lock' | 'trylock' | 'unlock' | 'isLocked' }
  /** Sets a bit that is clear: an acquire if it does. Has whether it was set. */
  | { readonly kind: 'testAndSetBitLock' }
  | { readonly kind: 'testBit'; readonly mode: Mode }
  /** A non-atomic bit operation: a plain read and a plain write. */
  | { readonly kind: 'plainBit'; readonly op: RmwOp; readonly result: 'none' | 'bit' }
  /** Whether the parameter is not 0: likely(), WARN_ON() and their kind. */
  | { readonly kind: 'truth' };

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
  ['smp_mb', Fence.Mb],
  ['smp_rmb', Fence.Rmb],
  ['smp_wmb', Fence.Wmb],
  ['smp_mb__before_atomic', Fence.BeforeAtomic],
  ['smp_mb__after_atomic', Fence.AfterAtomic],
  ['smp_mb__after_spinlock', Fence.AfterSpinlock],
  ['smp_mb__after_unlock_lock', Fence.AfterUnlockLock],
  ['smp_mb__after_srcu_read_unlock', Fence.AfterSrcuReadUnlock],
  ['barrier', Fence.Barrier],
  ['rcu_read_lock', Fence.RcuLock],
  ['rcu_read_unlock', Fence.RcuUnlock],
  ['synchronize_rcu', Fence.SyncRcu],
  ['synchronize_rcu_expedited', Fence.SyncRcu],
];

/**
 * The primitives of tools/memory-model/linux-kernel.def (Linux 6.12), with those of include/linux/atomic,
 * include/linux/bitops.h and include/linux/rcupdate.h that are made of the same events.
 */
function makePrimitives(): Map<string, Primitive> {
  const all = new Map<string, Primitive>();
  const add = (name: string, parameters: string, action: Action): void => {
    all.set(name, { parameters, ...action });
  };

  add('READ_ONCE', 'l', { kind: 'load', mode: Mode.Once });
  add('WRITE_ONCE', 'lv', { kind: 'store', mode: Mode.Once });
  add('smp_load_acquire', 'p', { kind: 'load', mode: Mode.Acquire });
  add('smp_store_release', 'pv', { kind: 'store', mode: Mode.Release });
  add('smp_store_mb', 'lv', { kind: 'store', mode: Mode.Once, after: Fence.Mb });
  for (const [name, fence] of FENCES) add(name, '', { kind: 'fence', fence });

  add('rcu_assign_pointer', 'lv', { kind: 'store', mode: Mode.Release });
  add('RCU_INIT_POINTER', 'lv', { kind: 'store', mode: Mode.Once });
  for (const name of ['rcu_dereference', 'rcu_dereference_raw', 'rcu_access_pointer']) {
    add(name, 'l', { kind: 'load', mode: Mode.Once });
  }
  for (const name of ['srcu_read_lock', 'srcu_down_read']) add(name, 'p', { kind: 'load', mode: Mode.SrcuLock });
  for (const name of ['srcu_read_unlock', 'srcu_up_read']) add(name, 'pv', { kind: 'store', mode: Mode.SrcuUnlock });
  add('synchronize_srcu', 'p', { kind: 'synchronizeSrcu' });
  add('synchronize_srcu_expedited', 'p', { kind: 'synchronizeSrcu' });

  for (const prefix of ['spin_', 'raw_spin_']) {
    add(`${prefix}lock`, 'p', { kind: 'lock' });
    add(`${prefix}unlock`, 'p', { kind: 'unlock' });
    add(`${prefix}trylock`, 'p', { kind: 'trylock' });
    add(`${prefix}is_locked`, 'p', { kind: 'isLocked' });
  }

  for (const prefix of ['', 'atomic_', 'atomic64_', 'atomic_long_']) {
    for (const [suffix, mode] of ORDERINGS) {
      add(`${prefix}xchg${suffix}`, 'pv', { kind: 'xchg', mode });
      add(`${prefix}cmpxchg${suffix}`, 'pvv', { kind: 'cmpxchg', mode });
      add(`${prefix}try_cmpxchg${suffix}`, 'pov', { kind: 'tryCmpxchg', mode });
    }
    if (prefix !== '') addAtomics(prefix, add);
  }

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

  for (const name of ['likely', 'unlikely', 'WARN_ON', 'WARN_ON_ONCE']) add(name, 'v', { kind: 'truth' });
  return all;
}

function addAtomics(prefix: string, add: (name: string, parameters: string, action: Action) => void): void {
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
    add(prefix + name, one ? 'p' : 'vp', { kind: 'rmw', op, mode, operand: one ? 'one' : 'value', result });
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

  add(`${prefix}add_unless`, 'pvv', { kind: 'addUnless', unless: 'value', result: 'added' });
  add(`${prefix}fetch_add_unless`, 'pvv', { kind: 'addUnless', unless: 'value', result: 'old' });
  add(`${prefix}inc_not_zero`, 'p', { kind: 'addUnless', unless: 'zero', result: 'added' });
}

/** Every primitive, by its name. */
export const PRIMITIVES: ReadonlyMap<string, Primitive> = makePrimitives();

/** What the operations of atomic_t, atomic64_t and atomic_long_t access; undefined of those that have no type of their own. */
export function atomicWord(name: string): ValueType | undefined {
  if (!name.startsWith('atomic')) return undefined;
  return name.startsWith('atomic64_') || name.startsWith('atomic_long_') ? ATOMIC64 : ATOMIC;
}

/** How a call is written, for messages: `atomic_add(v, p)`. */
export function signature(name: string, primitive: Primitive): string {
  const words: Readonly<Record<string, string>> = { l: '*x', p: 'x', v: 'value', n: 'bit', o: '&old' };
  return `${name}(${[...primitive.parameters].map((letter) => words[letter]).join(', ')})`;
}

/** Why some functions that look like primitives are not supported, by a pattern of their names. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^spin_unlock_wait$/, 'spin_unlock_wait() left the kernel in 4.14, and the LKMM does not define it.'],
  [/^(smp_memb|membarrier|sys_membarrier)$/, 'The LKMM of Linux 6.12 does not define membarrier().'],
  [/^__(atomic|sync)_/, 'Compiler built-ins have the memory model of C11, not that of the kernel: use atomic_t.'],
  [
    /^(atomic_(load|store|exchange|compare_exchange\w*|thread_fence)|atomic_\w+_explicit)$/,
    'Atomics of C11 have the memory model of C11, not that of the kernel: use atomic_t.',
  ],
  [
    /^(mutex|rwlock|read|write|down|up|rt_mutex|seq|read_seq|write_seq)_\w*(lock|read|write|begin|end|retry)\w*$/,
    'The LKMM has spinlocks alone: write what the lock does with atomics.',
  ],
  [
    /^(call_rcu|kfree_rcu|call_srcu|rcu_barrier|srcu_barrier)$/,
    'Callbacks are not part of the LKMM: use synchronize_rcu() in a thread of its own.',
  ],
  [/^smp_cond_load_/, 'Write it as a loop: `while ((r = READ_ONCE(*x)) == 0) ;`.'],
  [/_(dec_if_positive|dec_unless_positive|inc_unless_negative)$/, 'Write it as a loop around try_cmpxchg().'],
];

/** Why a function is not supported, where that is known. */
export const whyNotSupported = (name: string): string | undefined =>
  REASONS.find(([pattern]) => pattern.test(name))?.[1];
