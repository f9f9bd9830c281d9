import type { Design } from '../mm/design/design.ts';
import { litmusSource, type Statement, statements, when } from './litmus-source.ts';

/**
 * A device's look at an entry against its invalidation: the entry is 1 before and 0 after. The sequence of the notifier is 2,
 * then 3 while entries are invalidated, and 4; what the driver was told last is 1, then 3. It is broken where the device
 * ends with the old entry.
 * @param excludes the driver looks with a lock held that the other holds throughout
 */
export function mirrorKernel(design: Design, name: string, excludes: boolean): string {
  return litmusSource({
    name,
    comment: ['A mirrored page table against its invalidation: does the device end with an entry that is gone?'],
    shared: {
      pte: { type: 'int', initial: 1 },
      device: { type: 'int', initial: 0 },
      seq: { type: 'int', initial: 2 },
      told: { type: 'int', initial: 1 },
      subs: { type: 'spinlock_t', initial: 0 },
      driver: { type: 'spinlock_t', initial: 0 },
      ptl: { type: 'spinlock_t', initial: 0 },
      mmap: { type: 'spinlock_t', initial: 0 },
    },
    threads: [driver(design, excludes), changer(excludes)],
    exists: 'device=1 /\\ pte=0',
  });
}

function driver({ mirrorRetry, mirrorWait }: Design, excludes: boolean): Statement[] {
  const retry = (then: readonly Statement[]): Statement[] => [
    'r_again = READ_ONCE(*told)',
    when('r_again == r_begin', then),
  ];
  const program: Statement[] = ['WRITE_ONCE(*device, r_pte)'];
  const locked: Statement[] = [
    'spin_lock(driver)',
    ...(mirrorRetry === 'locked' ? retry(program) : program),
    'spin_unlock(driver)',
  ];
  const look: Statement[] = statements(
    excludes && 'spin_lock(mmap)',
    'r_pte = READ_ONCE(*pte)',
    excludes && 'spin_unlock(mmap)',
    ...(mirrorRetry === 'unlocked' ? retry(locked) : locked),
  );
  const read = mirrorWait === 'acquire' ? 'r_now = smp_load_acquire(seq)' : 'r_now = READ_ONCE(*seq)';
  // Who finds both the same waits for the end; what does not see it waits on, and is left out.
  return [
    'spin_lock(subs)',
    'r_begin = READ_ONCE(*told)',
    'r_now = READ_ONCE(*seq)',
    'spin_unlock(subs)',
    when('r_begin == r_now', [read, when('r_now == 4', look)], look),
  ];
}

function changer(excludes: boolean): Statement[] {
  return statements(
    excludes && 'spin_lock(mmap)',
    'spin_lock(subs)',
    'WRITE_ONCE(*seq, 3)',
    'spin_unlock(subs)',
    'spin_lock(driver)',
    'WRITE_ONCE(*told, 3)',
    'WRITE_ONCE(*device, 0)',
    'spin_unlock(driver)',
    'spin_lock(ptl)',
    'r_pte = xchg_relaxed(pte, 0)',
    'spin_unlock(ptl)',
    'spin_lock(subs)',
    'WRITE_ONCE(*seq, 4)',
    'spin_unlock(subs)',
    excludes && 'spin_unlock(mmap)',
  );
}
