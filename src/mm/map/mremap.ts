/** mremap(): entries go to other addresses of the same mm, and the pages stay. */

import type { Cpu } from '../../cpu/cpu.ts';
import { AS_I_MMAP_RWSEM } from '../memory/address-space.ts';
import { EINVAL, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_PAGE_TABLE_LOCK, type Mm, mmapWriteLock, mmapWriteUnlock } from '../memory/mm-struct.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdTable,
  pteAlloc,
  pteCell,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import { mkPte, PTE_NONE, PTE_PRESENT, ptePfn } from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import type { Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { freePgtables } from './free-pgtables.ts';
import { finishGather, startGather } from './mmu-gather.ts';
import { freeSlot, linkVma, unlinkVma, vmaLookup, vmas } from './vma-list.ts';

/**
 * mremap() with MREMAP_MAYMOVE, move_vma() (mm/mremap.c, v4.4 to v6.12): the VMA that begins at `start` begins at `to` after. It
 * maps a file: an anonymous page is found at its own address here, which does not change.
 * @returns 0, -EINVAL for another VMA or where something is mapped, or -ENOMEM
 */
export function mremap(cpu: Cpu, k: Kernel, mm: Mm, start: number, to: number): number {
  mmapWriteLock(cpu, mm);
  const error = moveVma(cpu, k, mm, start, to);
  mmapWriteUnlock(cpu, mm);
  return error;
}

function moveVma(cpu: Cpu, k: Kernel, mm: Mm, start: number, to: number): number {
  const vma = vmaLookup(cpu, k, mm, start);
  if (vma === undefined || vma.start !== start || vma.file === 0 || vma.anonVma > 0) return EINVAL;
  const end = to + vma.end - start;
  if (end > k.layout.span || vmas(cpu, k, mm).some((other) => other.start < end && to < other.end)) return EINVAL;
  const slot = freeSlot(cpu, k, mm);
  if (slot < 0) return ENOMEM;
  const moved = { ...vma, slot, start: to, end };
  linkVma(cpu, k, mm, moved);
  invalidateRangeStart(cpu, k, mm, vma.start, vma.end);
  const error = movePageTables(cpu, k, mm, vma, moved);
  invalidateRangeEnd(cpu, k, mm);
  if (error !== 0) return error;
  unlinkVma(cpu, k, mm, vma);
  const gather = startGather(cpu, k, mm);
  freePgtables(cpu, k, gather, vmas(cpu, k, mm));
  finishGather(cpu, k, gather);
  return 0;
}

/** move_page_tables() (mm/mremap.c): a whole table at once where the design does that, else entry by entry. */
function movePageTables(cpu: Cpu, k: Kernel, mm: Mm, from: Vma, to: Vma): number {
  const { ptesPerTable } = k.layout.config;
  for (let address = from.start; address < from.end; ) {
    const target = address - from.start + to.start;
    const extent = Math.min(
      from.end - address,
      ptesPerTable - (address % ptesPerTable),
      ptesPerTable - (target % ptesPerTable),
    );
    const pmd = cpu.readOnce(pmdCell(k, mm, address), 'r1');
    const whole = extent === ptesPerTable && k.design.mremapTable !== 'entries';
    if (pmdIsTable(pmd) && !(whole && moveNormalPmd(cpu, k, mm, from, address, target))) {
      const table = pteAlloc(cpu, k, mm, target);
      if (table <= 0) return ENOMEM;
      // pte_offset_map_lock() may find that the table is gone.
      const now = cpu.readOnce(pmdCell(k, mm, address));
      if (pmdIsTable(now)) movePtes(cpu, k, mm, pmdTable(cpu, k, now), table, address, target, extent);
    }
    address += extent;
  }
  if (k.design.mremapFlush === 'end') flushTlbRange(cpu, k, mm, from.start, from.end);
  return 0;
}

/**
 * move_ptes() (mm/mremap.c): under both page-table locks. From v4.19 the old addresses are flushed before either lock is dropped:
 * whoever finds a page at its new address takes it for one that no TLB reaches elsewhere.
 */
function movePtes(
  cpu: Cpu,
  k: Kernel,
  mm: Mm,
  source: PageTable,
  target: PageTable,
  from: number,
  to: number,
  count: number,
): void {
  ptLock(cpu, k, source + PT_LOCK);
  if (target !== source) ptLock(cpu, k, target + PT_LOCK);
  for (let i = 0; i < count; i++) {
    const cell = pteCell(k, source, from + i);
    if (cpu.readOnce(cell) !== PTE_NONE)
      setPte(cpu, pteCell(k, target, to + i), ptepGetAndClear(cpu, cell, 'r2'), 'r3');
  }
  if (k.design.mremapFlush === 'locked') flushTlbRange(cpu, k, mm, from, from + count);
  if (target !== source) ptUnlock(cpu, target + PT_LOCK);
  ptUnlock(cpu, source + PT_LOCK);
}

/**
 * move_normal_pmd() (mm/mremap.c, v5.0 to v6.12) with the file's rmap lock: the whole table goes to the new address. That there
 * is one was seen before the lock was taken.
 * @returns false where it is to be moved entry by entry
 */
function moveNormalPmd(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, from: number, to: number): boolean {
  const [source, target] = [pmdCell(k, mm, from), pmdCell(k, mm, to)];
  if (cpu.readOnce(target) !== PTE_NONE) return false;
  const rwsem = k.layout.file(vma.file - 1) + AS_I_MMAP_RWSEM;
  cpu.downWrite(rwsem);
  ptLock(cpu, k, mm + MM_PAGE_TABLE_LOCK);
  const pmd = cpu.readOnce(source, 'r2');
  const moves = k.design.mremapTable !== 'recheck' || pmdIsTable(pmd);
  if (moves) {
    cpu.writeOnce(source, PTE_NONE);
    cpu.writeOnce(target, mkPte(ptePfn(pmd), PTE_PRESENT), 'r3');
    flushTlbRange(cpu, k, mm, from, from + k.layout.config.ptesPerTable);
  }
  ptUnlock(cpu, mm + MM_PAGE_TABLE_LOCK);
  cpu.upWrite(rwsem);
  return moves;
}
