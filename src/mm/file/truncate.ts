/** Taking pages out of a file: truncation, hole punching, invalidation. */

import type { Cpu } from '../../cpu/cpu.ts';
import { waitOnPageWriteback } from '../fault/page-mkwrite.ts';
import { pinsCountAsMapped } from '../gup/mapcount-pin.ts';
import { finishGather, startGather } from '../map/mmu-gather.ts';
import { vmas } from '../map/vma-list.ts';
import { zapPageRange } from '../map/zap.ts';
import { type AddressSpace, AS_I_MMAP_RWSEM, AS_LOCK, AS_MMS, AS_PAGES, AS_SIZE } from '../memory/address-space.ts';
import { EBUSY } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import {
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
  type Page,
  PG_DIRTY,
  unlockPage,
} from '../memory/page.ts';
import { pageRefCount, putPage } from '../memory/page-ref.ts';
import { linearPageIndex, type Vma } from '../memory/vma.ts';
import { eachMm } from '../rmap/rmap-walk.ts';
import { findLockPage } from './filemap.ts';

/**
 * truncate_setsize() (mm/truncate.c, v4.4 to v6.12): the file ends at `size`. Pages beyond are unmapped, private copies
 * too, and leave the cache; those that somebody holds live on as orphans of no file.
 */
export function truncateSetsize(cpu: Cpu, k: Kernel, mapping: AddressSpace, size: number): void {
  const end = k.layout.config.pagesPerFile;
  cpu.writeOnce(mapping + AS_SIZE, size);
  unmapMappingPages(cpu, k, mapping, size, end, true);
  truncateInodePages(cpu, k, mapping, size, end);
  unmapMappingPages(cpu, k, mapping, size, end, true);
}

/** fallocate() with FALLOC_FL_PUNCH_HOLE, truncate_pagecache_range() (mm/truncate.c): private copies stay. */
export function punchHole(cpu: Cpu, k: Kernel, mapping: AddressSpace, start: number, end: number): void {
  unmapMappingPages(cpu, k, mapping, start, end, false);
  truncateInodePages(cpu, k, mapping, start, end);
}

/**
 * truncate_inode_pages_final() (mm/truncate.c, v4.4 to v6.12): the inode is going away, so nobody maps the file any more, and its
 * pages leave the cache.
 */
export function truncateInodePagesFinal(cpu: Cpu, k: Kernel, mapping: AddressSpace): void {
  truncateInodePages(cpu, k, mapping, 0, k.layout.config.pagesPerFile, true);
}

/** truncate_inode_pages_range() (mm/truncate.c): the cached pages of `start .. end-1`, each locked and not being written. */
export function truncateInodePages(
  cpu: Cpu,
  k: Kernel,
  mapping: AddressSpace,
  start: number,
  end: number,
  exiting = false,
): void {
  for (let index = start; index < end; index++) {
    const page = findLockPage(cpu, k, mapping, index);
    if (page === 0) continue;
    waitOnPageWriteback(cpu, page);
    truncateInodePage(cpu, k, mapping, page, index, exiting);
    unlockPage(cpu, page);
    putPage(cpu, k, page);
  }
}

/**
 * truncate_inode_page() (mm/truncate.c; truncate_inode_folio() v6.12): unmaps the page, forgets that it is dirty, and
 * takes it out of the cache. The caller holds the page lock and a reference. Pins do not keep it.
 */
export function truncateInodePage(
  cpu: Cpu,
  k: Kernel,
  mapping: AddressSpace,
  page: Page,
  index: number,
  exiting = false,
): void {
  if (cpu.readOnce(page + PAGE_MAPCOUNT) > 0) unmapMappingPages(cpu, k, mapping, index, index + 1, false);
  cancelDirtyPage(cpu, page);
  deleteFromPageCache(cpu, k, mapping, page, index, exiting);
}

/** cancel_dirty_page() (include/linux/mm.h, v4.20; folio_cancel_dirty() v6.12): looks first. In v4.4 it did not. */
function cancelDirtyPage(cpu: Cpu, page: Page): void {
  if ((cpu.readOnce(page + PAGE_FLAGS) & PG_DIRTY) !== 0) cpu.testAndClearBits(page + PAGE_FLAGS, PG_DIRTY);
}

