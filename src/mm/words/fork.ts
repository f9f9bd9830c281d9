/** fork() and exit(). */

import { call, part, type WordTable, within } from './words.ts';

const MEMORY = 'mm/memory.c';

const IS_ANON = [
  ['v4.4', 'PageAnon(page)'],
  ['v6.5', 'folio_test_anon(folio)'],
] as const;

/** What parent and child get instead of the entry that was read. */
const SHARING = {
  ptepSetWrprotect: [
    ['v4.4', 'ptep_set_wrprotect(src_mm, addr, src_pte)'],
    ['v6.9', 'wrprotect_ptes(src_mm, addr, src_pte, nr)'],
  ],
  setPte: [
    ['v4.4', 'set_pte_at(dst_mm, addr, dst_pte, pte)'],
    ['v5.14', 'set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte)'],
    ['v6.9', 'set_ptes(dst_vma->vm_mm, addr, dst_pte, pte, nr)'],
  ],
} as const;

export const FORK_WORDS: WordTable = {
  dupMmap: within('kernel/fork.c', 'dup_mmap', {
    program: 'fork()',
    steps: { flushTlbRange: 'flush_tlb_mm(oldmm)' },
  }),
  copyPageRange: within(MEMORY, 'copy_page_range'),
  writeProtectBegin: part({
    'read write_protect_seq': 'raw_write_seqcount_begin(&src_mm->write_protect_seq)',
    'write write_protect_seq': 'raw_write_seqcount_begin(&src_mm->write_protect_seq)',
  }),
  writeProtectEnd: part({
    'read write_protect_seq': 'raw_write_seqcount_end(&src_mm->write_protect_seq)',
    'write write_protect_seq': 'raw_write_seqcount_end(&src_mm->write_protect_seq)',
  }),
  copyPteRange: within(MEMORY, 'copy_pte_range', {
    steps: {
      'read pte': [
        ['v4.4', '*src_pte'],
        ['v6.5', 'ptep_get(src_pte)'],
      ],
    },
  }),
  copyPresentPtes: within(MEMORY, [
    ['v4.4', 'copy_one_pte'],
    ['v5.9-rc1', 'copy_present_pte'],
    ['v6.9', 'copy_present_ptes'],
  ]),
  copyPresentPte: part({
    ...SHARING,
    pageDupRmap: [
      ['v4.4', 'page_dup_rmap(page)'],
      ['v5.19', 'page_try_dup_anon_rmap(page, false, src_vma)'],
      ['v6.8', 'folio_try_dup_anon_rmap_pte(folio, page, src_vma)'],
    ],
  }),
  folioPteBatch: part({ 'read pte': 'ptep_get(pte)' }),
  copyBatch: part({
    ...SHARING,
    'read mapping': IS_ANON,
    getPage: 'folio_ref_add(folio, nr)',
    'rmw refcount': 'folio_ref_sub(folio, nr)',
    'rmw flags': 'ClearPageAnonExclusive(page)',
    pageDupRmap: 'folio_try_dup_anon_rmap_ptes(folio, page, nr, src_vma)',
  }),
  forkMustCopy: part({
    'read mapping': IS_ANON,
    'read flags': 'PageAnonExclusive(page)',
    'rmw flags': 'ClearPageAnonExclusive(page)',
  }),
  maybePinned: {
    ...within('include/linux/mm.h', [
      ['v5.14', 'page_needs_cow_for_dma'],
      ['v6.8', 'folio_needs_cow_for_dma'],
    ]),
    steps: {
      flag: [
        ['v4.4', 'atomic_read(&src_mm->has_pinned)'],
        ['v5.14', 'test_bit(MMF_HAS_PINNED, &vma->vm_mm->flags)'],
      ],
      count: [
        ['v4.4', 'page_maybe_dma_pinned(page)'],
        ['v6.8', 'folio_maybe_dma_pinned(folio)'],
      ],
    },
  },
  copyPresentPage: within(MEMORY, [['v5.9-rc1', 'copy_present_page']], {
    steps: { setPte: 'set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte)' },
  }),
  copyNonpresentPte: within(
    MEMORY,
    [
      ['v4.4', 'copy_one_pte'],
      ['v5.9-rc1', 'copy_nonpresent_pte'],
    ],
    { steps: { setPte: 'set_pte_at(src_mm, addr, src_pte, pte)' } },
  ),
  exitMmap: within('mm/mmap.c', 'exit_mmap', { program: 'exit()' }),
  copyHugePmd: within('mm/huge_memory.c', 'copy_huge_pmd', {
    steps: {
      'read pmd': '*src_pmd',
      setPte: 'set_pmd_at(dst_mm, addr, dst_pmd, pmd)',
      ptepSetWrprotect: 'pmdp_set_wrprotect(src_mm, addr, src_pmd)',
    },
  }),
  shareHugePmd: part({ 'rmw entire_mapcount': 'page_dup_rmap(src_page, true)' }),
  hugePmdShare: within('mm/hugetlb.c', 'huge_pmd_share'),
  anonVmaAttach: call('anon_vma_fork(vma, mpnt)'),
  anonVmaDetach: call('unlink_anon_vmas(vma)'),
};
