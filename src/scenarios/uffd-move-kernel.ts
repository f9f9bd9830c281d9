import type { Design } from '../mm/design/design.ts';
import { PIN_BIAS } from '../mm/memory/page.ts';
import { litmusSource, type Statement, statements, when } from './litmus-source.ts';
import { pinStatements } from './pin-kernel.ts';

/**
 * UFFDIO_MOVE against a fast pin: the entry is 1 while it maps the page. It is broken where the pinner keeps its pin and the
 * page is moved.
 * @param batched the entry is not flushed before the test
 */
export function uffdMoveKernel(design: Design, name: string, batched: boolean): string {
  const { flushBarrier, uffdMove, pteRecheck, tlbFlush } = design;
  const kept: Statement[] = ['r_pinned = 1'];
  const recheck: Statement[] = pteRecheck === 'skip' ? kept : ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', kept)];
  const walk: Statement[] = ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', pinStatements(design, false, recheck))];
  const interrupts = tlbFlush === 'ipi';
  const mb = batched ? uffdMove === 'batched-mb' : flushBarrier === 'mb';
  return litmusSource({
    name,
    comment: ['UFFDIO_MOVE against a fast pin: is a page moved although it is pinned?'],
    shared: {
      pte: { type: 'int', initial: 1 },
      // The reference of the entry, and that of whoever moves the page.
      ref: { type: 'atomic_t', initial: 2 },
      pins: { type: 'atomic_t', initial: 0 },
      irq: { type: 'spinlock_t', initial: 0 },
    },
    threads: [
      interrupts ? ['spin_lock(irq)', ...walk, 'spin_unlock(irq)'] : walk,
      statements(
        'r_pte = xchg_relaxed(pte, 0)',
        mb && 'smp_mb()',
        !batched && interrupts && 'spin_lock(irq)',
        !batched && interrupts && 'spin_unlock(irq)',
        'r_count = atomic_read(ref)',
        when(`r_count < ${PIN_BIAS}`, ['r_moved = 1'], ['WRITE_ONCE(*pte, 1)']),
      ),
    ],
    exists: '0:r_pinned=1 /\\ 1:r_moved=1',
  });
}
