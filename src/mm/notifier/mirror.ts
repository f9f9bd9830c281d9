/** A driver whose device has page tables of its own: on-demand paging of RDMA, shared virtual memory of GPUs. It pins nothing. */

import type { Cpu } from '../../cpu/cpu.ts';
import { migrationEntryWait } from '../fault/fault-swap.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MIRROR_LOCK, MIRROR_PTES } from '../memory/mirror.ts';
import { type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import { PAGE_DATA } from '../memory/page.ts';
import { pmdCell, pmdIsTable, pmdTable, pteCell, ptePage } from '../memory/page-table.ts';
import {
  isMigrationEntry,
  mkPte,
  PTE_NONE,
  PTE_PRESENT,
  PTE_WRITE,
  type Pte,
  ptePfn,
  ptePresent,
} from '../memory/pte.ts';
import { mmuIntervalReadBegin, mmuIntervalReadRetry } from './mmu-notifier.ts';

/**
 * A fault of the device, as ib_umem_odp_map_dma_and_lock() (drivers/infiniband/core/umem_odp.c, from v5.10) and the example of
 * Documentation/mm/hmm.rst: looks at the page tables without holding anything after, takes the driver's lock, and starts over
 * where they were invalidated meanwhile; else the device gets the entry. What is not mapped is not faulted in.
 * @returns the entry of the device
 */
export function mirrorFault(cpu: Cpu, k: Kernel, mm: Mm, address: number): Pte {
  const { mirrorRetry } = k.design;
  const mirror = k.layout.mirror(mm);
  for (;;) {
    const seq = mmuIntervalReadBegin(cpu, k, mm);
    mmapReadLock(cpu, mm);
    const e = hmmRangeFault(cpu, k, mm, address);
    mmapReadUnlock(cpu, mm);
    if (mirrorRetry === 'unlocked' && mmuIntervalReadRetry(cpu, k, mm, seq)) continue;
    cpu.spinLock(mirror + MIRROR_LOCK);
    const retry = mirrorRetry === 'locked' && mmuIntervalReadRetry(cpu, k, mm, seq);
    if (!retry) cpu.writeOnce(mirror + MIRROR_PTES + address, e);
    cpu.spinUnlock(mirror + MIRROR_LOCK);
    if (!retry) return e;
  }
}

/** hmm_range_fault(), hmm_vma_handle_pte() (mm/hmm.c, from v5.8) of one page, as it is: no lock of a page table is taken. */
function hmmRangeFault(cpu: Cpu, k: Kernel, mm: Mm, address: number): Pte {
  for (;;) {
    const pmd = cpu.readOnce(pmdCell(k, mm, address));
    if (!pmdIsTable(pmd)) return PTE_NONE;
    const table = pmdTable(cpu, k, pmd);
    const e = cpu.readOnce(pteCell(k, table, address), 'walk');
    if (ptePresent(e)) return mkPte(ptePfn(e), PTE_PRESENT | (e & PTE_WRITE));
    if (!isMigrationEntry(e)) return PTE_NONE;
    migrationEntryWait(cpu, k, table, address);
  }
}

/** The device writes where it has a writable translation. @returns whether it had one */
export function mirrorWrite(cpu: Cpu, k: Kernel, mm: Mm, address: number, value: number): boolean {
  const e = cpu.readOnce(k.layout.mirror(mm) + MIRROR_PTES + address);
  if ((e & PTE_WRITE) === 0) return false;
  cpu.writeOnce(ptePage(cpu, k, e) + PAGE_DATA, value);
  return true;
}
