/** Taking PG_anon_exclusive away from a page, so that it may be shared or its entry replaced. */

import type { Cpu } from '../../cpu/cpu.ts';
import { EBUSY } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { PAGE_FLAGS, type Page, PG_ANON_EXCLUSIVE } from '../memory/page.ts';

/** PageAnonExclusive(). */
export const pageAnonExclusive = (cpu: Cpu, page: Page): boolean =>
  (cpu.readOnce(page + PAGE_FLAGS) & PG_ANON_EXCLUSIVE) !== 0;

/**
 * page_try_share_anon_rmap() (include/linux/rmap.h v5.19 to v6.6, folio_try_share_anon_rmap_pte() after): A2 tests for
 * pins, A3 clears PG_anon_exclusive. The caller holds the page-table lock, has cleared the entry (A1), and writes the
 * new one after (A4). No barrier stands between A2 and A3: stores are not speculated.
 * @returns 0, or -EBUSY where the page may be pinned and stays exclusive
 */
export function pageTryShareAnonRmap(cpu: Cpu, k: Kernel, page: Page, folio: Page): number {
  shareBarrier(cpu, k);
  if (k.ops.pageMaybeDmaPinned(cpu, k, folio, 'A2')) return EBUSY;
  clearAnonExclusive(cpu, k, page);
  return 0;
}

/** What stands between A1 and A2. */
export function shareBarrier(cpu: Cpu, k: Kernel): void {
  if (k.design.shareMb === 'mb') cpu.smpMb();
}

/** A3, and what stands between it and A4. */
export function clearAnonExclusive(cpu: Cpu, k: Kernel, page: Page): void {
  cpu.clearBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE, 'A3');
  if (k.design.shareWmb === 'wmb') cpu.smpMbAfterAtomic();
}
