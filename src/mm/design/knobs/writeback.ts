import { knob } from '../knob.ts';

/** What reclaim and write-back decide. */
export const WRITEBACK_KNOBS = {
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
};
