/** From a page to its mappings: walks, unmapping, cleaning. */

import { call, part, type WordTable, within } from './words.ts';

const RMAP = 'mm/rmap.c';

const ENTRY = [
  ['v4.4', '*pte'],
  ['v4.11', '*pvmw.pte'],
  ['v6.5', 'ptep_get(pvmw.pte)'],
] as const;

/** One entry is cleared, and later replaced or put back. */
const UNMAP_STEPS = {
  A1: [
    ['v4.4', 'ptep_get_and_clear(mm, address, pte)'],
    ['v4.11', 'ptep_get_and_clear(mm, address, pvmw.pte)'],
  ],
  A4: [
    ['v4.4', 'set_pte_at(mm, address, pte, swp_pte)'],
    ['v4.11', 'set_pte_at(mm, address, pvmw.pte, swp_pte)'],
  ],
  'read private': 'page_private(page)',
  'read flags': [
    ['v4.4', 'PageSwapBacked(page)'],
    ['v5.19', 'PageAnonExclusive(subpage)'],
  ],
  pageAnonExclusive: 'PageAnonExclusive(subpage)',
} as const;

export const RMAP_WORDS: WordTable = {
  tryToUnmap: within(RMAP, 'try_to_unmap', { steps: { 'read mapcount': 'page_mapped(page)' } }),
  tryToUnmapOne: within(RMAP, 'try_to_unmap_one', { steps: UNMAP_STEPS }),
  mayDiscard: part({
    count: [
      ['v4.4', 'page_ref_count(page)'],
      ['v5.18', 'folio_ref_count(folio)'],
    ],
    'read mapcount': [
      ['v4.4', 'page_mapcount(page)'],
      ['v5.18', 'folio_mapcount(folio)'],
    ],
    dirty: [
      ['v4.4', 'PageDirty(page)'],
      ['v5.18', 'folio_test_dirty(folio)'],
    ],
  }),
  tryToMigrate: within(
    RMAP,
    [
      ['v4.4', 'try_to_unmap'],
      ['v5.14', 'try_to_migrate'],
    ],
    { steps: { 'read mapcount': 'page_mapped(page)' } },
  ),
  tryToMigrateOne: within(
    RMAP,
    [
      ['v4.4', 'try_to_unmap_one'],
      ['v5.14', 'try_to_migrate_one'],
    ],
    { steps: UNMAP_STEPS },
  ),
  clearEntry: part({ flushTlbRange: 'flush_tlb_page(vma, address)' }),
  folioAddLru: call([
    ['v4.4', 'lru_cache_add(page)'],
    ['v5.19', 'folio_add_lru(folio)'],
  ]),
  folioIsolateLru: within(
    'mm/vmscan.c',
    [
      ['v4.4', 'isolate_lru_page'],
      ['v5.18', 'folio_isolate_lru'],
    ],
    {
      steps: {
        'rmw flags': [
          ['v4.4', 'ClearPageLRU(page)'],
          ['v5.11', 'TestClearPageLRU(page)'],
          ['v5.18', 'folio_test_clear_lru(folio)'],
        ],
      },
    },
  ),
  folioPutbackLru: within('mm/vmscan.c', [
    ['v4.4', 'putback_lru_page'],
    ['v5.18', 'folio_putback_lru'],
  ]),
  tryToUnmapFlush: within(RMAP, 'try_to_unmap_flush', {
    steps: { flushTlbRange: 'arch_tlbbatch_flush(&tlb_ubc->arch)' },
  }),
  rmapWalk: within(RMAP, 'rmap_walk_anon', {
    steps: {
      'read mapping': [
        ['v4.4', 'page_anon_vma(page)'],
        ['v5.18', 'folio_anon_vma(folio)'],
      ],
      'read index': 'page_to_pgoff(page)',
      'rmw rwsem': 'anon_vma_lock_read(anon_vma)',
      'unlock rwsem': 'anon_vma_unlock_read(anon_vma)',
    },
  }),
  rmapWalkFile: within(RMAP, 'rmap_walk_file', {
    steps: { 'rmw i_mmap_rwsem': 'i_mmap_lock_read(mapping)', 'unlock i_mmap_rwsem': 'i_mmap_unlock_read(mapping)' },
  }),
  eachMm: part({ 'read mms': 'anon_vma_interval_tree_foreach()' }),
  visitAt: part(),
  withMappedPte: within(
    [
      ['v4.4', 'mm/rmap.c'],
      ['v4.11', 'mm/page_vma_mapped.c'],
    ],
    [
      ['v4.4', '__page_check_address'],
      ['v4.11', 'page_vma_mapped_walk'],
    ],
    { steps: { 'read pte': ENTRY } },
  ),
  pageMkclean: within(
    RMAP,
    [
      ['v4.4', 'page_mkclean'],
      ['v5.18', 'folio_mkclean'],
    ],
    {
      steps: {
        'read mapcount': 'page_mapped(page)',
        m1: 'page_mapcount(page)',
        m3: 'PageDMAPinned(page)',
        m6: 'page_mapcount(page)',
      },
    },
  ),
  cleanWalk: part(),
  cleanPte: within(
    RMAP,
    [
      ['v4.4', 'page_mkclean_one'],
      ['v5.18', 'page_vma_mkclean_one'],
    ],
    {
      steps: {
        ptepGetAndClear: 'ptep_clear_flush(vma, address, pte)',
        flushTlbRange: 'ptep_clear_flush(vma, address, pte)',
        setPte: 'set_pte_at(vma->vm_mm, address, pte, entry)',
      },
    },
  ),
  markerWalk: part(),
  pinnedAfterRewalk: part({ m6: 'page_mapcount(page)' }),
  clearDmaPinned: call('ClearPageDMAPinned(page)'),
  pageAddNewAnonRmap: call([
    ['v4.4', 'page_add_new_anon_rmap(page, vma, address)'],
    ['v6.7', 'folio_add_new_anon_rmap(folio, vma, address)'],
  ]),
  folioAddNewAnonRmap: call('folio_add_new_anon_rmap(folio, vma, address)'),
  pageAddAnonRmap: call([
    ['v4.4', 'page_add_anon_rmap(page, vma, address)'],
    ['v6.8', 'folio_add_anon_rmap_pte(folio, page, vma, address)'],
  ]),
  pageDupRmap: call([
    ['v4.4', 'page_dup_rmap(page)'],
    ['v6.8', 'folio_dup_file_rmap_pte(folio, page)'],
  ]),
  pageMapcount: call([
    ['v4.4', 'page_mapcount(page)'],
    ['v6.12', 'folio_mapcount(folio)'],
  ]),
  pageRemovePmdRmap: call([
    ['v4.4', 'page_remove_rmap(page)'],
    ['v4.5', 'page_remove_rmap(page, true)'],
    ['v6.8', 'folio_remove_rmap_pmd(folio, page, vma)'],
  ]),
  pageRemoveRmap: call([
    ['v4.4', 'page_remove_rmap(page)'],
    ['v6.8', 'folio_remove_rmap_pte(folio, page, vma)'],
  ]),
};
