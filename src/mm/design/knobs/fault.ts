import { knob } from '../knob.ts';

/** What page faults and what changes entries decide. */
export const FAULT_KNOBS = {
  reuse: knob('fault', 'when a write fault on a read-only anonymous page reuses it instead of copying', {
    mapcount: 'where it is mapped once, whatever its reference count',
    refcount: 'where nobody else holds a reference',
    'refcount-swapcache': 'where nobody else but the swap cache holds a reference, and it can be taken from there',
    exclusive: 'where it is exclusive, or as refcount-swapcache',
  }).took(
    'mapcount',
    ['refcount', '09854ba94c6a'],
    ['refcount-swapcache', '53a05ad9f21d'],
    ['exclusive', '6c287605fd56'],
  ),
  reuseLarge: knob(
    'fault',
    'when a write fault on an entry of a large folio reuses a page that is not exclusive, where pages are',
    {
      'as-small': 'as it reuses a small page: where nobody else holds a reference to the folio',
      never: 'never: it copies the page',
    },
  ).took('as-small', ['never', 'cd197c3a2040']),
  reuseHuge: knob(
    'fault',
    'when a write fault on a read-only huge PMD reuses the huge page instead of splitting the PMD',
    {
      mapcount: 'where it is mapped once, by whatever entries, whatever its reference count',
      refcount: 'where nobody else holds a reference',
      exclusive: 'where it is exclusive, or nobody else holds a reference',
    },
  ).took('mapcount', ['refcount', '3bff7e3f1f16'], ['exclusive', '6c287605fd56']),
  splitLock: knob(
    'fault',
    'whether splitting a huge PMD locks the page, as a write fault does that counts its mappings',
    {
      none: 'it does not',
      page: 'it does',
    },
  ).took('none', ['page', 'c444eb564fb1'], ['none', '7f7609175ff2']),
  pteMappedThp: knob('fault', 'whether entries may map the pages of a huge page one by one', {
    no: 'they may not: to split the PMD is to split the page',
    yes: 'they may, so that a PMD can be split alone',
  }).took('no', ['yes', 'e9b61f19858a']),
  mprotectWrite: knob('fault', 'whether mprotect() makes entries writable where the mapping has become writable', {
    fault: 'it does not: the next write fault does',
    exclusive: 'it does, of exclusive anonymous pages',
  }).took('fault', ['exclusive', '64fe24a3e05e']),
  faultLock: knob('fault', 'what a page fault of anonymous memory holds', {
    mmap: 'mmap_lock for reading',
    vma: 'the lock of the VMA for reading, where that can be had at once',
  }).took('mmap', ['vma', '0bff0aaea03e']),
  clearRefs: knob('fault', 'which entries clear_refs makes read-only, to know of the next write', {
    all: 'all, with mmap_lock for reading',
    'spare-pinned': 'those of pages that are not pinned, with mmap_lock for writing',
  }).took('all', ['spare-pinned', '9348b73c2e1b', '29a951dfb3c3']),
  touchPmd: knob('fault', 'what get_user_pages() does to a huge PMD whose page was only read', {
    dirty: 'makes it dirty',
    clean: 'makes it young alone',
  }).took('dirty', ['clean', 'a8f97366452e']),
  uffdDirty: knob('fault', 'which entries userfaultfd makes dirty when it maps a page of the cache', {
    unsupported: 'it cannot map a page of the cache at all',
    writable: 'those that are writable',
    always: 'all of them',
  }).took('unsupported', ['writable', '153132571f02'], ['always', '9ae0f87d009c']),
  uffdMove: knob('fault', 'how UFFDIO_MOVE makes sure that a page which it moves is not pinned', {
    unsupported: 'there is no UFFDIO_MOVE',
    single: 'clears and flushes the entry, then tests for pins, page by page',
    batched: 'of several pages it clears each entry, tests, and flushes once at the end',
    'batched-mb': 'as batched, with smp_mb() between clearing an entry and the test',
  }).took('unsupported', ['single', 'adef440691ba'], ['batched', '50944692052b']),
};
