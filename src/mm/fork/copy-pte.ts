/** What fork does with one present entry, in every era. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import { allocPage } from '../memory/allocator.ts';
import { EAGAIN, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { MM_HAS_PINNED, type Mm } from '../memory/mm-struct.ts';
import { copyPageData, PAGE_FLAGS, type Page, PG_ANON_EXCLUSIVE } from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';
import { ptepSetWrprotect, setPte } from '../memory/page-table.ts';
import { mkPte, type Pte, pteMkclean, pteMkold, pteWrite, pteWrprotect } from '../memory/pte.ts';
import { entryBits, isCowMapping, VM_SHARED, type Vma } from '../memory/vma.ts';
import { pageAddNewAnonRmap, pageDupRmap } from '../rmap/rmap.ts';

/** One entry to copy: both page-table locks are held, and `e` was just read from `src`. */
export interface CopyEntry {
  readonly parent: Mm;
  readonly vma: Vma;
  readonly address: number;
  readonly src: Cell;
  readonly dst: Cell;
  readonly e: Pte;
}

/** As {@link CopyEntry}, with the page that the entry maps. */
export interface CopyPte extends CopyEntry {
  readonly page: Page;
  readonly folio: Page;
}

/** The page for an early copy, which fork allocates while it holds no lock; 0 where it has none. */
export interface Prealloc {
  page: Page;
}

/**
 * copy_present_pte() (mm/memory.c v5.9 to v6.12; copy_one_pte() before). Shares the page with the child, or copies it
 * where the parent may have pinned it, in the order that the design decides.
 * @returns 0; -EAGAIN where a page for an early copy is needed, and none was allocated before; -ENOMEM
 */
export function copyPresentPte(cpu: Cpu, k: Kernel, copy: CopyPte, prealloc: Prealloc): number {
  const { design } = k;
  const { vma, src, dst, e, page, folio } = copy;
  const protect = isCowMapping(vma) && pteWrite(e);
  const first = design.forkReference !== 'after-check';

  if (protect && design.forkOrder === 'protect-first') {
    ptepSetWrprotect(cpu, src, 'f1');
    if (design.forkBarrier === 'mb') cpu.smpMb();
  }
  if (first) getPage(cpu, folio);
  if (design.forkReference === 'before-check-kept') pageDupRmap(cpu, page);

  if (k.ops.forkMustCopy(cpu, k, copy, page, folio)) {
    if (design.forkReference === 'before-check') putPage(cpu, k, folio);
    if (protect && design.forkOrder === 'protect-first') setPte(cpu, src, e);
    return k.ops.copyPresentPage(cpu, k, copy, page, prealloc);
  }

  if (!first) getPage(cpu, folio);
  if (design.forkReference !== 'before-check-kept') pageDupRmap(cpu, page);
  if (protect && design.forkOrder === 'check-first') ptepSetWrprotect(cpu, src, 'f1');
  let shared = protect ? pteWrprotect(e) : e;
  if ((vma.flags & VM_SHARED) !== 0) shared = pteMkclean(shared);
  setPte(cpu, dst, pteMkold(shared));
  return 0;
}

/**
 * copy_present_page() (v5.9), page_try_dup_anon_rmap() (v5.19 to v6.7), __folio_try_dup_anon_rmap() (from v6.8): may the
 * page that `e` maps be pinned, so that sharing it is forbidden? Where it is not, it is exclusive no more.
 */
export function forkMustCopy(
  cpu: Cpu,
  k: Kernel,
  { parent, vma, e }: Pick<CopyPte, 'parent' | 'vma' | 'e'>,
  page: Page,
  folio: Page,
): boolean {
  const { forkPinned, forkCandidate, forkExclusive } = k.design;
  if (forkPinned === 'share') return false;
  if (forkCandidate !== 'exclusive') {
    return isCowMapping(vma) && (forkCandidate === 'cow' || pteWrite(e)) && k.ops.maybePinned(cpu, k, parent, folio);
  }
  if (!pageIsAnon(cpu, folio)) return false;
  if (forkExclusive === 'before-pins' && !pageAnonExclusive(cpu, page)) return false;
  const pinned = isCowMapping(vma) && k.ops.maybePinned(cpu, k, parent, folio);
  if (forkExclusive === 'after-pins' && !pageAnonExclusive(cpu, page)) return false;
  if (pinned) return true;
  cpu.clearBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
  return false;
}

/** page_needs_cow_for_dma() (include/linux/mm.h v5.14; open-coded before): both the flag and the count must say so. */
export function maybePinned(cpu: Cpu, k: Kernel, parent: Mm, folio: Page): boolean {
  const flag = (): boolean => cpu.readOnce(parent + MM_HAS_PINNED, 'flag') !== 0;
  const count = (): boolean => k.ops.pageMaybeDmaPinned(cpu, k, folio, 'count');
  switch (k.design.forkReads) {
    case 'flag-count':
      return flag() && count();
    case 'flag-rmb-count': {
      if (!flag()) return false;
      cpu.smpRmb();
      return count();
    }
    case 'count-flag':
      return count() && flag();
    case 'count-rmb-flag': {
      if (!count()) return false;
      cpu.smpRmb();
      return flag();
    }
    case 'count':
      return count();
  }
}

/** copy_present_page() (mm/memory.c v5.9): gives the child its own copy, and leaves the parent's entry alone. */
export function copyPresentPage(
  cpu: Cpu,
  k: Kernel,
  { vma, address, dst }: CopyPte,
  page: Page,
  prealloc: Prealloc,
): number {
  if (prealloc.page === 0 && k.design.forkAllocation === 'preallocated') return EAGAIN;
  const copy = prealloc.page === 0 ? allocPage(cpu, k) : prealloc.page;
  if (copy === 0) return ENOMEM;
  prealloc.page = 0;
  copyPageData(cpu, copy, page);
  cpu.smpWmb();
  const mapped = k.design.forkNewPage === 'mapped';
  if (mapped) pageAddNewAnonRmap(cpu, k, copy, k.layout.anonVma(vma.anonVma - 1), address);
  setPte(cpu, dst, mkPte(k.layout.pfnOf(copy), entryBits(vma, mapped)));
  return 0;
}
