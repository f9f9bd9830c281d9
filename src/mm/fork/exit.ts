/** The end of an address space. */

import type { Cpu } from '../../cpu/cpu.ts';
import { freePgtables } from '../map/free-pgtables.ts';
import { finishGather, startGather } from '../map/mmu-gather.ts';
import { unlinkVma, vmas } from '../map/vma-list.ts';
import { unmapVmas } from '../map/zap.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_HAS_PINNED, type Mm, mmapWriteLock, mmapWriteUnlock } from '../memory/mm-struct.ts';

/**
 * exit_mmap() (mm/mmap.c), and exec() of the old address space: everything is unmapped and every page table freed.
 * Pages that are pinned live on until they are unpinned.
 */
export function exitMmap(cpu: Cpu, k: Kernel, mm: Mm): void {
  mmapWriteLock(cpu, mm);
  const gone = vmas(cpu, k, mm);
  const gather = startGather(cpu, k, mm);
  unmapVmas(cpu, k, gather, gone);
  for (const vma of gone) unlinkVma(cpu, k, mm, vma);
  freePgtables(cpu, k, gather, []);
  finishGather(cpu, k, gather);
  cpu.writeOnce(mm + MM_HAS_PINNED, 0);
  mmapWriteUnlock(cpu, mm);
}
