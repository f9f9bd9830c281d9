import type { CommitHash } from './commits.ts';

/**
 * A design is data: one record of the decisions of a protocol. Each decision, a *knob*, is declared once, here, with
 * what each of its values means and which kernels take it so; presets, `--set` and `holdfast list` all read this table.
 */

/** How the kernels took a decision: one value from the beginning, and each change with the commits that made it. */
export interface History<V extends string = string> {
  /** In v4.4, and before. */
  readonly first: V;
  /** In their order. A value that is in no history is a proposal, or what somebody might have written. */
  readonly changes: readonly (readonly [V, CommitHash, ...CommitHash[]])[];
}

export interface Knob<V extends string = string> {
  /** The part of the kernel that the decision belongs to. */
  readonly group: 'fork' | 'pin' | 'free' | 'exclusive' | 'fault' | 'writeback' | 'device';
  readonly doc: string;
  /** Every value, with what it means. In which kernels it is, the history says. */
  readonly values: Readonly<Record<V, string>>;
  /** On the weakest machine that each kernel supports. */
  readonly history: History<V>;
  /** On x86, where that was another. */
  readonly x86?: History<V>;
}

function knob<const V extends string>(group: Knob['group'], doc: string, values: Readonly<Record<V, string>>) {
  const history = (first: V, ...changes: History<V>['changes']): History<V> => ({ first, changes });
  return {
    /** How the kernels took the decision. */
    took: (...all: Parameters<typeof history>): Knob<V> => ({ group, doc, values, history: history(...all) }),
    /** As `took`, of a decision that no kernel ever took otherwise but on x86. */
    tookButOnX86: (always: V, ...x86: Parameters<typeof history>): Knob<V> => {
      return { group, doc, values, history: history(always), x86: history(...x86) };
    },
  };
}

