/**
 * mmu_gather: what an unmapping has taken out of the page tables and may free only when no TLB reaches it any more. It
 * belongs to one call on one CPU.
 */

import type { Cpu } from '../../cpu/cpu.ts';
import { giveFree } from '../memory/allocator.ts';
import { smpCallFunction } from '../memory/irq.ts';
import type { Kernel } from '../memory/kernel.ts';
import type { Mm } from '../memory/mm-struct.ts';
import type { Page } from '../memory/page.ts';
import { compoundHead, putPage } from '../memory/page-ref.ts';
import { decTlbFlushPending, flushTlbRange, incTlbFlushPending } from '../memory/tlb.ts';
import { pageRemoveRmap } from '../rmap/rmap.ts';

export interface Gather {
  readonly mm: Mm;
  /** The addresses that have to be flushed; empty where `end <= start`. */
  start: number;
  end: number;
  /** Pages whose reference, held by an entry that is gone, is dropped after the flush. */
  readonly pages: Page[];
  /** Pages whose map count is dropped after the flush. */
  readonly delayedRmap: Page[];
  /** Numbers of page tables to free after the flush. */
  readonly tables: number[];
  /** A table that was shared is somebody's own since (from v6.19). */
  fullyUnshared: boolean;
}

/** tlb_gather_mmu(). */
export function startGather(cpu: Cpu, k: Kernel, mm: Mm): Gather {
  incTlbFlushPending(cpu, k, mm);
  return {
    mm,
    start: Number.POSITIVE_INFINITY,
    end: 0,
    pages: [],
    delayedRmap: [],
    tables: [],
    fullyUnshared: false,
  };
}

/** tlb_remove_tlb_entry(): the entry at the address was removed. */
export function gatherEntry(gather: Gather, address: number): void {
  gather.start = Math.min(gather.start, address);
  gather.end = Math.max(gather.end, address + 1);
}

/** tlb_flush_mmu_tlbonly(), tlb_flush_rmaps(): the removed entries reach no TLB any more. */
export function flushGather(cpu: Cpu, k: Kernel, gather: Gather): void {
  if (gather.end > gather.start) flushTlbRange(cpu, k, gather.mm, gather.start, gather.end);
  gather.start = Number.POSITIVE_INFINITY;
  gather.end = 0;
  for (const page of gather.delayedRmap.splice(0)) pageRemoveRmap(cpu, k, page);
}

/**
 * tlb_finish_mmu(): flushes, drops the references, and frees the page tables as the design says. A flush by interrupt
 * has waited for fast walks already.
 */
export function finishGather(cpu: Cpu, k: Kernel, gather: Gather): void {
  const late = k.design.gatherPut === 'after-flush';
  if (late) flushGather(cpu, k, gather);
  for (const page of gather.pages.splice(0)) putPage(cpu, k, compoundHead(cpu, k, page));
  if (!late) flushGather(cpu, k, gather);
  decTlbFlushPending(cpu, k, gather.mm);
  const tables = gather.tables.splice(0);
  if (tables.length === 0) return;
  const waited = k.design.tableFree === 'ipi' && k.design.tlbFlush === 'ipi';
  if (!waited) tableSync(cpu, k);
  for (const number of tables) giveFree(cpu, k.layout.freeTables, number);
}

/**
 * tlb_remove_table() (mm/mmu_gather.c): waits until no fast walk can be inside a table that is no longer linked. With
 * interrupts, one to every CPU; with RCU, a grace period, which stands for call_rcu().
 */
export function tableSync(cpu: Cpu, k: Kernel): void {
  if (k.design.tableFree === 'ipi') {
    cpu.smpMb();
    smpCallFunction(cpu, k, () => {});
  }
  if (k.design.tableFree === 'rcu') cpu.synchronizeRcu();
  if (k.design.tableFree === 'barrier') cpu.smpMb();
}

/** tlb_remove_table_sync_one() (mm/mmu_gather.c, from v6.1): an interrupt to every CPU, so that no fast walk is inside. */
export function removeTableSync(cpu: Cpu, k: Kernel): void {
  cpu.smpMb();
  smpCallFunction(cpu, k, () => {});
}
