import type { Design } from '../mm/design/design.ts';
import { PIN_BIAS } from '../mm/memory/page.ts';
import { litmusSource, type Statement, statements, when } from './litmus-source.ts';
import { pinStatements } from './pin-kernel.ts';

/** What the clearer finds and leaves: the sub-cases of the post. */
export interface ClearingKernel {
  /** The entry before, and after: 2 is writable, 1 read-only, 3 a swap or migration entry. */
  readonly before: 1 | 2;
  readonly after: 1 | 3;
  /** KSM, which holds a reference of its own and counts exactly where the design says so. */
  readonly ksm: boolean;
  /** Is there a flush between A1 and A2? */
  readonly flush: boolean;
}

/**
 * T4: A1 clears the entry, A2 looks for pins, A3 takes PG_anon_exclusive away, A4 writes the entry; B1 to B5 are the fast
 * walk. It is broken where the pinner keeps its pin of a page that is not exclusive.
 */
export function exclusivePinKernel(design: Design, name: string, clearing: ClearingKernel): string {
  const { before, after, ksm } = clearing;
  return litmusSource({
    name,
    comment: ['Clearing PG_anon_exclusive against a fast pin: is a page pinned that is not exclusive any more?'],
    shared: {
      pte: { type: 'int', initial: before },
      // The entry's reference, and that of whoever unmaps or merges the page.
      ref: { type: 'atomic_t', initial: 2 },
      pins: { type: 'atomic_t', initial: 0 },
      exclusive: { type: 'atomic_t', initial: 1 },
      irq: { type: 'spinlock_t', initial: 0 },
    },
    threads: [pinner(design, before), clearer(design, before, after, ksm, clearing.flush)],
    exists: '0:r_pinned=1 /\\ exclusive=0',
  });
}

function pinner(design: Design, before: number): Statement[] {
  const unshared: Statement[] = statements(
    design.pinReadOnly !== 'exclusive' && 'smp_rmb()',
    'r_exclusive = atomic_read(exclusive)',
    when('r_exclusive != 0', ['r_pinned = 1']),
  );
  const looks = before === 1 && design.pinReadOnly !== 'any' && design.pinReadOnly !== 'writable';
  const kept: Statement[] = looks ? unshared : ['r_pinned = 1'];
  const recheck: Statement[] =
    design.pteRecheck === 'skip' ? kept : ['r_pte = READ_ONCE(*pte)', when(`r_pte == ${before}`, kept)];
  const walk: Statement[] = [
    'r_pte = READ_ONCE(*pte)',
    when(`r_pte == ${before}`, pinStatements(design, false, recheck)),
  ];
  return design.tlbFlush === 'ipi' ? ['spin_lock(irq)', ...walk, 'spin_unlock(irq)'] : walk;
}

function clearer(design: Design, before: number, after: number, ksm: boolean, flush: boolean): Statement[] {
  const { ksmObserver, shareMb, shareWmb, flushBarrier, tlbFlush } = design;
  const interrupts = flush && tlbFlush === 'ipi';
  const restore = [`WRITE_ONCE(*pte, ${before})`];
  const take = statements(
    'atomic_sub(1, exclusive)',
    shareWmb === 'wmb' && 'smp_mb__after_atomic()',
    `WRITE_ONCE(*pte, ${after})`,
  );
  const count = 'r_count = atomic_read(ref)';
  const barrier = statements(shareMb === 'mb' && 'smp_mb()');
  const maybe = [...barrier, count, when(`r_count < ${PIN_BIAS}`, take, restore)];
  const checked = ((): Statement[] => {
    if (!ksm || ksmObserver === 'maybe-pinned') return maybe;
    if (ksmObserver === 'exact') return [...barrier, count, when('r_count == 2', take, restore)];
    return [count, when('r_count == 2', maybe, restore)];
  })();
  return statements(
    'r_pte = xchg_relaxed(pte, 0)',
    flush && flushBarrier === 'mb' && 'smp_mb()',
    interrupts && 'spin_lock(irq)',
    interrupts && 'spin_unlock(irq)',
    ...checked,
  );
}
