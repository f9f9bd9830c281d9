/** Pages, page tables, VMAs, counts, locks and TLBs: helpers, each of which is one step of whoever calls it. */

import { call, type Names, part, type WordTable, within } from './words.ts';

/** The name of a function on pages, and on folios from a release on. */
const orFolio = (page: string, folio: string): Names => [
  ['v4.4', page],
  ['v5.16', folio],
];

const COUNT: Names = [
  ['v4.4', 'page_count(page)'],
  ['v5.16', 'folio_ref_count(folio)'],
];

export const MEMORY_WORDS: WordTable = {
  pageRefCount: call(COUNT),
  getPage: call(orFolio('get_page(page)', 'folio_get(folio)')),
  putPage: call(orFolio('put_page(page)', 'folio_put(folio)')),
  tryGetPage: part(),
  freezePage: call([
    ['v4.4', 'page_freeze_refs(page, expected)'],
    ['v4.7', 'page_ref_freeze(page, expected)'],
    ['v5.16', 'folio_ref_freeze(folio, expected)'],
  ]),
  unfreezePage: call([
    ['v4.4', 'page_unfreeze_refs(page, count)'],
    ['v4.7', 'page_ref_unfreeze(page, count)'],
    ['v5.16', 'folio_ref_unfreeze(folio, count)'],
  ]),
  isLarge: call(orFolio('PageHead(page)', 'folio_test_large(folio)')),
  compoundHead: call(orFolio('compound_head(page)', 'page_folio(page)')),
  pageMaybeDmaPinned: call([
    ['v4.4', 'page_maybe_dma_pinned(page)'],
    ['v6.5', 'folio_maybe_dma_pinned(folio)'],
  ]),
  tryGetFolio: part({
    B3: [
      ['v4.4', 'page_cache_get_speculative(page)'],
      ['v5.1', 'try_get_compound_head(page, 1)'],
      ['v5.17', 'folio_ref_try_add_rcu(folio, 1)'],
      ['v6.10', 'folio_ref_try_add(folio, 1)'],
    ],
  }),
  tryPinFolio: part(),
  tryCountPin: part({
    B3: [
      ['v4.4', 'page_cache_get_speculative(page)'],
      ['v5.7', 'try_grab_compound_head(page, 1, flags)'],
      ['v5.17', 'try_grab_folio(page, 1, flags)'],
      ['v6.10', 'try_grab_folio_fast(page, 1, flags)'],
    ],
    tryGetFolio: [
      ['v4.4', 'page_cache_get_speculative(page)'],
      ['v5.1', 'try_get_compound_head(page, 1)'],
      ['v5.17', 'folio_ref_try_add_rcu(folio, 1)'],
      ['v6.10', 'folio_ref_try_add(folio, 1)'],
    ],
    'rmw refcount': [
      ['v4.4', 'page_ref_add(page, GUP_PIN_COUNTING_BIAS - 1)'],
      ['v5.17', 'folio_ref_add(folio, GUP_PIN_COUNTING_BIAS - 1)'],
    ],
    'rmw pincount': [
      ['v4.4', 'hpage_pincount_add(page, 1)'],
      ['v5.17', 'atomic_add(1, folio_pincount_ptr(folio))'],
      ['v6.1', 'atomic_add(1, &folio->_pincount)'],
    ],
  }),
  grabPage: part({
    'rmw refcount': [
      ['v4.4', 'get_page(page)'],
      ['v5.7', 'try_grab_page(page, flags)'],
      ['v6.10', 'try_grab_folio(folio, 1, flags)'],
    ],
    'rmw pincount': [
      ['v4.4', 'hpage_pincount_add(page, 1)'],
      ['v5.17', 'atomic_add(1, folio_pincount_ptr(folio))'],
      ['v6.1', 'atomic_add(1, &folio->_pincount)'],
    ],
  }),
  ungrabFolio: call([
    ['v4.4', 'put_page(page)'],
    ['v5.7', 'put_compound_head(page, 1, flags)'],
    ['v5.17', 'gup_put_folio(folio, 1, flags)'],
  ]),
  uncount: part(),
  lockPage: call(orFolio('lock_page(page)', 'folio_lock(folio)')),
  trylockPage: call(orFolio('trylock_page(page)', 'folio_trylock(folio)')),
  unlockPage: call(orFolio('unlock_page(page)', 'folio_unlock(folio)')),
  copyPageData: call('copy_user_highpage(new_page, page, addr, vma)'),
  setPageDirty: call(orFolio('set_page_dirty(page)', 'folio_mark_dirty(folio)')),
  setAnonPageDirty: call(orFolio('set_page_dirty(page)', 'folio_mark_dirty(folio)')),
  ptLock: call('spin_lock(ptl)'),
  ptUnlock: call('spin_unlock(ptl)'),
  setPte: call('set_pte_at(mm, addr, ptep, pte)'),
  ptepGetAndClear: call('ptep_get_and_clear(mm, addr, ptep)'),
  ptepSetWrprotect: call('ptep_set_wrprotect(mm, addr, ptep)'),
  pteAlloc: call('pte_alloc(mm, pmd)'),
  pageIsAnon: part({ 'read mapping': orFolio('PageAnon(page)', 'folio_test_anon(folio)') }),
  tlbAccessBegin: part(),
  tlbAccessEnd: part(),
  flushTlbRange: call('flush_tlb_range(vma, start, end)'),
  localIrqSave: { ...call('local_irq_save(flags)'), steps: { RcuLock: 'local_irq_save(flags)' } },
  localIrqRestore: { ...call('local_irq_restore(flags)'), steps: { RcuUnlock: 'local_irq_restore(flags)' } },
  smpCallFunction: call('smp_call_function(func, info, 1)'),
  mmapReadLock: call([
    ['v4.4', 'down_read(&mm->mmap_sem)'],
    ['v5.8', 'mmap_read_lock(mm)'],
  ]),
  mmapReadUnlock: call([
    ['v4.4', 'up_read(&mm->mmap_sem)'],
    ['v5.8', 'mmap_read_unlock(mm)'],
  ]),
  mmapWriteLock: call([
    ['v4.4', 'down_write(&mm->mmap_sem)'],
    ['v5.8', 'mmap_write_lock(mm)'],
  ]),
  mmapWriteUnlock: call([
    ['v4.4', 'up_write(&mm->mmap_sem)'],
    ['v5.8', 'mmap_write_unlock(mm)'],
  ]),
  vmaLookup: call([
    ['v4.4', 'find_vma(mm, addr)'],
    ['v5.14', 'vma_lookup(mm, addr)'],
  ]),
  vmas: part({
    'read vma': [
      ['v4.4', 'vma = vma->vm_next'],
      ['v6.1', 'vma_next(&vmi)'],
    ],
  }),
  freeSlot: part(),
  linkVma: call('vma_link(mm, vma)'),
  storeVma: call('vma->vm_flags = newflags'),
  unlinkVma: call('remove_vma(vma)'),
  splitVmas: part(),
  fileAttach: part(),
  fileDetach: part(),
  anonVmaAlloc: call('anon_vma_alloc()'),
  takeFree: part(),
  giveFree: part(),
  giveZone: part(),
  allocPage: call([
    ['v4.4', 'alloc_page_vma(gfp, vma, addr)'],
    ['v6.3', 'vma_alloc_folio(gfp, 0, vma, addr)'],
  ]),
  allocFolio: call([
    ['v4.4', 'alloc_pages(gfp, order)'],
    ['v5.18', 'vma_alloc_folio(gfp, order, vma, addr)'],
  ]),
  folioNrPages: call(orFolio('hpage_nr_pages(page)', 'folio_nr_pages(folio)')),
  freePage: within('mm/page_alloc.c', [
    ['v4.4', 'free_hot_cold_page'],
    ['v4.15', 'free_unref_page'],
    ['v6.10', 'free_unref_folios'],
  ]),
};
