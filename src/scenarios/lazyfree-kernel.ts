import type { Design } from '../mm/design/design.ts';
import { PIN_BIAS } from '../mm/memory/page.ts';
import { litmusSource, type Statement, statements, when } from './litmus-source.ts';
import { pinStatements } from './pin-kernel.ts';

/**
 * Dropping a page of MADV_FREE: the entry is 1 while it maps the page. It is broken where the page is dropped although the
 * pin is kept, or although it was set dirty before it was unpinned.
 */
export function lazyfreeKernel(design: Design, name: string, by: 'pin' | 'unpin'): string {
  const { lazyfree, flushBarrier, unmapFlush, anonExclusive, pteRecheck, tlbFlush, pinCount } = design;
  const flushed = unmapFlush === 'now' || (unmapFlush === 'batched-unless-exclusive' && anonExclusive === 'tracked');
  const counts = lazyfree !== 'clean';
  const kept: Statement[] = ['r_pinned = 1'];
  const recheck: Statement[] = pteRecheck === 'skip' ? kept : ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', kept)];
  const walk: Statement[] = ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', pinStatements(design, false, recheck))];
  const interrupts = tlbFlush === 'ipi';
  const bias = pinCount === 'get' ? 1 : PIN_BIAS;
  const pinned = interrupts ? ['spin_lock(irq)', ...walk, 'spin_unlock(irq)'] : walk;
  const put = design.put === 'full' ? `r_left = atomic_sub_return(${bias}, ref)` : `atomic_sub(${bias}, ref)`;
  const isClean: Statement[] = ['r_dirty = READ_ONCE(*dirty)', when('r_dirty == 0', ['r_dropped = 1'])];
  return litmusSource({
    name,
    comment: ['Dropping a page of MADV_FREE against a pin: is a page dropped that is, or was, written to?'],
    shared: {
      pte: { type: 'int', initial: 1 },
      // The reference of the entry, that of reclaim, and where it was pinned before that of the pin.
      ref: { type: 'atomic_t', initial: by === 'unpin' ? 2 + bias : 2 },
      pins: { type: 'atomic_t', initial: 0 },
      dirty: { type: 'int', initial: 0 },
      irq: { type: 'spinlock_t', initial: 0 },
    },
    threads: [
      by === 'pin' ? pinned : ['r_dirty = xchg(dirty, 1)', put],
      statements(
        'r_pte = xchg_relaxed(pte, 0)',
        flushed && flushBarrier === 'mb' && 'smp_mb()',
        flushed && interrupts && 'spin_lock(irq)',
        flushed && interrupts && 'spin_unlock(irq)',
        counts && lazyfree !== 'counts-clean-no-mb' && 'smp_mb()',
        ...(counts
          ? [
              'r_count = atomic_read(ref)',
              when('r_count == 2', statements(lazyfree !== 'counts-clean-no-rmb' && 'smp_rmb()', ...isClean)),
            ]
          : isClean),
      ),
    ],
    exists: by === 'pin' ? '0:r_pinned=1 /\\ 1:r_dropped=1' : '1:r_dropped=1',
  });
}
