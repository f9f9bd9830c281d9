/** What fork does with an entry that is not present. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { setPte } from '../memory/page-table.ts';
import { isMigrationEntry, isSwapEntry, PTE_EXCLUSIVE, PTE_WRITE, type Pte, ptePfn } from '../memory/pte.ts';
import { isCowMapping, type Vma } from '../memory/vma.ts';
import { swapDuplicate } from '../reclaim/swap.ts';

/**
 * copy_nonpresent_pte() (mm/memory.c, v5.9 to v6.12): the child gets the swap or migration entry, and in a COW mapping
 * it is neither exclusive nor writable any more, in both. Markers are not copied. Both page-table locks are held.
 */
export function copyNonpresentPte(cpu: Cpu, k: Kernel, vma: Vma, src: Cell, dst: Cell, e: Pte): void {
  if (!isSwapEntry(e) && !isMigrationEntry(e)) return;
  if (isSwapEntry(e)) swapDuplicate(cpu, k, ptePfn(e));
  const shared = isCowMapping(vma) ? e & ~(PTE_EXCLUSIVE | PTE_WRITE) : e;
  if (shared !== e) setPte(cpu, src, shared);
  setPte(cpu, dst, shared);
}
