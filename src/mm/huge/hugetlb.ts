/**
 * Page tables that address spaces share: those of a shared mapping of a hugetlb file. Here a table and its entries stand for a
 * page of PMDs and the huge pages that they map (`LayoutConfig.hugetlb`), so a fast walk that reads an entry again looks at
 * nothing above it.
 */

import type { Cpu } from '../../cpu/cpu.ts';
import { type Gather, removeTableSync } from '../map/mmu-gather.ts';
import { AS_KIND, AS_MMS, FILE_KINDS } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_PAGE_TABLE_LOCK, type Mm } from '../memory/mm-struct.ts';
import { PT_LOCK, pmdCell, pmdIsTable, pmdTable, ptLock, ptUnlock } from '../memory/page-table.ts';
import { PTE_NONE, ptePfn } from '../memory/pte.ts';
import type { Vma } from '../memory/vma.ts';
import { eachMm } from '../rmap/rmap-walk.ts';

/** is_vm_hugetlb_page(). */
export const isHugetlb = (cpu: Cpu, k: Kernel, vma: Vma): boolean =>
  k.layout.config.hugetlb &&
  vma.file > 0 &&
  FILE_KINDS[cpu.readOnce(k.layout.file(vma.file - 1) + AS_KIND)] === 'hugetlb';

/**
 * huge_pmd_share() (mm/hugetlb.c, v4.4 to v6.12): the mm uses the table that another has for the same pages of the file, where
 * there is one. The caller holds i_mmap_rwsem.
 * @returns whether there was
 */
export function hugePmdShare(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number): boolean {
  const mapping = k.layout.file(vma.file - 1);
  return !eachMm(cpu, k, mapping + AS_MMS, (other) => {
    const pmd = cpu.readOnce(pmdCell(k, other, address));
    if (k.layout.mmNumber(other) === k.layout.mmNumber(mm) || !pmdIsTable(pmd)) return true;
    cpu.atomicAdd(k.layout.tableShares + ptePfn(pmd), 1);
    ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
    cpu.writeOnce(pmdCell(k, mm, address), pmd);
    ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
    return false;
  });
}

/**
 * huge_pmd_unshare() (mm/hugetlb.c, v4.4 to v7.1): where the table of an address is shared, the mm lets go of it, and the
 * entries stay the others'. What is done before another may use the table as its own is the design's. The caller holds
 * i_mmap_rwsem for writing, and flushes.
 * @param gather is told where the table has one user left
 * @returns whether it was shared
 */
export function hugePmdUnshare(cpu: Cpu, k: Kernel, mm: Mm, address: number, gather?: Gather): boolean {
  const cell = pmdCell(k, mm, address);
  const pmd = cpu.readOnce(cell);
  if (!pmdIsTable(pmd)) return false;
  const table = pmdTable(cpu, k, pmd);
  const shares = k.layout.tableShares + ptePfn(pmd);
  ptLock(cpu, k, table + PT_LOCK);
  const shared = cpu.readOnce(shares) > 0;
  if (shared) {
    cpu.writeOnce(cell, PTE_NONE, 'u1');
    if (k.design.unshareSync === 'ipi') removeTableSync(cpu, k);
    cpu.atomicSub(shares, 1, 'u2');
    if (gather !== undefined && k.design.unshareSync === 'ipi-last') gather.fullyUnshared = cpu.readOnce(shares) === 0;
  }
  ptUnlock(cpu, table + PT_LOCK);
  return shared;
}
