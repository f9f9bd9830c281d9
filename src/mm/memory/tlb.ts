/**
 * The TLB of each CPU: a word for each address of each mm, a PTE or 0. Configurations without TLBs walk the page
 * tables at every access; their flush is a barrier alone.
 */

import type { Cpu } from '../../cpu/cpu.ts';
import { smpCallFunction } from './irq.ts';
import type { Kernel } from './kernel.ts';
import { CPU_IRQ, CPU_TLB_LOCK } from './layout.ts';
import type { Mm } from './mm-struct.ts';

/**
 * Between these two a CPU looks up its TLB and completes the access: hardware acknowledges an invalidation only when
 * accesses that used the old translation are complete.
 */
export function tlbAccessBegin(cpu: Cpu, k: Kernel): void {
  if (k.layout.config.tlb) cpu.spinLock(accessLock(k, cpu.id));
}
export function tlbAccessEnd(cpu: Cpu, k: Kernel): void {
  if (k.layout.config.tlb) cpu.spinUnlock(accessLock(k, cpu.id));
}

/** An interrupt comes between two instructions; a broadcast invalidation does not wait for interrupts. */
const accessLock = (k: Kernel, cpu: number) =>
  k.layout.cpu(cpu) + (k.design.tlbFlush === 'ipi' ? CPU_IRQ : CPU_TLB_LOCK);

/**
 * flush_tlb_range(): after a full barrier (the design's), every CPU's translations of `start .. end-1` are gone, and its accesses
 * through them complete. By interrupt, it has waited for every CPU to have interrupts on, too.
 */
export function flushTlbRange(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number): void {
  const invalidate = (other: number): void => {
    for (let address = start; address < end; address++) cpu.writeOnce(k.layout.tlb(other, mm, address), 0);
  };
  if (k.design.flushBarrier === 'mb') cpu.smpMb();
  if (k.layout.config.tlb) invalidate(cpu.id);
  if (k.design.tlbFlush === 'ipi') {
    smpCallFunction(cpu, k, (other) => {
      if (k.layout.config.tlb) invalidate(other);
    });
    return;
  }
  if (!k.layout.config.tlb) return;
  for (let other = 0; other < k.layout.config.cpus; other++) {
    if (other === cpu.id) continue;
    const lock = k.layout.cpu(other) + CPU_TLB_LOCK;
    cpu.spinLock(lock);
    invalidate(other);
    cpu.spinUnlock(lock);
  }
}

const countsFlushes = (k: Kernel): boolean => k.layout.config.flushPending && k.design.ksmFlush !== 'trust';

/**
 * inc_tlb_flush_pending() (include/linux/mm_types.h, from v4.13): entries of the mm are about to change, and their flush comes
 * later. Relaxed: whoever sees such an entry under its lock sees the count, since that lock is taken after this.
 */
export function incTlbFlushPending(cpu: Cpu, k: Kernel, mm: Mm): void {
  if (countsFlushes(k)) cpu.atomicAdd(k.layout.flushesPending(mm), 1);
}

/**
 * dec_tlb_flush_pending(): the flush is complete. The kernel's atomic_dec() is relaxed, and relies on the flush to wait for its own
 * completion, which no barrier stands for; here that is the full ordering of this one.
 */
export function decTlbFlushPending(cpu: Cpu, k: Kernel, mm: Mm): void {
  if (countsFlushes(k)) cpu.atomicSubReturn(k.layout.flushesPending(mm), 1);
}

/** mm_tlb_flush_pending(): may a TLB have more than an entry says that was read under its lock? */
export const mmTlbFlushPending = (cpu: Cpu, k: Kernel, mm: Mm): boolean =>
  countsFlushes(k) && cpu.readOnce(k.layout.flushesPending(mm), 'pending') > 0;
