/*
 * A ticket lock: who comes takes the next number, and waits until it is served.
 *
 * Result: holds
 *
 * The loop in lock() changes nothing, so it is a wait, and needs no bound. The acquire that ends it reads the release of the one
 * before. With READ_ONCE() in its place (-D RELAXED) the critical sections race.
 */
struct ticket_lock {
	atomic_t next;
	atomic_t serving;
};

static struct ticket_lock lock;
static int counter;

static void ticket_lock(struct ticket_lock *l)
{
	int ticket = atomic_fetch_inc_relaxed(&l->next);

#ifdef RELAXED
	while (atomic_read(&l->serving) != ticket)
		cpu_relax();
#else
	while (atomic_read_acquire(&l->serving) != ticket)
		cpu_relax();
#endif
}

static void ticket_unlock(struct ticket_lock *l)
{
	atomic_set_release(&l->serving, atomic_read(&l->serving) + 1);
}

void P0(void)
{
	ticket_lock(&lock);
	counter++;
	ticket_unlock(&lock);
}

void P1(void)
{
	ticket_lock(&lock);
	counter++;
	ticket_unlock(&lock);
}
