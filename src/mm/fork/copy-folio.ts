/** What fork does with entries that map pages of a large folio one after the other, from v6.9. */

import type { Cpu } from '../../cpu/cpu.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import { folioNrPages } from '../memory/allocator.ts';
import { EAGAIN } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { PAGE_CELLS, PAGE_FLAGS, PAGE_REFCOUNT, PG_ANON_EXCLUSIVE } from '../memory/page.ts';
import { compoundHead, getPage, isLarge } from '../memory/page-ref.ts';
import { ptePage, ptepSetWrprotect, setPte } from '../memory/page-table.ts';
import { mkPte, PTE_BITS, type Pte, pteMkold, ptePfn, pteWrite, pteWrprotect } from '../memory/pte.ts';
import { isCowMapping } from '../memory/vma.ts';
import { pageDupRmap } from '../rmap/rmap.ts';
import type { CopyEntry, CopyPte, Prealloc } from './copy-pte.ts';

/**
 * copy_present_ptes() (mm/memory.c, from v6.9): the entry, and those after it that map the next pages of the same large
 * folio. Where a page may have to be copied it goes on one by one.
 * @param max how many entries may be copied
 * @returns how many were, 1 or more; -EAGAIN or -ENOMEM as copyPresentPte()
 */
export function copyPresentPtes(cpu: Cpu, k: Kernel, entry: CopyEntry, max: number, prealloc: Prealloc): number {
  const page = ptePage(cpu, k, entry.e);
  const folio = compoundHead(cpu, k, page);
  const copy: CopyPte = { ...entry, page, folio };
  if (k.design.forkBatch === 'folio' && prealloc.page === 0 && max > 1 && isLarge(cpu, k, folio)) {
    return copyBatch(cpu, k, copy, folioPteBatch(cpu, k, copy, max));
  }
  const error = k.ops.copyPresentPte(cpu, k, copy, prealloc);
  return error === 0 ? 1 : error;
}

/**
 * folio_pte_batch(): the entries from one on that map pages of a folio in their order. They may differ in whether they are
 * writable, and young. The page-table lock is held.
 */
function folioPteBatch(cpu: Cpu, k: Kernel, { src, e, folio }: CopyPte, max: number): readonly Pte[] {
  const left = k.layout.pfnOf(folio) + folioNrPages(cpu, k, folio) - ptePfn(e);
  const batch = [e];
  while (batch.length < Math.min(max, left)) {
    const next = cpu.readOnce(src + batch.length);
    if (shared(next) !== shared(nthPte(e, batch.length))) break;
    batch.push(next);
  }
  return batch;
}

/** pte_advance_pfn(): the entry of the same bits for the page that comes `n` pages later. */
const nthPte = (e: Pte, n: number): Pte => mkPte(ptePfn(e) + n, e & PTE_BITS);

/** What a child gets of an entry. */
const shared = (e: Pte): Pte => pteMkold(pteWrprotect(e));

/**
 * The batch of copy_present_ptes(), with __folio_try_dup_anon_rmap(): references for all of it, one test for pins, and then
 * each page in turn. Entries of the parent are write-protected where one of the batch is writable.
 */
function copyBatch(cpu: Cpu, k: Kernel, copy: CopyPte, batch: readonly Pte[]): number {
  const { parent, vma, src, dst, e, page, folio } = copy;
  const pages = batch.map((_, i) => page + i * PAGE_CELLS);
  getPage(cpu, folio, batch.length);
  const { forkPinned, forkCandidate } = k.design;
  const anonymous = pageIsAnon(cpu, folio);
  if (anonymous && forkPinned === 'copy' && k.ops.maybePinned(cpu, k, parent, folio)) {
    if (forkCandidate !== 'exclusive' || pages.some((each) => pageAnonExclusive(cpu, each))) {
      cpu.atomicSub(folio + PAGE_REFCOUNT, batch.length);
      return EAGAIN;
    }
  }
  for (const each of pages) {
    if (anonymous && pageAnonExclusive(cpu, each)) cpu.clearBits(each + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
    pageDupRmap(cpu, each);
  }
  if (isCowMapping(vma) && batch.some(pteWrite)) for (const i of pages.keys()) ptepSetWrprotect(cpu, src + i, 'f1');
  for (const i of pages.keys()) setPte(cpu, dst + i, nthPte(shared(e), i));
  return batch.length;
}
