/** /proc/PID/clear_refs: which pages are written to from now on is to be known, so each entry must fault at the next write. */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import {
  MM_HAS_PINNED,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  mmapWriteLock,
  mmapWriteUnlock,
} from '../memory/mm-struct.ts';
import { compoundHead } from '../memory/page-ref.ts';
import {
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptePage,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import { type Pte, ptePresent, pteWrite, pteWrprotect } from '../memory/pte.ts';
import { decTlbFlushPending, flushTlbRange, incTlbFlushPending } from '../memory/tlb.ts';
import { isCowMapping, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { vmas } from './vma-list.ts';

/**
 * clear_refs_write() of 4 (fs/proc/task_mmu.c, v4.4 to v6.12): write-protects the entries of all small pages, and flushes once, at
 * the end. From v5.11 it holds mmap_lock for writing, and spares pages that may be pinned.
 */
export function clearSoftDirty(cpu: Cpu, k: Kernel, mm: Mm): void {
  const spares = k.design.clearRefs === 'spare-pinned';
  (spares ? mmapWriteLock : mmapReadLock)(cpu, mm);
  clearRefsWalk(cpu, k, mm);
  clearRefsFlush(cpu, k, mm);
  (spares ? mmapWriteUnlock : mmapReadUnlock)(cpu, mm);
}

/** All that clear_refs_write() does before it flushes. */
export function clearRefsWalk(cpu: Cpu, k: Kernel, mm: Mm): void {
  const spares = k.design.clearRefs === 'spare-pinned';
  incTlbFlushPending(cpu, k, mm);
  invalidateRangeStart(cpu, k, mm, 0, k.layout.span);
  for (const vma of vmas(cpu, k, mm)) {
    for (let address = vma.start; address < vma.end; address++) clearAt(cpu, k, mm, vma, address, spares);
  }
}

/** The flush of clear_refs_write(), for all entries. */
export function clearRefsFlush(cpu: Cpu, k: Kernel, mm: Mm): void {
  flushTlbRange(cpu, k, mm, 0, k.layout.span);
  decTlbFlushPending(cpu, k, mm);
  invalidateRangeEnd(cpu, k, mm);
}

/** clear_soft_dirty() (fs/proc/task_mmu.c): the entry is taken out, and put back read-only. */
function clearAt(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, spares: boolean): void {
  const pmd = cpu.readOnce(pmdCell(k, mm, address));
  if (!pmdIsTable(pmd)) return;
  const table = pmdTable(cpu, k, pmd);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const e = cpu.readOnce(cell);
  if (ptePresent(e) && !(spares && pteIsPinned(cpu, k, mm, vma, e))) {
    setPte(cpu, cell, pteWrprotect(ptepGetAndClear(cpu, cell, 's2')), 's3');
  }
  ptUnlock(cpu, table + PT_LOCK);
}

/** pte_is_pinned() (fs/proc/task_mmu.c, from v5.11). */
function pteIsPinned(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, e: Pte): boolean {
  const page = ptePage(cpu, k, e);
  if (!pteWrite(e) || !isCowMapping(vma) || cpu.readOnce(mm + MM_HAS_PINNED, 'flag') === 0) return false;
  return k.ops.pageMaybeDmaPinned(cpu, k, compoundHead(cpu, k, page), 's1');
}
