/** MADV_FREE: pages that a process does not need, and that reclaim may drop as long as nobody writes to them. */

import type { Cpu } from '../../cpu/cpu.ts';
import { EINVAL } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import {
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  type Page,
  PG_DIRTY,
  PG_LAZYFREE,
  PG_SWAPCACHE,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { compoundHead, isLarge } from '../memory/page-ref.ts';
import {
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptePage,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import {
  isSwapEntry,
  PTE_DIRTY,
  PTE_NONE,
  PTE_YOUNG,
  pteMkclean,
  pteMkold,
  ptePfn,
  ptePresent,
} from '../memory/pte.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { tryToFreeSwap } from '../reclaim/swap.ts';
import { freeSwapAndCache } from '../reclaim/swap-cache.ts';
import { finishGather, type Gather, gatherEntry, startGather } from './mmu-gather.ts';
import { vmas } from './vma-list.ts';

/**
 * MADV_FREE, madvise_free_single_vma() (mm/madvise.c, v4.12 to v6.12): anonymous pages are clean from now on, and given up;
 * their entries stay. mmap_lock is held for reading. Huge PMDs and large folios are left alone, where the kernel takes
 * those that the range covers.
 * @returns 0, or -EINVAL where the kernel has no such call
 */
export function madviseFree(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number): number {
  if (k.design.lazyfree === 'unsupported') return EINVAL;
  mmapReadLock(cpu, mm);
  const gather = startGather(cpu, k, mm);
  madviseFreeRange(cpu, k, gather, start, end);
  finishGather(cpu, k, gather);
  mmapReadUnlock(cpu, mm);
  return 0;
}

/** madvise_free_page_range() (mm/madvise.c): all that MADV_FREE does before it flushes. */
export function madviseFreeRange(cpu: Cpu, k: Kernel, gather: Gather, start: number, end: number): void {
  const { mm } = gather;
  for (const vma of vmas(cpu, k, mm)) {
    if (vma.file > 0) continue;
    const from = Math.max(vma.start, start);
    const to = Math.min(vma.end, end);
    if (from >= to) continue;
    invalidateRangeStart(cpu, k, mm, from, to);
    for (let address = from; address < to; address++) freeLazily(cpu, k, gather, address);
    invalidateRangeEnd(cpu, k, mm);
  }
}

/** One entry of madvise_free_pte_range() (mm/madvise.c). */
function freeLazily(cpu: Cpu, k: Kernel, gather: Gather, address: number): void {
  const pmd = cpu.readOnce(pmdCell(k, gather.mm, address));
  if (!pmdIsTable(pmd)) return;
  const table = pmdTable(cpu, k, pmd);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const e = cpu.readOnce(cell);
  const page = ptePage(cpu, k, e);
  if (isSwapEntry(e)) {
    setPte(cpu, cell, PTE_NONE);
    freeSwapAndCache(cpu, k, ptePfn(e));
  } else if (ptePresent(e) && mayGiveUp(cpu, k, page)) {
    if ((e & (PTE_YOUNG | PTE_DIRTY)) !== 0) {
      setPte(cpu, cell, pteMkclean(pteMkold(ptepGetAndClear(cpu, cell))));
      gatherEntry(gather, address);
    }
    markLazyfree(cpu, page);
  }
  ptUnlock(cpu, table + PT_LOCK);
}

/** Is it a small page that is clean, or can be made so because nobody else maps it, and its slot of swap given back? */
function mayGiveUp(cpu: Cpu, k: Kernel, page: Page): boolean {
  if (isLarge(cpu, k, compoundHead(cpu, k, page))) return false;
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  if ((flags & (PG_SWAPCACHE | PG_DIRTY)) === 0) return true;
  if (!trylockPage(cpu, page)) return false;
  const alone = cpu.readOnce(page + PAGE_MAPCOUNT) === 1;
  const given = alone && ((flags & PG_SWAPCACHE) === 0 || tryToFreeSwap(cpu, k, page));
  if (given) cpu.clearBits(page + PAGE_FLAGS, PG_DIRTY);
  unlockPage(cpu, page);
  return given;
}

/** folio_mark_lazyfree() (mm/swap.c), at once rather than by way of a batch of the CPU. */
function markLazyfree(cpu: Cpu, page: Page): void {
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  if (pageIsAnon(cpu, page) && (flags & PG_SWAPCACHE) === 0) cpu.setBits(page + PAGE_FLAGS, PG_LAZYFREE);
}
