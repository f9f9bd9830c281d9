/*
 * An object is filled, and a flag says that it is there.
 *
 * Result: broken: CHECK(r) of P1 (line 43) fires
 *
 * Nothing orders the two writes, nor the two reads. smp_store_release() with smp_load_acquire() would.
 */
struct object {
	int data;
	int ready;
};

static struct object object;

#define CHECK(value) BUG_ON((value) != 42)

static inline void publish(struct object *o, int value)
{
	WRITE_ONCE(o->data, value);
	WRITE_ONCE(o->ready, 1);
}

static int consume(struct object *o)
{
	if (!READ_ONCE(o->ready))
		return -1;
	return READ_ONCE(o->data);
}

void P0(void)
{
	publish(&object, 42);
}

void P1(void)
{
	int r = consume(&object);

	/* Nothing is there yet. */
	if (r < 0)
		return;

	CHECK(r);
}
