/** Swap slots: how many entries refer to each, what is stored there, and which page caches it. */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { PAGE_FLAGS, PAGE_PRIVATE, type Page, PG_SWAPCACHE, PG_WRITEBACK } from '../memory/page.ts';
import { putPage } from '../memory/page-ref.ts';

/** swap_duplicate(): one more entry refers to the slot. */
export const swapDuplicate = (cpu: Cpu, k: Kernel, slot: number): void => cpu.atomicAdd(k.layout.swapCounts + slot, 1);

/** swap_free(): one entry fewer refers to the slot. @returns how many are left */
export const swapFree = (cpu: Cpu, k: Kernel, slot: number): number =>
  cpu.atomicSubReturn(k.layout.swapCounts + slot, 1);

/** page_swapcount(): how many entries refer to the slot of a page; 0 where it has none. */
export function pageSwapcount(cpu: Cpu, k: Kernel, page: Page): number {
  if ((cpu.readOnce(page + PAGE_FLAGS) & PG_SWAPCACHE) === 0) return 0;
  const slot = cpu.readOnce(page + PAGE_PRIVATE);
  return cpu.readOnce(k.layout.swapCounts + slot + cpu.provenance(slot));
}

/**
 * try_to_free_swap() (mm/swapfile.c): takes a page out of the swap cache, where no entry refers to its slot and it is not
 * being written. The caller holds the page lock and a reference that stays.
 */
export function tryToFreeSwap(cpu: Cpu, k: Kernel, page: Page): boolean {
  if ((cpu.readOnce(page + PAGE_FLAGS) & (PG_SWAPCACHE | PG_WRITEBACK)) !== PG_SWAPCACHE) return false;
  if (pageSwapcount(cpu, k, page) > 0) return false;
  const slot = cpu.readOnce(page + PAGE_PRIVATE);
  const cached = k.layout.swapCache + slot + cpu.provenance(slot);
  cpu.spinLock(k.layout.swapLock);
  cpu.writeOnce(cached, 0);
  cpu.spinUnlock(k.layout.swapLock);
  cpu.clearBits(page + PAGE_FLAGS, PG_SWAPCACHE);
  putPage(cpu, k, page);
  return true;
}
