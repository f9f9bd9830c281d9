/** Why functions of the kernel that look like primitives are not supported, by a pattern of their names. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^spin_unlock_wait$/, 'spin_unlock_wait() left the kernel in 4.14, and the LKMM does not define it.'],
  [/^(smp_memb|membarrier|sys_membarrier)$/, 'The LKMM of Linux 6.12 does not define membarrier().'],
  [/^__(atomic|sync)_/, 'Compiler built-ins have the memory model of C11, not that of the kernel: use atomic_t.'],
  [
    /^(atomic_(load|store|exchange|compare_exchange\w*|thread_fence)|atomic_\w+_explicit)$/,
    'Atomics of C11 have the memory model of C11, not that of the kernel: use atomic_t.',
  ],
  [
    /^(call_rcu_\w+|kfree_rcu|kvfree_rcu|call_srcu|rcu_barrier|srcu_barrier|queue_rcu_work)\w*$/,
    'Write the callback as a thread of its own: `int r0 = smp_load_acquire(go); if (r0) { synchronize_rcu(); ... }`, ' +
      'and `smp_store_release(go, 1)` for the call. `filter (2:r0=1)`, where that is P2, leaves out what ends before it runs.',
  ],
  [/^synchronize_(sched|rcu_bh|rcu_tasks\w*|net)$/, 'Write synchronize_rcu(), which waits for all readers.'],
  [/^(smp_)?read_barrier_depends$/, 'READ_ONCE() and rcu_dereference() order what depends on them; leave it out.'],
  [/^lockless_dereference$/, 'Write READ_ONCE(), which orders what depends on it.'],
  [/^smp_acquire__after_ctrl_dep$/, 'Write smp_rmb(), which is what it stands for.'],
  [/^(rcu_replace_pointer|rcu_swap_protected)$/, 'Write the load and rcu_assign_pointer() as two statements.'],
  [
    /^u?n?rcu_(head_init|sleep_check|note_\w+)$|^rcu_\w+_held$|^lockdep_\w+$|^might_\w+$/,
    'It checks and orders nothing: leave it out.',
  ],
  [
    /^(WARN_\w+|VM_BUG_ON_\w+|VM_WARN_ON_\w+|BUILD_BUG\w*|CHECK_DATA_CORRUPTION|ASSERT_\w+)$/,
    'Write WARN_ON() or BUG_ON() with the condition alone.',
  ],
  [
    /^(read_|write_|raw_)?(seq|seqcount|seqlock)\w*$|^(read|write)_seq\w*$/,
    'Write the sequence count with READ_ONCE(), WRITE_ONCE(), smp_rmb() and smp_wmb(), as include/linux/seqlock.h does.',
  ],
  [/^(down|up|down_trylock|down_\w+|up_\w+)$/, 'Write a semaphore as a loop around atomic_dec_if_positive().'],
  [
    /^rt_(mutex|spin|read|write)_\w+$|^mutex_\w+$|^ww_mutex_\w+$/,
    'Write mutex_lock(), mutex_trylock() and mutex_unlock().',
  ],
  [/^(spin|raw_spin|read|write)_\w*lock\w*$/, 'Write spin_lock(), read_lock() or write_lock(), and their unlocks.'],
  [/^(refcount|atomic)_dec_and_\w*lock\w*$/, 'Write refcount_dec_not_one(), and take the lock where that fails.'],
  [
    /^(wait|wake)_(event|up|on|bit|var)\w*$|^(complete|wait_for_completion|schedule|cond_resched|set_current_state|swake|swait)\w*$/,
    'Write the wait as a loop: `while (!smp_load_acquire(x)) cpu_relax();`.',
  ],
  [
    /^(this_cpu|per_cpu|raw_cpu|__this_cpu|get_cpu|put_cpu|smp_processor_id)\w*$/,
    'Give each thread a location of its own.',
  ],
  [
    /^(k|kv|v|kz|kmem_cache_)?(m|z|re|c)?alloc\w*$|^(k|v|kv)free\w*$|^kmem_\w+$/,
    'Name the object in the initial state; to free it, write a value that readers would notice.',
  ],
  [
    /^(h?list|hlist_nulls|rb|xa|radix_tree|llist)_\w+$|^container_of$/,
    'Use a location for each pointer, and the primitive that the function is made of.',
  ],
  [/^(pr_\w+|printk\w*|trace_\w+|dump_stack|panic)$/, 'It orders nothing: leave it out.'],
  [
    /^(udelay|ndelay|mdelay|msleep\w*|usleep\w*|yield)$/,
    'Every delay is among the executions that are looked at: leave it out.',
  ],
  [
    /^(smp_call_function|on_each_cpu|send_IPI|irq_work|queue_work|schedule_work|kthread)\w*$/,
    'Write what runs elsewhere as a thread of its own.',
  ],
  [/^(get|put|copy_(from|to))_user\w*$/, 'Write READ_ONCE() or WRITE_ONCE().'],
  [/^set_bit_\w+$|^find_\w+_bit$|^for_each_\w+$|^bitmap_\w+$/, 'Write set_bit() and test_bit() of each bit.'],
  [
    /^(cmpxchg|try_cmpxchg|xchg)\w*_(local|double|128|64)\w*$|^(cmpxchg|try_cmpxchg)(128|_double)\w*$/,
    'Write the form without the ending.',
  ],
  [/^(min|max|clamp|abs|swap|ARRAY_SIZE|offsetof|BIT|GENMASK|typeof)\w*$/, 'Macros are not expanded: write it out.'],
];

/** Why a function is not supported, where that is known. */
export const whyNotSupported = (name: string): string | undefined =>
  REASONS.find(([pattern]) => pattern.test(name))?.[1];
