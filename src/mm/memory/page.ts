/**
 * struct page: one record per page of physical memory, `PAGE_CELLS` words each. A {@link Page} is the handle of its
 * first word, `page + PAGE_FLAGS` is a field. A page that is free has every field 0 but the generation.
 *
 * The reference count carries a ghost: the word is `generation * 2^REF_BITS + count`, where the allocator counts up the
 * generation each time it hands the page out. So whoever takes a reference learns, from that very access, which life
 * of the page it holds.
 */

import type { Cell, Cpu } from '../../cpu/cpu.ts';

/** A struct page: the handle of its first word. */
export type Page = Cell;

export const PAGE_REFCOUNT = 0;
/** How many PTEs map the page (the kernel stores one less). */
export const PAGE_MAPCOUNT = 1;
/** Exact number of pins of a large folio, in its head. */
export const PAGE_PINCOUNT = 2;
export const PAGE_FLAGS = 3;
/** 0, an address_space, or an anon_vma and {@link MAPPING_ANON}: see mapping.ts. */
export const PAGE_MAPPING = 4;
/** The offset in the file, or for anonymous pages the virtual page number. */
export const PAGE_INDEX = 5;
/** The swap entry of a page in the swap cache. */
export const PAGE_PRIVATE = 6;
/** 0, or one more than the number of the head page: this page is a tail of a large folio. */
export const PAGE_HEAD = 7;
/** How many PMDs map the large folio whose head this is. */
export const PAGE_ENTIRE_MAPCOUNT = 8;
/** What the page contains, as one word. */
export const PAGE_DATA = 9;
export const PAGE_FIELDS = [
  'refcount',
  'mapcount',
  'pincount',
  'flags',
  'mapping',
  'index',
  'private',
  'head',
  'entire_mapcount',
  'data',
] as const;
export const PAGE_CELLS = PAGE_FIELDS.length;

/** Bits of PAGE_FLAGS. */
export const PG_LOCKED = 1 << 0;
export const PG_DIRTY = 1 << 1;
export const PG_WRITEBACK = 1 << 2;
export const PG_SWAPCACHE = 1 << 3;
export const PG_ANON_EXCLUSIVE = 1 << 4;
/** The page is the head of a large folio. */
export const PG_HEAD = 1 << 5;
/** PageDMAPinned() of the second proposal of January 2019: the page was pinned since write-back last cleared the flag. */
export const PG_DMA_PINNED = 1 << 6;
/** MADV_FREE: the anonymous page may be dropped while it is clean. In the kernel PG_swapbacked is clear instead. */
export const PG_LAZYFREE = 1 << 7;
/** The page is on a list of pages to reclaim or to move. Only where the configuration has movable pages. */
export const PG_LRU = 1 << 8;
export const PAGE_FLAG_NAMES = [
  'locked',
  'dirty',
  'writeback',
  'swapcache',
  'anon_exclusive',
  'head',
  'dma_pinned',
  'lazyfree',
  'lru',
] as const;

/** How many low bits of the reference count are the count; above them is the generation. */
export const REF_BITS = 24;
export const REF_MASK = (1 << REF_BITS) - 1;
/** GUP_PIN_COUNTING_BIAS: what a pin adds to the reference count of a small page. */
export const PIN_BIAS = 1024;

/** The count in a reference-count word. */
export const refCountOf = (word: number): number => word & REF_MASK;
/** Which life of the page a reference-count word belongs to: 0 before it was first handed out. */
export const generationOf = (word: number): number => Math.floor(word / (1 << REF_BITS));
export const refWord = (generation: number, count: number): number => generation * (1 << REF_BITS) + count;

/** folio_lock(). */
export const lockPage = (cpu: Cpu, page: Page): void => cpu.bitLock(page + PAGE_FLAGS, PG_LOCKED);
/** folio_trylock(). */
export const trylockPage = (cpu: Cpu, page: Page): boolean => cpu.bitTrylock(page + PAGE_FLAGS, PG_LOCKED);
/** folio_unlock(). */
export const unlockPage = (cpu: Cpu, page: Page): void => cpu.bitUnlock(page + PAGE_FLAGS, PG_LOCKED);

/** copy_user_highpage(): the contents, read and written as one word. */
export function copyPageData(cpu: Cpu, to: Page, from: Page): void {
  cpu.writeOnce(to + PAGE_DATA, cpu.readOnce(from + PAGE_DATA));
}

/** set_page_dirty(): the master record that the contents must be kept. */
export const setPageDirty = (cpu: Cpu, page: Page): void => {
  cpu.testAndSetBits(page + PAGE_FLAGS, PG_DIRTY);
};

/** noop_dirty_folio(): set_page_dirty() of an anonymous page, which looks first. */
export const setAnonPageDirty = (cpu: Cpu, page: Page): void => {
  if ((cpu.readOnce(page + PAGE_FLAGS) & PG_DIRTY) === 0) setPageDirty(cpu, page);
};
