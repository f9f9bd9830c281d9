/** mmap(), munmap(), mprotect(): VMAs come, go and change, and the entries under them follow. */

import type { Cpu } from '../../cpu/cpu.ts';
import { anonVmaAlloc } from '../memory/anon-vma.ts';
import { EINVAL, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { type Mm, mmapWriteLock, mmapWriteUnlock } from '../memory/mm-struct.ts';
import { VM_READ, VM_SHARED, VM_WRITE } from '../memory/vma.ts';
import { freePgtables } from './free-pgtables.ts';
import { finishGather, startGather } from './mmu-gather.ts';
import { changeProtection } from './mprotect.ts';
import { freeSlot, linkVma, splitVmas, storeVma, unlinkVma, vmas } from './vma-list.ts';
import { unmapVmas } from './zap.ts';

/** What to map, and where. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  /** The number of a file; left out, memory is anonymous. */
  readonly file?: number;
  readonly pgoff?: number;
}

/**
 * mmap_region(): a VMA over addresses that are not mapped. A private mapping gets its anon_vma at once, where the kernel
 * waits for the first anonymous page.
 * @returns 0, -EINVAL where something is mapped there already, or -ENOMEM where a slot or an anon_vma is missing
 */
export function mmapRegion(cpu: Cpu, k: Kernel, mm: Mm, mapping: Mapping): number {
  mmapWriteLock(cpu, mm);
  const error = addRegion(cpu, k, mm, mapping);
  mmapWriteUnlock(cpu, mm);
  return error;
}

function addRegion(cpu: Cpu, k: Kernel, mm: Mm, { start, end, flags, file, pgoff = 0 }: Mapping): number {
  if (start >= end || end > k.layout.span) return EINVAL;
  if (vmas(cpu, k, mm).some((vma) => vma.start < end && start < vma.end)) return EINVAL;
  const slot = freeSlot(cpu, k, mm);
  if (slot < 0) return ENOMEM;
  const isPrivate = (flags & VM_SHARED) === 0;
  const anonVma = isPrivate ? anonVmaAlloc(cpu, k) : 0;
  if (isPrivate && anonVma === 0) return ENOMEM;
  linkVma(cpu, k, mm, { slot, start, end, flags, anonVma, file: file === undefined ? 0 : file + 1, pgoff });
  return 0;
}

/**
 * munmap(), do_vmi_align_munmap(): nothing is mapped at `start .. end-1` any more, and page tables that serve no VMA are
 * freed. Pages live on while someone holds a reference.
 * @returns 0, or -ENOMEM where splitting a VMA needs a slot
 */
export function munmap(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number): number {
  mmapWriteLock(cpu, mm);
  const gone = splitVmas(cpu, k, mm, start, end);
  if (gone !== undefined) {
    const gather = startGather(cpu, k, mm);
    unmapVmas(cpu, k, gather, gone);
    for (const vma of gone) unlinkVma(cpu, k, mm, vma);
    freePgtables(cpu, k, gather, vmas(cpu, k, mm));
    finishGather(cpu, k, gather);
  }
  mmapWriteUnlock(cpu, mm);
  return gone === undefined ? ENOMEM : 0;
}

/**
 * mprotect(): gives `start .. end-1` the protection, VM_READ and VM_WRITE or neither. Entries lose permissions at once,
 * and gain the permission to write at the next write fault, or, of exclusive pages from v6.0, at once.
 * @returns 0, or -ENOMEM where splitting a VMA needs a slot
 */
export function mprotect(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, protection: number): number {
  mmapWriteLock(cpu, mm);
  const inside = splitVmas(cpu, k, mm, start, end);
  for (const old of inside ?? []) {
    const vma = { ...old, flags: (old.flags & ~(VM_READ | VM_WRITE)) | protection };
    storeVma(cpu, mm, vma);
    changeProtection(cpu, k, mm, vma);
  }
  mmapWriteUnlock(cpu, mm);
  return inside === undefined ? ENOMEM : 0;
}
