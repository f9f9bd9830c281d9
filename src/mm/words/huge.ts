/** Huge pages: faults, collapse and split. */

import { call, part, type WordTable, within } from './words.ts';

const HUGE = 'mm/huge_memory.c';
const COLLAPSE = [
  ['v4.4', 'mm/huge_memory.c'],
  ['v4.8', 'mm/khugepaged.c'],
] as const;

const NEW_RMAP = [
  ['v4.4', 'page_add_new_anon_rmap(page, vma, haddr)'],
  ['v6.7', 'folio_add_new_anon_rmap(folio, vma, haddr)'],
] as const;

const MAPCOUNT = [
  ['v4.4', 'total_mapcount(page)'],
  ['v5.18', 'folio_mapcount(folio)'],
] as const;

export const HUGE_WORDS: WordTable = {
  doHugePmdAnonymousPage: within(HUGE, 'do_huge_pmd_anonymous_page', {
    steps: {
      'write data': [
        ['v4.4', 'clear_huge_page(page, haddr, HPAGE_PMD_NR)'],
        ['v6.11', 'folio_zero_user(folio, addr)'],
      ],
      'read pmd': 'pmd_none(*pmd)',
    },
  }),
  mapHugePmd: part({
    'write entire_mapcount': NEW_RMAP,
    'write mapping': NEW_RMAP,
    'write index': NEW_RMAP,
    'rmw flags': 'SetPageAnonExclusive(page)',
    setPte: 'set_pmd_at(mm, haddr, pmd, entry)',
  }),
  mapHugeZeroPage: part(),
  hugeZeroPage: part(),
  isHugeZeroPage: call('is_huge_zero_pmd(pmd)'),
  touchPmd: within(HUGE, [
    ['v4.4', 'follow_trans_huge_pmd'],
    ['v4.11', 'touch_pmd'],
  ]),
  retractPageTables: within('mm/khugepaged.c', [['v4.8', 'retract_page_tables']]),
  retractAt: part({
    'read pmd': '*pmd',
    k1: 'pmdp_collapse_flush(vma, addr, pmd)',
    flushTlbRange: 'flush_tlb_range(vma, addr, addr + HPAGE_PMD_SIZE)',
  }),
  hugePmdFault: within(HUGE, 'do_huge_pmd_wp_page', {
    steps: {
      'read pmd': 'pmd_same(*vmf->pmd, orig_pmd)',
      setPte: 'pmdp_set_access_flags(vma, haddr, pmd, entry, 1)',
    },
  }),
  mayReuseHuge: part({
    'read entire_mapcount': 'page_trans_huge_mapcount(page, NULL)',
    'read mapcount': 'page_trans_huge_mapcount(page, NULL)',
    pageRefCount: [
      ['v4.4', 'page_count(page)'],
      ['v6.1', 'folio_ref_count(folio)'],
    ],
    'read flags': 'PageAnonExclusive(page)',
    'rmw flags': 'SetPageAnonExclusive(page)',
  }),
  zapHugePmd: within(HUGE, 'zap_huge_pmd', {
    steps: {
      'read pmd': '*pmd',
      z1: 'pmdp_huge_get_and_clear_full(vma, addr, pmd, tlb->fullmm)',
      'rmw entire_mapcount': [
        ['v4.4', 'page_remove_rmap(page)'],
        ['v6.8', 'folio_remove_rmap_pmd(folio, page, vma)'],
      ],
    },
  }),
  depositTable: call('pgtable_trans_huge_deposit(mm, pmd, pgtable)'),
  withdrawTable: call('pgtable_trans_huge_withdraw(mm, pmd)'),
  splitHugePmd: within(
    HUGE,
    [
      ['v4.4', '__split_huge_page_map'],
      ['v4.5', '__split_huge_pmd_locked'],
    ],
    {
      steps: { 'read pmd': '*pmd', A4: 'pmd_populate(mm, pmd, pgtable)' },
    },
  ),
  pmdpInvalidate: call('pmdp_invalidate(vma, haddr, pmd)'),
  fillTable: part({
    getPage: [
      ['v4.4', 'page_ref_add(page, HPAGE_PMD_NR - 1)'],
      ['v6.1', 'folio_ref_add(folio, HPAGE_PMD_NR - 1)'],
    ],
    'rmw flags': 'SetPageAnonExclusive(page + i)',
    pageDupRmap: [
      ['v4.4', 'atomic_inc(&page[i]._mapcount)'],
      ['v5.19', 'page_add_anon_rmap(page + i, vma, addr)'],
      ['v6.8', 'folio_add_anon_rmap_ptes(folio, page, HPAGE_PMD_NR, vma, haddr)'],
    ],
    setPte: 'set_pte_at(mm, addr, pte, entry)',
    'rmw entire_mapcount': [
      ['v4.4', 'atomic_add_negative(-1, compound_mapcount_ptr(page))'],
      ['v5.19', 'page_remove_rmap(page, vma, true)'],
      ['v6.8', 'folio_remove_rmap_pmd(folio, page, vma)'],
    ],
  }),
  splitFolio: within(HUGE, [
    ['v4.4', 'split_huge_page_to_list'],
    ['v6.9', 'split_huge_page_to_list_to_order'],
  ]),
  canSplit: within(
    HUGE,
    [
      ['v4.11', 'can_split_huge_page'],
      ['v5.16', 'can_split_folio'],
    ],
    { steps: { 'read mapcount': MAPCOUNT, 'read entire_mapcount': MAPCOUNT } },
  ),
  splitFrozen: within(HUGE, '__split_huge_page'),
  collapseHugePage: within(COLLAPSE, 'collapse_huge_page', { program: 'khugepaged' }),
  collapseInto: part({
    'read pmd': '*pmd',
    k1: 'pmdp_collapse_flush(vma, address, pmd)',
    flushTlbRange: 'pmdp_collapse_flush(vma, address, pmd)',
    k4: 'pmd_populate(mm, pmd, pmd_pgtable(_pmd))',
    'rmw rwsem': 'anon_vma_lock_write(vma->anon_vma)',
    'unlock rwsem': 'anon_vma_unlock_write(vma->anon_vma)',
  }),
  isolatePages: within(COLLAPSE, '__collapse_huge_page_isolate', {
    steps: {
      'read pte': [
        ['v4.4', '*_pte'],
        ['v6.5', 'ptep_get(_pte)'],
      ],
    },
  }),
  isolatePage: part({
    'read mapping': [
      ['v4.4', 'PageAnon(page)'],
      ['v6.8', 'folio_test_anon(folio)'],
    ],
    'read head': 'PageCompound(page)',
    'read flags': 'PageSwapCache(page)',
    k2: [
      ['v4.4', 'page_count(page)'],
      ['v5.8', 'is_refcount_suitable(page)'],
    ],
    'read mapcount': [
      ['v4.4', 'page_mapcount(page)'],
      ['v5.8', 'is_refcount_suitable(page)'],
    ],
  }),
  copyAndFree: within(COLLAPSE, '__collapse_huge_page_copy', {
    steps: { k3: 'pte_clear(vma->vm_mm, address, _pte)' },
  }),
};
