/**
 * What pinning uses of include/linux/mm.h and its kind. A page-table entry is a number: the frame, and flags in its low bits. A file
 * that follows entries declares \`struct page mem_map[N]\`.
 */
export const MM = `#pragma once
#include <linux/seqlock.h>

#define PAGE_SHIFT 12
#define PTE_PRESENT 1UL
#define PTE_WRITE 2UL
#define PTE_DIRTY 4UL

#define pte_pfn(pte) ((pte) >> PAGE_SHIFT)
#define pfn_pte(pfn, flags) (((pte_t)(pfn) << PAGE_SHIFT) | (flags))
#define pte_present(pte) (((pte) & PTE_PRESENT) != 0)
#define pte_write(pte) (((pte) & PTE_WRITE) != 0)
#define pte_none(pte) ((pte) == 0)
#define pte_wrprotect(pte) ((pte) & ~PTE_WRITE)
#define pte_mkwrite(pte) ((pte) | PTE_WRITE)
#define pte_mkdirty(pte) ((pte) | PTE_DIRTY)
#define pte_page(pte) (&mem_map[pte_pfn(pte)])

/* Entries are read and written as a whole; what changes one under a lockless walker is atomic, and orders nothing. */
#define ptep_get(ptep) READ_ONCE(*(ptep))
#define ptep_get_lockless(ptep) READ_ONCE(*(ptep))
#define set_pte(ptep, pte) WRITE_ONCE(*(ptep), pte)
#define ptep_get_and_clear(ptep) xchg_relaxed(ptep, 0)
#define ptep_set_wrprotect(ptep) atomic64_fetch_andnot_relaxed(PTE_WRITE, (atomic64_t *)(ptep))

/* A page has a reference for each user; a pin counts as many (include/linux/mm.h, GUP_PIN_COUNTING_BIAS). */
#define GUP_PIN_COUNTING_BIAS 1024

struct page {
	unsigned long flags;
	atomic_t _refcount;
	atomic_t _mapcount;
};

/* Bits of page->flags. */
#define PG_locked 0
#define PG_dirty 4
#define PG_anon_exclusive 17

#define PageAnonExclusive(page) test_bit(PG_anon_exclusive, &(page)->flags)
#define SetPageAnonExclusive(page) set_bit(PG_anon_exclusive, &(page)->flags)
#define ClearPageAnonExclusive(page) clear_bit(PG_anon_exclusive, &(page)->flags)

static inline int page_count(struct page *page)
{
	return atomic_read(&page->_refcount);
}

static inline void get_page(struct page *page)
{
	atomic_inc(&page->_refcount);
}

/* Whether it was the last reference: the page is then free. */
static inline int put_page_testzero(struct page *page)
{
	return atomic_dec_and_test(&page->_refcount);
}

/* page_cache_get_speculative() and its kind: fully ordered where it succeeds. */
static inline int try_get_page(struct page *page, int refs)
{
	return atomic_add_unless(&page->_refcount, refs, 0);
}

static inline void unpin_page(struct page *page)
{
	atomic_sub_return(GUP_PIN_COUNTING_BIAS, &page->_refcount);
}

/* It may also be that it has that many users. */
static inline int page_maybe_dma_pinned(struct page *page)
{
	return page_count(page) >= GUP_PIN_COUNTING_BIAS;
}

struct mm_struct {
	int has_pinned;
	seqcount_t write_protect_seq;
	spinlock_t page_table_lock;
};
`;
