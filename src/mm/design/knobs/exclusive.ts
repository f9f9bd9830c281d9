import { knob } from '../knob.ts';

/** What clearing PG_anon_exclusive decides. */
export const EXCLUSIVE_KNOBS = {
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
  ksmFlush: knob('exclusive', 'what KSM makes of an entry that is read-only and clean already', {
    trust: 'nobody can write to the page: it leaves the entry as it is',
    pending: 'it flushes where the mm is about to flush TLBs, which may have more than the entry says',
    'pending-rmb': 'as pending, with smp_rmb() between that and looking at the page',
  }).took('trust', ['pending', 'b3a81d0841a9']),
  unmapFlush: knob('exclusive', 'when unmapping for swap flushes the TLB', {
    now: 'between clearing the entry and everything else',
    batched: 'once, after all entries',
    'batched-unless-exclusive': 'now where the page is exclusive, else batched',
  }).took('batched', ['batched-unless-exclusive', '6c287605fd56'], ['batched', '088b8aa537c2']),

  migrateFlush: knob('exclusive', 'when unmapping for migration flushes the TLB', {
    now: 'between clearing the entry and everything else',
    batched: 'once, after all entries',
  }).took('now', ['batched', '7e12beb8ca2a']),
};
