import { LIST, RCULIST } from './list.ts';
import { MM } from './mm.ts';
import { SEQLOCK } from './seqlock.ts';
import { EMPTY, PTHREAD, STDLIB } from './user-space.ts';

/**
 * Macros that every file has, whatever it includes: what initialises, declares, or checks without ordering anything. One a
 * line.
 */
export const PRELUDE = `
#define assert(condition) BUG_ON(!(condition))
#define ATOMIC_INIT(value) (value)
#define ATOMIC64_INIT(value) (value)
#define ATOMIC_LONG_INIT(value) (value)
#define REFCOUNT_INIT(value) (value)
#define RCU_INITIALIZER(value) (value)
#define DEFINE_SPINLOCK(name) spinlock_t name
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name
#define DEFINE_RWLOCK(name) rwlock_t name
#define DEFINE_MUTEX(name) struct mutex name
#define DECLARE_RWSEM(name) struct rw_semaphore name
#define DEFINE_SRCU(name) struct srcu_struct name
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name
#define __SPIN_LOCK_UNLOCKED(name) 0
#define __RAW_SPIN_LOCK_UNLOCKED(name) 0
#define __MUTEX_INITIALIZER(name) 0
#define GFP_KERNEL 0
#define GFP_ATOMIC 0
#define __VERIFIER_loop_bound(n) do { } while (0)
#define __RWSEM_INITIALIZER(name) 0
#define __RW_LOCK_UNLOCKED(name) 0
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(high, low) (((~0UL) << (low)) & (~0UL >> (63 - (high))))
#define min(a, b) ({ typeof(a) __min_a = (a); typeof(b) __min_b = (b); __min_a < __min_b ? __min_a : __min_b; })
#define max(a, b) ({ typeof(a) __max_a = (a); typeof(b) __max_b = (b); __max_a > __max_b ? __max_a : __max_b; })
#define swap(a, b) do { typeof(a) __swapped = (a); (a) = (b); (b) = __swapped; } while (0)
#define lockdep_is_held(lock) 1
#define rcu_read_lock_held() 1
#define might_sleep() do { } while (0)
#define cond_resched() do { } while (0)
#define EXPORT_SYMBOL(name) struct __export_of_##name
#define EXPORT_SYMBOL_GPL(name) struct __export_of_##name
#define MODULE_LICENSE(text) struct __module_license
#define U8_MAX 255
#define S8_MAX 127
#define U16_MAX 65535
#define S16_MAX 32767
#define INT_MAX 2147483647
#define INT_MIN (-2147483647 - 1)
#define UINT_MAX 4294967295U
#define LONG_MAX 9223372036854775807L
#define LONG_MIN (-9223372036854775807L - 1)
#define ULONG_MAX 18446744073709551615UL
`;

/** What can be included, by the name in the brackets. */
export const HEADERS: Readonly<Record<string, string>> = {
  'linux/list.h': LIST,
  'linux/rculist.h': RCULIST,
  'linux/seqlock.h': SEQLOCK,
  'linux/mm.h': MM,
  'linux/mm_types.h': MM,
  'pthread.h': PTHREAD,
  'stdlib.h': STDLIB,
  // What these declare is known without them.
  ...Object.fromEntries(EMPTY.map((name) => [name, ''])),
};
