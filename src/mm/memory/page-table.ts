/**
 * Page tables of two levels: the PMDs of an mm, each none, a table of PTEs, or a huge page. A table has a lock of its
 * own (PTL) in its first word; its entries follow.
 */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { Mode, RmwOp } from '../../cpu/modes.ts';
import { giveFree, takeFree } from './allocator.ts';
import { EAGAIN } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { MM_PAGE_TABLE_LOCK, type Mm } from './mm-struct.ts';
import type { Page } from './page.ts';
import { mkPte, PMD_HUGE, PTE_NONE, PTE_PRESENT, PTE_WRITE, type Pte, ptePfn } from './pte.ts';

/** A page of PTEs: the handle of its first word. */
export type PageTable = Cell;

export const PT_LOCK = 0;
/** The first entry. */
export const PT_PTES = 1;

export const pmdCell = (k: Kernel, mm: Mm, address: number): Cell =>
  mm + k.layout.mmPmds + Math.floor(address / k.layout.config.ptesPerTable);
/** The first address that the PMD of an address covers. */
export const pmdStart = (k: Kernel, address: number): number => address - (address % k.layout.config.ptesPerTable);
export const pteCell = (k: Kernel, table: PageTable, address: number): Cell =>
  table + PT_PTES + (address % k.layout.config.ptesPerTable);

export const pmdIsTable = (pmd: Pte): boolean => (pmd & (PTE_PRESENT | PMD_HUGE)) === PTE_PRESENT;
export const pmdIsHuge = (pmd: Pte): boolean => (pmd & (PTE_PRESENT | PMD_HUGE)) === (PTE_PRESENT | PMD_HUGE);

/** The table that a PMD just read points to: its address depends on that read. */
export const pmdTable = (cpu: Cpu, k: Kernel, pmd: Pte): PageTable => k.layout.table(ptePfn(pmd)) + cpu.provenance(pmd);
/** The page at an address under a huge PMD just read: its address depends on that read. */
export const hugePage = (cpu: Cpu, k: Kernel, pmd: Pte, address: number): Page =>
  k.layout.page(ptePfn(pmd) + (address % k.layout.config.ptesPerTable)) + cpu.provenance(pmd);
/** The page that an entry just read maps: its address depends on that read. */
export const ptePage = (cpu: Cpu, k: Kernel, e: Pte): Page => k.layout.page(ptePfn(e)) + cpu.provenance(e);

/** Takes a page-table lock (a table's, or an mm's for its PMDs); whether that is a full barrier is the design's. */
export function ptLock(cpu: Cpu, k: Kernel, lock: Cell): void {
  cpu.spinLock(lock);
  if (k.design.pageTableLock === 'full') cpu.smpMbAfterSpinlock();
}
export const ptUnlock = (cpu: Cpu, lock: Cell): void => cpu.spinUnlock(lock);

/** set_pte_at(): under the PTL. */
export const setPte = (cpu: Cpu, cell: Cell, e: Pte, label?: string): void => cpu.writeOnce(cell, e, label);
/** ptep_get_and_clear(): an exchange, because the hardware may set bits meanwhile. Relaxed, as on arm64. */
export const ptepGetAndClear = (cpu: Cpu, cell: Cell, label?: string): Pte =>
  cpu.xchg(cell, PTE_NONE, Mode.Once, label);
/** ptep_set_wrprotect(): clears the write bit atomically. Relaxed, as on arm64. @returns the old entry */
export const ptepSetWrprotect = (cpu: Cpu, cell: Cell, label?: string): Pte =>
  cpu.rmw(cell, RmwOp.Andnot, PTE_WRITE, Mode.Once, label);

/**
 * pte_alloc() (mm/memory.c __pte_alloc()): the table for an address, made where there is none. The caller holds
 * mmap_lock.
 * @returns 0 where memory is exhausted, -EAGAIN where a huge page is mapped
 */
export function pteAlloc(cpu: Cpu, k: Kernel, mm: Mm, address: number): PageTable {
  const cell = pmdCell(k, mm, address);
  const pmd = cpu.readOnce(cell);
  if (pmdIsTable(pmd)) return pmdTable(cpu, k, pmd);
  if (pmd !== PTE_NONE) return EAGAIN;
  const taken = takeFree(cpu, k.layout.freeTables);
  if (taken === undefined) return 0;
  const { number } = taken;
  const table = k.layout.table(number) + taken.from;
  for (let i = 0; i < k.layout.config.ptesPerTable; i++) cpu.writeOnce(table + PT_PTES + i, PTE_NONE);
  cpu.smpWmb();
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const now = cpu.readOnce(cell);
  const other = pmdIsTable(now) ? pmdTable(cpu, k, now) : now === PTE_NONE ? table : EAGAIN;
  if (other === table) cpu.writeOnce(cell, mkPte(number, PTE_PRESENT));
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  if (other !== table) giveFree(cpu, k.layout.freeTables, number);
  return other;
}
