/** mmap(): new VMAs. */

import type { Cpu } from '../cpu/cpu.ts';
import { anonVmaAlloc, anonVmaAttach } from './anon-vma.ts';
import { ENOMEM } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { MM_VMAS, type Mm, mmapWriteLock, mmapWriteUnlock } from './mm-struct.ts';
import { encodeVma, VM_MAYWRITE, VM_SHARED } from './vma.ts';

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
 * @returns 0, or -ENOMEM where the mm has no free slot
 */
export function mmapRegion(cpu: Cpu, k: Kernel, mm: Mm, mapping: Mapping): number {
  const { start, end, flags, file, pgoff = 0 } = mapping;
  mmapWriteLock(cpu, mm);
  let slot = 0;
  while (slot < k.layout.config.vmasPerMm && cpu.readOnce(mm + MM_VMAS + slot) !== 0) slot++;
  const room = slot < k.layout.config.vmasPerMm;
  const cow = (flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
  const anonVma = room && cow ? anonVmaAlloc(cpu, k) : 0;
  const made = room && (!cow || anonVma > 0);
  if (made) {
    if (cow) anonVmaAttach(cpu, k, k.layout.anonVma(anonVma - 1), mm);
    const word = encodeVma({ start, end, flags, anonVma, file: file === undefined ? 0 : file + 1, pgoff });
    cpu.writeOnce(mm + MM_VMAS + slot, word);
  }
  mmapWriteUnlock(cpu, mm);
  return made ? 0 : ENOMEM;
}
