/**
 * mmu_notifier: a device that has page tables of its own is told before entries of an address space change, and after.
 * Each mm has one subscription, an interval notifier over all of it, where the configuration has devices
 * (`LayoutConfig.mirrors`); without, nothing of this is done.
 */

import type { Cpu } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import type { Kernel } from '../memory/kernel.ts';
import {
  MIRROR_LOCK,
  MIRROR_PTES,
  MIRROR_SEQ,
  NOTIFIER_ACTIVE,
  NOTIFIER_LOCK,
  NOTIFIER_SEQ,
} from '../memory/mirror.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { PTE_NONE } from '../memory/pte.ts';

/**
 * mmu_notifier_invalidate_range_start(), mn_itree_inv_start_range() (mm/mmu_notifier.c, from v5.5): the sequence is odd from
 * now on, and the device translates nothing of `start .. end-1` any more. No spinlock may be held.
 */
export function invalidateRangeStart(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number): void {
  if (!k.layout.config.mirrors) return;
  const notifier = k.layout.notifier(mm);
  cpu.spinLock(notifier + NOTIFIER_LOCK);
  cpu.writeOnce(notifier + NOTIFIER_ACTIVE, cpu.readOnce(notifier + NOTIFIER_ACTIVE) + 1);
  const seq = cpu.readOnce(notifier + NOTIFIER_SEQ) | 1;
  cpu.writeOnce(notifier + NOTIFIER_SEQ, seq);
  cpu.spinUnlock(notifier + NOTIFIER_LOCK);
  mirrorInvalidate(cpu, k, mm, start, end, seq);
}

/** mmu_notifier_invalidate_range_end(), mn_itree_inv_end() (mm/mmu_notifier.c, from v5.5): the last one makes the sequence even. */
export function invalidateRangeEnd(cpu: Cpu, k: Kernel, mm: Mm): void {
  if (!k.layout.config.mirrors) return;
  const notifier = k.layout.notifier(mm);
  cpu.spinLock(notifier + NOTIFIER_LOCK);
  const active = cpu.readOnce(notifier + NOTIFIER_ACTIVE) - 1;
  cpu.writeOnce(notifier + NOTIFIER_ACTIVE, active);
  if (active === 0) cpu.writeOnce(notifier + NOTIFIER_SEQ, cpu.readOnce(notifier + NOTIFIER_SEQ) + 1);
  cpu.spinUnlock(notifier + NOTIFIER_LOCK);
}

/**
 * ->invalidate() of the driver, as that of RDMA (mlx5_ib_invalidate_range()): under the driver's lock it takes over the
 * sequence (mmu_interval_set_seq()), and the device forgets its translations.
 */
function mirrorInvalidate(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, seq: number): void {
  const mirror = k.layout.mirror(mm);
  cpu.spinLock(mirror + MIRROR_LOCK);
  cpu.writeOnce(mirror + MIRROR_SEQ, seq);
  for (let address = start; address < end; address++) cpu.writeOnce(mirror + MIRROR_PTES + address, PTE_NONE);
  cpu.spinUnlock(mirror + MIRROR_LOCK);
}

/**
 * mmu_interval_read_begin() (mm/mmu_notifier.c, from v5.5): the sequence that a look at the page tables starts from. While
 * they are being invalidated it waits, as wait_event() does: what it reads then orders nothing.
 */
export function mmuIntervalReadBegin(cpu: Cpu, k: Kernel, mm: Mm): number {
  const notifier = k.layout.notifier(mm);
  cpu.spinLock(notifier + NOTIFIER_LOCK);
  const seq = cpu.readOnce(k.layout.mirror(mm) + MIRROR_SEQ);
  const invalidating = seq === cpu.readOnce(notifier + NOTIFIER_SEQ);
  cpu.spinUnlock(notifier + NOTIFIER_LOCK);
  const mode = k.design.mirrorWait === 'acquire' ? Mode.Acquire : Mode.Once;
  // Waits for the lowest bit, since one invalidation at a time makes the sequence odd here.
  if (invalidating) cpu.readWhen(notifier + NOTIFIER_SEQ, 1, 0, mode, 'wait');
  return seq;
}

/** mmu_interval_read_retry() (include/linux/mmu_notifier.h): has an invalidation come since? The caller holds the driver's lock. */
export const mmuIntervalReadRetry = (cpu: Cpu, k: Kernel, mm: Mm, seq: number): boolean =>
  cpu.readOnce(k.layout.mirror(mm) + MIRROR_SEQ, 'retry') !== seq;