export const KNOBS = {
  // --- fork ----------------------------------------------------------------------------------------------------
  forkPinned: knob('fork', 'what fork does with a page that may be pinned', {
    share: 'shares it copy-on-write like any other page',
    copy: 'copies it for the child at once and leaves the parent alone',
  }).took('share', ['copy', '70e806e4e645']),
  forkOrder: knob('fork', 'whether fork write-protects the parent before it looks for pins', {
    'protect-first': 'write-protects, looks, and gives the write permission back where the page is pinned',
    'check-first': 'looks, and write-protects where the page is not pinned',
  }).took('check-first', ['protect-first', '70e806e4e645'], ['check-first', 'f3c64eda3e50']),
  forkBarrier: knob('fork', 'the barrier between the write-protection and the check, for protect-first', {
    none: 'no barrier',
    mb: 'smp_mb()',
  }).took('none'),
  forkReads: knob('fork', 'what fork reads to detect a pin, and in which order', {
    'flag-count': 'has_pinned, then the count',
    'flag-rmb-count': 'has_pinned, smp_rmb(), then the count',
    'count-flag': 'the count, then has_pinned',
    'count-rmb-flag': 'the count, smp_rmb(), then has_pinned',
    count: 'the count alone',
  }).took('flag-count'),
  forkReference: knob('fork', 'when fork takes its own reference on the page', {
    'before-check': 'before it looks for pins, and gives it back where it copies',
    'after-check': 'after it has decided to share',
    'before-check-kept': 'reference and map count before it looks, and neither is given back where it copies',
  }).took('after-check', ['before-check', 'b51ad4f8679e']),
  forkCandidate: knob('fork', 'which pages are tested for pins', {
    writable: 'those that the parent maps writable in a COW mapping',
    cow: 'all in a COW mapping, writable or not',
    exclusive: 'anonymous pages that are exclusive to the parent',
  }).took('cow', ['exclusive', '6c287605fd56']),
  forkSeqcount: knob('fork', 'how fork opens write_protect_seq', {
    none: 'there is no write_protect_seq',
    wmb: 'increments it, then smp_wmb() (raw_write_seqcount_begin)',
    mb: 'increments it, then smp_mb()',
    bare: 'increments it, without a barrier',
  }).took('none', ['wmb', '57efa1fe5957']),
  forkSeqEnd: knob('fork', 'how fork closes write_protect_seq', {
    wmb: 'smp_wmb(), then increments it (raw_write_seqcount_end)',
    none: 'increments it, without a barrier',
  }).took('wmb'),
  forkFlush: knob('fork', "what becomes of the parent's TLBs after its entries were write-protected", {
    mm: 'they are flushed once, when all VMAs are copied',
    none: 'nothing',
  }).took('mm'),
  forkVmaLock: knob('fork', 'what fork holds of each VMA, besides mmap_lock, until all are copied', {
    none: 'nothing',
    write: 'its lock, for writing (vma_start_write)',
  }).took('none', ['write', 'fb49c455323f']),
  forkAllocation: knob('fork', 'where the page for an early copy comes from', {
    preallocated: 'drops the page-table locks, allocates, takes them again and re-reads the entry (-EAGAIN)',
    'under-lock': 'is allocated with both page-table locks held',
  }).took('preallocated'),
  forkNewPage: knob('fork', "how the child's early copy is set up", {
    mapped: 'counted as mapped, anonymous, dirty, and writable where the mapping is',
    bare: 'neither counted as mapped nor anonymous, and read-only',
  }).took('mapped'),
  pageTableLock: knob('fork', 'what taking a page-table lock orders', {
    acquire: 'acquire, and release when it is dropped: all that the kernel demands',
    full: 'a full barrier after taking it, as on x86 (smp_mb__after_spinlock)',
  }).tookButOnX86('acquire', 'full'),

  // --- pin -----------------------------------------------------------------------------------------------------
  pinCount: knob('pin', 'how a pin counts on a small page', {
    get: 'as any reference: +1, ordered as tryGet says',
    full: '+1024 in one fully ordered conditional RMW',
    acquire: '+1024 in one conditional RMW with acquire ordering',
    relaxed: '+1024 in one relaxed conditional RMW',
    'two-step': '+1, ordered as tryGet says, then a relaxed +1023',
    'two-step-mb': 'as two-step, then smp_mb__after_atomic()',
  }).took('get', ['full', '3faa52c03f44'], ['two-step', 'c24d37322548'], ['two-step-mb', '088b8aa537c2']),
  pinFlag: knob('pin', 'how a pinner records in its mm that it pins', {
    none: 'it does not',
    write: 'stores has_pinned = 1 every time',
    'test-set': 'tests MMF_HAS_PINNED and sets it where it is clear',
  }).took('none', ['write', '008cfe4418b3'], ['test-set', 'a458b76a4171']),
  pinSeqcount: knob('pin', 'how a fast pin first reads write_protect_seq', {
    none: 'it does not, and does not read it again',
    acquire: 'smp_load_acquire()',
    rmb: 'READ_ONCE(), then smp_rmb()',
    once: 'READ_ONCE(), without a barrier',
  }).took('none', ['rmb', '57efa1fe5957'], ['acquire', 'd0dd066a0fa2']),
  pteRecheck: knob('pin', 'whether a fast walk reads the PTE again after taking its reference', {
    check: 'it does, and backs off where the entry changed',
    skip: 'it does not',
  }).tookButOnX86('check', 'skip', ['check', 'e585513b76f7']),
  pmdRecheck: knob('pin', 'whether a fast walk reads the PMD again as well', {
    check: 'it does, before the PTE',
    skip: 'it does not',
  }).took('skip', ['check', '70cbc3cc78a9']),
  headRecheck: knob('pin', 'whether a reference re-checks that the page still belongs to the folio', {
    check: 'it does, and tries again where the page was split off',
    'back-off': 'it does, and gives up where the page was split off, so a fast walk leaves it to the slow path',
    skip: 'it does not',
  }).took('skip', ['back-off', 'c24d37322548'], ['check', 'ece1ed7bfa12']),
  pinReadOnly: knob('pin', 'what a pin for reading demands of the mapping', {
    any: 'takes whatever is mapped',
    writable: 'demands a writable entry, and breaks COW otherwise',
    exclusive: 'an anonymous page must be exclusive, or it is unshared',
    'exclusive-rmb': 'as exclusive, with smp_rmb() before the flag is read',
    'exclusive-rmb-file': 'as exclusive-rmb, and a long-term pin unshares file pages of COW mappings too',
  }).took(
    'any',
    ['writable', '17839856fd58'],
    ['any', 'a308c71bf1e6'],
    ['exclusive', 'a7f226604170'],
    ['exclusive-rmb', '088b8aa537c2'],
    ['exclusive-rmb-file', '84209e87c696'],
  ),
  pinFile: knob('pin', 'what a fast long-term pin for writing does with pages of files', {
    allow: 'takes them',
    'after-recheck': 'reads folio->mapping after the PTE re-check, and refuses files with dirty tracking',
    'before-recheck': 'reads folio->mapping before the PTE re-check',
  }).took('allow', ['after-recheck', 'a6e79df92e4a']),
  pinNullMapping: knob('pin', 'what that file check does where folio->mapping is NULL', {
    refuse: 'leaves it to the slow path',
    accept: 'takes the page',
    reread: 'leaves it to the slow path, and reads folio->mapping again to follow it',
  }).took('refuse'),
  followForce: knob('pin', 'when a forced write may follow an entry that is not writable', {
    'drop-write': 'after a fault broke COW it retries as a read',
    'cow-dirty': 'after a fault broke COW, where the entry is dirty',
    exclusive: 'where the page is anonymous and exclusive',
  }).took('drop-write', ['cow-dirty', '19be0eaffa3a'], ['exclusive', '5535be309971']),

  // --- free ----------------------------------------------------------------------------------------------------
  tryGet: knob('free', 'the ordering of taking a reference unless the count is zero', {
    full: 'fully ordered where it succeeds: all that the kernel has',
    acquire: 'acquire',
    relaxed: 'relaxed',
  }).took('full'),
  put: knob('free', 'the ordering of dropping a reference', {
    full: 'fully ordered (atomic_dec_and_test)',
    relaxed: 'relaxed',
  }).took('full'),
  tlbFlush: knob('free', 'how other CPUs flush their TLB', {
    ipi: 'an interrupt to each, which waits until it has interrupts on',
    broadcast: 'by hardware, without an interrupt',
  }).tookButOnX86('broadcast', 'ipi'),
  tableFree: knob('free', 'what delays freeing a page table until no fast walk can be in it', {
    ipi: 'the interrupt of the TLB flush',
    rcu: 'an RCU grace period',
    barrier: 'nothing: smp_mb() alone',
  }).tookButOnX86('rcu', 'ipi'),
  gatherPut: knob('free', 'when unmapping drops the references of the entries that it has cleared', {
    'after-flush': 'when no TLB has them any more',
    'before-flush': 'before the TLBs are flushed',
  }).took('after-flush'),
  zapMapcount: knob('free', 'when zap drops the map count of a dirty file page', {
    'before-flush': 'at once',
    'after-flush': 'when the TLB is flushed',
  }).took('before-flush', ['after-flush', '5df397dec7c4']),
  splitBarrier: knob('free', 'the barrier between filling the table of a PMD that is split and linking it', {
    wmb: 'smp_wmb()',
    none: 'no barrier',
  }).took('wmb'),
  collapseSync: knob('free', 'what khugepaged does after it has unlinked a page table, before it takes it apart', {
    flush: 'flushes the TLB',
    ipi: 'flushes the TLB and sends an interrupt to every CPU',
  }).took('flush', ['ipi', '2ba99c5e0881']),
  mremapFlush: knob('free', 'when mremap() flushes the TLB of the addresses that entries have left', {
    end: 'when all are moved, with no page-table lock held',
    locked: 'before it drops the page-table locks',
  }).took('end', ['locked', 'eb66ae030829']),
  mremapTable: knob('free', 'how mremap() moves a page table all of which is to go to another address', {
    entries: 'entry by entry',
    trust: 'at once, if there was one before it took the locks',
    recheck: 'at once, if there is one with the locks held',
  }).took('entries', ['trust', '2c91bd4a4e2e'], ['recheck', '6fa1066fc5d0']),
  retractLock: knob('free', 'what khugepaged holds when it takes an empty page table away from a mapping of a file', {
    unsupported: 'it does not collapse files',
    mmap: 'mmap_lock for writing, where it can be had at once',
    rmap: 'the lock of the mappings of the file, for reading',
  }).took('unsupported', ['mmap', 'f3f0e1d2150b'], ['rmap', '1d65b771bc08']),
  unshareSync: knob('free', 'what is done before a page table that was shared belongs to its last user alone', {
    none: 'nothing',
    ipi: 'an interrupt to every CPU',
  }).took('none', ['ipi', '1013af4f585f']),
  flushBarrier: knob('free', 'what a TLB flush orders', {
    mb: 'it is a full barrier, as on every machine there is',
    none: 'nothing by itself',
  }).took('mb'),
  zapDirty: knob('free', 'when zap flushes the TLB after it moved the dirty bit of a file page', {
    'forced-flush': 'before it drops the page-table lock',
    late: 'with everything else, after the lock is dropped',
  }).took('forced-flush'),

  // --- exclusive -----------------------------------------------------------------------------------------------
  anonExclusive: knob('exclusive', 'whether anonymous pages carry PG_anon_exclusive', {
    none: 'they do not',
    tracked: 'they do',
  }).took('none', ['tracked', '6c287605fd56']),
  shareMb: knob('exclusive', 'the barrier between clearing the PTE (A1) and testing for pins (A2)', {
    none: 'no barrier',
    mb: 'smp_mb()',
  }).took('none', ['mb', '088b8aa537c2']),
  shareWmb: knob('exclusive', 'the barrier between clearing PG_anon_exclusive (A3) and writing the PTE (A4)', {
    none: 'no barrier',
    wmb: 'smp_mb__after_atomic(), as a write barrier',
  }).took('none', ['wmb', '088b8aa537c2']),

  ksmObserver: knob('exclusive', 'how KSM tells that somebody holds the page that it is about to merge', {
    exact: 'the reference count must be what the entries, the swap cache and KSM itself account for',
    'exact-then-maybe': 'as exact, then whether an exclusive page may be pinned',
    'maybe-pinned': 'whether an exclusive page may be pinned, alone',
  }).took('exact', ['exact-then-maybe', '6c287605fd56']),
  unmapFlush: knob('exclusive', 'when unmapping for swap flushes the TLB', {
    now: 'between clearing the entry and everything else',
    batched: 'once, after all entries',
    'batched-unless-exclusive': 'now where the page is exclusive, else batched',
  }).took('batched', ['batched-unless-exclusive', '6c287605fd56'], ['batched', '088b8aa537c2']),

  migrateFlush: knob('exclusive', 'when unmapping for migration flushes the TLB', {
    now: 'between clearing the entry and everything else',
    batched: 'once, after all entries',
  }).took('now', ['batched', '7e12beb8ca2a']),

  // --- fault ---------------------------------------------------------------------------------------------------
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

  // --- write-back ----------------------------------------------------------------------------------------------
  reclaimPinned: knob('writeback', 'whether reclaim spares pages that may be pinned', {
    ignore: 'it unmaps them, and keeps them for their references alone',
    'before-swap': 'it does not add them to swap',
    'after-unmap': 'nor does it write or free those that were pinned while they were unmapped',
  }).took('ignore', ['before-swap', 'feb889fb40fa'], ['after-unmap', 'd824ec2a1546']),
  reclaimOrder: knob('writeback', 'what reclaim asks first of a page that it is about to free', {
    'freeze-dirty': 'whether nobody else holds it, by freezing its count, then whether it is dirty',
    'dirty-freeze': 'whether it is dirty, then whether nobody else holds it',
  }).took('freeze-dirty'),
  lazyfree: knob('writeback', 'when reclaim drops a page that MADV_FREE gave up, after it has cleared its entry', {
    unsupported: 'there is no MADV_FREE of this kind',
    clean: 'where the page is clean',
    'counts-clean': 'smp_mb(), where nobody else holds it; smp_rmb(), and it is clean',
    'counts-clean-no-mb': 'as counts-clean, without the smp_mb()',
    'counts-clean-no-rmb': 'as counts-clean, without the smp_rmb()',
  }).took('unsupported', ['clean', '802a3a92ad7a'], ['counts-clean', '6c8e2a256915']),
  pinDetect: knob('writeback', 'how write-back tells that a file page is pinned', {
    none: 'it does not',
    first: 'pins count in the map count; one walk, then the map count is read (first proposal of January 2019)',
    second: 'the map count, a walk, PG_dma_pinned, the map count, a walk that counts markers (second proposal)',
    'walk-read-walk': 'a walk, the map count, a walk that counts markers',
    'read-walk-walk': 'the map count, a walk, a walk that counts markers',
    'walk-walk-read': 'a walk, a walk that counts markers, the map count',
  }).took('none'),
  pinMapcount: knob('writeback', 'the ordering of a pin that counts in the map count', {
    relaxed: 'atomic_inc(), as posted',
    mb: 'atomic_inc(), then smp_mb__after_atomic()',
  }).took('relaxed'),
  pinWriteback: knob('writeback', 'what a pin that counts in the map count does where the page is being written', {
    ignore: 'takes it',
    wait: 'counts, then waits until it is written and starts over (first proposal)',
    'back-off': 'takes the entry for invalid before it counts, waits and starts over (second proposal)',
  }).took('ignore'),
  zapMarker: knob('writeback', 'which entries of file pages leave a marker where they are zapped', {
    none: 'none',
    writable: 'those that are writable (second proposal)',
    present: 'all',
  }).took('none'),
  stablePages: knob('writeback', 'whether a page may change while it is written to disk', {
    wait: 'a write fault waits until it is written, as checksums need it',
    change: 'it may change',
  }).took('wait'),

  // --- devices with page tables of their own ---------------------------------------------------------------------
  mirrorRetry: knob(
    'device',
    'how the driver of a device that mirrors page tables learns that they changed meanwhile',
    {
      unsupported: 'there is no mmu_interval_notifier',
      locked: 'mmu_interval_read_retry() with the lock held that its invalidation takes',
      unlocked: 'mmu_interval_read_retry() before it takes that lock',
      skip: 'not at all',
    },
  ).took('unsupported', ['locked', '99cb252f5e68']),
  mirrorWait: knob('device', 'what mmu_interval_read_begin() orders where it waits for an invalidation', {
    once: 'nothing: wait_event() with READ_ONCE()',
    acquire: 'all that comes after: an acquire',
  }).took('once'),
};

