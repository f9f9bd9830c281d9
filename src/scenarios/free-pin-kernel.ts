import type { Design } from '../mm/design/design.ts';
import { litmusSource, type Statement, statements, when } from './litmus-source.ts';
import { pinStatements } from './pin-kernel.ts';

/**
 * The zap of T2: the entry is 1 while it maps the page, the owner is 2 once another has the page. It is broken where the
 * pinner keeps its pin of a page that was handed on.
 */
export function freePinKernel(design: Design, name: string): string {
  const { put, rmapDrop, flushBarrier, tlbFlush, pteRecheck } = design;
  const recheck: Statement[] =
    pteRecheck === 'skip' ? ['r_pinned = 1'] : ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', ['r_pinned = 1'])];
  const walk: Statement[] = ['r_pte = READ_ONCE(*pte)', when('r_pte == 1', pinStatements(design, false, recheck))];
  const interruptible = tlbFlush === 'ipi';
  return litmusSource({
    name,
    comment: ['Zap, free and reuse against a fast pin: is a page pinned that belongs to another by now?'],
    shared: {
      pte: { type: 'int', initial: 1 },
      ref: { type: 'atomic_t', initial: 1 },
      mapcount: { type: 'atomic_t', initial: 1 },
      pins: { type: 'atomic_t', initial: 0 },
      owner: { type: 'int', initial: 1 },
      irq: { type: 'spinlock_t', initial: 0 },
    },
    threads: [
      interruptible ? ['spin_lock(irq)', ...walk, 'spin_unlock(irq)'] : walk,
      statements(
        'r_pte = xchg_relaxed(pte, 0)',
        rmapDrop === 'full' ? 'r_mapped = atomic_sub_return(1, mapcount)' : 'atomic_sub(1, mapcount)',
        flushBarrier === 'mb' && 'smp_mb()',
        interruptible && 'spin_lock(irq)',
        interruptible && 'spin_unlock(irq)',
        put === 'full' ? 'r_left = atomic_sub_return(1, ref)' : 'r_left = atomic_sub_return_relaxed(1, ref)',
        when('r_left == 0', ['WRITE_ONCE(*owner, 2)', 'atomic_set(ref, 1)']),
      ),
    ],
    exists: '0:r_pinned=1 /\\ owner=2',
  });
}
