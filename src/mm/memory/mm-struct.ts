/** mm_struct: one address space. Its handle is its first word; VMAs and PMDs follow the fixed fields. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';

/** An mm_struct: the handle of its first word. */
export type Mm = Cell;

export const MM_MMAP_LOCK = 0;
/** mm->has_pinned, later MMF_HAS_PINNED of mm->flags: this mm has used FOLL_PIN. Never cleared. */
export const MM_HAS_PINNED = 1;
/** Odd while fork write-protects this mm. */
export const MM_WRITE_PROTECT_SEQ = 2;
/** Guards the PMDs. */
export const MM_PAGE_TABLE_LOCK = 3;
/** Page tables put aside for splitting huge PMDs, a bit each. */
export const MM_DEPOSITED = 4;
export const MM_FIELDS = ['mmap_lock', 'has_pinned', 'write_protect_seq', 'page_table_lock', 'deposited'] as const;
/** The first VMA slot. */
export const MM_VMAS = MM_FIELDS.length;

export const mmapReadLock = (cpu: Cpu, mm: Mm): void => cpu.downRead(mm + MM_MMAP_LOCK);
export const mmapReadUnlock = (cpu: Cpu, mm: Mm): void => cpu.upRead(mm + MM_MMAP_LOCK);
export const mmapWriteLock = (cpu: Cpu, mm: Mm): void => cpu.downWrite(mm + MM_MMAP_LOCK);
export const mmapWriteTrylock = (cpu: Cpu, mm: Mm): boolean => cpu.downWriteTrylock(mm + MM_MMAP_LOCK);
export const mmapWriteUnlock = (cpu: Cpu, mm: Mm): void => cpu.upWrite(mm + MM_MMAP_LOCK);

/** mm_set_has_pinned_flag() (mm/gup.c, from v5.9): without a barrier in every era. */
export function mmSetHasPinned(cpu: Cpu, k: Kernel, mm: Mm): void {
  if (k.design.pinFlag === 'write') cpu.writeOnce(mm + MM_HAS_PINNED, 1);
  if (k.design.pinFlag === 'test-set' && cpu.readOnce(mm + MM_HAS_PINNED) === 0) cpu.setBits(mm + MM_HAS_PINNED, 1);
}
