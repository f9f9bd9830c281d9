/** A fault on an anonymous page that is not there yet. */

import type { Cpu } from '../cpu/cpu.ts';
import { allocPage } from './allocator.ts';
import { ENOMEM } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { PAGE_DATA } from './page.ts';
import { putPage } from './page-ref.ts';
import { PT_LOCK, pteAlloc, pteCell, ptLock, ptUnlock, setPte } from './page-table.ts';
import { mkPte, PTE_NONE } from './pte.ts';
import { pageAddNewAnonRmap } from './rmap.ts';
import type { Fault } from './vm-fault.ts';
import { entryBits, VM_WRITE } from './vma.ts';

/**
 * do_anonymous_page() (mm/memory.c): a new page of zeros, mapped writable where the VMA is. Reads get one as well, as on
 * an mm that forbids the zero page (mm_forbids_zeropage()).
 * @returns 0 or -ENOMEM
 */
export function doAnonymousPage(cpu: Cpu, k: Kernel, { mm, vma, address }: Fault): number {
  const table = pteAlloc(cpu, k, mm, address);
  if (table === 0) return ENOMEM;
  const page = allocPage(cpu, k);
  if (page === 0) return ENOMEM;
  cpu.writeOnce(page + PAGE_DATA, 0);
  cpu.smpWmb();
  const bits = entryBits(vma, (vma.flags & VM_WRITE) !== 0);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const free = cpu.readOnce(cell) === PTE_NONE;
  if (free) {
    pageAddNewAnonRmap(cpu, k, page, k.layout.anonVma(vma.anonVma - 1), address);
    setPte(cpu, cell, mkPte(k.layout.pfnOf(page), bits));
  }
  ptUnlock(cpu, table + PT_LOCK);
  if (!free) putPage(cpu, k, page);
  return 0;
}
