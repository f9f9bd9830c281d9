/**
 * "Mapcount pin detection", January 2019, the side of the pinner: a pin of a file page counts in its map count as well, so
 * that write-back may find more there than entries. Never merged.
 */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { PAGE_FLAGS, PAGE_MAPCOUNT, type Page, PG_DMA_PINNED, PG_WRITEBACK } from '../memory/page.ts';

/** Do pins of file pages count in the map count? */
export const pinsCountAsMapped = (k: Kernel): boolean => k.design.pinDetect !== 'none';

/**
 * The addition to __get_user_pages(): g2 backs off where the page is being written, g3 sets PG_dma_pinned, g4 counts.
 * The caller holds a reference or the page-table lock.
 * @returns false where the page is being written and the design waits for that; then nothing is counted
 */
export function mapcountPin(cpu: Cpu, k: Kernel, folio: Page): boolean {
  const { pinDetect, pinMapcount, pinWriteback } = k.design;
  if (pageIsAnon(cpu, folio)) return true;
  const written = (): boolean => (cpu.readOnce(folio + PAGE_FLAGS, 'g2') & PG_WRITEBACK) !== 0;
  if (pinWriteback === 'back-off' && written()) return false;
  if (pinDetect !== 'first') cpu.setBits(folio + PAGE_FLAGS, PG_DMA_PINNED, 'g3');
  cpu.atomicAdd(folio + PAGE_MAPCOUNT, 1, 'g4');
  if (pinMapcount === 'mb') cpu.smpMbAfterAtomic();
  if (pinWriteback !== 'wait' || !written()) return true;
  cpu.atomicSub(folio + PAGE_MAPCOUNT, 1);
  return false;
}

/** The addition to put_user_page(): the flag stays for write-back to clear. */
export function mapcountUnpin(cpu: Cpu, folio: Page): void {
  if (!pageIsAnon(cpu, folio)) cpu.atomicSub(folio + PAGE_MAPCOUNT, 1);
}
