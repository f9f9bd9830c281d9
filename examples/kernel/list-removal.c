/*
 * An entry is taken from a list that readers walk without a lock, and is freed after a grace period.
 *
 * Result: holds
 *
 * Who is in a read-side section keeps the grace period from ending, so nobody comes to the entry after it was freed. -D NO_WAIT frees
 * it at once.
 */
#include <linux/rculist.h>
#include <linux/slab.h>

struct item {
	int value;
	struct list_head list;
};

static LIST_HEAD(head);

void P0(void)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	item->value = 7;
	list_add_rcu(&item->list, &head);
	list_del_rcu(&item->list);
#ifndef NO_WAIT
	synchronize_rcu();
#endif
	kfree(item);
}

void P1(void)
{
	struct item *item;

	rcu_read_lock();
	list_for_each_entry_rcu(item, &head, list)
		BUG_ON(item->value != 7);
	rcu_read_unlock();
}
