/** Long-term pins keep off memory that must stay movable: their pages are moved elsewhere first, or are not pinned. */

import type { Cpu } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import { EAGAIN, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { PAGE_FLAGS, type Page, PG_LRU } from '../memory/page.ts';
import { putPage, ungrabFolio } from '../memory/page-ref.ts';
import { migratePage } from '../migrate/migrate.ts';
import { folioIsolateLru, folioPutbackLru } from '../reclaim/lru.ts';
import { FOLL_LONGTERM, FOLL_PIN, type GupResult, type Pin } from './gup.ts';
import { gupSlow } from './gup-slow.ts';

/** folio_is_longterm_pinnable() (include/linux/mm.h v6.5, is_pinnable_page() v5.14): not of CMA, nor in ZONE_MOVABLE. */
export const folioIsLongtermPinnable = (k: Kernel, folio: Page): boolean =>
  k.layout.pfnOf(folio) >= k.layout.config.movablePages;

/** try_grab_folio() (mm/gup.c, from v5.7): a fast walk leaves such a page to the slow path. */
export const fastLongtermRefused = (k: Kernel, folio: Page, flags: number): boolean =>
  (flags & FOLL_LONGTERM) !== 0 && !folioIsLongtermPinnable(k, folio) && k.design.pinMovable !== 'allow';

/** __gup_longterm_locked() (mm/gup.c): pins, looks whether it may, moves what it may not pin, and pins again. */
export function gupLongtermLocked(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): GupResult {
  const checks = (flags & FOLL_LONGTERM) !== 0 && k.layout.config.movablePages > 0 && k.design.pinMovable !== 'allow';
  for (;;) {
    const got = gupSlow(cpu, k, mm, start, end, flags);
    if (!checks || got.pins.length === 0) return got;
    const error = checkAndMigrateMovablePages(cpu, k, got.pins);
    if (error === 0) return got;
    if (error === EAGAIN) continue;
    return k.design.pinMovable === 'try' ? gupSlow(cpu, k, mm, start, end, flags) : { pins: [], error };
  }
}

/**
 * check_and_migrate_movable_pages() (mm/gup.c, from v5.13; check_and_migrate_cma_pages() before): what must not be pinned for long is
 * given back and moved. A page that somebody else has taken off its list is tried again, which waits here until it is back.
 * @returns 0 where all may stay pinned; else none is pinned any more: -EAGAIN where they are to be pinned again, or -ENOMEM
 */
function checkAndMigrateMovablePages(cpu: Cpu, k: Kernel, pins: readonly Pin[]): number {
  const unpinnable = pins.filter(({ folio }) => !folioIsLongtermPinnable(k, folio)).map(({ folio }) => folio);
  if (unpinnable.length === 0) return 0;
  const isolated = unpinnable.filter((folio) => folioIsolateLru(cpu, folio));
  if (isolated.length === 0 && k.design.pinMovable !== 'insist') return 0;
  for (const { folio, flags } of pins) ungrabFolio(cpu, k, folio, (flags & FOLL_PIN) !== 0);
  let error = EAGAIN;
  for (const folio of isolated) {
    if (migratePage(cpu, k, folio) === 0) {
      putPage(cpu, k, folio);
    } else {
      folioPutbackLru(cpu, k, folio);
      error = ENOMEM;
    }
  }
  for (const folio of unpinnable) {
    if (!isolated.includes(folio)) cpu.readWhen(folio + PAGE_FLAGS, PG_LRU, PG_LRU, Mode.Once);
  }
  return error;
}
