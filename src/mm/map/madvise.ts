/** madvise(): what a process says of its memory. */

import type { Cpu } from '../../cpu/cpu.ts';
import { ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { type Mm, mmapReadLock, mmapReadUnlock, mmapWriteLock, mmapWriteUnlock } from '../memory/mm-struct.ts';
import { VM_DONTCOPY, VM_MERGEABLE, VM_WIPEONFORK } from '../memory/vma.ts';
import { finishGather, startGather } from './mmu-gather.ts';
import { splitVmas, storeVma, vmas } from './vma-list.ts';
import { zapPageRange } from './zap.ts';

/** MADV_DONTNEED (madvise_dontneed_single_vma()): the entries go, the VMA stays; mmap_lock is held for reading. */
export function madviseDontneed(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number): void {
  mmapReadLock(cpu, mm);
  const gather = startGather(cpu, k, mm);
  for (const vma of vmas(cpu, k, mm)) {
    const from = Math.max(vma.start, start);
    const to = Math.min(vma.end, end);
    if (from < to) zapPageRange(cpu, k, gather, vma, from, to);
  }
  finishGather(cpu, k, gather);
  mmapReadUnlock(cpu, mm);
}

/** The advice that is kept as a VMA flag: which flag, and whether it is set. */
export const ADVICE = {
  dontfork: { flag: VM_DONTCOPY, set: true },
  dofork: { flag: VM_DONTCOPY, set: false },
  wipeonfork: { flag: VM_WIPEONFORK, set: true },
  keeponfork: { flag: VM_WIPEONFORK, set: false },
  mergeable: { flag: VM_MERGEABLE, set: true },
  unmergeable: { flag: VM_MERGEABLE, set: false },
} as const;

/**
 * madvise_vma_behavior(): MADV_DONTFORK, MADV_WIPEONFORK, MADV_MERGEABLE and their opposites.
 * @returns 0, or -ENOMEM where splitting a VMA needs a slot
 */
export function madvise(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, advice: keyof typeof ADVICE): number {
  const { flag, set } = ADVICE[advice];
  mmapWriteLock(cpu, mm);
  const inside = splitVmas(cpu, k, mm, start, end);
  for (const vma of inside ?? []) {
    storeVma(cpu, mm, { ...vma, flags: set ? vma.flags | flag : vma.flags & ~flag });
  }
  mmapWriteUnlock(cpu, mm);
  return inside === undefined ? ENOMEM : 0;
}
