/** A fault on an anonymous page that is not there yet. */

import type { Cpu } from '../../cpu/cpu.ts';
import { allocFolio, allocPage } from '../memory/allocator.ts';
import { EINVAL, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { PAGE_CELLS, PAGE_DATA } from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';
import { PT_LOCK, pteAlloc, pteCell, ptLock, ptUnlock, setPte } from '../memory/page-table.ts';
import { mkPte, pteNoneMostly } from '../memory/pte.ts';
import { entryBits, VM_WRITE } from '../memory/vma.ts';
import { folioAddNewAnonRmap, pageAddNewAnonRmap } from '../rmap/rmap.ts';
import type { Fault } from './vm-fault.ts';

/**
 * do_anonymous_page() (mm/memory.c): a new page of zeros, mapped writable where the VMA is. Reads get one as well, as on
 * an mm that forbids the zero page (mm_forbids_zeropage()).
 * @returns 0 or -ENOMEM
 */
export function doAnonymousPage(cpu: Cpu, k: Kernel, { mm, vma, address }: Fault): number {
  const table = pteAlloc(cpu, k, mm, address);
  if (table <= 0) return table === 0 ? ENOMEM : 0;
  const page = allocPage(cpu, k);
  if (page === 0) return ENOMEM;
  cpu.writeOnce(page + PAGE_DATA, 0);
  cpu.smpWmb();
  const bits = entryBits(vma, (vma.flags & VM_WRITE) !== 0);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const free = pteNoneMostly(cpu.readOnce(cell));
  if (free) {
    pageAddNewAnonRmap(cpu, k, page, k.layout.anonVma(vma.anonVma - 1), address);
    setPte(cpu, cell, mkPte(k.layout.pfnOf(page), bits));
  }
  ptUnlock(cpu, table + PT_LOCK);
  if (!free) putPage(cpu, k, page);
  return 0;
}

/**
 * do_anonymous_page() with alloc_anon_folio() (mm/memory.c, from v6.8): one large folio of zeros for a whole page table,
 * mapped by PTEs; a large folio whose PMD was split looks the same. Every page is mapped and exclusive by itself, every
 * entry holds a reference.
 * @returns 0; -EINVAL where the VMA does not span the page table, or something is mapped there; -ENOMEM
 */
export function doAnonymousFolio(cpu: Cpu, k: Kernel, { mm, vma, address }: Fault): number {
  const count = k.layout.config.ptesPerTable;
  const start = address - (address % count);
  if (vma.start > start || vma.end < start + count) return EINVAL;
  const table = pteAlloc(cpu, k, mm, address);
  if (table <= 0) return table === 0 ? ENOMEM : EINVAL;
  const folio = allocFolio(cpu, k, count);
  if (folio === 0) return ENOMEM;
  const pfn = k.layout.pfnOf(folio);
  for (let i = 0; i < count; i++) cpu.writeOnce(folio + i * PAGE_CELLS + PAGE_DATA, 0);
  cpu.smpWmb();
  ptLock(cpu, k, table + PT_LOCK);
  let free = true;
  for (let i = 0; i < count && free; i++) free = pteNoneMostly(cpu.readOnce(pteCell(k, table, start + i)));
  if (free) {
    getPage(cpu, folio, count - 1);
    folioAddNewAnonRmap(cpu, k, folio, count, k.layout.anonVma(vma.anonVma - 1), start);
    const bits = entryBits(vma, (vma.flags & VM_WRITE) !== 0);
    for (let i = 0; i < count; i++) setPte(cpu, pteCell(k, table, start + i), mkPte(pfn + i, bits));
  }
  ptUnlock(cpu, table + PT_LOCK);
  if (!free) putPage(cpu, k, folio);
  return free ? 0 : EINVAL;
}
