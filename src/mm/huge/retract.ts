/** Page tables of file mappings that are empty, since the pages which they mapped have become one huge page. */

import type { Cpu } from '../../cpu/cpu.ts';
import { removeTableSync, tableSync } from '../map/mmu-gather.ts';
import { vmas } from '../map/vma-list.ts';
import { type AddressSpace, AS_I_MMAP_RWSEM, AS_MMS } from '../memory/address-space.ts';
import { giveFree } from '../memory/allocator.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_PAGE_TABLE_LOCK, type Mm, mmapWriteTrylock, mmapWriteUnlock } from '../memory/mm-struct.ts';
import { PT_LOCK, pmdCell, pmdIsTable, pmdTable, ptepGetAndClear, ptLock, ptUnlock } from '../memory/page-table.ts';
import { ptePfn } from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import type { Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { eachMm } from '../rmap/rmap-walk.ts';

/**
 * retract_page_tables() (mm/khugepaged.c, v4.8 to v6.12): every page table that a VMA of the file fills, and in which nothing is
 * mapped any more, is unlinked and freed, so that a fault may map the huge page there. Up to v6.5 only where mmap_lock can be had.
 */
export function retractPageTables(cpu: Cpu, k: Kernel, mapping: AddressSpace): void {
  const file = k.layout.fileNumber(mapping) + 1;
  const { ptesPerTable } = k.layout.config;
  cpu.downRead(mapping + AS_I_MMAP_RWSEM);
  eachMm(cpu, k, mapping + AS_MMS, (mm) => {
    for (const vma of vmas(cpu, k, mm)) {
      const suits = vma.file === file && vma.anonVma === 0 && vma.start % ptesPerTable === 0;
      if (suits && vma.end >= vma.start + ptesPerTable) retractAt(cpu, k, mm, vma);
    }
    return true;
  });
  cpu.upRead(mapping + AS_I_MMAP_RWSEM);
}

function retractAt(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma): void {
  const locks = k.design.retractLock === 'mmap';
  if (locks && !mmapWriteTrylock(cpu, mm)) return;
  const cell = pmdCell(k, mm, vma.start);
  const seen = cpu.readOnce(cell);
  if (pmdIsTable(seen)) {
    const lock = pmdTable(cpu, k, seen) + PT_LOCK;
    const end = vma.start + k.layout.config.ptesPerTable;
    invalidateRangeStart(cpu, k, mm, vma.start, end);
    ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
    const still = cpu.readOnce(cell) === seen;
    if (still) {
      ptLock(cpu, k, lock);
      ptepGetAndClear(cpu, cell, 'k1');
      flushTlbRange(cpu, k, mm, vma.start, end);
      ptUnlock(cpu, lock);
    }
    ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
    invalidateRangeEnd(cpu, k, mm);
    if (still) {
      if (!locks) tableSync(cpu, k);
      else if (k.design.collapseSync === 'ipi') removeTableSync(cpu, k);
      giveFree(cpu, k.layout.freeTables, ptePfn(seen));
    }
  }
  if (locks) mmapWriteUnlock(cpu, mm);
}
