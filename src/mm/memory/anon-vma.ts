/**
 * anon_vma: which address spaces may map a group of anonymous pages. One serves a whole family of processes (the root
 * of the kernel's tree): every mm of it maps an anonymous page, if at all, at the address in `page->index`.
 */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';
import type { Mm } from './mm-struct.ts';

/** An anon_vma: the handle of its first word. */
export type AnonVma = Cell;

export const AV_RWSEM = 0;
/** The mms of the family, a bit each. */
export const AV_MMS = 1;
export const ANON_VMA_FIELDS = ['rwsem', 'mms'] as const;
export const ANON_VMA_CELLS = ANON_VMA_FIELDS.length;

/** anon_vma_fork(), anon_vma_prepare(): the mm may map pages of the anon_vma from now on. */
export function anonVmaAttach(cpu: Cpu, k: Kernel, anonVma: AnonVma, mm: Mm): void {
  cpu.downWrite(anonVma + AV_RWSEM);
  const mms = cpu.readOnce(anonVma + AV_MMS);
  cpu.writeOnce(anonVma + AV_MMS, mms | (1 << k.layout.mmNumber(mm)));
  cpu.upWrite(anonVma + AV_RWSEM);
}

/** anon_vma_alloc(). @returns one more than its number, or 0 where all are in use */
export function anonVmaAlloc(cpu: Cpu, k: Kernel): number {
  for (let number = 0; number < k.layout.config.anonVmas; number++) {
    if (!cpu.testAndSetBits(k.layout.anonVmasUsed, 1 << number)) return number + 1;
  }
  return 0;
}

/** unlink_anon_vmas(): the mm maps no page of the anon_vma any more; the last mm to say so frees it. */
export function anonVmaDetach(cpu: Cpu, k: Kernel, anonVma: AnonVma, mm: Mm): void {
  cpu.downWrite(anonVma + AV_RWSEM);
  const mms = cpu.readOnce(anonVma + AV_MMS) & ~(1 << k.layout.mmNumber(mm));
  cpu.writeOnce(anonVma + AV_MMS, mms);
  cpu.upWrite(anonVma + AV_RWSEM);
  if (mms === 0) cpu.clearBits(k.layout.anonVmasUsed, 1 << k.layout.anonVmaNumber(anonVma));
}
