/** KSM: a page of one address space is made to share the page of another that contains the same. */

import type { Cpu } from '../../cpu/cpu.ts';
import { clearAnonExclusive, shareBarrier } from '../gup/exclusive.ts';
import { vmaLookup } from '../map/vma-list.ts';
import { EBUSY, EFAULT } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, MAPPING_KSM, mappingFlags, mkMapping } from '../memory/mapping.ts';
import { type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import {
  PAGE_DATA,
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  type Page,
  PG_ANON_EXCLUSIVE,
  PG_SWAPCACHE,
  setAnonPageDirty,
  trylockPage,
  unlockPage,
} from '../memory/page.ts';
import { getPage, pageRefCount, putPage } from '../memory/page-ref.ts';
import { ptePage, ptepGetAndClear, setPte } from '../memory/page-table.ts';
import { mkPte, type Pte, pteDirty, pteMkclean, ptePresent, pteWrite, pteWrprotect } from '../memory/pte.ts';
import { flushTlbRange, mmTlbFlushPending } from '../memory/tlb.ts';
import { entryBits, VM_MERGEABLE, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { pageDupRmap, pageRemoveRmap } from '../rmap/rmap.ts';
import { type MappedPte, mapsPfn, withMappedPte } from '../rmap/rmap-walk.ts';

/** What scanning one page came to. `converted`: it is a KSM page now; `merged`: its entry maps the other page. */
export type KsmResult = 'converted' | 'merged' | 'kept';

/**
 * cmp_and_merge_page() (mm/ksm.c) of one address: where the VMA is mergeable and maps an anonymous page that nobody else
 * holds, it becomes a KSM page, or the KSM page that is given takes its place if it contains the same.
 * @param kpage a KSM page that lives as long as this runs, or 0
 */
export function ksmScanPage(cpu: Cpu, k: Kernel, mm: Mm, address: number, kpage: Page): KsmResult {
  mmapReadLock(cpu, mm);
  const vma = vmaLookup(cpu, k, mm, address);
  const page =
    vma !== undefined && (vma.flags & VM_MERGEABLE) !== 0 ? getAnonPage(cpu, k, mm, vma, address) : undefined;
  const result = page === undefined ? 'kept' : tryToMergeOnePage(cpu, k, mm, vma!, address, page, kpage);
  mmapReadUnlock(cpu, mm);
  if (page !== undefined) putPage(cpu, k, page);
  return result;
}

/** follow_page() with FOLL_GET, as scan_get_next_rmap_item() (mm/ksm.c): the anonymous page there, with a reference. */
function getAnonPage(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number): Page | undefined {
  return withMappedPte(cpu, k, mm, vma, address, ptePresent, ({ e }) => {
    const page = ptePage(cpu, k, e);
    if (mappingFlags(cpu.readOnce(page + PAGE_MAPPING)) !== MAPPING_ANON) return undefined;
    getPage(cpu, page);
    return page;
  });
}

/**
 * try_to_merge_one_page() (mm/ksm.c, v4.4 to v6.12) of a small page. The caller holds mmap_lock for reading and one
 * reference on the page.
 */
export function tryToMergeOnePage(
  cpu: Cpu,
  k: Kernel,
  mm: Mm,
  vma: Vma,
  address: number,
  page: Page,
  kpage: Page,
): KsmResult {
  if (!trylockPage(cpu, page)) return 'kept';
  let result: KsmResult = 'kept';
  const e = writeProtectPage(cpu, k, mm, vma, address, page);
  if (e >= 0) {
    if (kpage === 0) {
      cpu.writeOnce(page + PAGE_MAPPING, mkMapping(0, MAPPING_KSM));
      setAnonPageDirty(cpu, page);
      result = 'converted';
    } else if (cpu.readOnce(page + PAGE_DATA) === cpu.readOnce(kpage + PAGE_DATA)) {
      if (replacePage(cpu, k, mm, vma, address, page, kpage, e) === 0) result = 'merged';
    }
  }
  unlockPage(cpu, page);
  return result;
}

/**
 * write_protect_page() (mm/ksm.c, v4.4 to v6.12): the entry becomes read-only, clean and not exclusive, unless somebody
 * else holds the page. A1 clears it, and A4 restores it in either case. After success nothing writes to the page before
 * a fault. The caller has locked the page and holds one reference.
 * @returns the entry as it stands now; -EFAULT where it maps another page; -EBUSY
 */
export function writeProtectPage(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, page: Page): Pte | number {
  const matches = mapsPfn(k.layout.pfnOf(page));
  invalidateRangeStart(cpu, k, mm, address, address + 1);
  const e = withMappedPte(cpu, k, mm, vma, address, matches, (found) => k.ops.writeProtectPte(cpu, k, found, page));
  invalidateRangeEnd(cpu, k, mm);
  return e ?? EFAULT;
}

export function writeProtectPte(cpu: Cpu, k: Kernel, { mm, address, cell, e }: MappedPte, page: Page): Pte | number {
  const flags = cpu.readOnce(page + PAGE_FLAGS);
  const exclusive = (flags & PG_ANON_EXCLUSIVE) !== 0;
  if (!pteWrite(e) && !pteDirty(e) && !exclusive && !mmTlbFlushPending(cpu, k, mm)) {
    if (k.design.ksmFlush === 'pending-rmb') cpu.smpRmb();
    return e;
  }
  const old = ptepGetAndClear(cpu, cell, 'A1');
  flushTlbRange(cpu, k, mm, address, address + 1);
  if (isHeld(cpu, k, page, (flags & PG_SWAPCACHE) !== 0, exclusive)) {
    setPte(cpu, cell, old, 'A4');
    return EBUSY;
  }
  if (pteDirty(old)) setAnonPageDirty(cpu, page);
  const protectedEntry = pteMkclean(pteWrprotect(old));
  setPte(cpu, cell, protectedEntry, 'A4');
  return protectedEntry;
}

/** Does somebody else hold the page? Where nobody does, and it was exclusive, it is not any more. */
function isHeld(cpu: Cpu, k: Kernel, page: Page, swapCache: boolean, exclusive: boolean): boolean {
  const observer = k.design.ksmObserver;
  const exact = (): boolean => {
    const known = cpu.readOnce(page + PAGE_MAPCOUNT) + 1 + (swapCache ? 1 : 0);
    return pageRefCount(cpu, page, 'A2') === known;
  };
  if (observer === 'exact') {
    if (exclusive) shareBarrier(cpu, k);
    if (!exact()) return true;
    if (exclusive) clearAnonExclusive(cpu, k, page);
    return false;
  }
  if (observer === 'exact-then-maybe' && !exact()) return true;
  return exclusive && k.ops.pageTryShareAnonRmap(cpu, k, page, page) !== 0;
}

/**
 * replace_page() (mm/ksm.c, v4.4 to v6.12): the entry, if it is still what it was, maps the KSM page instead, read-only.
 * @returns 0, or -EFAULT where the entry has changed
 */
export function replacePage(
  cpu: Cpu,
  k: Kernel,
  mm: Mm,
  vma: Vma,
  address: number,
  page: Page,
  kpage: Page,
  expected: Pte,
): number {
  invalidateRangeStart(cpu, k, mm, address, address + 1);
  const replaced = withMappedPte(
    cpu,
    k,
    mm,
    vma,
    address,
    (e) => e === expected,
    ({ cell }) => {
      getPage(cpu, kpage);
      pageDupRmap(cpu, kpage);
      ptepGetAndClear(cpu, cell);
      flushTlbRange(cpu, k, mm, address, address + 1);
      setPte(cpu, cell, mkPte(k.layout.pfnOf(kpage), entryBits(vma, false)));
      pageRemoveRmap(cpu, k, page);
      putPage(cpu, k, page);
      return true;
    },
  );
  invalidateRangeEnd(cpu, k, mm);
  return replaced === undefined ? EFAULT : 0;
}
