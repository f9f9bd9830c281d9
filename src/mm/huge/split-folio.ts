/** From one large folio to pages that are folios of their own. */

import type { Cpu } from '../../cpu/cpu.ts';
import { folioNrPages } from '../memory/allocator.ts';
import { EAGAIN } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import {
  generationOf,
  PAGE_CELLS,
  PAGE_ENTIRE_MAPCOUNT,
  PAGE_FLAGS,
  PAGE_HEAD,
  PAGE_INDEX,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
  type Page,
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  refWord,
  unlockPage,
} from '../memory/page.ts';
import { freezePage, pageRefCount, putPage, unfreezePage } from '../memory/page-ref.ts';
import { removeMigrationPtes } from '../migrate/migrate.ts';
import { tryToMigrate, tryToUnmapFlush, type UnmapBatch } from '../rmap/try-to-unmap.ts';

/**
 * split_huge_page() (mm/huge_memory.c, v4.5 to v6.12) of an anonymous folio: where nobody but its entries and the caller
 * holds it, each of its pages is a folio of its own after, in a life of its own. Entries become migration entries
 * meanwhile. The kernel holds the lock of the anon_vma throughout; here each walk takes it. The caller has locked the
 * folio, and holds one reference, which is on the first page after.
 * @returns 0, or -EAGAIN where somebody else holds the folio, as any pin does
 */
export function splitFolio(cpu: Cpu, k: Kernel, folio: Page): number {
  const count = folioNrPages(cpu, k, folio);
  const pages = Array.from({ length: count }, (_, i) => folio + i * PAGE_CELLS);
  if (!canSplit(cpu, pages)) return EAGAIN;
  const batch: UnmapBatch = [];
  for (const page of pages) tryToMigrate(cpu, k, page, batch);
  tryToUnmapFlush(cpu, k, batch);
  const frozen = freezePage(cpu, folio, 1);
  if (frozen) splitFrozen(cpu, pages);
  for (const page of pages) removeMigrationPtes(cpu, k, page, page, frozen ? page : folio);
  if (!frozen) return EAGAIN;
  for (const tail of pages.slice(1)) {
    unlockPage(cpu, tail);
    putPage(cpu, k, tail);
  }
  return 0;
}

/** can_split_folio(): every reference but the caller's belongs to an entry. */
function canSplit(cpu: Cpu, pages: readonly Page[]): boolean {
  const folio = pages[0]!;
  const mapped = pages.reduce(
    (sum, page) => sum + cpu.readOnce(page + PAGE_MAPCOUNT),
    cpu.readOnce(folio + PAGE_ENTIRE_MAPCOUNT),
  );
  return mapped === pageRefCount(cpu, folio) - 1;
}

/**
 * __split_huge_page() with its tails: each gets its flags, mapping and index, and only then stops to be a tail, and only
 * then has a reference. The head is frozen until all are done.
 */
function splitFrozen(cpu: Cpu, pages: readonly Page[]): void {
  const folio = pages[0]!;
  const flags = cpu.readOnce(folio + PAGE_FLAGS);
  const mapping = cpu.readOnce(folio + PAGE_MAPPING);
  const index = cpu.readOnce(folio + PAGE_INDEX);
  for (const [i, tail] of pages.entries()) {
    if (i === 0) continue;
    cpu.writeOnce(tail + PAGE_FLAGS, PG_LOCKED | (flags & PG_DIRTY));
    cpu.writeOnce(tail + PAGE_MAPPING, mapping);
    cpu.writeOnce(tail + PAGE_INDEX, index + i);
    cpu.smpWmb();
    cpu.writeOnce(tail + PAGE_HEAD, 0);
    const generation = generationOf(cpu.readOnce(tail + PAGE_REFCOUNT)) + 1;
    cpu.smpStoreRelease(tail + PAGE_REFCOUNT, refWord(generation, 1));
  }
  cpu.clearBits(folio + PAGE_FLAGS, PG_HEAD);
  unfreezePage(cpu, folio, 1);
}
