/** Bringing the entries of a VMA into line with its new protection. */

import type { Cpu } from '../../cpu/cpu.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { MM_PAGE_TABLE_LOCK, type Mm } from '../memory/mm-struct.ts';
import type { Page } from '../memory/page.ts';
import { compoundHead } from '../memory/page-ref.ts';
import {
  PT_LOCK,
  pmdCell,
  pmdIsHuge,
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
import {
  isMigrationEntry,
  PTE_PROTNONE,
  PTE_UFFD_WP,
  PTE_WRITE,
  type Pte,
  ptePresent,
  pteProtnone,
  pteWrite,
  pteWrprotect,
} from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { isAccessible, VM_SHARED, VM_WRITE, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';

/**
 * change_protection() (mm/mprotect.c): each present entry is taken out, changed and put back under its lock, and the entry
 * of a page that is being moved remembers no permission to write; then the range is flushed. The caller holds mmap_lock
 * for writing.
 */
export function changeProtection(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma): void {
  invalidateRangeStart(cpu, k, mm, vma.start, vma.end);
  for (let address = vma.start; address < vma.end; address++) {
    const pmd = cpu.readOnce(pmdCell(k, mm, address));
    if (pmdIsHuge(pmd)) {
      changeHugePmd(cpu, k, mm, vma, address);
      address = pmdStart(k, address) + k.layout.config.ptesPerTable - 1;
      continue;
    }
    if (!pmdIsTable(pmd)) continue;
    const table = pmdTable(cpu, k, pmd);
    const cell = pteCell(k, table, address);
    ptLock(cpu, k, table + PT_LOCK);
    const e = cpu.readOnce(cell);
    if (ptePresent(e)) {
      const taken = ptepGetAndClear(cpu, cell);
      const page = ptePage(cpu, k, taken);
      const changed = pteModify(taken, vma);
      setPte(cpu, cell, canChangePteWritable(cpu, k, vma, changed, page) ? changed | PTE_WRITE : changed);
    } else if (isMigrationEntry(e) && pteWrite(e)) setPte(cpu, cell, pteWrprotect(e));
    ptUnlock(cpu, table + PT_LOCK);
  }
  flushTlbRange(cpu, k, mm, vma.start, vma.end);
  invalidateRangeEnd(cpu, k, mm);
}

/** change_huge_pmd() (mm/huge_memory.c): the same for a huge PMD, all of which is in the VMA. */
function changeHugePmd(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number): void {
  const cell = pmdCell(k, mm, address);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  if (pmdIsHuge(cpu.readOnce(cell))) setPte(cpu, cell, pteModify(ptepGetAndClear(cpu, cell), vma));
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
}

/**
 * can_change_pte_writable() (mm/mprotect.c, v6.12; private mappings from v6.0): a write fault would make the entry writable
 * without looking at anything else. Shared mappings wait for their write fault.
 */
function canChangePteWritable(cpu: Cpu, k: Kernel, vma: Vma, e: Pte, page: Page): boolean {
  if (k.design.mprotectWrite !== 'exclusive' || (vma.flags & (VM_WRITE | VM_SHARED)) !== VM_WRITE) return false;
  if (pteWrite(e) || pteProtnone(e) || (e & PTE_UFFD_WP) !== 0) return false;
  return pageIsAnon(cpu, compoundHead(cpu, k, page)) && pageAnonExclusive(cpu, page);
}

/** pte_modify(): the entry under the protection of the VMA. It never gains the permission to write. */
function pteModify(e: Pte, vma: Vma): Pte {
  const readable = isAccessible(vma) ? e & ~PTE_PROTNONE : e | PTE_PROTNONE;
  return (vma.flags & VM_WRITE) !== 0 ? readable : readable & ~PTE_WRITE;
}
