/** Threads as POSIX has them: pthread_create() and pthread_join() are primitives. A mutex is a lock of the LKMM. */
export const PTHREAD = `
#pragma once
typedef unsigned long pthread_t;
typedef spinlock_t pthread_mutex_t;
#define PTHREAD_MUTEX_INITIALIZER 0
#define pthread_mutex_init(lock, attributes) ((void)(lock), 0)
#define pthread_mutex_lock(lock) (spin_lock(lock), 0)
#define pthread_mutex_unlock(lock) (spin_unlock(lock), 0)
#define pthread_mutex_destroy(lock) ((void)(lock), 0)
`;

export const STDLIB = `
#pragma once
#define abort() BUG()
`;

/** Headers that declare what is known without them. */
export const EMPTY: readonly string[] = (
  'assert.h stdio.h stdint.h stdbool.h stddef.h string.h lkmm.h rcu.h dat3m.h ' +
  'linux/kernel.h linux/types.h linux/compiler.h linux/compiler_types.h linux/bug.h linux/export.h linux/module.h ' +
  'linux/init.h linux/errno.h linux/printk.h linux/stddef.h linux/container_of.h linux/build_bug.h linux/minmax.h ' +
  'linux/atomic.h linux/bitops.h linux/spinlock.h linux/rwlock.h linux/mutex.h linux/rwsem.h linux/bit_spinlock.h ' +
  'linux/refcount.h linux/rcupdate.h linux/srcu.h linux/slab.h linux/kthread.h linux/lockdep.h linux/preempt.h ' +
  'linux/irqflags.h linux/mmdebug.h linux/cmpxchg.h asm/barrier.h asm/cmpxchg.h asm/atomic.h linux/smp.h linux/sched.h'
).split(' ');
