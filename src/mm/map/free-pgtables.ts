/** Taking page tables that serve no VMA out of an address space. */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_PAGE_TABLE_LOCK } from '../memory/mm-struct.ts';
import { pmdCell, pmdIsTable, ptLock, ptUnlock } from '../memory/page-table.ts';
import { PTE_NONE, ptePfn } from '../memory/pte.ts';
import type { Vma } from '../memory/vma.ts';
import { type Gather, gatherEntry } from './mmu-gather.ts';

/**
 * free_pgtables() (mm/memory.c): unlinks every table none of whose addresses is in a VMA; its entries are none already.
 * The gather frees them. The caller holds mmap_lock for writing.
 * @param rest the VMAs that stay
 */
export function freePgtables(cpu: Cpu, k: Kernel, gather: Gather, rest: readonly Vma[]): void {
  const { pmdsPerMm, ptesPerTable } = k.layout.config;
  for (let start = 0; start < pmdsPerMm * ptesPerTable; start += ptesPerTable) {
    if (rest.some((vma) => vma.start < start + ptesPerTable && start < vma.end)) continue;
    const cell = pmdCell(k, gather.mm, start);
    const pmd = cpu.readOnce(cell);
    if (!pmdIsTable(pmd)) continue;
    ptLock(cpu, k, gather.mm + MM_PAGE_TABLE_LOCK);
    cpu.writeOnce(cell, PTE_NONE);
    ptUnlock(cpu, gather.mm + MM_PAGE_TABLE_LOCK);
    gather.tables.push(ptePfn(pmd));
    gatherEntry(gather, start);
  }
}
