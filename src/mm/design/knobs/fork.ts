import { knob } from '../knob.ts';

/** What fork() decides. */
export const FORK_KNOBS = {
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
  forkExclusive: knob('fork', 'when fork asks whether an anonymous page is exclusive to the parent', {
    'before-pins': 'before it tests for pins: what is not exclusive is shared without the test',
    'after-pins': 'after it has tested for pins',
  }).took('before-pins', ['after-pins', '61d90309b715']),
  forkBatch: knob('fork', 'how many entries of a large folio fork copies at a time', {
    one: 'one',
    folio: 'all that map pages of it one after the other: references and the test for pins are for all of them',
  }).took('one', ['folio', 'f8d937761d65']),
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
};
