/** fork(): a second address space that shares, copies or skips the pages of the first. */

import type { Cpu } from '../../cpu/cpu.ts';
import { copyHugePmd } from '../huge/huge-pmd.ts';
import { linkVma, vmas } from '../map/vma-list.ts';
import { allocPage } from '../memory/allocator.ts';
import { EAGAIN, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_WRITE_PROTECT_SEQ, type Mm, mmapWriteLock, mmapWriteUnlock } from '../memory/mm-struct.ts';
import { putPage } from '../memory/page-ref.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsHuge,
  pmdIsTable,
  pmdTable,
  pteAlloc,
  pteCell,
  ptLock,
  ptUnlock,
} from '../memory/page-table.ts';
import { ptePresent } from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { isCowMapping, VM_DONTCOPY, VM_WIPEONFORK, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { copyPresentPtes } from './copy-folio.ts';
import type { Prealloc } from './copy-pte.ts';
import { copyNonpresentPte } from './copy-swap.ts';

/**
 * dup_mmap() (kernel/fork.c): copies every VMA and the entries under it to a child that nobody else knows yet, then
 * flushes the parent's TLBs. The child's mmap_lock and its lists are not touched: nobody can contend for them.
 * @returns 0 or -ENOMEM; then the child holds what was copied so far, for exitMmap() to release
 */
export function dupMmap(cpu: Cpu, k: Kernel, parent: Mm, child: Mm): number {
  mmapWriteLock(cpu, parent);
  const all = vmas(cpu, k, parent);
  const locksVmas = k.layout.config.vmaLocks && k.design.forkVmaLock === 'write';
  let error = 0;
  for (const vma of all) {
    // vma_start_write(): held for writing until mmap_lock is dropped.
    if (locksVmas) cpu.downWrite(k.layout.vmaLock(parent, vma.slot));
    if ((vma.flags & VM_DONTCOPY) !== 0) continue;
    linkVma(cpu, k, child, vma);
    if ((vma.flags & VM_WIPEONFORK) === 0) error = copyPageRange(cpu, k, parent, child, vma);
    if (error !== 0) break;
  }
  if (k.design.forkFlush === 'mm') flushTlbRange(cpu, k, parent, 0, k.layout.span);
  if (locksVmas) for (const vma of all) cpu.upWrite(k.layout.vmaLock(parent, vma.slot));
  mmapWriteUnlock(cpu, parent);
  return error;
}

/**
 * copy_page_range() (mm/memory.c): the entries of one VMA. A mapping that cannot hold anonymous pages is left for the
 * child to fault in. From v5.11 a COW mapping is copied with write_protect_seq odd.
 */
export function copyPageRange(cpu: Cpu, k: Kernel, parent: Mm, child: Mm, vma: Vma): number {
  if (vma.anonVma === 0) return 0;
  const seqcount = isCowMapping(vma) && k.design.forkSeqcount !== 'none';
  if (isCowMapping(vma)) invalidateRangeStart(cpu, k, parent, vma.start, vma.end);
  if (seqcount) k.ops.writeProtectBegin(cpu, k, parent);
  let error = 0;
  for (let address = vma.start; address < vma.end && error === 0; ) {
    const { ptesPerTable } = k.layout.config;
    const end = Math.min(vma.end, (Math.floor(address / ptesPerTable) + 1) * ptesPerTable);
    let pmd = cpu.readOnce(pmdCell(k, parent, address));
    if (pmdIsHuge(pmd)) {
      error = copyHugePmd(cpu, k, parent, child, vma, address);
      if (error === EAGAIN) {
        error = 0;
        pmd = cpu.readOnce(pmdCell(k, parent, address));
      }
    }
    if (pmdIsTable(pmd)) {
      error = copyPteRange(cpu, k, parent, child, vma, pmdTable(cpu, k, pmd), address, end);
    }
    address = end;
  }
  if (seqcount) k.ops.writeProtectEnd(cpu, k, parent);
  if (isCowMapping(vma)) invalidateRangeEnd(cpu, k, parent);
  return error;
}

/** raw_write_seqcount_begin() of write_protect_seq: a reader that starts within sees it odd. */
export function writeProtectBegin(cpu: Cpu, k: Kernel, mm: Mm): void {
  cpu.writeOnce(mm + MM_WRITE_PROTECT_SEQ, cpu.readOnce(mm + MM_WRITE_PROTECT_SEQ) + 1);
  if (k.design.forkSeqcount === 'wmb') cpu.smpWmb();
  if (k.design.forkSeqcount === 'mb') cpu.smpMb();
}

/** raw_write_seqcount_end() of write_protect_seq: a reader that overlapped sees it changed. */
export function writeProtectEnd(cpu: Cpu, k: Kernel, mm: Mm): void {
  if (k.design.forkSeqEnd === 'wmb') cpu.smpWmb();
  cpu.writeOnce(mm + MM_WRITE_PROTECT_SEQ, cpu.readOnce(mm + MM_WRITE_PROTECT_SEQ) + 1);
}

/**
 * copy_pte_range() (mm/memory.c): the entries of one table, under both page-table locks, the child's first. Where an
 * early copy needs a page, drops the locks, allocates, and reads the entry again: it may have changed.
 */
function copyPteRange(
  cpu: Cpu,
  k: Kernel,
  parent: Mm,
  child: Mm,
  vma: Vma,
  srcTable: PageTable,
  start: number,
  end: number,
): number {
  const dstTable = pteAlloc(cpu, k, child, start);
  if (dstTable === 0) return ENOMEM;
  const prealloc: Prealloc = { page: 0 };
  let address = start;
  let error = 0;
  do {
    if (error === EAGAIN) {
      prealloc.page = allocPage(cpu, k);
      if (prealloc.page === 0) return ENOMEM;
    }
    error = 0;
    ptLock(cpu, k, dstTable + PT_LOCK);
    ptLock(cpu, k, srcTable + PT_LOCK);
    while (address < end && error === 0) {
      const src = pteCell(k, srcTable, address);
      const e = cpu.readOnce(src);
      const dst = pteCell(k, dstTable, address);
      let copied = 1;
      if (ptePresent(e)) {
        copied = copyPresentPtes(cpu, k, { parent, vma, address, src, dst, e }, end - address, prealloc);
      } else copyNonpresentPte(cpu, k, vma, src, dst, e);
      if (copied < 0) error = copied;
      else address += copied;
    }
    ptUnlock(cpu, srcTable + PT_LOCK);
    ptUnlock(cpu, dstTable + PT_LOCK);
  } while (error === EAGAIN);
  if (prealloc.page !== 0) putPage(cpu, k, prealloc.page);
  return error;
}
