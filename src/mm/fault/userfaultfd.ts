/** userfaultfd: a process maps pages of its own by hand. */

import type { Cpu } from '../../cpu/cpu.ts';
import { findLockPage } from '../file/filemap.ts';
import { vmaLookup } from '../map/vma-list.ts';
import { EEXIST, EFAULT, EINVAL, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import { type Page, unlockPage } from '../memory/page.ts';
import { putPage } from '../memory/page-ref.ts';
import { PT_LOCK, pteAlloc, pteCell, ptLock, ptUnlock, setPte } from '../memory/page-table.ts';
import { mkPte, PTE_DIRTY, PTE_WRITE, pteNoneMostly } from '../memory/pte.ts';
import { entryBits, linearPageIndex, VM_SHARED, VM_UFFD_MINOR, VM_WRITE, type Vma } from '../memory/vma.ts';
import { pageDupRmap } from '../rmap/rmap.ts';

/**
 * UFFDIO_CONTINUE, mcontinue_atomic_pte() (mm/userfaultfd.c, v5.14 to v6.12): maps the page that the cache of the file
 * holds already, in a VMA registered for minor faults. A private mapping gets it read-only; whether it is dirty all the
 * same is the design's (9ae0f87d009c).
 * @returns 0; -EINVAL where the VMA is not registered, or the kernel has no such call; -EFAULT where the page is not cached; -EEXIST; -ENOMEM
 */
export function uffdioContinue(cpu: Cpu, k: Kernel, mm: Mm, address: number): number {
  if (k.design.uffdDirty === 'unsupported') return EINVAL;
  mmapReadLock(cpu, mm);
  const vma = vmaLookup(cpu, k, mm, address);
  const registered = vma !== undefined && (vma.flags & VM_UFFD_MINOR) !== 0 && vma.file > 0;
  const error = registered ? continueAt(cpu, k, mm, vma, address) : EINVAL;
  mmapReadUnlock(cpu, mm);
  return error;
}

function continueAt(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number): number {
  const page = findLockPage(cpu, k, k.layout.file(vma.file - 1), linearPageIndex(vma, address));
  if (page === 0) return EFAULT;
  const error = installPte(cpu, k, mm, vma, address, page);
  unlockPage(cpu, page);
  if (error !== 0) putPage(cpu, k, page);
  return error;
}

/** mfill_atomic_install_pte() (mm/userfaultfd.c): the entry takes over the reference that the caller holds. */
function installPte(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, page: Page): number {
  const table = pteAlloc(cpu, k, mm, address);
  if (table === 0) return ENOMEM;
  const writable = (vma.flags & (VM_SHARED | VM_WRITE)) === (VM_SHARED | VM_WRITE);
  const dirty = writable || k.design.uffdDirty === 'always';
  const bits = entryBits(vma, false) | (writable ? PTE_WRITE : 0) | (dirty ? PTE_DIRTY : 0);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const free = pteNoneMostly(cpu.readOnce(cell));
  if (free) {
    pageDupRmap(cpu, page);
    setPte(cpu, cell, mkPte(k.layout.pfnOf(page), bits));
  }
  ptUnlock(cpu, table + PT_LOCK);
  return free ? 0 : EEXIST;
}
