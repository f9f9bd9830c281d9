/** A write, or an unsharing, of a page that is mapped read-only: reuse it or copy it. */

import type { Cpu } from '../../cpu/cpu.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import { AS_KIND, tracksDirty } from '../memory/address-space.ts';
import { allocPage } from '../memory/allocator.ts';
import { ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, MAPPING_KSM, mappingFlags } from '../memory/mapping.ts';
import {
  copyPageData,
  lockPage,
  PAGE_FLAGS,
  PAGE_MAPPING,
  type Page,
  PG_ANON_EXCLUSIVE,
  PG_SWAPCACHE,
  setPageDirty,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { compoundHead, getPage, isLarge, pageRefCount, putPage } from '../memory/page-ref.ts';
import {
  type PageTable,
  PT_LOCK,
  pteCell,
  ptePage,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import { mkPte, PTE_DIRTY, PTE_WRITE, PTE_YOUNG, type Pte } from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { entryBits, VM_SHARED, VM_WRITE } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { pageSwapcount, tryToFreeSwap } from '../reclaim/swap.ts';
import { pageAddNewAnonRmap, pageMapcount, pageRemoveRmap } from '../rmap/rmap.ts';
import { pageMkwrite } from './page-mkwrite.ts';
import { FAULT_UNSHARE, type Fault, type Reuse, VM_FAULT_WRITE } from './vm-fault.ts';

/**
 * do_wp_page() (mm/memory.c, v4.4 to v6.12): called with the page-table lock held and `e` just read under it; returns
 * with the lock dropped.
 * @returns 0, VM_FAULT_WRITE, or -ENOMEM
 */
export function doWpPage(cpu: Cpu, k: Kernel, fault: Fault, table: PageTable, e: Pte): number {
  const page = ptePage(cpu, k, e);
  if ((fault.vma.flags & VM_SHARED) !== 0) return wpPageShared(cpu, k, fault, table, e, page);
  const folio = compoundHead(cpu, k, page);
  const mapping = mappingFlags(cpu.readOnce(folio + PAGE_MAPPING));
  if (mapping !== MAPPING_ANON) return k.ops.wpPageCopy(cpu, k, fault, table, e, page, folio);
  switch (k.ops.mayReuse(cpu, k, fault, table, e, page, folio)) {
    case 'changed':
      return 0;
    case 'copy':
      return k.ops.wpPageCopy(cpu, k, fault, table, e, page, folio);
    case 'reuse': {
      const unshare = (fault.flags & FAULT_UNSHARE) !== 0;
      if (!unshare) k.ops.wpPageReuse(cpu, k, fault, table, e);
      ptUnlock(cpu, table + PT_LOCK);
      return unshare ? 0 : VM_FAULT_WRITE;
    }
  }
}

/** The rule of each era for an anonymous page that is not KSM's. Where the entry has changed the lock is dropped. */
export function mayReuse(cpu: Cpu, k: Kernel, fault: Fault, table: PageTable, e: Pte, page: Page, folio: Page): Reuse {
  switch (k.design.reuse) {
    case 'mapcount':
      return reuseByMapcount(cpu, k, fault, table, e, page, folio);
    case 'refcount':
      return reuseByRefcount(cpu, k, page, folio) ? 'reuse' : 'copy';
    case 'refcount-swapcache':
      return reuseWithoutSwapCache(cpu, k, folio) ? 'reuse' : 'copy';
    case 'exclusive':
      return reuseExclusive(cpu, k, page, folio) ? 'reuse' : 'copy';
  }
}

/** PageKsm(), asked again with the page locked: KSM makes a page one of its own with the page lock alone. */
const pageIsKsm = (cpu: Cpu, folio: Page): boolean =>
  mappingFlags(cpu.readOnce(folio + PAGE_MAPPING, 'ksm')) === MAPPING_KSM;

/**
 * reuse_swap_page() (mm/swapfile.c, to v5.8): map count and swap count make one. Needs the page lock; where another
 * holds it, the page-table lock is dropped meanwhile.
 */
function reuseByMapcount(cpu: Cpu, k: Kernel, fault: Fault, table: PageTable, e: Pte, page: Page, folio: Page): Reuse {
  if (!trylockPage(cpu, folio)) {
    getPage(cpu, folio);
    ptUnlock(cpu, table + PT_LOCK);
    lockPage(cpu, folio);
    ptLock(cpu, k, table + PT_LOCK);
    if (cpu.readOnce(pteCell(k, table, fault.address)) !== e) {
      unlockPage(cpu, folio);
      ptUnlock(cpu, table + PT_LOCK);
      putPage(cpu, k, folio);
      return 'changed';
    }
    putPage(cpu, k, folio);
  }
  const swapcount = pageSwapcount(cpu, k, folio);
  const reuse = !pageIsKsm(cpu, folio) && pageMapcount(cpu, k, page, folio) + swapcount === 1;
  if (reuse && swapcount === 0) tryToFreeSwap(cpu, k, folio);
  unlockPage(cpu, folio);
  return reuse ? 'reuse' : 'copy';
}

/** do_wp_page() of v5.9 (09854ba94c6a): any reference but the entry's own, a pin included, means a copy. */
function reuseByRefcount(cpu: Cpu, k: Kernel, page: Page, folio: Page): boolean {
  if (pageRefCount(cpu, folio) !== 1 || !trylockPage(cpu, folio)) return false;
  const alone = (): boolean => pageMapcount(cpu, k, page, folio) === 1 && pageRefCount(cpu, folio) === 1;
  const reuse = !pageIsKsm(cpu, folio) && alone();
  unlockPage(cpu, folio);
  return reuse;
}

/** do_wp_page() (v5.18), wp_can_reuse_anon_folio() (v6.1, v6.12): only this entry and the swap cache hold the page. */
function reuseWithoutSwapCache(cpu: Cpu, k: Kernel, folio: Page): boolean {
  const cached = (cpu.readOnce(folio + PAGE_FLAGS) & PG_SWAPCACHE) !== 0;
  if (pageRefCount(cpu, folio) > (cached ? 2 : 1)) return false;
  if (!trylockPage(cpu, folio)) return false;
  tryToFreeSwap(cpu, k, folio);
  const reuse = !pageIsKsm(cpu, folio) && pageRefCount(cpu, folio) === 1;
  unlockPage(cpu, folio);
  return reuse;
}

/** do_wp_page() (v5.19 to v6.12): an exclusive page, or one that nobody else holds, which is exclusive from then on. */
function reuseExclusive(cpu: Cpu, k: Kernel, page: Page, folio: Page): boolean {
  if (pageAnonExclusive(cpu, page)) return true;
  if (k.design.reuseLarge === 'never' && isLarge(cpu, k, folio)) return false;
  if (!reuseWithoutSwapCache(cpu, k, folio)) return false;
  cpu.setBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
  return true;
}

/** wp_page_reuse(): the entry becomes writable where the VMA is, and dirty. */
export function wpPageReuse(cpu: Cpu, k: Kernel, { vma, address }: Fault, table: PageTable, e: Pte): void {
  const write = (vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0;
  setPte(cpu, pteCell(k, table, address), e | PTE_YOUNG | PTE_DIRTY | write);
}

/**
 * wp_page_copy(): the lock is dropped to allocate and copy, and the entry must be the same after. It is cleared and
 * flushed before the copy takes its place, and the old page loses its map count only then: whoever sees the count drop
 * may write to the old page.
 */
export function wpPageCopy(
  cpu: Cpu,
  k: Kernel,
  fault: Fault,
  table: PageTable,
  e: Pte,
  page: Page,
  folio: Page,
): number {
  const { mm, vma, address, flags } = fault;
  getPage(cpu, folio);
  ptUnlock(cpu, table + PT_LOCK);
  const copy = allocPage(cpu, k);
  if (copy === 0) {
    putPage(cpu, k, folio);
    return ENOMEM;
  }
  copyPageData(cpu, copy, page);
  cpu.smpWmb();
  invalidateRangeStart(cpu, k, mm, address, address + 1);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const same = cpu.readOnce(cell) === e;
  const unshare = (flags & FAULT_UNSHARE) !== 0;
  if (same) {
    ptepGetAndClear(cpu, cell);
    flushTlbRange(cpu, k, mm, address, address + 1);
    pageAddNewAnonRmap(cpu, k, copy, k.layout.anonVma(vma.anonVma - 1), address);
    setPte(cpu, cell, mkPte(k.layout.pfnOf(copy), entryBits(vma, !unshare)));
    pageRemoveRmap(cpu, k, page);
  }
  ptUnlock(cpu, table + PT_LOCK);
  invalidateRangeEnd(cpu, k, mm);
  if (!same) putPage(cpu, k, copy);
  putPage(cpu, k, folio, same ? 2 : 1);
  return same && !unshare ? VM_FAULT_WRITE : 0;
}

/**
 * wp_page_shared(), wp_pfn_shared(): the file's owner, where it tracks dirty pages, is told with the page-table lock
 * dropped and the page locked; then the entry becomes writable.
 */
function wpPageShared(cpu: Cpu, k: Kernel, fault: Fault, table: PageTable, e: Pte, page: Page): number {
  const mapping = k.layout.file(fault.vma.file - 1);
  getPage(cpu, page);
  let same = true;
  const tracked = tracksDirty(cpu.readOnce(mapping + AS_KIND));
  if (tracked) {
    ptUnlock(cpu, table + PT_LOCK);
    if (!pageMkwrite(cpu, k, mapping, page)) {
      putPage(cpu, k, page);
      return 0;
    }
    ptLock(cpu, k, table + PT_LOCK);
    same = cpu.readOnce(pteCell(k, table, fault.address)) === e;
  }
  if (same) k.ops.wpPageReuse(cpu, k, fault, table, e);
  ptUnlock(cpu, table + PT_LOCK);
  if (same) setPageDirty(cpu, page);
  if (tracked) unlockPage(cpu, page);
  putPage(cpu, k, page);
  return same ? VM_FAULT_WRITE : 0;
}
