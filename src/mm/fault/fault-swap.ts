/** A fault on an entry whose page is in swap, or is being moved. */

import type { Cpu } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import type { Kernel } from '../memory/kernel.ts';
import {
  lockPage,
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_PRIVATE,
  type Page,
  PG_LOCKED,
  PG_SWAPCACHE,
  PG_WRITEBACK,
  unlockPage,
} from '../memory/page.ts';
import { compoundHead, getPage, putPage } from '../memory/page-ref.ts';
import { type PageTable, PT_LOCK, pteCell, ptePage, ptLock, ptUnlock, setPte } from '../memory/page-table.ts';
import { isMigrationEntry, mkPte, PTE_EXCLUSIVE, type Pte, ptePfn } from '../memory/pte.ts';
import { entryBits } from '../memory/vma.ts';
import { pageSwapcount, swapFree, tryToFreeSwap } from '../reclaim/swap.ts';
import { readSwapCache } from '../reclaim/swap-cache.ts';
import { pageAddAnonRmap } from '../rmap/rmap.ts';
import { FAULT_WRITE, type Fault } from './vm-fault.ts';

/**
 * do_swap_page() (mm/memory.c, v4.4 to v6.12): the page comes back from swap, or from the swap cache, and is exclusive if
 * its entry says so.
 * @param e the swap entry that was read
 * @returns 0 or -ENOMEM
 */
export function doSwapPage(cpu: Cpu, k: Kernel, fault: Fault, table: PageTable, e: Pte): number {
  const slot = ptePfn(e);
  const page = readSwapCache(cpu, k, slot);
  if (page < 0) return page;
  lockPage(cpu, page);
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  if ((flags & PG_SWAPCACHE) !== 0 && cpu.readOnce(page + PAGE_PRIVATE) === slot) {
    const cell = pteCell(k, table, fault.address);
    ptLock(cpu, k, table + PT_LOCK);
    if (cpu.readOnce(cell) === e) mapFromSwap(cpu, k, fault, page, e, (flags & PG_WRITEBACK) !== 0, cell);
    ptUnlock(cpu, table + PT_LOCK);
    tryToFreeSwap(cpu, k, page);
  }
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  return 0;
}

/** The part of do_swap_page() that has the page and the page-table lock: the entry takes a reference of its own. */
function mapFromSwap(
  cpu: Cpu,
  k: Kernel,
  { vma, address, flags }: Fault,
  page: Page,
  e: Pte,
  underWriteback: boolean,
  cell: number,
): void {
  const tracked = k.design.anonExclusive === 'tracked';
  const unstable = underWriteback && k.design.stablePages === 'wait';
  const exclusive = tracked && (e & PTE_EXCLUSIVE) !== 0 && !unstable;
  const write = (flags & FAULT_WRITE) !== 0 && (exclusive || (!tracked && reuseSwapPage(cpu, k, page)));
  getPage(cpu, page);
  swapFree(cpu, k, ptePfn(e));
  pageAddAnonRmap(cpu, k, page, vma, address, exclusive);
  setPte(cpu, cell, mkPte(k.layout.pfnOf(page), entryBits(vma, write)));
}

/** reuse_swap_page() (mm/swapfile.c, to v5.17): the entry that is about to map the page is the only one that knows it. */
const reuseSwapPage = (cpu: Cpu, k: Kernel, page: Page): boolean =>
  cpu.readOnce(page + PAGE_MAPCOUNT) + pageSwapcount(cpu, k, page) === 1;

/**
 * migration_entry_wait() (mm/migrate.c): where the entry of an address is a migration entry, as its lock shows, waits until
 * the page that it refers to is unlocked, holding nothing.
 */
export function migrationEntryWait(cpu: Cpu, k: Kernel, table: PageTable, address: number): void {
  ptLock(cpu, k, table + PT_LOCK);
  const e = cpu.readOnce(pteCell(k, table, address));
  const page = ptePage(cpu, k, e);
  ptUnlock(cpu, table + PT_LOCK);
  if (isMigrationEntry(e)) cpu.readWhen(compoundHead(cpu, k, page) + PAGE_FLAGS, PG_LOCKED, 0, Mode.Acquire);
}
