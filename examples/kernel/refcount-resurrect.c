/*
 * An object is found in a table and its count is raised, while whoever has the last reference drops it.
 *
 * Result: broken: P0 does what has no meaning: object#0 is used after it was freed
 *
 * refcount_inc() raises a count that is 0 as well, so the object is used although nobody keeps it. refcount_inc_not_zero()
 * (-D NOT_ZERO) leaves a dead object alone; the object itself is kept for the reader by a grace period.
 */
#include <linux/refcount.h>
#include <linux/slab.h>

struct object {
	refcount_t count;
	int value;
};

static struct object *table;

static void put(struct object *o)
{
	if (refcount_dec_and_test(&o->count)) {
		synchronize_rcu();
		kfree(o);
	}
}

void P0(void)
{
	struct object *o;
	int found;

	rcu_read_lock();
	o = rcu_dereference(table);
	if (!o) {
		rcu_read_unlock();
		return;
	}
#ifdef NOT_ZERO
	found = refcount_inc_not_zero(&o->count);
#else
	refcount_inc(&o->count);
	found = 1;
#endif
	rcu_read_unlock();
	if (!found)
		return;
	BUG_ON(READ_ONCE(o->value) != 1);
	put(o);
}

void P1(void)
{
	struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);

	refcount_set(&o->count, 1);
	o->value = 1;
	rcu_assign_pointer(table, o);
	WRITE_ONCE(table, NULL);
	put(o);
}
