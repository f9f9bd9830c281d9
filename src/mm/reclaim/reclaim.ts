/** Reclaim: taking a page away from everybody who maps it, keeping its contents in swap or in its file. */

import { type Cpu, cellIndex } from '../../cpu/cpu.ts';
import { AS_LOCK, AS_PAGES } from '../memory/address-space.ts';
import { freePage } from '../memory/allocator.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, MAPPING_KSM, mappingFlags, mappingTarget } from '../memory/mapping.ts';
import {
  PAGE_DATA,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_PRIVATE,
  type Page,
  PG_DIRTY,
  PG_LAZYFREE,
  PG_SWAPCACHE,
  PG_WRITEBACK,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { freezePage, pageRefCount, putPage, unfreezePage } from '../memory/page-ref.ts';
import { tryToUnmap, tryToUnmapFlush, type UnmapBatch } from '../rmap/try-to-unmap.ts';
import { addToSwap } from './swap-cache.ts';

/** The references of a page that reclaim has isolated: its own, and that of the page cache or swap cache. */
const ISOLATED = 2;

/**
 * shrink_page_list() (mm/vmscan.c, v4.4 to v6.12; shrink_folio_list() from v6.0) of one small page: adds it to swap if it is anonymous, unmaps it, writes it if it is dirty, and frees it if nobody else holds it.
 * The caller gives its reference away.
 * @returns whether the page was freed
 */
export function shrinkPage(cpu: Cpu, k: Kernel, page: Page): boolean {
  const freed = trylockPage(cpu, page) && shrinkLockedPage(cpu, k, page);
  if (!freed) putPage(cpu, k, page);
  return freed;
}

/** @returns whether the page was freed; otherwise it is unlocked */
function shrinkLockedPage(cpu: Cpu, k: Kernel, page: Page): boolean {
  const batch: UnmapBatch = [];
  const home = k.ops.unmapForReclaim(cpu, k, page, batch);
  tryToUnmapFlush(cpu, k, batch);
  const freed = home === 'cache' ? removeMapping(cpu, k, page) : home === 'none' && discardPage(cpu, k, page);
  if (!freed) unlockPage(cpu, page);
  return freed;
}

/** @returns what the page is left in: a cache, or none where MADV_FREE gave it up; undefined where it has to stay */
export function unmapForReclaim(cpu: Cpu, k: Kernel, page: Page, batch: UnmapBatch): 'cache' | 'none' | undefined {
  const { reclaimPinned } = k.design;
  const flavour = mappingFlags(cpu.readOnce(page + PAGE_MAPPING));
  if (flavour === MAPPING_KSM) return undefined;
  const anonymous = flavour === MAPPING_ANON;
  const before = anonymous ? cpu.readOnce(page + PAGE_FLAGS) : 0;
  const home = (before & PG_LAZYFREE) !== 0 ? 'none' : 'cache';
  if (anonymous && (before & (PG_SWAPCACHE | PG_LAZYFREE)) === 0) {
    if (reclaimPinned !== 'ignore' && k.ops.pageMaybeDmaPinned(cpu, k, page)) return undefined;
    if (!addToSwap(cpu, k, page)) return undefined;
  }
  if (cpu.readOnce(page + PAGE_MAPCOUNT) > 0 && !tryToUnmap(cpu, k, page, batch)) return undefined;
  if (reclaimPinned === 'after-unmap' && k.ops.pageMaybeDmaPinned(cpu, k, page)) return undefined;
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  if ((flags & PG_WRITEBACK) !== 0) return undefined;
  if ((flags & PG_DIRTY) === 0) return home;
  if (!anonymous || home === 'none') return undefined;
  tryToUnmapFlush(cpu, k, batch);
  return pageout(cpu, k, page) ? home : undefined;
}

/** The end of shrink_page_list() for a page that MADV_FREE gave up: nobody but the caller holds it. @returns whether it was freed */
function discardPage(cpu: Cpu, k: Kernel, page: Page): boolean {
  if (!freezePage(cpu, page, 1)) return false;
  freePage(cpu, k, page);
  return true;
}

/**
 * pageout(), swap_writepage() (mm/page_io.c), with the end of the I/O: what the page contains is in its slot now.
 * @returns false where somebody else holds the page, so that it could not be freed (is_page_cache_freeable())
 */
function pageout(cpu: Cpu, k: Kernel, page: Page): boolean {
  if (pageRefCount(cpu, page) !== ISOLATED) return false;
  const slot = cpu.readOnce(page + PAGE_PRIVATE);
  const stored = k.layout.swapData + slot + cpu.provenance(slot);
  cpu.testAndClearBits(page + PAGE_FLAGS, PG_DIRTY);
  cpu.testAndSetBits(page + PAGE_FLAGS, PG_WRITEBACK);
  cpu.writeOnce(stored, cpu.readOnce(page + PAGE_DATA, 'pageout'));
  cpu.testAndClearBits(page + PAGE_FLAGS, PG_WRITEBACK);
  return true;
}

/**
 * __remove_mapping() (mm/vmscan.c, v4.4 to v6.12): freezes the count, so that nobody else holds the page or can come to
 * hold it, and only then asks whether the page is dirty, as the design says: whoever wrote to it through a reference has
 * set the flag before dropping the reference. A page that passes leaves its cache and is freed.
 * @returns whether it was freed
 */
export function removeMapping(cpu: Cpu, k: Kernel, page: Page): boolean {
  const mapping = cpu.readOnce(page + PAGE_MAPPING);
  if (mapping === 0) return false;
  const swapCache = mappingFlags(mapping) !== 0;
  const space = mappingTarget(cpu, mapping);
  const lock = swapCache ? k.layout.swapLock : space + AS_LOCK;
  cpu.spinLock(lock);
  const isClean = (): boolean => (cpu.readOnce(page + PAGE_FLAGS, 'dirty') & PG_DIRTY) === 0;
  const early = k.design.reclaimOrder === 'dirty-freeze';
  const frozen = (!early || isClean()) && freezePage(cpu, page, ISOLATED);
  const clean = frozen && (early || isClean());
  if (frozen && !clean) unfreezePage(cpu, page, ISOLATED);
  if (clean) {
    const index = cpu.readOnce(page + (swapCache ? PAGE_PRIVATE : PAGE_INDEX));
    const cached = (swapCache ? k.layout.swapCache : cellIndex(space) + AS_PAGES) + index + cpu.provenance(index);
    cpu.writeOnce(cached, 0);
  }
  cpu.spinUnlock(lock);
  if (clean) freePage(cpu, k, page);
  return clean;
}
