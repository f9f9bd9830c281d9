/*
 * A reader of two values that a sequence lock keeps together.
 *
 * Result: holds
 *
 * The reader takes what it read only where the count is even and did not change meanwhile: smp_wmb() of the writer pairs with
 * smp_rmb() of the reader, at both ends (Documentation/locking/seqlock.rst).
 */
#include <linux/seqlock.h>

static DEFINE_SEQLOCK(lock);
static int a, b;

void P0(void)
{
	write_seqlock(&lock);
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
	write_sequnlock(&lock);
}

void P1(void)
{
	unsigned seq = read_seqbegin(&lock);
	int first = READ_ONCE(a);
	int second = READ_ONCE(b);

	if (!read_seqretry(&lock, seq))
		BUG_ON(first != second);
}
