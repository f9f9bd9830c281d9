/** Get user pages: pins and references, fast and slow, and the device that uses them. */

import { call, type Names, part, type WordTable, within } from './words.ts';

const GUP = 'mm/gup.c';

const RECHECK = { 'read pmd': 'pmd_val(pmd) != pmd_val(*pmdp)' } as const;

/** Pins have names of their own from v5.6 on. */
const orBefore = (got: string, pinned: string): Names => [
  ['v4.4', got],
  ['v5.6', pinned],
];

export const GUP_WORDS: WordTable = {
  pinUserPages: within(GUP, orBefore('get_user_pages', 'pin_user_pages'), {
    program: orBefore('get_user_pages()', 'pin_user_pages()'),
  }),
  getUserPages: within(GUP, 'get_user_pages', { program: 'get_user_pages()' }),
  pinUserPagesFast: within(GUP, orBefore('get_user_pages_fast', 'pin_user_pages_fast'), {
    program: orBefore('get_user_pages_fast()', 'pin_user_pages_fast()'),
  }),
  getUserPagesFast: within(GUP, 'get_user_pages_fast', { program: 'get_user_pages_fast()' }),
  pinUserPagesFastOnly: within(
    GUP,
    [
      ['v4.4', '__get_user_pages_fast'],
      ['v5.8', 'pin_user_pages_fast_only'],
      ['v6.5', 'internal_get_user_pages_fast'],
      ['v6.10', 'gup_fast_fallback'],
    ],
    {
      program: [
        ['v4.4', '__get_user_pages_fast()'],
        ['v5.8', 'pin_user_pages_fast_only()'],
        ['v6.5', 'pin_user_pages_fast()'],
      ],
    },
  ),
  getUserPagesFastOnly: within(
    GUP,
    [
      ['v4.4', '__get_user_pages_fast'],
      ['v5.8', 'get_user_pages_fast_only'],
    ],
    {
      program: [
        ['v4.4', '__get_user_pages_fast()'],
        ['v5.8', 'get_user_pages_fast_only()'],
      ],
    },
  ),
  fastThenSlow: within(GUP, [
    ['v4.4', 'get_user_pages_fast'],
    ['v5.6', 'internal_get_user_pages_fast'],
    ['v6.10', 'gup_fast_fallback'],
  ]),
  gupFast: within(
    GUP,
    [
      ['v4.4', 'get_user_pages_fast'],
      ['v5.6', 'internal_get_user_pages_fast'],
      ['v5.11', 'lockless_pages_from_mm'],
      ['v6.10', 'gup_fast'],
    ],
    {
      steps: {
        'read write_protect_seq': 'raw_read_seqcount(&mm->write_protect_seq)',
        'reread write_protect_seq': 'read_seqcount_retry(&mm->write_protect_seq, seq)',
      },
    },
  ),
  gupFastRange: within(
    GUP,
    [
      ['v4.4', 'gup_pmd_range'],
      ['v6.10', 'gup_fast_pmd_range'],
    ],
    {
      steps: {
        'read pmd': [
          ['v4.4', 'READ_ONCE(*pmdp)'],
          ['v6.2', 'pmdp_get_lockless(pmdp)'],
        ],
      },
    },
  ),
  gupFastTable: within(GUP, [
    ['v4.4', 'gup_pte_range'],
    ['v6.10', 'gup_fast_pte_range'],
  ]),
  gupFastHuge: within(GUP, [
    ['v4.4', 'gup_huge_pmd'],
    ['v6.10', 'gup_fast_pmd_leaf'],
  ]),
  gupFastPmd: part({ B4: 'pmd_val(orig) != pmd_val(*pmdp)' }),
  gupFastPte: part({
    ...RECHECK,
    B1: [
      ['v4.4', 'READ_ONCE(*ptep)'],
      ['v4.10', 'gup_get_pte(ptep)'],
      ['v5.11', 'ptep_get_lockless(ptep)'],
    ],
    B4: [
      ['v4.4', 'pte_val(pte) != pte_val(*ptep)'],
      ['v6.5', 'pte_val(pte) != pte_val(ptep_get(ptep))'],
    ],
  }),
  grabFast: part(),
  fileRefused: part(),
  putBack: part({
    ungrabFolio: [
      ['v4.4', 'put_page(page)'],
      ['v4.10', 'put_page(head)'],
      ['v5.7', 'put_compound_head(head, 1, flags)'],
      ['v5.17', 'gup_put_folio(folio, 1, flags)'],
    ],
  }),
  fastPinAllowed: within(
    GUP,
    [
      ['v6.5', 'folio_fast_pin_allowed'],
      ['v6.10', 'gup_fast_folio_allowed'],
    ],
    { steps: { C1: 'READ_ONCE(folio->mapping)', 'read kind': 'folio_is_shmem(folio)' } },
  ),
  gupMustUnshare: within(
    [
      ['v5.19', 'include/linux/mm.h'],
      ['v6.5', 'mm/internal.h'],
    ],
    [['v5.19', 'gup_must_unshare']],
    {
      steps: {
        'read mapping': [
          ['v5.19', 'PageAnon(page)'],
          ['v6.8', 'folio_test_anon(folio)'],
        ],
        B5: 'PageAnonExclusive(page)',
      },
    },
  ),
  gupSlow: within(GUP, '__get_user_pages'),
  gupLongtermLocked: within(GUP, [['v5.2', '__gup_longterm_locked']]),
  fastLongtermRefused: part(),
  checkAndMigrateMovablePages: within(
    GUP,
    [
      ['v5.2', 'check_and_migrate_cma_pages'],
      ['v5.13', 'check_and_migrate_movable_pages'],
    ],
    { steps: { 'read flags': 'PageLRU(page)' } },
  ),
  checkVmaFlags: within(GUP, 'check_vma_flags'),
  writableFileAllowed: within(GUP, [['v6.5', 'writable_file_mapping_allowed']], {
    steps: { 'read kind': 'vma_needs_dirty_tracking(vma)' },
  }),
  gupPage: part(),
  followAfterCowBreak: within(GUP, '__get_user_pages'),
  followPagePte: within(GUP, 'follow_page_pte', {
    steps: {
      'read pte': [
        ['v4.4', '*ptep'],
        ['v6.5', 'ptep_get(ptep)'],
      ],
      ptLock: 'pte_offset_map_lock(mm, pmd, address, &ptl)',
      ptUnlock: 'pte_unmap_unlock(ptep, ptl)',
      grabPage: [
        ['v4.4', 'get_page_foll(page)'],
        ['v4.5', 'get_page(page)'],
        ['v5.7', 'try_grab_page(page, flags)'],
        ['v6.10', 'try_grab_folio(folio, 1, flags)'],
      ],
      setPageDirty: 'set_page_dirty(page)',
    },
  }),
  followPresent: part({ 'read flags': 'PageDirty(page)' }),
  canFollowWrite: part({ 'read mapping': 'PageAnon(page)' }),
  deviceRead: { program: 'the device reads', steps: { 'read data': 'DMA read through the pin' } },
  deviceWrite: { program: 'the device writes', steps: { 'write data': 'DMA write through the pin' } },
  unpinUserPage: within(GUP, [['v5.6', 'unpin_user_page']], { program: orBefore('put_page()', 'unpin_user_page()') }),
  unpinUserPageDirty: within(GUP, [['v5.6', 'unpin_user_pages_dirty_lock']], {
    program: orBefore('set_page_dirty_lock(), put_page()', 'unpin_user_pages_dirty_lock()'),
    steps: { 'read flags': 'PageDirty(page)' },
  }),
  pageAnonExclusive: call('PageAnonExclusive(page)'),
  pageTryShareAnonRmap: within(
    'include/linux/rmap.h',
    [
      ['v5.19', 'page_try_share_anon_rmap'],
      ['v6.8', '__folio_try_share_anon_rmap'],
    ],
    {
      steps: {
        A2: [
          ['v5.19', 'page_maybe_dma_pinned(page)'],
          ['v6.8', 'folio_maybe_dma_pinned(folio)'],
        ],
      },
    },
  ),
  shareBarrier: part(),
  clearAnonExclusive: call('ClearPageAnonExclusive(page)'),
  mapcountPin: part({
    'read mapping': 'PageAnon(page)',
    g2: 'PageWriteback(page)',
    g3: 'SetPageDMAPinned(page)',
    g4: 'atomic_inc(&page->_mapcount)',
    'rmw mapcount': 'atomic_dec(&page->_mapcount)',
  }),
  mapcountUnpin: part({ 'read mapping': 'PageAnon(page)', 'rmw mapcount': 'atomic_dec(&page->_mapcount)' }),
  mmSetHasPinned: {
    ...within(GUP, [['v5.14', 'mm_set_has_pinned_flag']]),
    steps: {
      'read has_pinned': 'test_bit(MMF_HAS_PINNED, mm_flags)',
      'rmw has_pinned': 'set_bit(MMF_HAS_PINNED, mm_flags)',
      'write has_pinned': 'atomic_set(&mm->has_pinned, 1)',
    },
  },
};
