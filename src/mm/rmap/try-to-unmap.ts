/** Taking every entry of a page away, so that it can be written to swap, moved, or dropped. */

import type { Cpu } from '../../cpu/cpu.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import type { Mm } from '../memory/mm-struct.ts';
import {
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_PRIVATE,
  type Page,
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_LAZYFREE,
  setAnonPageDirty,
  setPageDirty,
} from '../memory/page.ts';
import { compoundHead, pageRefCount, putPage } from '../memory/page-ref.ts';
import { ptepGetAndClear, setPte } from '../memory/page-table.ts';
import {
  mkPte,
  PTE_EXCLUSIVE,
  PTE_MIGRATION,
  PTE_SWAP,
  PTE_WRITE,
  type Pte,
  pteDirty,
  pteWrite,
} from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { swapDuplicate, swapFree } from '../reclaim/swap.ts';
import { pageRemoveRmap } from './rmap.ts';
import { type MappedPte, mapsPfn, rmapWalk } from './rmap-walk.ts';

/** tlb_ubc: the entries that were cleared and not flushed yet. Belongs to one call on one CPU. */
export type UnmapBatch = { readonly mm: Mm; readonly address: number }[];

/**
 * try_to_unmap() (mm/rmap.c): each entry of an anonymous page in the swap cache becomes a swap entry, each of a file page
 * none. The caller holds the page lock and a reference.
 * @param batch takes the flushes that are still to be done: see {@link tryToUnmapFlush}
 * @returns whether nothing maps the page any more
 */
export function tryToUnmap(cpu: Cpu, k: Kernel, page: Page, batch: UnmapBatch): boolean {
  const folio = compoundHead(cpu, k, page);
  const anonymous = pageIsAnon(cpu, folio);
  rmapWalk(cpu, k, page, folio, {
    matches: mapsPfn(k.layout.pfnOf(page)),
    visit: (found) => k.ops.tryToUnmapOne(cpu, k, found, page, folio, anonymous, batch),
    splitHuge: 'split',
    invalidates: true,
  });
  return cpu.readOnce(page + PAGE_MAPCOUNT) === 0;
}

/**
 * try_to_unmap_one() (mm/rmap.c, v4.4 to v6.12). What the flags say is read once, where the kernel asks for each.
 * @returns false where the page may be pinned, or is not to be dropped: its entry is as it was
 */
export function tryToUnmapOne(
  cpu: Cpu,
  k: Kernel,
  found: MappedPte,
  page: Page,
  folio: Page,
  anonymous: boolean,
  batch: UnmapBatch,
): boolean {
  const flags = anonymous ? cpu.readOnce(page + PAGE_FLAGS) : 0;
  const exclusive = (flags & PG_ANON_EXCLUSIVE) !== 0;
  const { unmapFlush } = k.design;
  const flushNow = unmapFlush === 'now' || (unmapFlush === 'batched-unless-exclusive' && exclusive);
  const old = clearEntry(cpu, k, found, flushNow, batch);
  if (pteDirty(old)) (anonymous ? setAnonPageDirty : setPageDirty)(cpu, folio);
  if ((flags & PG_LAZYFREE) !== 0) {
    if (!mayDiscard(cpu, k, folio)) {
      setPte(cpu, found.cell, old, 'A4');
      cpu.clearBits(folio + PAGE_FLAGS, PG_LAZYFREE);
      return false;
    }
  } else if (anonymous) {
    const slot = cpu.readOnce(folio + PAGE_PRIVATE);
    swapDuplicate(cpu, k, slot);
    if (exclusive && k.ops.pageTryShareAnonRmap(cpu, k, page, folio) !== 0) {
      swapFree(cpu, k, slot);
      setPte(cpu, found.cell, old, 'A4');
      return false;
    }
    setPte(cpu, found.cell, mkPte(slot, PTE_SWAP | (exclusive ? PTE_EXCLUSIVE : 0)), 'A4');
  }
  pageRemoveRmap(cpu, k, page);
  putPage(cpu, k, folio);
  return true;
}

