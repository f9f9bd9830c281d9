/** Moving the contents of a page to another, and every entry with it. */

import { type Cpu, cellIndex } from '../../cpu/cpu.ts';
import { waitOnPageWriteback } from '../fault/page-mkwrite.ts';
import { type AddressSpace, AS_LOCK, AS_PAGES } from '../memory/address-space.ts';
import { allocPage } from '../memory/allocator.ts';
import { EAGAIN, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { mappingFlags, mappingTarget, pageIsAnon } from '../memory/mapping.ts';
import {
  copyPageData,
  lockPage,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPPING,
  PAGE_PRIVATE,
  type Page,
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_LAZYFREE,
  PG_LOCKED,
  PG_SWAPCACHE,
  unlockPage,
} from '../memory/page.ts';
import { freezePage, getPage, pageRefCount, putPage, unfreezePage } from '../memory/page-ref.ts';
import { setPte } from '../memory/page-table.ts';
import { isMigrationEntry, mkPte, PTE_EXCLUSIVE, PTE_WRITE, ptePfn } from '../memory/pte.ts';
import { entryBits } from '../memory/vma.ts';
import { pageDupRmap } from '../rmap/rmap.ts';
import { type MappedPte, rmapWalk } from '../rmap/rmap-walk.ts';
import { tryToMigrate, tryToUnmapFlush, type UnmapBatch } from '../rmap/try-to-unmap.ts';

/**
 * unmap_and_move() (mm/migrate.c, v4.4 to v6.2; migrate_folio_unmap() and migrate_folio_move() after) of a small page:
 * entries become migration entries, the page is copied if nobody else holds it, and the entries come back, to the
 * new page or to the old. The caller holds one reference, and drops it after.
 * @returns 0, -EAGAIN where somebody else holds the page, or -ENOMEM
 */
export function migratePage(cpu: Cpu, k: Kernel, page: Page): number {
  const fresh = allocPage(cpu, k);
  if (fresh === 0) return ENOMEM;
  const batch: UnmapBatch = [];
  lockPage(cpu, page);
  waitOnPageWriteback(cpu, page);
  cpu.writeOnce(fresh + PAGE_FLAGS, PG_LOCKED);
  const unmapped = tryToMigrate(cpu, k, page, batch);
  tryToUnmapFlush(cpu, k, batch);
  const moved = unmapped && moveToNewPage(cpu, k, page, fresh);
  const target = moved ? fresh : page;
  removeMigrationPtes(cpu, k, page, target, target);
  unlockPage(cpu, page);
  unlockPage(cpu, fresh);
  putPage(cpu, k, fresh);
  return moved ? 0 : EAGAIN;
}

/**
 * migrate_folio() with folio_migrate_mapping() (mm/migrate.c): a page that no cache holds must have the caller's
 * reference alone; for one in a cache the count is frozen at what is expected while the new page takes its place.
 */
function moveToNewPage(cpu: Cpu, k: Kernel, page: Page, fresh: Page): boolean {
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  const mapping = cpu.readOnce(page + PAGE_MAPPING);
  const target = mappingTarget(cpu, mapping);
  const swapCache = (flags & PG_SWAPCACHE) !== 0;
  if (!swapCache && mappingFlags(mapping) !== 0) {
    if (pageRefCount(cpu, page, 'count') !== 1) return false;
    takeOver(cpu, page, fresh, flags, mapping);
    return true;
  }
  if (mapping === 0) return false;
  return swapCache
    ? moveSwapCache(cpu, k, page, fresh, flags, mapping)
    : movePageCache(cpu, k, page, fresh, flags, mapping, target);
}

function moveSwapCache(cpu: Cpu, k: Kernel, page: Page, fresh: Page, flags: number, mapping: number): boolean {
  cpu.spinLock(k.layout.swapLock);
  const frozen = freezePage(cpu, page, 2);
  if (frozen) {
    const slot = cpu.readOnce(page + PAGE_PRIVATE);
    const cache = k.layout.swapCache + slot + cpu.provenance(slot);
    getPage(cpu, fresh);
    cpu.writeOnce(fresh + PAGE_PRIVATE, slot);
    takeOver(cpu, page, fresh, flags, mapping);
    cpu.writeOnce(cache, k.layout.pfnOf(fresh) + 1);
    cpu.clearBits(page + PAGE_FLAGS, PG_SWAPCACHE);
    unfreezePage(cpu, page, 1);
  }
  cpu.spinUnlock(k.layout.swapLock);
  return frozen;
}

function movePageCache(
  cpu: Cpu,
  k: Kernel,
  page: Page,
  fresh: Page,
  flags: number,
  mapping: number,
  space: AddressSpace,
): boolean {
  cpu.spinLock(space + AS_LOCK);
  const frozen = freezePage(cpu, page, 2);
  if (frozen) {
    const index = cpu.readOnce(page + PAGE_INDEX);
    const cache = cellIndex(space) + AS_PAGES + index + cpu.provenance(index);
    getPage(cpu, fresh);
    takeOver(cpu, page, fresh, flags, mapping);
    cpu.writeOnce(cache, k.layout.pfnOf(fresh) + 1);
    unfreezePage(cpu, page, 1);
  }
  cpu.spinUnlock(space + AS_LOCK);
  return frozen;
}

/** folio_migrate_copy(), folio_migrate_flags(): contents, mapping, index, and what the flags say of the contents. */
function takeOver(cpu: Cpu, page: Page, fresh: Page, flags: number, mapping: number): void {
  copyPageData(cpu, fresh, page);
  cpu.writeOnce(fresh + PAGE_INDEX, cpu.readOnce(page + PAGE_INDEX));
  cpu.writeOnce(fresh + PAGE_MAPPING, mapping);
  cpu.writeOnce(fresh + PAGE_FLAGS, PG_LOCKED | (flags & (PG_DIRTY | PG_SWAPCACHE | PG_LAZYFREE)));
}

/**
 * remove_migration_ptes() (mm/migrate.c): every migration entry of `page` maps `target`, writable and exclusive as it
 * was. Both are locked.
 * @param folio the head of the target's folio, which knows where it is mapped
 */
export function removeMigrationPtes(cpu: Cpu, k: Kernel, page: Page, target: Page, folio: Page): void {
  const pfn = k.layout.pfnOf(page);
  const anonymous = pageIsAnon(cpu, folio);
  rmapWalk(cpu, k, target, folio, {
    matches: (e) => isMigrationEntry(e) && ptePfn(e) === pfn,
    visit: (found) => removeMigrationPte(cpu, k, found, target, folio, anonymous),
  });
}

/** remove_migration_pte() (mm/migrate.c). */
function removeMigrationPte(
  cpu: Cpu,
  k: Kernel,
  { vma, cell, e }: MappedPte,
  target: Page,
  folio: Page,
  anonymous: boolean,
): boolean {
  const exclusive = anonymous && (e & (PTE_WRITE | PTE_EXCLUSIVE)) !== 0;
  getPage(cpu, folio);
  pageDupRmap(cpu, target);
  if (exclusive && k.design.anonExclusive === 'tracked') cpu.setBits(target + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
  setPte(cpu, cell, mkPte(k.layout.pfnOf(target), entryBits(vma, false) | (e & PTE_WRITE)));
  return true;
}
