/**
 * A design is data: one record of the decisions of a protocol. Each decision, a *knob*, is declared once, here, with
 * what each of its values means; presets, `--set` and `holdfast list` all read this table.
 */

export interface Knob {
  /** The part of the kernel that the decision belongs to. */
  readonly group: 'fork' | 'pin' | 'free' | 'exclusive' | 'fault' | 'writeback';
  readonly doc: string;
  /** Every value, with what it means. */
  readonly values: Readonly<Record<string, string>>;
}

const knob = <V extends string>(group: Knob['group'], doc: string, values: Readonly<Record<V, string>>) => ({
  group,
  doc,
  values,
});

export const KNOBS = {
  // --- fork ----------------------------------------------------------------------------------------------------
  forkPinned: knob('fork', 'what fork does with a page that may be pinned', {
    share: 'shares it copy-on-write like any other page (to v5.8)',
    copy: 'copies it for the child at once and leaves the parent alone (from v5.9)',
  }),
  forkOrder: knob('fork', 'whether fork write-protects the parent before it looks for pins', {
    'protect-first': 'write-protects, looks, and gives the write permission back where the page is pinned',
    'check-first': 'looks, and write-protects where the page is not pinned',
  }),
  forkBarrier: knob('fork', 'the barrier between the write-protection and the check, for protect-first', {
    none: 'no barrier',
    mb: 'smp_mb()',
  }),
  forkReads: knob('fork', 'what fork reads to detect a pin, and in which order', {
    'flag-count': 'has_pinned, then the count',
    'flag-rmb-count': 'has_pinned, smp_rmb(), then the count',
    'count-flag': 'the count, then has_pinned',
    'count-rmb-flag': 'the count, smp_rmb(), then has_pinned',
    count: 'the count alone',
  }),
  forkReference: knob('fork', 'when fork takes its own reference on the page', {
    'before-check': 'before it looks for pins, and gives it back where it copies (from v5.19)',
    'after-check': 'after it has decided to share (v5.9 to v5.18)',
    'before-check-kept': 'reference and map count before it looks, and neither is given back where it copies',
  }),
  forkCandidate: knob('fork', 'which pages are tested for pins', {
    writable: 'those that the parent maps writable in a COW mapping',
    cow: 'all in a COW mapping, writable or not (v5.9 to v5.18)',
    exclusive: 'anonymous pages that are exclusive to the parent (from v5.19)',
  }),
  forkSeqcount: knob('fork', 'how fork opens write_protect_seq', {
    none: 'there is no write_protect_seq',
    wmb: 'increments it, then smp_wmb() (raw_write_seqcount_begin)',
    mb: 'increments it, then smp_mb()',
    bare: 'increments it, without a barrier',
  }),
  forkSeqEnd: knob('fork', 'how fork closes write_protect_seq', {
    wmb: 'smp_wmb(), then increments it (raw_write_seqcount_end)',
    none: 'increments it, without a barrier',
  }),
  forkAllocation: knob('fork', 'where the page for an early copy comes from', {
    preallocated: 'drops the page-table locks, allocates, takes them again and re-reads the entry (-EAGAIN)',
    'under-lock': 'is allocated with both page-table locks held',
  }),
  forkNewPage: knob('fork', "how the child's early copy is set up", {
    mapped: 'counted as mapped, anonymous, dirty, and writable where the mapping is',
    bare: 'neither counted as mapped nor anonymous, and read-only',
  }),
  pageTableLock: knob('fork', 'what taking a page-table lock orders', {
    acquire: 'acquire, and release when it is dropped: all that the kernel demands',
    full: 'a full barrier after taking it, as on x86 (smp_mb__after_spinlock)',
  }),

  // --- pin -----------------------------------------------------------------------------------------------------
  pinCount: knob('pin', 'how a pin counts on a small page', {
    get: 'as any reference: +1, ordered as tryGet says (to v5.6)',
    full: '+1024 in one fully ordered conditional RMW (v5.7 to v5.13)',
    acquire: '+1024 in one conditional RMW with acquire ordering',
    relaxed: '+1024 in one relaxed conditional RMW',
    'two-step': '+1, ordered as tryGet says, then a relaxed +1023 (v5.14 to v6.0)',
    'two-step-mb': 'as two-step, then smp_mb__after_atomic() (from v6.1)',
  }),
  pinFlag: knob('pin', 'how a pinner records in its mm that it pins', {
    none: 'it does not (to v5.8)',
    write: 'stores has_pinned = 1 every time (v5.9 to v5.13)',
    'test-set': 'tests MMF_HAS_PINNED and sets it where it is clear (from v5.14)',
  }),
  pinSeqcount: knob('pin', 'how a fast pin first reads write_protect_seq', {
    none: 'it does not, and does not read it again',
    acquire: 'smp_load_acquire()',
    rmb: 'READ_ONCE(), then smp_rmb()',
    once: 'READ_ONCE(), without a barrier',
  }),
  pteRecheck: knob('pin', 'whether a fast walk reads the PTE again after taking its reference', {
    check: 'it does, and backs off where the entry changed',
    skip: 'it does not',
  }),
  pmdRecheck: knob('pin', 'whether a fast walk reads the PMD again as well', {
    check: 'it does, before the PTE (from v6.1)',
    skip: 'it does not',
  }),
  headRecheck: knob('pin', 'whether a reference re-checks that the page still belongs to the folio', {
    check: 'it does, and tries again where the page was split off (from v5.14)',
    skip: 'it does not',
  }),
  pinReadOnly: knob('pin', 'what a pin for reading demands of the mapping', {
    any: 'takes whatever is mapped (to v5.6, v5.9 to v5.18)',
    writable: 'demands a writable entry, and breaks COW otherwise (v5.7, v5.8)',
    exclusive: 'an anonymous page must be exclusive, or it is unshared (v5.19, v6.0)',
    'exclusive-rmb': 'as exclusive, with smp_rmb() before the flag is read (v6.1)',
    'exclusive-rmb-file': 'as exclusive-rmb, and a long-term pin unshares file pages of COW mappings too (from v6.2)',
  }),
  pinFile: knob('pin', 'what a fast long-term pin for writing does with pages of files', {
    allow: 'takes them (to v6.4)',
    'after-recheck': 'reads folio->mapping after the PTE re-check, and refuses files with dirty tracking (from v6.5)',
    'before-recheck': 'reads folio->mapping before the PTE re-check',
  }),
  pinNullMapping: knob('pin', 'what that file check does where folio->mapping is NULL', {
    refuse: 'leaves it to the slow path',
    accept: 'takes the page',
  }),
  followForce: knob('pin', 'when a forced write may follow an entry that is not writable', {
    'drop-write': 'after a fault broke COW it retries as a read (to v4.8)',
    'cow-dirty': 'after a fault broke COW, where the entry is dirty (v4.9 to v5.19)',
    exclusive: 'where the page is anonymous and exclusive (from v6.0)',
  }),

  // --- free ----------------------------------------------------------------------------------------------------
  tryGet: knob('free', 'the ordering of taking a reference unless the count is zero', {
    full: 'fully ordered where it succeeds: all that the kernel has',
    acquire: 'acquire',
    relaxed: 'relaxed',
  }),
  put: knob('free', 'the ordering of dropping a reference', {
    full: 'fully ordered (atomic_dec_and_test)',
    relaxed: 'relaxed',
  }),
  tlbFlush: knob('free', 'how other CPUs flush their TLB', {
    ipi: 'an interrupt to each, which waits until it has interrupts on',
    broadcast: 'by hardware, without an interrupt',
  }),
  tableFree: knob('free', 'what delays freeing a page table until no fast walk can be in it', {
    ipi: 'the interrupt of the TLB flush',
    rcu: 'an RCU grace period',
    barrier: 'nothing: smp_mb() alone',
  }),
  zapMapcount: knob('free', 'when zap drops the map count of a dirty file page', {
    'before-flush': 'at once (to v6.1)',
    'after-flush': 'when the TLB is flushed (from v6.2)',
  }),
  splitBarrier: knob('free', 'the barrier between filling the table of a PMD that is split and linking it', {
    wmb: 'smp_wmb()',
    none: 'no barrier',
  }),
  collapseSync: knob('free', 'what khugepaged does after it has unlinked a page table, before it takes it apart', {
    flush: 'flushes the TLB (to v6.0)',
    ipi: 'flushes the TLB and sends an interrupt to every CPU (from v6.1, 2ba99c5e0881)',
  }),
  flushBarrier: knob('free', 'what a TLB flush orders', {
    mb: 'it is a full barrier, as on every machine there is',
    none: 'nothing by itself',
  }),
  zapDirty: knob('free', 'when zap flushes the TLB after it moved the dirty bit of a file page', {
    'forced-flush': 'before it drops the page-table lock (from v3.15)',
    late: 'with everything else, after the lock is dropped',
  }),

  // --- exclusive -----------------------------------------------------------------------------------------------
  anonExclusive: knob('exclusive', 'whether anonymous pages carry PG_anon_exclusive', {
    none: 'they do not (to v5.18)',
    tracked: 'they do (from v5.19)',
  }),
  shareMb: knob('exclusive', 'the barrier between clearing the PTE (A1) and testing for pins (A2)', {
    none: 'no barrier (v5.19, v6.0)',
    mb: 'smp_mb() (from v6.1)',
  }),
  shareWmb: knob('exclusive', 'the barrier between clearing PG_anon_exclusive (A3) and writing the PTE (A4)', {
    none: 'no barrier (v5.19, v6.0)',
    wmb: 'smp_mb__after_atomic(), as a write barrier (from v6.1)',
  }),

  ksmObserver: knob('exclusive', 'how KSM tells that somebody holds the page that it is about to merge', {
    exact: 'the reference count must be what the entries, the swap cache and KSM itself account for (to v5.18)',
    'exact-then-maybe': 'as exact, then whether an exclusive page may be pinned (from v5.19)',
    'maybe-pinned': 'whether an exclusive page may be pinned, alone',
  }),
  unmapFlush: knob('exclusive', 'when unmapping for swap or migration flushes the TLB', {
    now: 'between clearing the entry and everything else',
    batched: 'once, after all entries (to v5.18, and from v6.1)',
    'batched-unless-exclusive': 'now where the page is exclusive, else batched (v5.19, v6.0)',
  }),

  // --- fault ---------------------------------------------------------------------------------------------------
  reuse: knob('fault', 'when a write fault on a read-only anonymous page reuses it instead of copying', {
    mapcount: 'where it is mapped once, whatever its reference count (to v5.8)',
    refcount: 'where nobody else holds a reference (v5.9 to v5.17)',
    exclusive: 'where it is exclusive, or nobody else but the swap cache holds a reference (from v5.19)',
  }),
  uffdDirty: knob('fault', 'which entries userfaultfd makes dirty when it maps a page of the cache', {
    unsupported: 'it cannot map a page of the cache at all (to v5.12)',
    writable: 'those that are writable (v5.13 to v5.15)',
    always: 'all of them (from v5.16, 9ae0f87d009c)',
  }),

  // --- write-back ----------------------------------------------------------------------------------------------
  reclaimPinned: knob('writeback', 'whether reclaim spares pages that may be pinned', {
    ignore: 'it unmaps them, and keeps them for their references alone (to v5.10)',
    'before-swap': 'it does not add them to swap (from v5.11)',
    'after-unmap': 'nor does it write or free those that were pinned while they were unmapped (from v6.4)',
  }),
  reclaimOrder: knob('writeback', 'what reclaim asks first of a page that it is about to free', {
    'freeze-dirty': 'whether nobody else holds it, by freezing its count, then whether it is dirty',
    'dirty-freeze': 'whether it is dirty, then whether nobody else holds it',
  }),
  pinDetect: knob('writeback', 'how write-back tells that a file page is pinned', {
    none: 'it does not',
    first: 'pins count in the map count; one walk, then the map count is read (first proposal of January 2019)',
    second: 'the map count, a walk, PG_dma_pinned, the map count, a walk that counts markers (second proposal)',
    'walk-read-walk': 'a walk, the map count, a walk that counts markers',
    'read-walk-walk': 'the map count, a walk, a walk that counts markers',
    'walk-walk-read': 'a walk, a walk that counts markers, the map count',
  }),
  pinMapcount: knob('writeback', 'the ordering of a pin that counts in the map count', {
    relaxed: 'atomic_inc(), as posted',
    mb: 'atomic_inc(), then smp_mb__after_atomic()',
  }),
  pinWriteback: knob('writeback', 'what a pin that counts in the map count does where the page is being written', {
    ignore: 'takes it',
    wait: 'counts, then waits until it is written and starts over (first proposal)',
    'back-off': 'takes the entry for invalid before it counts, waits and starts over (second proposal)',
  }),
  zapMarker: knob('writeback', 'which entries of file pages leave a marker where they are zapped', {
    none: 'none',
    writable: 'those that are writable (second proposal)',
    present: 'all',
  }),
  stablePages: knob('writeback', 'whether a page may change while it is written to disk', {
    wait: 'a write fault waits until it is written, as checksums need it',
    change: 'it may change',
  }),
} as const satisfies Record<string, Knob>;

export type KnobName = keyof typeof KNOBS;

/** One decision for every knob. */
export type Design = { readonly [K in KnobName]: keyof (typeof KNOBS)[K]['values'] };

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
