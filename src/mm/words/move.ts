/** Migration and KSM, and devices that mirror page tables. */

import { part, type WordTable, within } from './words.ts';

const MIGRATE = 'mm/migrate.c';
const KSM = 'mm/ksm.c';
const NOTIFIER = 'mm/mmu_notifier.c';

const SUBSCRIPTIONS = {
  'read invalidate_seq': 'subscriptions->invalidate_seq',
  'write invalidate_seq': 'subscriptions->invalidate_seq |= 1',
  'read active': 'subscriptions->active_invalidate_ranges',
  'write active': 'subscriptions->active_invalidate_ranges',
  'rmw lock': 'spin_lock(&subscriptions->lock)',
  'write lock': 'spin_unlock(&subscriptions->lock)',
} as const;

export const MOVE_WORDS: WordTable = {
  migratePage: within(
    MIGRATE,
    [
      ['v4.4', '__unmap_and_move'],
      ['v6.0', 'migrate_pages'],
      ['v6.3', 'migrate_folio_move'],
    ],
    { program: 'migration' },
  ),
  moveToNewPage: within(
    MIGRATE,
    [
      ['v4.4', 'migrate_page_move_mapping'],
      ['v5.16', 'folio_migrate_mapping'],
      ['v6.12', '__folio_migrate_mapping'],
    ],
    {
      steps: {
        count: [
          ['v4.4', 'page_count(page) != expected_count'],
          ['v5.16', 'folio_ref_count(folio) != expected_count'],
        ],
        'read mapping': [
          ['v4.4', 'page_mapping(page)'],
          ['v5.16', 'folio_mapping(folio)'],
        ],
        freezePage: [
          ['v4.4', 'page_freeze_refs(page, expected_count)'],
          ['v4.7', 'page_ref_freeze(page, expected_count)'],
          ['v5.16', 'folio_ref_freeze(folio, expected_count)'],
        ],
      },
    },
  ),
  moveSwapCache: part(),
  movePageCache: part(),
  takeOver: part({ copyPageData: 'copy_highpage(newpage, page)' }),
  removeMigrationPtes: part(),
  removeMigrationPte: within(MIGRATE, 'remove_migration_pte', {
    steps: { setPte: 'set_pte_at(vma->vm_mm, addr, ptep, pte)', 'rmw flags': 'SetPageAnonExclusive(new)' },
  }),
  ksmScanPage: within(KSM, 'cmp_and_merge_page', { program: 'ksmd' }),
  getAnonPage: within(KSM, 'scan_get_next_rmap_item'),
  tryToMergeOnePage: within(KSM, 'try_to_merge_one_page', {
    steps: {
      'write mapping': [
        ['v4.4', 'set_page_stable_node(page, NULL)'],
        ['v6.10', 'folio_set_stable_node(folio, NULL)'],
      ],
      'read data': 'pages_identical(page, kpage)',
    },
  }),
  writeProtectPage: within(KSM, 'write_protect_page'),
  writeProtectPte: part({
    'read flags': [
      ['v4.4', 'PageSwapCache(page)'],
      ['v5.19', 'PageAnonExclusive(page)'],
    ],
    pending: 'mm_tlb_flush_pending(mm)',
    A1: 'ptep_clear_flush(vma, pvmw.address, pvmw.pte)',
    flushTlbRange: 'ptep_clear_flush(vma, pvmw.address, pvmw.pte)',
    A4: 'set_pte_at(mm, pvmw.address, pvmw.pte, entry)',
  }),
  isHeld: part({
    A2: [
      ['v4.4', 'page_count(page)'],
      ['v6.10', 'folio_ref_count(folio)'],
    ],
    'read mapcount': [
      ['v4.4', 'page_mapcount(page)'],
      ['v6.10', 'folio_mapcount(folio)'],
    ],
  }),
  replacePage: within(KSM, 'replace_page', {
    steps: {
      'read pte': 'pte_same(*ptep, orig_pte)',
      ptepGetAndClear: 'ptep_clear_flush(vma, addr, ptep)',
      flushTlbRange: 'ptep_clear_flush(vma, addr, ptep)',
      setPte: 'set_pte_at(mm, addr, ptep, newpte)',
    },
  }),
  invalidateRangeStart: within(NOTIFIER, [['v5.5', 'mn_itree_inv_start_range']], { steps: SUBSCRIPTIONS }),
  invalidateRangeEnd: within(NOTIFIER, [['v5.5', 'mn_itree_inv_end']], {
    steps: { ...SUBSCRIPTIONS, 'write invalidate_seq': 'subscriptions->invalidate_seq++' },
  }),
  mirrorInvalidate: within(NOTIFIER, [['v5.5', 'mn_itree_invalidate']], {
    steps: {
      'write seq': 'mmu_interval_set_seq(interval_sub, cur_seq)',
      'write pte': 'the driver drops the translation',
      'rmw lock': "the driver's lock",
      'write lock': "the driver's unlock",
    },
  }),
  mirrorFault: {
    program: 'a fault of the device',
    steps: {
      'write pte': 'the device maps the page',
      'rmw lock': "the driver's lock",
      'write lock': "the driver's unlock",
    },
  },
  mmuIntervalReadBegin: within(NOTIFIER, [['v5.5', 'mmu_interval_read_begin']], {
    steps: {
      ...SUBSCRIPTIONS,
      'read seq': 'READ_ONCE(interval_sub->invalidate_seq)',
      wait: 'wait_event(subscriptions->wq, READ_ONCE(subscriptions->invalidate_seq) != seq)',
    },
  }),
  mmuIntervalReadRetry: within('include/linux/mmu_notifier.h', [['v5.5', 'mmu_interval_read_retry']], {
    steps: { 'read seq': 'interval_sub->invalidate_seq != seq' },
  }),
  hmmRangeFault: within('mm/hmm.c', [['v4.14', 'hmm_vma_walk_pmd']], {
    steps: {
      'read pmd': [
        ['v4.14', 'READ_ONCE(*pmdp)'],
        ['v6.2', 'pmdp_get_lockless(pmdp)'],
      ],
      walk: [
        ['v4.14', '*ptep'],
        ['v6.5', 'ptep_get(ptep)'],
      ],
    },
  }),
  mirrorWrite: {
    program: 'the device writes',
    steps: { 'read pte': 'the translation of the device', 'write data': 'the write of the device' },
  },
};
