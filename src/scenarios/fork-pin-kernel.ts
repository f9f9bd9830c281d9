import type { Design } from '../mm/design/design.ts';
import { PIN_BIAS } from '../mm/memory/page.ts';
import { litmusSource, type Statement, statements, when } from './litmus-source.ts';
import { pinStatements } from './pin-kernel.ts';

/**
 * T0 without everything that cannot matter: the entry is 1 where it is writable, the lock is the parent's page-table lock.
 * It is broken where the pinner keeps its pin and fork shares the page.
 */
export function forkPinKernel(design: Design, name: string, large: boolean, pinnedBefore: boolean): string {
  return litmusSource({
    name,
    comment: ['Fork against a fast pin: is a page shared copy-on-write although it is pinned?'],
    shared: {
      pte: { type: 'int', initial: 1 },
      ref: { type: 'atomic_t', initial: 1 },
      pins: { type: 'atomic_t', initial: 0 },
      flag: { type: 'int', initial: pinnedBefore && design.pinFlag !== 'none' ? 1 : 0 },
      seq: { type: 'int', initial: 0 },
      ptl: { type: 'spinlock_t', initial: 0 },
    },
    threads: [pinner(design, large), forker(design, large)],
    exists: '0:r_pinned=1 /\\ 1:r_shared=1',
  });
}

function pinner(design: Design, large: boolean): Statement[] {
  const { pinFlag, pinSeqcount, pteRecheck } = design;
  const kept: Statement[] =
    pinSeqcount === 'none'
      ? ['r_pinned = 1']
      : ['smp_rmb()', 'r_again = READ_ONCE(*seq)', when('r_again == r_seq', ['r_pinned = 1'])];
  const recheck: Statement[] = pteRecheck === 'skip' ? kept : ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', kept)];
  const walk: Statement[] = ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', pinStatements(design, large, recheck))];
  const begin = pinSeqcount === 'acquire' ? 'r_seq = smp_load_acquire(seq)' : 'r_seq = READ_ONCE(*seq)';
  const guarded: Statement[] =
    pinSeqcount === 'none' ? walk : statements(begin, pinSeqcount === 'rmb' && 'smp_rmb()', when('r_seq != 1', walk));
  return statements(
    pinFlag === 'write' && 'WRITE_ONCE(*flag, 1)',
    pinFlag === 'test-set' && 'r_flag = READ_ONCE(*flag)',
    pinFlag === 'test-set' && when('r_flag == 0', ['r_flag = xchg_relaxed(flag, 1)']),
    ...guarded,
  );
}

function forker(design: Design, large: boolean): Statement[] {
  const { forkSeqcount, forkSeqEnd, forkOrder, forkBarrier, forkReference, forkPinned, pageTableLock } = design;
  const seqcount = forkSeqcount !== 'none';
  const first = forkOrder === 'protect-first';
  const own = forkReference !== 'after-check';
  const share: Statement[] = statements(
    !own && 'atomic_add(1, ref)',
    !first && 'r_pte = xchg_relaxed(pte, 0)',
    'r_shared = 1',
  );
  return statements(
    seqcount && 'WRITE_ONCE(*seq, 1)',
    forkSeqcount === 'wmb' && 'smp_wmb()',
    forkSeqcount === 'mb' && 'smp_mb()',
    'spin_lock(ptl)',
    pageTableLock === 'full' && 'smp_mb__after_spinlock()',
    first && 'r_pte = xchg_relaxed(pte, 0)',
    first && forkBarrier === 'mb' && 'smp_mb()',
    own && 'atomic_add(1, ref)',
    ...(forkPinned === 'share' ? share : check(design, large, share)),
    'spin_unlock(ptl)',
    seqcount && forkSeqEnd === 'wmb' && 'smp_wmb()',
    seqcount && 'WRITE_ONCE(*seq, 2)',
  );
}

/** maybePinned(), and sharing where it says no. The second question is asked only where the first says yes. */
function check({ forkReads }: Design, large: boolean, share: readonly Statement[]): Statement[] {
  const flag = (pinned: readonly Statement[]): Statement[] => [
    'r_flag = READ_ONCE(*flag)',
    when('r_flag == 0', share, pinned),
  ];
  const count = (pinned: readonly Statement[]): Statement[] => [
    `r_count = atomic_read(${large ? 'pins' : 'ref'})`,
    when(large ? 'r_count == 0' : `r_count < ${PIN_BIAS}`, share, pinned),
  ];
  switch (forkReads) {
    case 'count':
      return count([]);
    case 'flag-count':
      return flag(count([]));
    case 'flag-rmb-count':
      return flag(['smp_rmb()', ...count([])]);
    case 'count-flag':
      return count(flag([]));
    case 'count-rmb-flag':
      return count(['smp_rmb()', ...flag([])]);
  }
}
