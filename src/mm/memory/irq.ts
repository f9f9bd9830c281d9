/**
 * Interrupts off, and the interrupt that waits until they are on. A CPU with interrupts off holds a lock of its own,
 * which the sender of an interrupt takes and drops; it is an RCU read-side section too. Only what the design waits for
 * is entered, so nobody pays for the other.
 */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';
import { CPU_IRQ } from './layout.ts';

const delaysInterrupts = (k: Kernel): boolean =>
  k.design.tlbFlush === 'ipi' ||
  k.design.tableFree === 'ipi' ||
  (k.layout.config.largeFolios && k.design.collapseSync === 'ipi') ||
  (k.layout.config.hugetlb && k.design.unshareSync !== 'none');

/** Interrupts off are an RCU read-side section always; it is entered where something waits for it. */
const delaysGracePeriods = (k: Kernel): boolean => k.design.tableFree === 'rcu' || k.layout.config.inodes;

/** local_irq_save(). */
export function localIrqSave(cpu: Cpu, k: Kernel): void {
  if (delaysInterrupts(k)) cpu.spinLock(k.layout.cpu(cpu.id) + CPU_IRQ);
  if (delaysGracePeriods(k)) cpu.rcuReadLock();
}

/** local_irq_restore(). */
export function localIrqRestore(cpu: Cpu, k: Kernel): void {
  if (delaysGracePeriods(k)) cpu.rcuReadUnlock();
  if (delaysInterrupts(k)) cpu.spinUnlock(k.layout.cpu(cpu.id) + CPU_IRQ);
}

/** smp_call_function(): has `handler` done on behalf of every other CPU, each when it has interrupts on, and waits. */
export function smpCallFunction(cpu: Cpu, k: Kernel, handler: (other: number) => void): void {
  for (let other = 0; other < k.layout.config.cpus; other++) {
    if (other === cpu.id) continue;
    const irq = k.layout.cpu(other) + CPU_IRQ;
    cpu.spinLock(irq);
    handler(other);
    cpu.spinUnlock(irq);
  }
}
