/** PMDs that map a huge page: how they come, go, are faulted on and are copied. Anonymous memory only. */

import { type Cpu, cellIndex } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import { FAULT_UNSHARE, FAULT_WRITE, type Fault, type Reuse, VM_FAULT_WRITE } from '../fault/vm-fault.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import { type Gather, gatherEntry } from '../map/mmu-gather.ts';
import { allocFolio, giveFree, takeFree } from '../memory/allocator.ts';
import { EAGAIN, EINVAL, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mkMapping } from '../memory/mapping.ts';
import { MM_PAGE_TABLE_LOCK, type Mm } from '../memory/mm-struct.ts';
import {
  PAGE_CELLS,
  PAGE_DATA,
  PAGE_ENTIRE_MAPCOUNT,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  type Page,
  PG_ANON_EXCLUSIVE,
  unlockPage,
} from '../memory/page.ts';
import { getPage, pageRefCount, putPage } from '../memory/page-ref.ts';
import { pmdCell, pmdIsHuge, ptePage, ptepSetWrprotect, ptLock, ptUnlock, setPte } from '../memory/page-table.ts';
import {
  mkPte,
  PMD_HUGE,
  PTE_DIRTY,
  PTE_NONE,
  PTE_WRITE,
  PTE_YOUNG,
  type Pte,
  pteMkold,
  pteWrite,
  pteWrprotect,
} from '../memory/pte.ts';
import { entryBits, VM_WRITE, type Vma } from '../memory/vma.ts';
import { pageRemovePmdRmap } from '../rmap/rmap.ts';
import { depositTable, lockFolioOfPmd, splitHugePmd, withdrawTable } from './split-pmd.ts';

/**
 * do_huge_pmd_anonymous_page() (mm/huge_memory.c, v4.4 to v6.12): a large folio of zeros, mapped by one PMD.
 * @returns 0; -EINVAL where the VMA does not span the PMD, or something is mapped there; -ENOMEM
 */
export function doHugePmdAnonymousPage(cpu: Cpu, k: Kernel, { mm, vma, address, flags }: Fault): number {
  const count = k.layout.config.ptesPerTable;
  const start = address - (address % count);
  if (vma.start > start || vma.end < start + count) return EINVAL;
  const number = takeFree(cpu, k.layout.freeTables)?.number;
  if (number === undefined) return ENOMEM;
  if (k.layout.config.thp && (flags & FAULT_WRITE) === 0) return mapHugeZeroPage(cpu, k, mm, vma, address, number);
  const folio = allocFolio(cpu, k, count);
  if (folio === 0) {
    giveFree(cpu, k.layout.freeTables, number);
    return ENOMEM;
  }
  for (let i = 0; i < count; i++) cpu.writeOnce(folio + i * PAGE_CELLS + PAGE_DATA, 0);
  cpu.smpWmb();
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const free = cpu.readOnce(pmdCell(k, mm, address)) === PTE_NONE;
  if (free) mapHugePmd(cpu, k, mm, vma, start, folio, number, (vma.flags & VM_WRITE) !== 0);
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  if (free) return 0;
  giveFree(cpu, k.layout.freeTables, number);
  putPage(cpu, k, folio);
  return EINVAL;
}

/**
 * set_pmd_at() of a folio that nobody else knows yet, with its rmap: the PMD takes over its one reference. The caller
 * holds the lock of the PMDs, and gives a table to deposit.
 */
