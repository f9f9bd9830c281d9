/*
 * Fork against a fast pin: is a page shared copy-on-write although it is pinned?
 *
 * Result: broken: BUG_ON(pinned && shared) of main (line 171) fires
 *
 * As it was in review in September 2020: the pinner sets has_pinned and raises the count, fork protects the entry, then reads
 * has_pinned and the count. Nothing orders fork's protection before what it reads, so each may miss the other.
 * -D FORKREADS_COUNT_FLAG is the other order of the two reads, -D FORKBARRIER_MB the smp_mb() between, -D V5_11 the sequence count
 * of Linux 5.11. The decisions are called as the knobs of `holdfast list knobs`.
 */
#include <linux/mm.h>

#ifdef V5_11
#define PINFLAG_TEST_SET
#define PINSEQCOUNT_RMB
#define FORKSEQCOUNT_WMB
#define FORKORDER_CHECK_FIRST
#endif

#if !defined(PINFLAG_NONE) && !defined(PINFLAG_TEST_SET)
#define PINFLAG_WRITE
#endif
#if defined(PINSEQCOUNT_RMB) || defined(PINSEQCOUNT_ACQUIRE)
#define PINSEQCOUNT
#endif
#ifdef PINSEQCOUNT_RMB
#define SEQCOUNT_RMB
#endif
#ifndef FORKORDER_CHECK_FIRST
#define FORKORDER_PROTECT_FIRST
#endif

static struct mm_struct mm;
static struct page mem_map[1] = { { ._refcount = ATOMIC_INIT(1) } };
static pte_t entry = pfn_pte(0, PTE_PRESENT | PTE_WRITE);
static int pinned, shared;

/* --- the pinner ------------------------------------------------------------------------------------------------- */

static void mm_set_has_pinned(void)
{
#if defined(PINFLAG_WRITE)
	WRITE_ONCE(mm.has_pinned, 1);
#elif defined(PINFLAG_TEST_SET)
	if (!READ_ONCE(mm.has_pinned))
		xchg_relaxed(&mm.has_pinned, 1);
#endif
}

static int try_pin(struct page *page)
{
#if defined(PINCOUNT_RELAXED)
	return atomic_add_return_relaxed(GUP_PIN_COUNTING_BIAS, &page->_refcount) > GUP_PIN_COUNTING_BIAS;
#elif defined(PINCOUNT_ACQUIRE)
	return atomic_add_return_acquire(GUP_PIN_COUNTING_BIAS, &page->_refcount) > GUP_PIN_COUNTING_BIAS;
#elif defined(PINCOUNT_TWO_STEP)
	if (!try_get_page(page, 1))
		return 0;
	atomic_add(GUP_PIN_COUNTING_BIAS - 1, &page->_refcount);
	return 1;
#else
	return try_get_page(page, GUP_PIN_COUNTING_BIAS);
#endif
}

static int gup_pte(void)
{
	pte_t pte = ptep_get_lockless(&entry);
	struct page *page;

	if (!pte_write(pte))
		return 0;
	page = pte_page(pte);
	if (!try_pin(page))
		return 0;
	/* Where it gives up it gives the pin back, too late for anybody here to see. */
	return pte == ptep_get_lockless(&entry);
}

static void *pin_user_pages_fast(void *unused)
{
	int got;
#ifdef PINSEQCOUNT
	unsigned seq;
#endif

	mm_set_has_pinned();
#ifdef PINSEQCOUNT
	seq = raw_read_seqcount(&mm.write_protect_seq);
	if (seq & 1)
		return NULL;
#endif
	got = gup_pte();
#ifdef PINSEQCOUNT
	if (got && read_seqcount_retry(&mm.write_protect_seq, seq))
		got = 0;
#endif
	pinned = got;
	return NULL;
}

/* --- fork ---------------------------------------------------------------------------------------------------------- */

static int is_pinned(struct page *page)
{
#if defined(FORKPINNED_SHARE)
	return 0;
#elif defined(FORKREADS_COUNT)
	return page_maybe_dma_pinned(page);
#elif defined(FORKREADS_COUNT_FLAG) || defined(FORKREADS_COUNT_RMB_FLAG)
	if (!page_maybe_dma_pinned(page))
		return 0;
#ifdef FORKREADS_COUNT_RMB_FLAG
	smp_rmb();
#endif
	return READ_ONCE(mm.has_pinned);
#else
	if (!READ_ONCE(mm.has_pinned))
		return 0;
#ifdef FORKREADS_FLAG_RMB_COUNT
	smp_rmb();
#endif
	return page_maybe_dma_pinned(page);
#endif
}

static void *copy_page_range(void *unused)
{
	struct page *page = &mem_map[0];

#ifdef FORKSEQCOUNT_WMB
	raw_write_seqcount_begin(&mm.write_protect_seq);
#endif
	spin_lock(&mm.page_table_lock);
#ifdef PAGETABLELOCK_FULL
	smp_mb__after_spinlock();
#endif
#ifdef FORKORDER_PROTECT_FIRST
	ptep_set_wrprotect(&entry);
#endif
#ifdef FORKBARRIER_MB
	smp_mb();
#endif
#ifndef FORKREFERENCE_AFTER_CHECK
	get_page(page);
#endif
	if (!is_pinned(page)) {
#ifdef FORKREFERENCE_AFTER_CHECK
		get_page(page);
#endif
#ifndef FORKORDER_PROTECT_FIRST
		ptep_set_wrprotect(&entry);
#endif
		shared = 1;
	}
	spin_unlock(&mm.page_table_lock);
#ifdef FORKSEQCOUNT_WMB
	raw_write_seqcount_end(&mm.write_protect_seq);
#endif
	return NULL;
}

int main(void)
{
	struct task_struct *pinner = kthread_run(pin_user_pages_fast, NULL, "pin");
	struct task_struct *forker = kthread_run(copy_page_range, NULL, "fork");

	kthread_stop(pinner);
	kthread_stop(forker);
	/* The next store of the parent goes to a copy, and the device keeps the page. */
	BUG_ON(pinned && shared);
	return 0;
}
