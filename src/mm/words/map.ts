/** Changing what is mapped: mmap, munmap, mprotect, madvise, and the zapping of page tables. */

import { call, part, type WordTable, within } from './words.ts';

const MEMORY = 'mm/memory.c';
const GATHER = [
  ['v4.4', 'mm/memory.c'],
  ['v4.20', 'mm/mmu_gather.c'],
] as const;

export const MAP_WORDS: WordTable = {
  mmapRegion: within('mm/mmap.c', 'mmap_region', { program: 'mmap()' }),
  addRegion: part(),
  munmap: within(
    [
      ['v4.4', 'mm/mmap.c'],
      ['v6.12', 'mm/vma.c'],
    ],
    [
      ['v4.4', 'do_munmap'],
      ['v4.20', '__do_munmap'],
      ['v6.1', 'do_mas_align_munmap'],
      ['v6.3', 'do_vmi_align_munmap'],
    ],
    { program: 'munmap()' },
  ),
  mprotect: within('mm/mprotect.c', 'mprotect_fixup', { program: 'mprotect()' }),
  changeProtection: within('mm/mprotect.c', 'change_pte_range', {
    steps: {
      'read pte': [
        ['v4.4', '*pte'],
        ['v6.5', 'ptep_get(pte)'],
      ],
      ptepGetAndClear: 'ptep_modify_prot_start(vma, addr, pte)',
      setPte: 'ptep_modify_prot_commit(vma, addr, pte, oldpte, ptent)',
      flushTlbRange: 'flush_tlb_range(vma, start, end)',
    },
  }),
  changeHugePmd: within('mm/huge_memory.c', 'change_huge_pmd'),
  pteModify: part(),
  madvise: within(
    'mm/madvise.c',
    [
      ['v4.4', 'madvise_behavior'],
      ['v5.17', 'madvise_vma_behavior'],
    ],
    { program: 'madvise()' },
  ),
  madviseDontneed: within(
    'mm/madvise.c',
    [
      ['v4.4', 'madvise_dontneed'],
      ['v4.14', 'madvise_dontneed_single_vma'],
    ],
    { program: 'madvise(MADV_DONTNEED)' },
  ),
  madviseFree: within('mm/madvise.c', [['v4.5', 'madvise_free_single_vma']], { program: 'madvise(MADV_FREE)' }),
  freeLazily: within('mm/madvise.c', [['v4.5', 'madvise_free_pte_range']], {
    steps: {
      'read pte': [
        ['v4.5', '*pte'],
        ['v6.5', 'ptep_get(pte)'],
      ],
      setPte: 'set_pte_at(mm, addr, pte, ptent)',
    },
  }),
  mayGiveUp: part(),
  markLazyfree: within('mm/swap.c', [
    ['v4.12', 'mark_page_lazyfree'],
    ['v6.3', 'folio_mark_lazyfree'],
  ]),
  unmapVmas: within(MEMORY, 'unmap_vmas'),
  zapPageRange: within(MEMORY, 'unmap_page_range'),
  unshared: within('mm/hugetlb.c', '__unmap_hugepage_range', {
    steps: { flushTlbRange: 'flush_tlb_range(vma, start, end)' },
  }),
  hugePmdUnshare: within('mm/hugetlb.c', 'huge_pmd_unshare', {
    steps: {
      'write pmd': 'pud_clear(pud)',
      'read shares': [
        ['v4.4', 'page_count(virt_to_page(ptep)) == 1'],
        ['v6.12', 'ptdesc_pmd_pts_count(virt_to_ptdesc(ptep))'],
        ['v6.19', 'ptdesc_pmd_is_shared(virt_to_ptdesc(ptep))'],
      ],
      'rmw shares': [
        ['v4.4', 'put_page(virt_to_page(ptep))'],
        ['v6.12', 'ptdesc_pmd_pts_dec(virt_to_ptdesc(ptep))'],
      ],
    },
  }),
  mremap: within('mm/mremap.c', 'move_vma', { program: 'mremap()' }),
  moveVma: part(),
  movePageTables: within('mm/mremap.c', 'move_page_tables', {
    steps: { 'read pmd': '*old_pmd', flushTlbRange: 'flush_tlb_range(vma, old_end - len, old_addr)' },
  }),
  movePtes: within('mm/mremap.c', 'move_ptes', {
    steps: {
      'read pte': [
        ['v4.4', '*old_pte'],
        ['v6.5', 'ptep_get(old_pte)'],
      ],
      ptepGetAndClear: 'ptep_get_and_clear(mm, old_addr, old_pte)',
      setPte: 'set_pte_at(mm, new_addr, new_pte, pte)',
      flushTlbRange: 'flush_tlb_range(vma, old_end - len, old_end)',
    },
  }),
  moveNormalPmd: within('mm/mremap.c', [['v5.0', 'move_normal_pmd']], {
    steps: {
      'read pmd': '*new_pmd',
      r2: '*old_pmd',
      'write pmd': 'pmd_clear(old_pmd)',
      r3: 'pmd_populate(mm, new_pmd, pmd_pgtable(pmd))',
      flushTlbRange: 'flush_tlb_range(vma, old_addr, old_addr + PMD_SIZE)',
    },
  }),
  clearSoftDirty: within('fs/proc/task_mmu.c', 'clear_refs_write', { program: 'a write to clear_refs' }),
  clearAt: within('fs/proc/task_mmu.c', 'clear_refs_pte_range', {
    steps: {
      'read pte': [
        ['v4.4', '*pte'],
        ['v6.5', 'ptep_get(pte)'],
      ],
      ptepGetAndClear: 'ptep_modify_prot_start(vma, addr, pte)',
      setPte: 'ptep_modify_prot_commit(vma, addr, pte, old_pte, ptent)',
    },
  }),
  pteIsPinned: within('fs/proc/task_mmu.c', [['v5.11', 'pte_is_pinned']]),
  isHugetlb: call('is_vm_hugetlb_page(vma)'),
  zapPteRange: within(MEMORY, 'zap_pte_range', {
    steps: {
      'read pte': [
        ['v4.4', '*pte'],
        ['v6.5', 'ptep_get(pte)'],
      ],
      z1: [
        ['v4.4', 'ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)'],
        ['v6.8', 'get_and_clear_full_ptes(mm, addr, pte, nr, tlb->fullmm)'],
      ],
      pageIsAnon: [
        ['v4.4', 'PageAnon(page)'],
        ['v6.8', 'folio_test_anon(folio)'],
      ],
    },
  }),
  mapsAnon: part(),
  freePgtables: within(MEMORY, 'free_pgd_range', { steps: { 'write pmd': 'pmd_clear(pmd)' } }),
  startGather: within(GATHER, 'tlb_gather_mmu'),
  flushGather: within(GATHER, 'tlb_flush_mmu', {
    steps: { flushTlbRange: 'tlb_flush(tlb)' },
  }),
  finishGather: within(GATHER, 'tlb_finish_mmu', {
    steps: { putPage: 'free_pages_and_swap_cache(pages, nr)' },
  }),
  tableSync: within(GATHER, 'tlb_remove_table'),
  removeTableSync: {
    ...within(GATHER, [['v5.7', 'tlb_remove_table_sync_one']]),
    steps: { smpCallFunction: 'smp_call_function(tlb_remove_table_smp_sync, NULL, 1)' },
  },
};