/**
 * invalidate_inode_pages2_range() (mm/truncate.c) of one page: drops it from the cache, unmapping it first.
 * @returns 0, also where there is none; -EBUSY where it is dirty, and stays; `BUG_ON` where it is mapped in spite of that, and the
 * kernel stops (here it stays, unlocked)
 */
export function invalidateInodePage2(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number): number | 'BUG_ON' {
  const page = findLockPage(cpu, k, mapping, index);
  if (page === 0) return 0;
  waitOnPageWriteback(cpu, page);
  if (cpu.readOnce(page + PAGE_MAPCOUNT) > 0) unmapMappingPages(cpu, k, mapping, index, index + 1, false);
  const bug = isStillMapped(cpu, k, page);
  const dirty = (cpu.readOnce(page + PAGE_FLAGS) & PG_DIRTY) !== 0;
  if (!dirty && !bug) deleteFromPageCache(cpu, k, mapping, page, index);
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  if (bug) return 'BUG_ON';
  return dirty ? EBUSY : 0;
}

/**
 * unmap_mapping_pages() (mm/memory.c): no mapping of the file has an entry for `start .. end-1` any more. Takes no
 * mmap_lock.
 * @param evenCows whether anonymous pages of private mappings go, too
 */
export function unmapMappingPages(
  cpu: Cpu,
  k: Kernel,
  mapping: AddressSpace,
  start: number,
  end: number,
  evenCows: boolean,
): void {
  const file = k.layout.fileNumber(mapping) + 1;
  cpu.downRead(mapping + AS_I_MMAP_RWSEM);
  eachMm(cpu, k, mapping + AS_MMS, (mm) => {
    for (const vma of vmas(cpu, k, mm)) {
      const [from, to] = addresses(vma, start, end);
      if (vma.file !== file || from >= to) continue;
      const gather = startGather(cpu, k, mm);
      zapPageRange(cpu, k, gather, vma, from, to, evenCows);
      finishGather(cpu, k, gather);
    }
    return true;
  });
  cpu.upRead(mapping + AS_I_MMAP_RWSEM);
}

/** The addresses at which a VMA maps the pages `start .. end-1` of its file. */
function addresses(vma: Vma, start: number, end: number): readonly [number, number] {
  const offset = linearPageIndex(vma, 0);
  return [Math.max(vma.start, start - offset), Math.min(vma.end, end - offset)];
}

/** page_mapped() of a page whose entries are all gone: only where pins count as mappings can it be. */
const isStillMapped = (cpu: Cpu, k: Kernel, page: Page): boolean =>
  pinsCountAsMapped(k) && cpu.readOnce(page + PAGE_MAPCOUNT, 'mapped') > 0;

/** delete_from_page_cache() (mm/filemap.c; filemap_remove_folio() v6.12): page->mapping becomes NULL under i_pages. */
export function deleteFromPageCache(
  cpu: Cpu,
  k: Kernel,
  mapping: AddressSpace,
  page: Page,
  index: number,
  exiting = false,
): void {
  cpu.spinLock(mapping + AS_LOCK);
  if (isStillMapped(cpu, k, page)) unaccountMapped(cpu, page, exiting);
  cpu.writeOnce(mapping + AS_PAGES + index, 0);
  cpu.writeOnce(page + PAGE_MAPPING, 0);
  cpu.spinUnlock(mapping + AS_LOCK);
  putPage(cpu, k, page);
}

/**
 * The part of unaccount_page_cache_page() (mm/filemap.c, v4.20; filemap_unaccount_folio() v6.12) for a page that is mapped when it leaves the
 * cache: "BUG: Bad page cache". Where the inode is going away all entries must be gone, so the count is taken to be wrong,
 * and the references that go with it are given back.
 */
function unaccountMapped(cpu: Cpu, page: Page, exiting: boolean): void {
  const mapcount = cpu.readOnce(page + PAGE_MAPCOUNT);
  if (!exiting || pageRefCount(cpu, page) < mapcount + 2) return;
  cpu.writeOnce(page + PAGE_MAPCOUNT, 0);
  cpu.atomicSub(page + PAGE_REFCOUNT, mapcount);
}
