/** Unmapping: entries are cleared under their lock, pages dropped when no TLB reaches them. */

import type { Cpu } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import { zapHugePmd } from '../huge/huge-pmd.ts';
import { hugePmdUnshare, isHugetlb } from '../huge/hugetlb.ts';
import { splitHugePmd } from '../huge/split-pmd.ts';
import { AS_I_MMAP_RWSEM } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { type Page, setPageDirty } from '../memory/page.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsHuge,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptePage,
  ptLock,
  ptUnlock,
} from '../memory/page-table.ts';
import {
  isMarker,
  isSwapEntry,
  mkPte,
  PTE_MARKER,
  PTE_NONE,
  type Pte,
  pteDirty,
  ptePfn,
  ptePresent,
  pteWrite,
} from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { VM_SHARED, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { freeSwapAndCache } from '../reclaim/swap-cache.ts';
import { pageRemoveRmap } from '../rmap/rmap.ts';
import { flushGather, type Gather, gatherEntry, removeTableSync } from './mmu-gather.ts';

/** unmap_vmas(): every entry of the VMAs. The caller holds mmap_lock. */
export function unmapVmas(cpu: Cpu, k: Kernel, gather: Gather, gone: readonly Vma[]): void {
  for (const vma of gone) zapPageRange(cpu, k, gather, vma, vma.start, vma.end);
}

/**
 * zap_page_range() (mm/memory.c zap_page_range_single(), unmap_page_range()): the entries of `start .. end-1`, within the
 * VMA. Devices are told before and after; unmap_vmas() tells them once for all VMAs.
 * @param evenCows whether anonymous pages of a private mapping of a file go, too
 */
export function zapPageRange(
  cpu: Cpu,
  k: Kernel,
  gather: Gather,
  vma: Vma,
  start: number,
  end: number,
  evenCows = true,
): void {
  const { ptesPerTable } = k.layout.config;
  invalidateRangeStart(cpu, k, gather.mm, start, end);
  for (let address = start; address < end; ) {
    const next = Math.min(end, (Math.floor(address / ptesPerTable) + 1) * ptesPerTable);
    if (unshared(cpu, k, gather, vma, address)) {
      address = next;
      continue;
    }
    let pmd = cpu.readOnce(pmdCell(k, gather.mm, address));
    if (pmdIsHuge(pmd)) {
      const whole = next - address === ptesPerTable;
      if (whole) zapHugePmd(cpu, k, gather, address);
      else splitHugePmd(cpu, k, gather.mm, address, false);
      pmd = cpu.readOnce(pmdCell(k, gather.mm, address));
    }
    if (pmdIsTable(pmd)) k.ops.zapPteRange(cpu, k, gather, vma, pmdTable(cpu, k, pmd), address, next, evenCows);
    address = next;
  }
  invalidateRangeEnd(cpu, k, gather.mm);
}

/**
 * __unmap_hugepage_range() (mm/hugetlb.c) of a table that is shared: the mm lets go of it, and flushes before it drops
 * i_mmap_rwsem; from v6.19 with tlb_flush_unshared_tables(), which interrupts every CPU where one user is left.
 */
function unshared(cpu: Cpu, k: Kernel, gather: Gather, vma: Vma, address: number): boolean {
  if (!isHugetlb(cpu, k, vma)) return false;
  const rwsem = k.layout.file(vma.file - 1) + AS_I_MMAP_RWSEM;
  cpu.downWrite(rwsem);
  const was = hugePmdUnshare(cpu, k, gather.mm, address, gather);
  if (was) flushTlbRange(cpu, k, gather.mm, vma.start, vma.end);
  if (gather.fullyUnshared) removeTableSync(cpu, k);
  gather.fullyUnshared = false;
  cpu.upWrite(rwsem);
  return was;
}

/**
 * zap_pte_range() (mm/memory.c, v4.4 to v6.12): clears the entries of one table under its lock. The dirty bit of a file
 * page moves to the page, and, as the design says, the TLBs are flushed before the lock is dropped.
 */
export function zapPteRange(
  cpu: Cpu,
  k: Kernel,
  gather: Gather,
  vma: Vma,
  table: PageTable,
  start: number,
  end: number,
  evenCows: boolean,
): void {
  let forceFlush = false;
  ptLock(cpu, k, table + PT_LOCK);
  for (let address = start; address < end; address++) {
    const cell = pteCell(k, table, address);
    const before = cpu.readOnce(cell);
    if (before === PTE_NONE) continue;
    const page = ptePage(cpu, k, before);
    const anonymous = vma.file === 0 || ((vma.flags & VM_SHARED) === 0 && mapsAnon(cpu, before, page));
    if (anonymous && !evenCows) continue;
    const left = anonymous ? PTE_NONE : leftBehind(k, before);
    const e = cpu.xchg(cell, left, Mode.Once, 'z1');
    if (!ptePresent(e)) {
      if (isSwapEntry(e)) freeSwapAndCache(cpu, k, ptePfn(e));
      continue;
    }
    const dirtyFile = pteDirty(e) && !anonymous;
    if (dirtyFile) {
      setPageDirty(cpu, page);
      forceFlush ||= k.design.zapDirty === 'forced-flush';
    }
    if (dirtyFile && k.design.zapMapcount === 'after-flush') gather.delayedRmap.push(page);
    else pageRemoveRmap(cpu, k, page, 'z2');
    gather.pages.push(page);
    gatherEntry(gather, address);
  }
  if (forceFlush) flushGather(cpu, k, gather);
  ptUnlock(cpu, table + PT_LOCK);
}

/** Does an entry of a private mapping of a file stand for a page of its own? A swap entry does, and so it is migrated. */
const mapsAnon = (cpu: Cpu, e: Pte, page: Page): boolean => isSwapEntry(e) || (!isMarker(e) && pageIsAnon(cpu, page));

/** What the second proposal of "mapcount pin detection", January 2019, leaves where an entry of a file page was. */
function leftBehind(k: Kernel, e: Pte): Pte {
  const { zapMarker } = k.design;
  const marks = ptePresent(e) && (zapMarker === 'present' || (zapMarker === 'writable' && pteWrite(e)));
  return marks ? mkPte(ptePfn(e), PTE_MARKER) : PTE_NONE;
}
