/**
 * Sequence counts and locks: include/linux/seqlock.h of Linux 6.12. The kernel writes the count with \`++\` in a section of its own
 * for KCSAN (kcsan_nestable_atomic_begin()), so that it counts as marked: WRITE_ONCE() here.
 */
export const SEQLOCK = `#pragma once

typedef struct seqcount {
	unsigned sequence;
} seqcount_t;

typedef seqcount_t seqcount_spinlock_t;
typedef seqcount_t seqcount_raw_spinlock_t;
typedef seqcount_t seqcount_mutex_t;

#define SEQCNT_ZERO(name) { 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { 0 }

static inline void seqcount_init(seqcount_t *s)
{
	s->sequence = 0;
}

/* Readers: what is read in the section comes after the count is read, and before it is read again. */

/* An acquire orders the count before the section; before Linux 6.12 it was an smp_rmb() (-D SEQCOUNT_RMB). */
static inline unsigned raw_read_seqcount(const seqcount_t *s)
{
#ifdef SEQCOUNT_RMB
	unsigned seq = READ_ONCE(s->sequence);

	smp_rmb();
	return seq;
#else
	return smp_load_acquire(&s->sequence);
#endif
}

/* Does not wait for a writer: the section then fails. */
static inline unsigned raw_seqcount_begin(const seqcount_t *s)
{
	return raw_read_seqcount(s) & ~1;
}

static inline unsigned read_seqcount_begin(const seqcount_t *s)
{
	unsigned seq;

	while ((seq = raw_read_seqcount(s)) & 1)
		cpu_relax();
	return seq;
}

#define raw_read_seqcount_begin(s) read_seqcount_begin(s)

static inline int __read_seqcount_retry(const seqcount_t *s, unsigned start)
{
	return READ_ONCE(s->sequence) != start;
}

static inline int read_seqcount_retry(const seqcount_t *s, unsigned start)
{
	smp_rmb();
	return __read_seqcount_retry(s, start);
}

/* Writers, of which there is one at a time. */

static inline void raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static inline void raw_write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

#define write_seqcount_begin(s) raw_write_seqcount_begin(s)
#define write_seqcount_end(s) raw_write_seqcount_end(s)

static inline void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

/* A sequence count with the lock of its writers. */

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define DEFINE_SEQLOCK(name) seqlock_t name

static inline void seqlock_init(seqlock_t *sl)
{
	seqcount_init(&sl->seqcount);
}

static inline unsigned read_seqbegin(const seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned read_seqretry(const seqlock_t *sl, unsigned start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	write_seqcount_begin(&sl->seqcount);
}

static inline void write_sequnlock(seqlock_t *sl)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock(&sl->lock);
}
`;
