/** The slow path of get_user_pages(): mmap_lock held, each entry looked at under its page-table lock, faults as needed. */

import type { Cpu } from '../../cpu/cpu.ts';
import { handleMmFault } from '../fault/fault.ts';
import { waitOnPageWriteback } from '../fault/page-mkwrite.ts';
import { FAULT_UNSHARE, FAULT_WRITE, VM_FAULT_WRITE } from '../fault/vm-fault.ts';
import { touchPmd } from '../huge/huge-pmd.ts';
import { vmaLookup } from '../map/vma-list.ts';
import { AS_KIND, tracksDirty } from '../memory/address-space.ts';
import { EFAULT } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { MM_PAGE_TABLE_LOCK, type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import { PAGE_FLAGS, type Page, PG_DIRTY, setPageDirty } from '../memory/page.ts';
import { compoundHead, getPage, grabPage, putPage } from '../memory/page-ref.ts';
import {
  hugePage,
  PT_LOCK,
  pmdCell,
  pmdIsHuge,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptePage,
  ptLock,
  ptUnlock,
} from '../memory/page-table.ts';
import { type Pte, pteDirty, ptePresent, pteProtnone, pteWrite } from '../memory/pte.ts';
import {
  isAccessible,
  isCowMapping,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_SHARED,
  VM_UFFD_WP,
  VM_WRITE,
  type Vma,
} from '../memory/vma.ts';
import { pageAnonExclusive } from './exclusive.ts';
import { FOLL_FORCE, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE, type GupResult, type Pin } from './gup.ts';
import { pinsCountAsMapped } from './mapcount-pin.ts';

/** Set by the fault loop itself: COW was broken in a mapping without VM_WRITE (v4.9 to v5.19). */
const FOLL_COW = 1 << 8;
/** What following an entry may come to besides what to fault for: the page is being written, and a pin waits for that. */
const WAIT_WRITEBACK = -1;

/**
 * __get_user_pages_locked() (mm/gup.c): the pages of `start .. end-1` up to the first that cannot be had. Takes and drops
 * mmap_lock, once for all: faults do not drop it.
 * @returns with an error of 0, -EFAULT or -ENOMEM
 */
export function gupSlow(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): GupResult {
  const pins: Pin[] = [];
  let error = 0;
  let vma: Vma | undefined;
  mmapReadLock(cpu, mm);
  for (let address = start; address < end && error === 0; address++) {
    if (vma === undefined || address >= vma.end) vma = vmaLookup(cpu, k, mm, address);
    const allowed = vma === undefined ? EFAULT : checkVmaFlags(cpu, k, vma, flags);
    const pin = allowed === 0 ? gupPage(cpu, k, mm, vma!, address, flags) : allowed;
    if (typeof pin === 'number') error = pin;
    else pins.push(pin);
  }
  mmapReadUnlock(cpu, mm);
  return { pins, error };
}

/** check_vma_flags() (mm/gup.c): 0, or -EFAULT where the mapping forbids it. */
function checkVmaFlags(cpu: Cpu, k: Kernel, vma: Vma, flags: number): number {
  if ((vma.flags & VM_PFNMAP) !== 0) return EFAULT;
  const force = (flags & FOLL_FORCE) !== 0;
  if ((flags & FOLL_WRITE) === 0) {
    return isAccessible(vma) || (force && (vma.flags & VM_MAYWRITE) !== 0) ? 0 : EFAULT;
  }
  if ((vma.flags & VM_WRITE) === 0 && !(force && isCowMapping(vma))) return EFAULT;
  return writableFileAllowed(cpu, k, vma, flags) ? 0 : EFAULT;
}

/** writable_file_mapping_allowed() (v6.5): no long-term pin for writing of a shared mapping whose file tracks dirty pages. */
function writableFileAllowed(cpu: Cpu, k: Kernel, vma: Vma, flags: number): boolean {
  const all = FOLL_PIN | FOLL_LONGTERM;
  if (k.design.pinFile === 'allow' || (flags & all) !== all) return true;
  if ((vma.flags & (VM_SHARED | VM_WRITE)) !== (VM_SHARED | VM_WRITE) || vma.file === 0) return true;
  return !tracksDirty(cpu.readOnce(k.layout.file(vma.file - 1) + AS_KIND));
}

/** One page: follow the entry, fault where it is not good enough, and look again, for all may have changed. */
function gupPage(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, requested: number): Pin | number {
  let flags = requested | (forceCowBreak(k, vma, requested) ? FOLL_WRITE : 0);
  for (;;) {
    const found = followPagePte(cpu, k, mm, vma, address, flags);
    if (typeof found !== 'number') return { ...found, flags: requested };
    const wants = (flags & FOLL_WRITE) !== 0 ? FAULT_WRITE : found;
    const status = handleMmFault(cpu, k, { mm, vma, address, flags: wants });
    if (status < 0) return status;
    if (status === VM_FAULT_WRITE && (vma.flags & VM_WRITE) === 0) flags = afterCowBreak(k, flags);
  }
}

/**
 * The next look of __get_user_pages() (mm/gup.c) at an entry, after a fault of its own has broken COW in a mapping that may not be
 * written to. mmap_lock is held for reading since before the fault.
 * @returns undefined where it would fault again
 */
export function followAfterCowBreak(cpu: Cpu, k: Kernel, mm: Mm, address: number, flags: number): Pin | undefined {
  const vma = vmaLookup(cpu, k, mm, address);
  const found = vma === undefined ? 0 : followPagePte(cpu, k, mm, vma, address, afterCowBreak(k, flags));
  return typeof found === 'number' ? undefined : { ...found, flags };
}

/** should_force_cow_break() (v5.7, v5.8): reading a COW mapping breaks COW first. */
const forceCowBreak = (k: Kernel, vma: Vma, flags: number): boolean =>
  k.design.pinReadOnly === 'writable' && isCowMapping(vma) && (flags & FOLL_WRITE) === 0;

/** The end of faultin_page(): COW was broken, yet the entry will never be writable. What does the next look ask for? */
function afterCowBreak(k: Kernel, flags: number): number {
  switch (k.design.followForce) {
    case 'drop-write':
      return flags & ~FOLL_WRITE;
    case 'cow-dirty':
      return flags | FOLL_COW;
    case 'exclusive':
      return flags;
  }
}

/**
 * follow_page_pte(), follow_trans_huge_pmd() (mm/gup.c, mm/huge_memory.c, v4.4 to v6.12): the page with its reference, or what to fault for: FAULT_UNSHARE, or 0 for
 * whatever the flags ask. Where a pin must wait for write-back, it has waited.
 */
function followPagePte(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, flags: number): Pin | number {
  const pmdp = pmdCell(k, mm, address);
  const pmd = cpu.readOnce(pmdp);
  const huge = pmdIsHuge(pmd);
  if (!huge && !pmdIsTable(pmd)) return 0;
  const table = huge ? 0 : pmdTable(cpu, k, pmd);
  const lock = huge ? mm + MM_PAGE_TABLE_LOCK : table + PT_LOCK;
  ptLock(cpu, k, lock);
  const e = cpu.readOnce(huge ? pmdp : pteCell(k, table, address));
  const page = huge ? hugePage(cpu, k, e, address) : ptePage(cpu, k, e);
  const found =
    ptePresent(e) && pmdIsHuge(e) === huge && (!pteProtnone(e) || (flags & FOLL_FORCE) !== 0)
      ? followPresent(cpu, k, vma, address, e, page, flags)
      : 0;
  if (huge && typeof found !== 'number') touchPmd(cpu, k, pmdp, e, (flags & FOLL_WRITE) !== 0);
  if (found === WAIT_WRITEBACK) getPage(cpu, page);
  ptUnlock(cpu, lock);
  if (found !== WAIT_WRITEBACK) return found;
  waitOnPageWriteback(cpu, page);
  putPage(cpu, k, page);
  return 0;
}

/** The part of follow_page_pte() that has a present entry and its lock. */
function followPresent(
  cpu: Cpu,
  k: Kernel,
  vma: Vma,
  address: number,
  e: Pte,
  page: Page,
  flags: number,
): Pin | number {
  if ((flags & FOLL_WRITE) !== 0 && !canFollowWrite(cpu, k, vma, e, page, flags)) return 0;
  const head = compoundHead(cpu, k, page);
  if (!pteWrite(e) && k.ops.gupMustUnshare(cpu, k, vma, pmdIsHuge(e) ? head : page, head, flags)) return FAULT_UNSHARE;
  const pin = (flags & FOLL_PIN) !== 0;
  if (pin && pinsCountAsMapped(k) && !k.ops.mapcountPin(cpu, k, head)) return WAIT_WRITEBACK;
  const { folio, generation } = grabPage(cpu, k, page, pin);
  if ((flags & FOLL_WRITE) !== 0 && !pteDirty(e) && (cpu.readOnce(folio + PAGE_FLAGS) & PG_DIRTY) === 0) {
    setPageDirty(cpu, folio);
  }
  return { address, page, folio, generation, flags, path: 'slow' };
}

/** can_follow_write_pte() (mm/gup.c): may a write follow this entry? */
function canFollowWrite(cpu: Cpu, k: Kernel, vma: Vma, e: Pte, page: Page, flags: number): boolean {
  if (pteWrite(e)) return true;
  if (k.design.followForce === 'drop-write') return false;
  const force = (flags & FOLL_FORCE) !== 0;
  if (k.design.followForce === 'cow-dirty') {
    return (force || k.design.pinReadOnly === 'writable') && (flags & FOLL_COW) !== 0 && pteDirty(e);
  }
  if (!force || (vma.flags & (VM_SHARED | VM_MAYWRITE | VM_WRITE | VM_UFFD_WP)) !== VM_MAYWRITE) return false;
  const head = compoundHead(cpu, k, page);
  if (!pageIsAnon(cpu, head)) return false;
  return pageAnonExclusive(cpu, pmdIsHuge(e) ? head : page);
}
