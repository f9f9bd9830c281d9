/** Unmapping: entries are cleared under their lock, pages dropped when no TLB reaches them. */

import type { Cpu } from '../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';
import { pageIsAnon } from './mapping.ts';
import { flushGather, type Gather, gatherEntry } from './mmu-gather.ts';
import { type Page, setPageDirty } from './page.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptePage,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
} from './page-table.ts';
import { isSwapEntry, PTE_NONE, pteDirty, ptePfn, ptePresent } from './pte.ts';
import { pageRemoveRmap } from './rmap.ts';
import { freeSwapAndCache } from './swap-cache.ts';
import { VM_SHARED, type Vma } from './vma.ts';

/** unmap_vmas(): every entry of the VMAs. The caller holds mmap_lock. */
export function unmapVmas(cpu: Cpu, k: Kernel, gather: Gather, gone: readonly Vma[]): void {
  for (const vma of gone) zapPageRange(cpu, k, gather, vma, vma.start, vma.end);
}

/** zap_page_range() (mm/memory.c unmap_page_range()): the entries of `start .. end-1`, within the VMA. */
export function zapPageRange(cpu: Cpu, k: Kernel, gather: Gather, vma: Vma, start: number, end: number): void {
  const { ptesPerTable } = k.layout.config;
  for (let address = start; address < end; ) {
    const next = Math.min(end, (Math.floor(address / ptesPerTable) + 1) * ptesPerTable);
    const pmd = cpu.readOnce(pmdCell(k, gather.mm, address));
    if (pmdIsTable(pmd)) zapPteRange(cpu, k, gather, vma, pmdTable(cpu, k, pmd), address, next);
    address = next;
  }
}

/**
 * zap_pte_range() (mm/memory.c, v4.4 to v6.12): clears the entries of one table under its lock. The dirty bit of a file
 * page moves to the page, and, as the design says, the TLBs are flushed before the lock is dropped.
 */
function zapPteRange(
  cpu: Cpu,
  k: Kernel,
  gather: Gather,
  vma: Vma,
  table: PageTable,
  start: number,
  end: number,
): void {
  let forceFlush = false;
  ptLock(cpu, k, table + PT_LOCK);
  for (let address = start; address < end; address++) {
    const cell = pteCell(k, table, address);
    if (cpu.readOnce(cell) === PTE_NONE) continue;
    const e = ptepGetAndClear(cpu, cell);
    if (!ptePresent(e)) {
      if (isSwapEntry(e)) freeSwapAndCache(cpu, k, ptePfn(e));
      continue;
    }
    const page = ptePage(cpu, k, e);
    const dirtyFile = pteDirty(e) && !mapsAnon(cpu, vma, page);
    if (dirtyFile) {
      setPageDirty(cpu, page);
      forceFlush ||= k.design.zapDirty === 'forced-flush';
    }
    if (dirtyFile && k.design.zapMapcount === 'after-flush') gather.delayedRmap.push(page);
    else pageRemoveRmap(cpu, page);
    gather.pages.push(page);
    gatherEntry(gather, address);
  }
  if (forceFlush) flushGather(cpu, k, gather);
  ptUnlock(cpu, table + PT_LOCK);
}

/** PageAnon(), without asking the page where the VMA tells. */
function mapsAnon(cpu: Cpu, vma: Vma, page: Page): boolean {
  if (vma.file === 0) return true;
  return (vma.flags & VM_SHARED) === 0 && pageIsAnon(cpu, page);
}