export function mapHugePmd(
  cpu: Cpu,
  k: Kernel,
  mm: Mm,
  vma: Vma,
  start: number,
  folio: Page,
  number: number,
  write: boolean,
  label?: string,
): void {
  cpu.writeOnce(folio + PAGE_ENTIRE_MAPCOUNT, 1);
  cpu.writeOnce(folio + PAGE_MAPPING, mkMapping(cellIndex(k.layout.anonVma(vma.anonVma - 1)), MAPPING_ANON));
  cpu.writeOnce(folio + PAGE_INDEX, start);
  if (k.design.anonExclusive === 'tracked') cpu.setBits(folio + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
  depositTable(cpu, mm, number);
  setPte(cpu, pmdCell(k, mm, start), mkPte(k.layout.pfnOf(folio), PMD_HUGE | entryBits(vma, write)), label);
}

/** mm_get_huge_zero_folio(): made at the first read; it is never freed here. @returns 0 where memory is exhausted */
function hugeZeroPage(cpu: Cpu, k: Kernel): Page {
  const known = cpu.readOnce(k.layout.hugeZero);
  if (known !== 0) return k.layout.page(known - 1) + cpu.provenance(known);
  const folio = allocFolio(cpu, k, k.layout.config.ptesPerTable);
  if (folio === 0) return 0;
  for (let i = 0; i < k.layout.config.ptesPerTable; i++) cpu.writeOnce(folio + i * PAGE_CELLS + PAGE_DATA, 0);
  cpu.smpStoreRelease(k.layout.hugeZero, k.layout.pfnOf(folio) + 1);
  return folio;
}

/**
 * set_huge_zero_folio() (mm/huge_memory.c, v4.4 to v6.12). In the kernel a mapping of the page is not counted; here it is, as
 * that of any other page, and where the PMD is split the entries map its pages.
 */
function mapHugeZeroPage(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, number: number): number {
  const folio = hugeZeroPage(cpu, k);
  const cell = pmdCell(k, mm, address);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const free = folio !== 0 && cpu.readOnce(cell) === PTE_NONE;
  if (free) {
    getPage(cpu, folio);
    cpu.atomicAdd(folio + PAGE_ENTIRE_MAPCOUNT, 1);
    depositTable(cpu, mm, number);
    setPte(cpu, cell, mkPte(k.layout.pfnOf(folio), PMD_HUGE | entryBits(vma, false)));
  }
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  if (free) return 0;
  giveFree(cpu, k.layout.freeTables, number);
  return folio === 0 ? ENOMEM : EINVAL;
}

/** is_huge_zero_pmd(), of the page. */
const isHugeZeroPage = (cpu: Cpu, k: Kernel, folio: Page): boolean =>
  k.layout.config.thp && cpu.readOnce(k.layout.hugeZero) === k.layout.pfnOf(folio) + 1;

/**
 * touch_pmd() (mm/huge_memory.c; follow_trans_huge_pmd() before v4.11): whoever got a page under a huge PMD has accessed it. Up
 * to v4.14 that made the PMD dirty even where the page was only read. The caller holds the lock of the PMDs.
 */
export function touchPmd(cpu: Cpu, k: Kernel, cell: number, pmd: Pte, write: boolean): void {
  const touched = pmd | PTE_YOUNG | (write || k.design.touchPmd === 'dirty' ? PTE_DIRTY : 0);
  if (touched !== pmd) setPte(cpu, cell, touched);
}

/**
 * create_huge_pmd() aside, handle_mm_fault() of a PMD that is not a table (do_huge_pmd_wp_page(), v4.5, v5.9 to v5.19,
 * v6.12): reuses the huge page, or splits the PMD, so that the fault is tried again page by page.
 * @returns 0 or VM_FAULT_WRITE
 */
export function hugePmdFault(cpu: Cpu, k: Kernel, { mm, vma, address, flags }: Fault): number {
  const cell = pmdCell(k, mm, address);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const pmd = cpu.readOnce(cell);
  let status: number = 0;
  let reuse: Reuse = 'changed';
  if (pmdIsHuge(pmd)) {
    const folio = ptePage(cpu, k, pmd);
    const breaks = (flags & (FAULT_WRITE | FAULT_UNSHARE)) !== 0 && !pteWrite(pmd);
    reuse = !breaks ? 'reuse' : isHugeZeroPage(cpu, k, folio) ? 'copy' : mayReuseHuge(cpu, k, mm, cell, pmd, folio);
    const write = (flags & FAULT_WRITE) !== 0;
    const protection = write && (vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0;
    if (reuse === 'reuse') setPte(cpu, cell, pmd | PTE_YOUNG | (write ? PTE_DIRTY | protection : 0));
    if (breaks && write && reuse === 'reuse') status = VM_FAULT_WRITE;
  }
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  if (reuse === 'copy') splitHugePmd(cpu, k, mm, address, false);
  return status;
}

/** The rule of each era for reusing a huge page, with the page locked. `changed`: the PMD is another now. */
function mayReuseHuge(cpu: Cpu, k: Kernel, mm: Mm, cell: number, pmd: Pte, folio: Page): Reuse {
  const { reuseHuge } = k.design;
  if (reuseHuge === 'exclusive' && pageAnonExclusive(cpu, folio)) return 'reuse';
  if (!lockFolioOfPmd(cpu, k, mm, cell, pmd, folio)) return 'changed';
  const reuse = reuseHuge === 'mapcount' ? hugeMapcount(cpu, k, folio) === 1 : pageRefCount(cpu, folio) === 1;
  if (reuse && reuseHuge === 'exclusive') cpu.setBits(folio + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
  unlockPage(cpu, folio);
  return reuse ? 'reuse' : 'copy';
}

/**
 * page_trans_huge_mapcount() (mm/huge_memory.c, to v5.17): the mappings of the pages by entries, then those of the folio by
 * PMDs. Who splits a PMD moves its mapping from the one to the other, so the page lock is needed on both sides.
 */
function hugeMapcount(cpu: Cpu, k: Kernel, folio: Page): number {
  let mapped = 0;
  for (let i = 0; i < k.layout.config.ptesPerTable; i++) mapped += cpu.readOnce(folio + i * PAGE_CELLS + PAGE_MAPCOUNT);
  return mapped + cpu.readOnce(folio + PAGE_ENTIRE_MAPCOUNT);
}

/** zap_huge_pmd() (mm/huge_memory.c): the whole huge page is unmapped. The table that was deposited for it is free at once. */
export function zapHugePmd(cpu: Cpu, k: Kernel, gather: Gather, address: number): void {
  const { mm } = gather;
  const cell = pmdCell(k, mm, address);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const pmd = cpu.readOnce(cell);
  if (pmdIsHuge(pmd)) {
    const folio = ptePage(cpu, k, pmd);
    cpu.xchg(cell, PTE_NONE, Mode.Once, 'z1');
    pageRemovePmdRmap(cpu, k, folio);
    giveFree(cpu, k.layout.freeTables, withdrawTable(cpu, mm).number);
    gather.pages.push(folio);
    for (let i = 0; i < k.layout.config.ptesPerTable; i++) gatherEntry(gather, address + i);
  }
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
}

/**
 * copy_huge_pmd() (mm/huge_memory.c, v4.4 to v6.12): shares the huge page with the child; where fork would copy a page
 * for its pins, splits the parent's PMD instead.
 * @returns 0; -EAGAIN where the PMD is a table now, to be copied entry by entry; -ENOMEM
 */
export function copyHugePmd(cpu: Cpu, k: Kernel, parent: Mm, child: Mm, vma: Vma, address: number): number {
  const number = takeFree(cpu, k.layout.freeTables)?.number;
  if (number === undefined) return ENOMEM;
  const src = pmdCell(k, parent, address);
  ptLock(cpu, k, child + MM_PAGE_TABLE_LOCK);
  ptLock(cpu, k, parent + MM_PAGE_TABLE_LOCK);
  const pmd = cpu.readOnce(src);
  const shared = pmdIsHuge(pmd) && shareHugePmd(cpu, k, parent, vma, src, pmd);
  if (shared) {
    depositTable(cpu, child, number);
    setPte(cpu, pmdCell(k, child, address), pteMkold(pteWrprotect(pmd)));
  }
  ptUnlock(cpu, parent + MM_PAGE_TABLE_LOCK);
  ptUnlock(cpu, child + MM_PAGE_TABLE_LOCK);
  if (shared) return 0;
  giveFree(cpu, k.layout.freeTables, number);
  splitHugePmd(cpu, k, parent, address, false);
  return EAGAIN;
}

/** @returns whether the page may be shared; then it is, and the parent's PMD is write-protected */
function shareHugePmd(cpu: Cpu, k: Kernel, parent: Mm, vma: Vma, src: number, pmd: Pte): boolean {
  const folio = ptePage(cpu, k, pmd);
  const first = k.design.forkReference !== 'after-check';
  if (first) getPage(cpu, folio);
  if (k.ops.forkMustCopy(cpu, k, { parent, vma, e: pmd }, folio, folio)) {
    if (first) putPage(cpu, k, folio);
    return false;
  }
  if (!first) getPage(cpu, folio);
  cpu.atomicAdd(folio + PAGE_ENTIRE_MAPCOUNT, 1);
  ptepSetWrprotect(cpu, src, 'f1');
  return true;
}
