/** The swap cache: anonymous pages that have a slot of swap, found by the slot. */

import type { Cpu } from '../../cpu/cpu.ts';
import { allocPage } from '../memory/allocator.ts';
import { ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import {
  PAGE_DATA,
  PAGE_FLAGS,
  PAGE_PRIVATE,
  type Page,
  PG_LOCKED,
  PG_SWAPCACHE,
  setPageDirty,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';
import { swapFree, tryToFreeSwap } from './swap.ts';

/**
 * add_to_swap() (mm/swap_state.c): gives a locked anonymous page a slot, and the cache a reference on it. The page is
 * dirty from now on: nothing is stored in the slot yet.
 * @returns whether there was a slot
 */
export function addToSwap(cpu: Cpu, k: Kernel, page: Page): boolean {
  for (let slot = 0; slot < k.layout.config.swapSlots; slot++) {
    if (cpu.readOnce(k.layout.swapCounts + slot) !== 0) continue;
    if (cpu.cmpxchg(k.layout.swapCache + slot, 0, k.layout.pfnOf(page) + 1) !== 0) continue;
    if (cpu.readOnce(k.layout.swapCounts + slot) !== 0) {
      cpu.writeOnce(k.layout.swapCache + slot, 0);
      continue;
    }
    getPage(cpu, page);
    cpu.writeOnce(page + PAGE_PRIVATE, slot);
    cpu.setBits(page + PAGE_FLAGS, PG_SWAPCACHE);
    setPageDirty(cpu, page);
    return true;
  }
  return false;
}

/**
 * swap_cache_get_folio(): the page of a slot with a reference, or 0. The kernel looks it up without a lock, and again
 * where the page is frozen; here the lock is held.
 */
export function lookupSwapCache(cpu: Cpu, k: Kernel, slot: number): Page {
  cpu.spinLock(k.layout.swapLock);
  const cached = cpu.readOnce(k.layout.swapCache + slot);
  const page = cached === 0 ? 0 : k.layout.page(cached - 1) + cpu.provenance(cached);
  if (page !== 0) getPage(cpu, page);
  cpu.spinUnlock(k.layout.swapLock);
  return page;
}

/**
 * read_swap_cache_async() (mm/swap_state.c): the page of a slot that some entry refers to, read where it is not cached.
 * @returns the page with a reference, or -ENOMEM
 */
export function readSwapCache(cpu: Cpu, k: Kernel, slot: number): Page | number {
  for (;;) {
    const cached = lookupSwapCache(cpu, k, slot);
    if (cached !== 0) return cached;
    const page = allocPage(cpu, k);
    if (page === 0) return ENOMEM;
    cpu.writeOnce(page + PAGE_FLAGS, PG_LOCKED | PG_SWAPCACHE);
    cpu.writeOnce(page + PAGE_PRIVATE, slot);
    getPage(cpu, page);
    if (cpu.cmpxchg(k.layout.swapCache + slot, 0, k.layout.pfnOf(page) + 1) === 0) {
      cpu.writeOnce(page + PAGE_DATA, cpu.readOnce(k.layout.swapData + slot));
      unlockPage(cpu, page);
      return page;
    }
    cpu.writeOnce(page + PAGE_FLAGS, 0);
    putPage(cpu, k, page, 2);
  }
}

/** free_swap_and_cache() (mm/swapfile.c): one entry fewer refers to the slot; with the last, its page leaves the cache. */
export function freeSwapAndCache(cpu: Cpu, k: Kernel, slot: number): void {
  if (swapFree(cpu, k, slot) > 0) return;
  const page = lookupSwapCache(cpu, k, slot);
  if (page === 0) return;
  if (trylockPage(cpu, page)) {
    tryToFreeSwap(cpu, k, page);
    unlockPage(cpu, page);
  }
  putPage(cpu, k, page);
}