/**
 * The part of try_to_unmap_one() for pages that MADV_FREE gave up (v4.12 to v6.12): may the page be dropped, now that its
 * entry is cleared? From v5.18 a reference that is not an entry's or the caller's keeps it; and a page whose last holder
 * has set the dirty flag before it dropped its reference is seen to be dirty.
 */
function mayDiscard(cpu: Cpu, k: Kernel, folio: Page): boolean {
  const { lazyfree } = k.design;
  if (lazyfree !== 'clean') {
    if (lazyfree !== 'counts-clean-no-mb') cpu.smpMb();
    const references = pageRefCount(cpu, folio, 'count');
    if (references !== 1 + cpu.readOnce(folio + PAGE_MAPCOUNT)) return false;
    if (lazyfree !== 'counts-clean-no-rmb') cpu.smpRmb();
  }
  return (cpu.readOnce(folio + PAGE_FLAGS, 'dirty') & PG_DIRTY) === 0;
}

/**
 * try_to_migrate() (mm/rmap.c, v5.14 to v6.12; try_to_unmap() with TTU_MIGRATION before): each entry becomes a migration
 * entry, which remembers whether it was writable and whether the page was exclusive. The caller holds the page lock and a
 * reference.
 * @returns whether nothing maps the page any more
 */
export function tryToMigrate(cpu: Cpu, k: Kernel, page: Page, batch: UnmapBatch): boolean {
  const folio = compoundHead(cpu, k, page);
  const anonymous = pageIsAnon(cpu, folio);
  rmapWalk(cpu, k, page, folio, {
    matches: mapsPfn(k.layout.pfnOf(page)),
    visit: (found) => k.ops.tryToMigrateOne(cpu, k, found, page, folio, anonymous, batch),
    splitHuge: 'freeze',
    invalidates: true,
  });
  return cpu.readOnce(page + PAGE_MAPCOUNT) === 0;
}

/** try_to_migrate_one() (mm/rmap.c). @returns false where the page may be pinned: its entry is as it was */
export function tryToMigrateOne(
  cpu: Cpu,
  k: Kernel,
  found: MappedPte,
  page: Page,
  folio: Page,
  anonymous: boolean,
  batch: UnmapBatch,
): boolean {
  const exclusive = anonymous && k.design.anonExclusive === 'tracked' && pageAnonExclusive(cpu, page);
  const old = clearEntry(cpu, k, found, k.design.migrateFlush === 'now', batch);
  if (pteDirty(old)) (anonymous ? setAnonPageDirty : setPageDirty)(cpu, folio);
  if (exclusive && k.ops.pageTryShareAnonRmap(cpu, k, page, folio) !== 0) {
    setPte(cpu, found.cell, old, 'A4');
    return false;
  }
  const kept = (pteWrite(old) ? PTE_WRITE : 0) | (exclusive ? PTE_EXCLUSIVE : 0);
  setPte(cpu, found.cell, mkPte(k.layout.pfnOf(page), PTE_MIGRATION | kept), 'A4');
  pageRemoveRmap(cpu, k, page);
  putPage(cpu, k, folio);
  return true;
}

/** A1: ptep_clear_flush(), or with should_defer_flush() ptep_get_and_clear() and set_tlb_ubc_flush_pending(). */
function clearEntry(cpu: Cpu, k: Kernel, { mm, address, cell }: MappedPte, now: boolean, batch: UnmapBatch): Pte {
  const old = ptepGetAndClear(cpu, cell, 'A1');
  if (now) flushTlbRange(cpu, k, mm, address, address + 1);
  else batch.push({ mm, address });
  return old;
}

/** try_to_unmap_flush(): must come before the page is written, moved or freed. */
export function tryToUnmapFlush(cpu: Cpu, k: Kernel, batch: UnmapBatch): void {
  for (const { mm, address } of batch.splice(0)) flushTlbRange(cpu, k, mm, address, address + 1);
}
