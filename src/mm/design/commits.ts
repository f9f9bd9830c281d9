import type { Release } from './release.ts';

/** A change of the kernel that took a decision otherwise than before. */
export interface Commit {
  readonly subject: string;
  /** The first release that has it. A release candidate only where one is a preset of its own: those of v5.9. */
  readonly release: Release;
}

/**
 * The commits of the kernel that changed a decision, by the first twelve digits of their hashes. Of each, hash and subject
 * were read in lists of mainline commits, and its first release is that whose tree has the change and the one before
 * has not: v4.4, v4.20, v5.7 to v5.11, v5.14, v5.17, v5.19, v6.0, v6.1, v6.4, v6.5, v6.8, v6.9, v6.12, v6.14,
 * v6.18, v6.19, v7.0, v7.1.
 */
export const COMMITS = {
  e9b61f19858a: { subject: 'thp: reintroduce split_huge_page()', release: 'v4.5' },
  '19be0eaffa3a': { subject: 'mm: remove gup_flags FOLL_WRITE games from __get_user_pages()', release: 'v4.9' },
  e585513b76f7: {
    subject: 'x86/mm/gup: Switch GUP to the generic get_user_page_fast() implementation',
    release: 'v4.13',
  },
  f3f0e1d2150b: { subject: 'khugepaged: add support of collapse for tmpfs/shmem pages', release: 'v4.8' },
  '802a3a92ad7a': { subject: 'mm: reclaim MADV_FREE pages', release: 'v4.12' },
  b3a81d0841a9: { subject: 'mm: fix KSM data corruption', release: 'v4.13' },
  a8f97366452e: {
    subject: 'mm, thp: Do not make page table dirty unconditionally in touch_p[mu]d()',
    release: 'v4.15',
  },
  eb66ae030829: { subject: 'mremap: properly flush TLB before releasing the page', release: 'v4.19' },
  '2c91bd4a4e2e': { subject: 'mm: speed up mremap by 20x on large regions', release: 'v5.0' },
  '3faa52c03f44': { subject: 'mm/gup: track FOLL_PIN pages', release: 'v5.7' },
  '99cb252f5e68': { subject: 'mm/mmu_notifier: add an interval tree notifier', release: 'v5.5' },
  df3a0a21b698: { subject: 'mm/gup: fix omission of check on FOLL_LONGTERM in gup fast path', release: 'v5.7' },
  c444eb564fb1: {
    subject: 'mm: thp: make the THP mapcount atomic against __split_huge_pmd_locked()',
    release: 'v5.8',
  },
  '17839856fd58': { subject: 'gup: document and work around "COW can break either way" issue', release: 'v5.8' },
  '09854ba94c6a': { subject: 'mm: do_wp_page() simplification', release: 'v5.9-rc4' },
  a308c71bf1e6: { subject: 'mm/gup: Remove enfornced COW mechanism', release: 'v5.9-rc4' },
  '008cfe4418b3': { subject: 'mm: Introduce mm_struct.has_pinned', release: 'v5.9-rc7' },
  '70e806e4e645': { subject: 'mm: Do early cow for pinned pages during fork() for ptes', release: 'v5.9-rc7' },
  f3c64eda3e50: { subject: 'mm: avoid early COW write protect games during fork()', release: 'v5.9-rc8' },
  '9348b73c2e1b': { subject: "mm: don't play games with pinned pages in clear_page_refs", release: 'v5.11' },
  '29a951dfb3c3': { subject: 'mm: fix clear_refs_write locking', release: 'v5.11' },
  '57efa1fe5957': { subject: 'mm/gup: prevent gup_fast from racing with COW during fork', release: 'v5.11' },
  feb889fb40fa: { subject: "mm: don't put pinned pages into the swap cache", release: 'v5.11' },
  d1e153fea2a8: { subject: 'mm/gup: migrate pinned pages out of movable zone', release: 'v5.13' },
  '153132571f02': { subject: 'userfaultfd/shmem: support UFFDIO_CONTINUE for shmem', release: 'v5.14' },
  a458b76a4171: { subject: 'mm: gup: pack has_pinned in MMF_HAS_PINNED', release: 'v5.14' },
  c24d37322548: { subject: 'mm/gup: fix try_grab_compound_head() race with split_huge_page()', release: 'v5.14' },
  '9ae0f87d009c': { subject: 'mm/shmem: unconditionally set pte dirty in mfill_atomic_install_pte', release: 'v5.16' },
  '6c8e2a256915': {
    subject: 'mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
    release: 'v5.18',
  },
  '53a05ad9f21d': { subject: 'mm: optimize do_wp_page() for exclusive pages in the swapcache', release: 'v5.18' },
  '3bff7e3f1f16': { subject: 'mm/huge_memory: streamline COW logic in do_huge_pmd_wp_page()', release: 'v5.18' },
  '7f7609175ff2': { subject: 'mm/huge_memory: remove stale locking logic from __split_huge_pmd()', release: 'v5.18' },
  ece1ed7bfa12: { subject: 'mm/gup: Add try_get_folio() and try_grab_folio()', release: 'v5.18' },
  b51ad4f8679e: { subject: 'mm/memory: slightly simplify copy_present_pte()', release: 'v5.19' },
  '6c287605fd56': {
    subject: 'mm: remember exclusively mapped anonymous pages with PG_anon_exclusive',
    release: 'v5.19',
  },
  a7f226604170: {
    subject: 'mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page',
    release: 'v5.19',
  },
  '64fe24a3e05e': {
    subject: 'mm/mprotect: try avoiding write faults for exclusive anonymous pages when changing protection',
    release: 'v6.0',
  },
  '5535be309971': { subject: 'mm/gup: fix FOLL_FORCE COW security issue and remove FOLL_COW', release: 'v6.0' },
  '70cbc3cc78a9': { subject: 'mm: gup: fix the fast GUP race against THP collapse', release: 'v6.0' },
  '088b8aa537c2': {
    subject: 'mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast',
    release: 'v6.1',
  },
  '2ba99c5e0881': { subject: 'mm/khugepaged: fix GUP-fast interaction by sending IPI', release: 'v6.1' },
  '5df397dec7c4': { subject: 'mm: delay page_remove_rmap() until after the TLB has been flushed', release: 'v6.2' },
  '84209e87c696': { subject: 'mm/gup: reliable R/O long-term pinning in COW mappings', release: 'v6.2' },
  '7e12beb8ca2a': { subject: 'migrate_pages: batch flushing TLB', release: 'v6.3' },
  d824ec2a1546: { subject: 'mm: do not reclaim private data from pinned page', release: 'v6.4' },
  '0bff0aaea03e': { subject: 'x86/mm: try VMA lock-based page fault handling first', release: 'v6.4' },
  fb49c455323f: { subject: 'fork: lock VMAs of the parent process when forking', release: 'v6.5' },
  a6e79df92e4a: { subject: 'mm/gup: disallow FOLL_LONGTERM GUP-fast writing to file-backed mappings', release: 'v6.5' },
  '1d65b771bc08': { subject: 'mm/khugepaged: retract_page_tables() without mmap or vma lock', release: 'v6.6' },
  '61d90309b715': { subject: 'mm/rmap: introduce folio_try_dup_anon_rmap_[pte|ptes|pmd]()', release: 'v6.8' },
  adef440691ba: { subject: 'userfaultfd: UFFDIO_MOVE uABI', release: 'v6.8' },
  f8d937761d65: { subject: 'mm/memory: optimize fork() with PTE-mapped THP', release: 'v6.9' },
  cd197c3a2040: { subject: 'mm: prohibit the last subpage from reusing the entire large folio', release: 'v6.9' },
  d0dd066a0fa2: { subject: 'seqcount: replace smp_rmb() in read_seqcount() with load acquire', release: 'v6.12' },
  '6fa1066fc5d0': { subject: 'mm/mremap: fix move_normal_pmd/retract_page_tables race', release: 'v6.12' },
  '1aaf8c122918': { subject: 'mm: gup: fix infinite loop within __get_longterm_locked', release: 'v6.14' },
  '517f496e1e61': {
    subject: 'mm/gup: revert "mm: gup: fix infinite loop within __get_longterm_locked"',
    release: 'v6.16',
  },
  '1013af4f585f': { subject: 'mm/hugetlb: fix huge_pmd_unshare() vs GUP-fast race', release: 'v6.16' },
  '50944692052b': {
    subject: 'userfaultfd: opportunistic TLB-flush batching for present pages in MOVE',
    release: 'v6.18',
  },
  '8ce720d5bd91': {
    subject: 'mm/hugetlb: fix excessive IPI broadcasts when unsharing PMD tables using mmu_gather',
    release: 'v6.19',
  },
} as const satisfies Readonly<Record<string, Commit>>;

export type CommitHash = keyof typeof COMMITS;
