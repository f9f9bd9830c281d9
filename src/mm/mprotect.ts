/** Bringing the entries of a VMA into line with its new protection. */

import type { Cpu } from '../cpu/cpu.ts';
import { changeHugePmd, pmdStart } from './huge-pmd.ts';
import type { Kernel } from './kernel.ts';
import type { Mm } from './mm-struct.ts';
import {
  PT_LOCK,
  pmdCell,
  pmdIsHuge,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from './page-table.ts';
import { PTE_PROTNONE, PTE_WRITE, type Pte, ptePresent } from './pte.ts';
import { flushTlbRange } from './tlb.ts';
import { isAccessible, VM_WRITE, type Vma } from './vma.ts';

/**
 * change_protection() (mm/mprotect.c): each present entry is taken out, changed and put back under its lock; then the
 * range is flushed. The caller holds mmap_lock for writing.
 */
export function changeProtection(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma): void {
  for (let address = vma.start; address < vma.end; address++) {
    const pmd = cpu.readOnce(pmdCell(k, mm, address));
    if (pmdIsHuge(pmd)) {
      changeHugePmd(cpu, k, mm, address, (e) => pteModify(e, vma));
      address = pmdStart(k, address) + k.layout.config.ptesPerTable - 1;
      continue;
    }
    if (!pmdIsTable(pmd)) continue;
    const table = pmdTable(cpu, k, pmd);
    const cell = pteCell(k, table, address);
    ptLock(cpu, k, table + PT_LOCK);
    if (ptePresent(cpu.readOnce(cell))) setPte(cpu, cell, pteModify(ptepGetAndClear(cpu, cell), vma));
    ptUnlock(cpu, table + PT_LOCK);
  }
  flushTlbRange(cpu, k, mm, vma.start, vma.end);
}

/** pte_modify(): the entry under the protection of the VMA. It never gains the permission to write. */
function pteModify(e: Pte, vma: Vma): Pte {
  const readable = isAccessible(vma) ? e & ~PTE_PROTNONE : e | PTE_PROTNONE;
  return (vma.flags & VM_WRITE) !== 0 ? readable : readable & ~PTE_WRITE;
}
