/** khugepaged: a table of small anonymous pages becomes one huge page, with lockless walkers about. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { removeTableSync } from '../map/mmu-gather.ts';
import { vmaLookup } from '../map/vma-list.ts';
import { allocFolio } from '../memory/allocator.ts';
import { AV_RWSEM } from '../memory/anon-vma.ts';
import { EAGAIN, EINVAL, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mappingFlags } from '../memory/mapping.ts';
import { MM_PAGE_TABLE_LOCK, type Mm, mmapWriteLock, mmapWriteUnlock } from '../memory/mm-struct.ts';
import {
  copyPageData,
  PAGE_CELLS,
  PAGE_FLAGS,
  PAGE_HEAD,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  type Page,
  PG_HEAD,
  PG_SWAPCACHE,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { pageRefCount, putPage } from '../memory/page-ref.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdStart,
  pmdTable,
  pteCell,
  ptePage,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import { PTE_NONE, type Pte, ptePfn, ptePresent, pteWrite } from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { VM_WRITE, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { tryToFreeSwap } from '../reclaim/swap.ts';
import { pageRemoveRmap } from '../rmap/rmap.ts';
import { mapHugePmd } from './huge-pmd.ts';

/** A small page that is to be copied, and the entry that maps it. */
interface Isolated {
  readonly cell: Cell;
  readonly e: Pte;
  readonly page: Page;
}

/**
 * collapse_huge_page() (mm/khugepaged.c, v4.4 to v6.12): the pages under the PMD of an address, all present and anonymous,
 * and held by nobody but their entries and the swap cache, are copied to a huge page. mmap_lock and the anon_vma's lock
 * keep everybody out but the lockless walkers: the PMD is unlinked first (k1), and what comes then is the design's.
 * @returns 0; -EINVAL where there is nothing of the kind; -EAGAIN where somebody holds a page; -ENOMEM
 */
export function collapseHugePage(cpu: Cpu, k: Kernel, mm: Mm, address: number): number {
  const { ptesPerTable } = k.layout.config;
  const folio = allocFolio(cpu, k, ptesPerTable);
  if (folio === 0) return ENOMEM;
  const start = pmdStart(k, address);
  mmapWriteLock(cpu, mm);
  const vma = vmaLookup(cpu, k, mm, start);
  const suitable = vma !== undefined && vma.anonVma > 0 && vma.end >= start + ptesPerTable;
  const error = suitable ? collapseInto(cpu, k, mm, vma, start, folio) : EINVAL;
  mmapWriteUnlock(cpu, mm);
  if (error !== 0) putPage(cpu, k, folio);
  return error;
}

function collapseInto(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, start: number, folio: Page): number {
  const cell = pmdCell(k, mm, start);
  const pmd = cpu.readOnce(cell);
  if (!pmdIsTable(pmd)) return EINVAL;
  const table = pmdTable(cpu, k, pmd);
  const rwsem = k.layout.anonVma(vma.anonVma - 1) + AV_RWSEM;
  cpu.downWrite(rwsem);
  invalidateRangeStart(cpu, k, mm, start, start + k.layout.config.ptesPerTable);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  ptepGetAndClear(cpu, cell, 'k1');
  flushTlbRange(cpu, k, mm, start, start + k.layout.config.ptesPerTable);
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  invalidateRangeEnd(cpu, k, mm);
  if (k.design.collapseSync === 'ipi') removeTableSync(cpu, k);

  const isolated = isolatePages(cpu, k, table, start);
  if (typeof isolated !== 'number') copyAndFree(cpu, k, table, folio, isolated);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  if (typeof isolated === 'number') setPte(cpu, cell, pmd, 'k4');
  else {
    cpu.smpWmb();
    mapHugePmd(cpu, k, mm, vma, start, folio, ptePfn(pmd), (vma.flags & VM_WRITE) !== 0, 'k4');
  }
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  cpu.upWrite(rwsem);
  return typeof isolated === 'number' ? isolated : 0;
}

/**
 * __collapse_huge_page_isolate() (mm/khugepaged.c): locks every page, and asks of each whether somebody else holds it
 * (k2). One at least must be writable.
 * @returns the pages, locked; or an error, and none is
 */
function isolatePages(cpu: Cpu, k: Kernel, table: PageTable, start: number): Isolated[] | number {
  const isolated: Isolated[] = [];
  let error = 0;
  ptLock(cpu, k, table + PT_LOCK);
  for (let i = 0; i < k.layout.config.ptesPerTable && error === 0; i++) {
    const cell = pteCell(k, table, start + i);
    const e = cpu.readOnce(cell);
    const page = ptePage(cpu, k, e);
    error = ptePresent(e) ? isolatePage(cpu, page) : EINVAL;
    if (error === 0) isolated.push({ cell, e, page });
  }
  if (error === 0 && !isolated.some(({ e }) => pteWrite(e))) error = EINVAL;
  if (error !== 0) for (const { page } of isolated) unlockPage(cpu, page);
  ptUnlock(cpu, table + PT_LOCK);
  return error === 0 ? isolated : error;
}

/** is_refcount_suitable() (mm/khugepaged.c): only entries and the swap cache hold the page. A pin is a reference. */
function isolatePage(cpu: Cpu, page: Page): number {
  if (mappingFlags(cpu.readOnce(page + PAGE_MAPPING)) !== MAPPING_ANON) return EINVAL;
  if (cpu.readOnce(page + PAGE_HEAD) !== 0 || !trylockPage(cpu, page)) return EAGAIN;
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  const known = cpu.readOnce(page + PAGE_MAPCOUNT) + ((flags & PG_SWAPCACHE) !== 0 ? 1 : 0);
  if ((flags & PG_HEAD) === 0 && pageRefCount(cpu, page, 'k2') === known) return 0;
  unlockPage(cpu, page);
  return EAGAIN;
}

/** __collapse_huge_page_copy() (mm/khugepaged.c): each page is copied, its entry cleared (k3), and its reference dropped. */
function copyAndFree(cpu: Cpu, k: Kernel, table: PageTable, folio: Page, isolated: readonly Isolated[]): void {
  for (const [i, { page }] of isolated.entries()) copyPageData(cpu, folio + i * PAGE_CELLS, page);
  ptLock(cpu, k, table + PT_LOCK);
  for (const { cell, page } of isolated) {
    setPte(cpu, cell, PTE_NONE, 'k3');
    pageRemoveRmap(cpu, k, page);
  }
  ptUnlock(cpu, table + PT_LOCK);
  for (const { page } of isolated) {
    tryToFreeSwap(cpu, k, page);
    unlockPage(cpu, page);
    putPage(cpu, k, page);
  }
}
