/** Page faults: what kind is it, and who handles it. */

import type { Cpu } from '../../cpu/cpu.ts';
import { doHugePmdAnonymousPage, hugePmdFault } from '../huge/huge-pmd.ts';
import { vmaLookup } from '../map/vma-list.ts';
import { EFAULT } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import {
  isSwapEntry,
  PTE_DIRTY,
  PTE_NONE,
  PTE_PROTNONE,
  PTE_YOUNG,
  type Pte,
  pteNoneMostly,
  ptePresent,
  pteProtnone,
  pteWrite,
} from '../memory/pte.ts';
import { isAccessible, VM_SHARED, VM_WRITE, type Vma } from '../memory/vma.ts';
import { doAnonymousPage } from './fault-anonymous.ts';
import { doFileFault } from './fault-file.ts';
import { doSwapPage, migrationEntryWait } from './fault-swap.ts';
import { FAULT_UNSHARE, FAULT_WRITE, type Fault } from './vm-fault.ts';

/**
 * do_user_addr_fault() (arch): a fault of user space, with its mmap_lock and its permission check.
 * @returns 0 where the access may be tried again, -EFAULT where the process is to be signalled, -ENOMEM
 */
export function handleUserFault(cpu: Cpu, k: Kernel, mm: Mm, address: number, write: boolean): number {
  const locked = k.layout.config.vmaLocks && k.design.faultLock === 'vma' ? lockVma(cpu, k, mm, address) : undefined;
  if (locked === undefined) mmapReadLock(cpu, mm);
  const vma = locked ?? vmaLookup(cpu, k, mm, address);
  const allowed = vma !== undefined && (write ? (vma.flags & VM_WRITE) !== 0 : isAccessible(vma));
  const status = allowed ? handleMmFault(cpu, k, { mm, vma, address, flags: write ? FAULT_WRITE : 0 }) : EFAULT;
  if (locked === undefined) mmapReadUnlock(cpu, mm);
  else cpu.upRead(k.layout.vmaLock(mm, locked.slot));
  return Math.min(status, 0);
}

/**
 * lock_vma_under_rcu() (mm/memory.c, from v6.4): the VMA, with its lock for reading, so that the fault needs no mmap_lock.
 * @returns undefined where it is none of anonymous memory, or somebody holds the lock for writing
 */
function lockVma(cpu: Cpu, k: Kernel, mm: Mm, address: number): Vma | undefined {
  const vma = vmaLookup(cpu, k, mm, address);
  if (vma === undefined || vma.file !== 0 || vma.anonVma === 0) return undefined;
  return cpu.downReadTrylock(k.layout.vmaLock(mm, vma.slot)) ? vma : undefined;
}

/**
 * handle_mm_fault(), handle_pte_fault() (mm/memory.c): brings the entry one step nearer to what the fault wants.
 * mmap_lock is held for reading throughout, as without FAULT_FLAG_ALLOW_RETRY.
 * @returns 0, VM_FAULT_WRITE, -EFAULT beyond the end of a file, or -ENOMEM
 */
export function handleMmFault(cpu: Cpu, k: Kernel, fault: Fault): number {
  const { mm, vma, address, flags } = fault;
  const pmd = cpu.readOnce(pmdCell(k, mm, address));
  if (pmd === PTE_NONE) return doMissing(cpu, k, fault);
  if (!pmdIsTable(pmd)) return hugePmdFault(cpu, k, fault);
  const table = pmdTable(cpu, k, pmd);
  const cell = pteCell(k, table, address);
  const e = cpu.readOnce(cell);
  if (pteNoneMostly(e)) return doMissing(cpu, k, fault);
  if (isSwapEntry(e)) return doSwapPage(cpu, k, fault, table, e);
  if (!ptePresent(e)) {
    migrationEntryWait(cpu, k, table, address);
    return 0;
  }
  if (pteProtnone(e) && isAccessible(vma)) return doNumaPage(cpu, k, fault, table, e);

  ptLock(cpu, k, table + PT_LOCK);
  const now = cpu.readOnce(cell);
  if (now !== e) {
    ptUnlock(cpu, table + PT_LOCK);
    return 0;
  }
  const shared = (vma.flags & VM_SHARED) !== 0;
  if ((flags & (FAULT_WRITE | FAULT_UNSHARE)) !== 0 && !pteWrite(e) && !(shared && flags === FAULT_UNSHARE)) {
    return k.ops.doWpPage(cpu, k, fault, table, now);
  }
  const touched = e | PTE_YOUNG | ((flags & FAULT_WRITE) !== 0 ? PTE_DIRTY : 0);
  if (touched !== e) setPte(cpu, cell, touched);
  ptUnlock(cpu, table + PT_LOCK);
  return 0;
}

/** create_huge_pmd(), do_fault(), do_anonymous_page(): nothing is mapped there yet. */
function doMissing(cpu: Cpu, k: Kernel, fault: Fault): number {
  if (fault.vma.file !== 0) return doFileFault(cpu, k, fault);
  if (k.layout.config.thp && doHugePmdAnonymousPage(cpu, k, fault) === 0) return 0;
  return doAnonymousPage(cpu, k, fault);
}

/** do_numa_page(): the hint was taken; the entry gets the protection of the VMA back. */
function doNumaPage(cpu: Cpu, k: Kernel, { address }: Fault, table: PageTable, e: Pte): number {
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  if (cpu.readOnce(cell) === e) setPte(cpu, cell, e & ~PTE_PROTNONE);
  ptUnlock(cpu, table + PT_LOCK);
  return 0;
}
