/**
 * The page allocator: a list of free pages on each CPU (pcp), which needs no lock, and one for all (the zone) under a
 * spinlock. A list is one word, a bit for each page, so at most {@link MAX_LISTED} pages exist. Page-table pages come
 * from lists of their own, made the same way.
 */

import type { Cell, Cpu } from '../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';
import { generationOf, PAGE_FLAGS, PAGE_HEAD, PAGE_MAPPING, PAGE_REFCOUNT, type Page, refWord } from './page.ts';

export const MAX_LISTED = 30;

/** Where the free things of one kind are listed. */
export interface FreeLists {
  /** The list of each CPU, a word each. */
  readonly perCpu: Cell;
  readonly zone: Cell;
  readonly zoneLock: Cell;
}

const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask);

/** Takes the lowest-numbered free thing, this CPU's own first. @returns its number, or -1 where there is none */
export function takeFree(cpu: Cpu, lists: FreeLists): number {
  const own = lists.perCpu + cpu.id;
  const mask = cpu.readOnce(own);
  if (mask !== 0) {
    cpu.writeOnce(own, mask & (mask - 1));
    return lowest(mask);
  }
  cpu.spinLock(lists.zoneLock);
  const rest = cpu.readOnce(lists.zone);
  if (rest !== 0) cpu.writeOnce(lists.zone, rest & (rest - 1));
  cpu.spinUnlock(lists.zoneLock);
  return rest === 0 ? -1 : lowest(rest);
}

/** Gives a thing back to the list of this CPU. */
export function giveFree(cpu: Cpu, lists: FreeLists, number: number): void {
  const own = lists.perCpu + cpu.id;
  cpu.writeOnce(own, cpu.readOnce(own) | (1 << number));
}

/**
 * alloc_page(): a page with one reference, a new generation, and stale contents. It reads the reference count, as
 * check_new_page() does.
 * @returns 0 where memory is exhausted
 */
export function allocPage(cpu: Cpu, k: Kernel): Page {
  const pfn = takeFree(cpu, k.layout.freePages);
  if (pfn < 0) return 0;
  const page = k.layout.page(pfn) + cpu.provenance();
  cpu.writeOnce(page + PAGE_REFCOUNT, refWord(generationOf(cpu.readOnce(page + PAGE_REFCOUNT)) + 1, 1));
  return page;
}

/** free_unref_page(), with free_pages_prepare(): the page has no reference left. */
export function freePage(cpu: Cpu, k: Kernel, page: Page): void {
  cpu.writeOnce(page + PAGE_MAPPING, 0);
  cpu.writeOnce(page + PAGE_FLAGS, 0);
  if (k.layout.config.largeFolios) cpu.writeOnce(page + PAGE_HEAD, 0);
  giveFree(cpu, k.layout.freePages, k.layout.pfnOf(page));
}
