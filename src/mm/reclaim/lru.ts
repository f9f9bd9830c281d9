/** The lists of pages to reclaim or to move: who takes a page off its list holds it alone. */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { PAGE_FLAGS, type Page, PG_LRU } from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';

/** lru_cache_add() (mm/swap.c, v4.4; folio_add_lru() v5.19), at once rather than by way of a batch of the CPU. */
export const folioAddLru = (cpu: Cpu, page: Page): void => cpu.setBits(page + PAGE_FLAGS, PG_LRU);

/**
 * isolate_lru_page() (mm/vmscan.c, v4.4; folio_isolate_lru() v5.19): takes a page off its list, with a reference.
 * @returns false where somebody else has, or it was never on any
 */
export function folioIsolateLru(cpu: Cpu, page: Page): boolean {
  if (!cpu.testAndClearBits(page + PAGE_FLAGS, PG_LRU)) return false;
  getPage(cpu, page);
  return true;
}

/** putback_lru_page() (mm/vmscan.c, v4.4; folio_putback_lru() v6.5). */
export function folioPutbackLru(cpu: Cpu, k: Kernel, page: Page): void {
  folioAddLru(cpu, page);
  putPage(cpu, k, page);
}