export type KnobName = keyof typeof KNOBS;

/** One decision for every knob. */
export type Design = { readonly [K in KnobName]: keyof (typeof KNOBS)[K]['values'] & string };

/** `--set knob=value` that names no knob, or no value of it. */
export type DesignError =
  | { readonly kind: 'unknown-knob'; readonly knob: string; readonly knobs: readonly string[] }
  | {
      readonly kind: 'unknown-value';
      readonly knob: KnobName;
      readonly value: string;
      readonly values: readonly string[];
    };

export const isKnob = (name: string): name is KnobName => Object.hasOwn(KNOBS, name);

/** The values of a knob, in the order of its declaration. */
export const knobValues = (name: KnobName): readonly string[] => Object.keys(KNOBS[name].values);

/** The design with some decisions taken otherwise, or the first thing wrong with them. */
export function designWith(design: Design, decisions: Readonly<Record<string, string>>): Design | DesignError {
  for (const [name, value] of Object.entries(decisions)) {
    if (!isKnob(name)) return { kind: 'unknown-knob', knob: name, knobs: Object.keys(KNOBS) };
    if (!Object.hasOwn(KNOBS[name].values, value)) {
      return { kind: 'unknown-value', knob: name, value, values: knobValues(name) };
    }
  }
  return { ...design, ...(decisions as Partial<Design>) };
}
