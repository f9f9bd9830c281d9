/** From a PMD that maps a huge page to a table of PTEs that map its pages one by one. */

import type { Cpu } from '../../cpu/cpu.ts';
import { Mode, RmwOp } from '../../cpu/modes.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import type { Numbered } from '../memory/allocator.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_DEPOSITED, MM_PAGE_TABLE_LOCK, type Mm } from '../memory/mm-struct.ts';
import {
  lockPage,
  PAGE_CELLS,
  PAGE_FLAGS,
  type Page,
  PG_ANON_EXCLUSIVE,
  setAnonPageDirty,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';
import {
  type PageTable,
  PT_PTES,
  pmdCell,
  pmdIsHuge,
  ptePage,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import {
  mkPte,
  PMD_HUGE,
  PTE_EXCLUSIVE,
  PTE_MIGRATION,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_WRITE,
  type Pte,
  pteDirty,
  ptePfn,
} from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { pageDupRmap, pageRemovePmdRmap } from '../rmap/rmap.ts';

/**
 * pgtable_trans_huge_deposit(): keeps a page table for the time when a PMD of the mm is split, which must not fail for
 * want of one. The caller holds the lock of the PMDs.
 */
export function depositTable(cpu: Cpu, mm: Mm, number: number): void {
  cpu.writeOnce(mm + MM_DEPOSITED, cpu.readOnce(mm + MM_DEPOSITED) | (1 << number));
}

/** pgtable_trans_huge_withdraw(): a table that was deposited. The caller holds the lock of the PMDs. */
export function withdrawTable(cpu: Cpu, mm: Mm): Numbered {
  const deposited = cpu.readOnce(mm + MM_DEPOSITED);
  const taken = { number: 31 - Math.clz32(deposited & -deposited), from: cpu.provenance(deposited) };
  cpu.writeOnce(mm + MM_DEPOSITED, deposited & (deposited - 1));
  return taken;
}

/**
 * __split_huge_pmd() (mm/huge_memory.c, v4.5 to v6.12): where the PMD of an address maps a huge page, a table of PTEs maps
 * it instead.
 * @param freeze the PTEs are migration entries, so that the folio can be split, unless the folio may be pinned
 * @param locked the caller holds the page lock
 */
export function splitHugePmd(cpu: Cpu, k: Kernel, mm: Mm, address: number, freeze: boolean, locked = freeze): void {
  const { ptesPerTable } = k.layout.config;
  const cell = pmdCell(k, mm, address);
  const start = address - (address % ptesPerTable);
  invalidateRangeStart(cpu, k, mm, start, start + ptesPerTable);
  const locks = !locked && k.design.splitLock === 'page';
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  let pmd = cpu.readOnce(cell);
  let folio = pmdIsHuge(pmd) ? ptePage(cpu, k, pmd) : 0;
  while (locks && folio !== 0 && !lockFolioOfPmd(cpu, k, mm, cell, pmd, folio)) {
    pmd = cpu.readOnce(cell);
    folio = pmdIsHuge(pmd) ? ptePage(cpu, k, pmd) : 0;
  }
  if (folio !== 0) {
    const exclusive = k.design.anonExclusive === 'tracked' && pageAnonExclusive(cpu, folio);
    const old = pmdpInvalidate(cpu, cell, 'A1');
    flushTlbRange(cpu, k, mm, start, start + ptesPerTable);
    const frozen = freeze && (!exclusive || k.ops.pageTryShareAnonRmap(cpu, k, folio, folio) === 0);
    const { number, from } = withdrawTable(cpu, mm);
    fillTable(cpu, k, k.layout.table(number) + from, folio, old, exclusive, frozen);
    if (k.design.splitBarrier === 'wmb') cpu.smpWmb();
    setPte(cpu, cell, mkPte(number, PTE_PRESENT), 'A4');
    if (frozen) putPage(cpu, k, folio);
    if (locks) unlockPage(cpu, folio);
  }
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  invalidateRangeEnd(cpu, k, mm);
}

/**
 * Takes the page lock of the folio that a PMD maps, where the caller holds the lock of the PMDs: that is dropped while
 * somebody else has the page lock (__split_huge_pmd() of v5.8 to v5.17, do_huge_pmd_wp_page()).
 * @returns false where the PMD is another now; then the page is not locked
 */
export function lockFolioOfPmd(cpu: Cpu, k: Kernel, mm: Mm, cell: number, pmd: Pte, folio: Page): boolean {
  if (trylockPage(cpu, folio)) return true;
  getPage(cpu, folio);
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  lockPage(cpu, folio);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const same = cpu.readOnce(cell) === pmd;
  if (!same) unlockPage(cpu, folio);
  putPage(cpu, k, folio);
  return same;
}

/** pmdp_invalidate(): not present any more, so that neither the hardware nor a fast walk takes it. Relaxed. @returns the old PMD */
const pmdpInvalidate = (cpu: Cpu, cell: number, label: string): Pte =>
  cpu.rmw(cell, RmwOp.Andnot, PTE_PRESENT, Mode.Once, label);

/** The part of __split_huge_pmd_locked() that writes the PTEs, and moves the references and map counts. */
function fillTable(
  cpu: Cpu,
  k: Kernel,
  table: PageTable,
  folio: Page,
  old: Pte,
  exclusive: boolean,
  frozen: boolean,
): void {
  const { ptesPerTable } = k.layout.config;
  const migration = PTE_MIGRATION | (old & PTE_WRITE) | (exclusive ? PTE_EXCLUSIVE : 0);
  const bits = frozen ? migration : old & ((1 << PTE_SHIFT) - 1) & ~PMD_HUGE;
  if (frozen && pteDirty(old)) setAnonPageDirty(cpu, folio);
  if (!frozen) getPage(cpu, folio, ptesPerTable - 1);
  for (let i = 0; i < ptesPerTable; i++) {
    const page = folio + i * PAGE_CELLS;
    if (!frozen) {
      if (exclusive && i > 0) cpu.setBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
      pageDupRmap(cpu, page);
    }
    setPte(cpu, table + PT_PTES + i, mkPte(ptePfn(old) + i, bits));
  }
  pageRemovePmdRmap(cpu, k, folio);
}
