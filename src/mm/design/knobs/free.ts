import { knob } from '../knob.ts';

/** What freeing pages and page tables decides, and what TLBs are told. */
export const FREE_KNOBS = {
  tryGet: knob('free', 'the ordering of taking a reference unless the count is zero', {
    full: 'fully ordered where it succeeds: all that the kernel has',
    acquire: 'acquire',
    relaxed: 'relaxed',
  }).took('full'),
  put: knob('free', 'the ordering of dropping a reference', {
    full: 'fully ordered (atomic_dec_and_test)',
    relaxed: 'relaxed',
  }).took('full'),
  rmapDrop: knob('free', 'the ordering of dropping a map count', {
    full: 'fully ordered (atomic_add_negative): whoever drops it learns whether it was the last',
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
  inodeFree: knob('free', 'when the inode of a file that is gone is freed, with its address_space', {
    rcu: 'after an RCU grace period',
    'at-once': 'at once',
  }).took('rcu'),
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
    ipi: 'an interrupt to every CPU, while it still counts who lets go of it',
    'ipi-last': 'an interrupt to every CPU, after the flush, where one user is left',
  }).took('none', ['ipi', '1013af4f585f'], ['ipi-last', '8ce720d5bd91']),
  flushBarrier: knob('free', 'what a TLB flush orders', {
    mb: 'it is a full barrier, as on every machine there is',
    none: 'nothing by itself',
  }).took('mb'),
  zapDirty: knob('free', 'when zap flushes the TLB after it moved the dirty bit of a file page', {
    'forced-flush': 'before it drops the page-table lock',
    late: 'with everything else, after the lock is dropped',
  }).took('forced-flush'),
};
