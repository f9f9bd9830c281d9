/*
 * Double-checked locking: an object is made when it is asked for first, and the lock is taken only where it is not there.
 *
 * Result: holds
 *
 * The pointer is published by a release, and everything reached through it depends on it: rcu_dereference() and
 * READ_ONCE() order what follows a pointer (tools/memory-model/Documentation/explanation.txt, "Data, address, and
 * control dependencies"). With WRITE_ONCE() in the place of smp_store_release() the field would race.
 */
struct object {
	int field;
};

static struct object one;
static struct object *cached;
static DEFINE_SPINLOCK(lock);

static struct object *get(void)
{
	struct object *found = READ_ONCE(cached);

	if (found)
		return found;
	spin_lock(&lock);
	found = cached;
	if (!found) {
		one.field = 1;
		found = &one;
		smp_store_release(&cached, found);
	}
	spin_unlock(&lock);
	return found;
}

void P0(void)
{
	BUG_ON(get()->field != 1);
}

void P1(void)
{
	BUG_ON(get()->field != 1);
}
