/** A fault on a page of a file that is not mapped yet. */

import type { Cpu } from '../../cpu/cpu.ts';
import { filemapFault } from '../file/filemap.ts';
import { AS_KIND, tracksDirty } from '../memory/address-space.ts';
import { allocPage } from '../memory/allocator.ts';
import { ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { copyPageData, type Page, setPageDirty, unlockPage } from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';
import { PT_LOCK, pteAlloc, pteCell, ptLock, ptUnlock, setPte } from '../memory/page-table.ts';
import { mkPte, PTE_WRITE, pteNoneMostly } from '../memory/pte.ts';
import { entryBits, linearPageIndex, VM_SHARED, VM_WRITE } from '../memory/vma.ts';
import { pageAddNewAnonRmap, pageDupRmap } from '../rmap/rmap.ts';
import { pageMkwrite } from './page-mkwrite.ts';
import { FAULT_WRITE, type Fault } from './vm-fault.ts';

/**
 * do_fault() (mm/memory.c): maps the page of the file, or for a write to a private mapping a copy of it.
 * @returns 0 or a negative error
 */
export function doFileFault(cpu: Cpu, k: Kernel, fault: Fault): number {
  const { vma, address, flags } = fault;
  const mapping = k.layout.file(vma.file - 1);
  const page = filemapFault(cpu, k, mapping, linearPageIndex(vma, address));
  if (page < 0) return page;
  if ((vma.flags & VM_SHARED) === 0) {
    return (flags & FAULT_WRITE) === 0 ? doReadFault(cpu, k, fault, page, false) : doCowFault(cpu, k, fault, page);
  }
  const tracked = tracksDirty(cpu.readOnce(mapping + AS_KIND));
  return (flags & FAULT_WRITE) === 0
    ? doReadFault(cpu, k, fault, page, !tracked)
    : doSharedFault(cpu, k, fault, page, tracked);
}

/** do_read_fault(): the entry is writable at once where nobody has to be told of the first write. */
function doReadFault(cpu: Cpu, k: Kernel, fault: Fault, page: Page, writable: boolean): number {
  const write = writable && (fault.vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0;
  const { error } = finishFault(cpu, k, fault, page, entryBits(fault.vma, false) | write);
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  return error;
}

/** do_cow_fault(): a private copy of the file's page. */
function doCowFault(cpu: Cpu, k: Kernel, fault: Fault, page: Page): number {
  const copy = allocPage(cpu, k);
  if (copy !== 0) {
    copyPageData(cpu, copy, page);
    cpu.smpWmb();
  }
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  if (copy === 0) return ENOMEM;
  const { error } = finishFault(cpu, k, fault, copy, entryBits(fault.vma, true), true);
  putPage(cpu, k, copy);
  return error;
}

/** do_shared_fault(): the file's owner is told first, and the page is dirty before it is unlocked. */
function doSharedFault(cpu: Cpu, k: Kernel, fault: Fault, page: Page, tracked: boolean): number {
  if (tracked) {
    unlockPage(cpu, page);
    if (!pageMkwrite(cpu, k, k.layout.file(fault.vma.file - 1), page)) {
      putPage(cpu, k, page);
      return 0;
    }
  }
  const { error, mapped } = finishFault(cpu, k, fault, page, entryBits(fault.vma, true));
  if (mapped) setPageDirty(cpu, page);
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  return error;
}

/**
 * finish_fault(), do_set_pte(): maps the page where the entry is still none, with a reference for the entry. The caller
 * keeps its own.
 */
function finishFault(
  cpu: Cpu,
  k: Kernel,
  { mm, vma, address }: Fault,
  page: Page,
  bits: number,
  anonymous = false,
): { readonly error: number; readonly mapped: boolean } {
  const table = pteAlloc(cpu, k, mm, address);
  if (table <= 0) return { error: table === 0 ? ENOMEM : 0, mapped: false };
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const mapped = pteNoneMostly(cpu.readOnce(cell));
  if (mapped) {
    getPage(cpu, page);
    if (anonymous) pageAddNewAnonRmap(cpu, k, page, k.layout.anonVma(vma.anonVma - 1), address);
    else pageDupRmap(cpu, page);
    setPte(cpu, cell, mkPte(k.layout.pfnOf(page), bits));
  }
  ptUnlock(cpu, table + PT_LOCK);
  return { error: 0, mapped };
}
