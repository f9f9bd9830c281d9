/** Page faults, and the loads and stores that take them. */

import { part, type WordTable, within } from './words.ts';

const MEMORY = 'mm/memory.c';

const WRITE_FAULT_COUNT = [
  ['v4.4', 'page_count(page)'],
  ['v6.4', 'folio_ref_count(folio)'],
] as const;

export const FAULT_WORDS: WordTable = {
  userLoad: { program: 'a load', steps: { 'read data': 'the load' } },
  userStore: { program: 'a store', steps: { 'write data': 'the store' } },
  translate: part({ 'read tlb': 'the TLB' }),
  'user.walk': part({
    'read pmd': 'page walk: pmd',
    'read pte': 'page walk: pte',
    'rmw pte': 'page walk sets the accessed and dirty bits',
    'rmw pmd': 'page walk sets the accessed and dirty bits',
    'write tlb': 'page walk fills the TLB',
  }),
  userStoreCached: { program: 'a store', steps: { 'write data': 'the store' } },
  handleUserFault: part(),
  lockVma: within('mm/memory.c', [['v6.4', 'lock_vma_under_rcu']]),
  handleMmFault: within(MEMORY, 'handle_pte_fault', {
    steps: {
      'read pmd': [
        ['v4.4', '*pmd'],
        ['v6.2', 'pmdp_get_lockless(vmf->pmd)'],
      ],
      'read pte': [
        ['v4.4', '*pte'],
        ['v4.10', '*vmf->pte'],
        ['v6.5', 'ptep_get_lockless(vmf->pte)'],
      ],
      'reread pte': [
        ['v4.4', 'pte_same(*pte, entry)'],
        ['v4.10', 'pte_same(*vmf->pte, entry)'],
        ['v6.5', 'pte_same(ptep_get(vmf->pte), entry)'],
      ],
      setPte: 'ptep_set_access_flags(vma, address, ptep, entry, dirty)',
    },
  }),
  doMissing: part(),
  doNumaPage: within(MEMORY, 'do_numa_page'),
  doWpPage: within(MEMORY, 'do_wp_page', {
    steps: {
      'read mapping': [
        ['v4.4', 'PageAnon(page)'],
        ['v6.4', 'folio_test_anon(folio)'],
      ],
    },
  }),
  mayReuse: part(),
  reuseByMapcount: within('mm/swapfile.c', [['v4.4', 'reuse_swap_page']], {
    steps: {
      pageMapcount: [
        ['v4.4', 'page_mapcount(page)'],
        ['v4.5', 'page_trans_huge_mapcount(page, &total_mapcount)'],
      ],
    },
  }),
  pageIsKsm: part({
    ksm: [
      ['v4.4', 'PageKsm(page)'],
      ['v5.18', 'folio_test_ksm(folio)'],
    ],
  }),
  reuseByRefcount: part({ pageRefCount: 'page_count(page)', pageMapcount: 'page_mapcount(page)' }),
  reuseExclusive: {
    ...within(MEMORY, [['v6.8', 'wp_can_reuse_anon_folio']]),
    steps: {
      'read flags': 'PageAnonExclusive(page)',
      pageRefCount: WRITE_FAULT_COUNT,
      'rmw flags': 'SetPageAnonExclusive(page)',
      tryToFreeSwap: [
        ['v4.4', 'try_to_free_swap(page)'],
        ['v6.1', 'folio_free_swap(folio)'],
      ],
    },
  },
  wpPageReuse: within(MEMORY, 'wp_page_reuse', {
    steps: { setPte: 'ptep_set_access_flags(vma, address, ptep, entry, 1)' },
  }),
  wpPageCopy: within(MEMORY, 'wp_page_copy', {
    steps: {
      'read pte': [
        ['v4.4', 'pte_same(*pte, orig_pte)'],
        ['v6.5', 'pte_same(ptep_get(vmf->pte), vmf->orig_pte)'],
      ],
      ptLock: 'pte_offset_map_lock(mm, pmd, address, &ptl)',
      ptepGetAndClear: 'ptep_clear_flush(vma, address, ptep)',
      flushTlbRange: 'ptep_clear_flush(vma, address, ptep)',
      setPte: [
        ['v4.4', 'set_pte_at_notify(mm, address, ptep, entry)'],
        ['v6.9', 'set_pte_at(mm, address, ptep, entry)'],
      ],
    },
  }),
  wpPageShared: within(MEMORY, 'wp_page_shared', {
    steps: { 'read pte': 'pte_same(*pte, orig_pte)', 'read kind': 'vma->vm_ops->page_mkwrite' },
  }),
  doAnonymousPage: within(MEMORY, 'do_anonymous_page', {
    steps: { 'write data': 'clear_user_highpage(page, address)', 'read pte': 'pte_none(*pte)' },
  }),
  doAnonymousFolio: within(MEMORY, 'do_anonymous_page', {
    steps: { 'write data': 'clear_user_highpage(page, address)', 'read pte': 'pte_none(*pte)' },
  }),
  doSwapPage: within(MEMORY, 'do_swap_page', {
    steps: {
      'read flags': 'PageSwapCache(page)',
      'read private': 'page_private(page)',
      'read pte': 'pte_same(*pte, orig_pte)',
    },
  }),
  mapFromSwap: part(),
  reuseSwapPage: within('mm/swapfile.c', [['v4.4', 'reuse_swap_page']], {
    steps: { 'read mapcount': 'page_mapcount(page)' },
  }),
  migrationEntryWait: within('mm/migrate.c', 'migration_entry_wait', {
    steps: {
      'read pte': '*ptep',
      'read flags': [
        ['v4.4', 'wait_on_page_locked(page)'],
        ['v5.0', 'put_and_wait_on_page_locked(page)'],
        ['v5.19', 'migration_entry_wait_on_locked(entry, ptl)'],
      ],
    },
  }),
  doFileFault: within(MEMORY, 'do_fault'),
  doReadFault: within(MEMORY, 'do_read_fault'),
  doCowFault: within(MEMORY, 'do_cow_fault'),
  doSharedFault: within(MEMORY, 'do_shared_fault'),
  finishFault: within(
    MEMORY,
    [
      ['v4.4', 'do_set_pte'],
      ['v4.10', 'finish_fault'],
    ],
    { steps: { 'read pte': 'pte_none(*pte)' } },
  ),
  pageMkwrite: within(MEMORY, 'do_page_mkwrite', { steps: { 'read mapping': 'page->mapping' } }),
  waitOnPageWriteback: {
    call: [
      ['v4.4', 'wait_on_page_writeback(page)'],
      ['v5.16', 'folio_wait_writeback(folio)'],
    ],
  },
  uffdioContinue: within(
    'mm/userfaultfd.c',
    [
      ['v5.13', 'mcopy_continue'],
      ['v6.4', 'mfill_atomic_continue'],
    ],
    { program: 'UFFDIO_CONTINUE' },
  ),
  continueAt: within('mm/userfaultfd.c', [
    ['v5.13', 'mcontinue_atomic_pte'],
    ['v6.4', 'mfill_atomic_pte_continue'],
  ]),
  installPte: within('mm/userfaultfd.c', [['v5.13', 'mfill_atomic_install_pte']], {
    steps: { 'read pte': 'pte_none(*dst_pte)', setPte: 'set_pte_at(dst_mm, dst_addr, dst_pte, _dst_pte)' },
  }),
  uffdioMove: within('mm/userfaultfd.c', [['v6.8', 'move_pages']], { program: 'UFFDIO_MOVE' }),
  movePages: within('mm/userfaultfd.c', [
    ['v6.8', 'move_pages_pte'],
    ['v6.18', 'move_pages_ptes'],
  ]),
  readLocked: part({ 'read pte': 'ptep_get(pte)' }),
  lockFolioAt: part({ 'read pte': 'ptep_get(src_pte)' }),
  moveLockedFolio: part({ 'read mapping': 'folio_get_anon_vma(src_folio)' }),
  movePresentPtes: within(
    'mm/userfaultfd.c',
    [
      ['v6.8', 'move_present_pte'],
      ['v6.18', 'move_present_ptes'],
    ],
    {
      steps: {
        'read pte': 'pte_same(ptep_get(src_pte), orig_src_pte)',
        pageMaybeDmaPinned: 'folio_maybe_dma_pinned(src_folio)',
        A1: [
          ['v6.8', 'ptep_clear_flush(src_vma, src_addr, src_pte)'],
          ['v6.18', 'ptep_get_and_clear(mm, src_addr, src_pte)'],
        ],
        flushTlbRange: [
          ['v6.8', 'ptep_clear_flush(src_vma, src_addr, src_pte)'],
          ['v6.18', 'flush_tlb_range(src_vma, src_start, src_addr)'],
        ],
        'write mapping': 'folio_move_anon_rmap(src_folio, dst_vma)',
        'write index': 'src_folio->index = linear_page_index(dst_vma, dst_addr)',
        setPte: 'set_pte_at(mm, dst_addr, dst_pte, orig_dst_pte)',
      },
    },
  ),
  folioForBatchedMove: within('mm/userfaultfd.c', [['v6.18', 'check_ptes_for_batched_move']]),
};
