/**
 * What a pin promises its holder, judged on memory alone: the invariants that a race may break under a design that is
 * wrong. Each answers whether it is kept for one pin that is still held.
 */

import type { Pin } from '../gup/gup.ts';
import { FOLL_PIN } from '../gup/gup.ts';
import type { Layout } from '../memory/layout.ts';
import { MAPPING_ANON } from '../memory/mapping.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { generationOf, PAGE_FLAGS, PAGE_MAPPING, PAGE_REFCOUNT, PG_ANON_EXCLUSIVE } from '../memory/page.ts';
import { isMigrationEntry, isSwapEntry, ptePfn, ptePresent } from '../memory/pte.ts';
import { entries, entryAt, isHugeAt, type Memory, pageField } from './inspect.ts';

/** I2: the page was not freed and handed out again under its holder. */
export const pinnedPageLives = (memory: Memory, layout: Layout, pin: Pin): boolean =>
  generationOf(pageField(memory, layout, pin.folio, PAGE_REFCOUNT)) === pin.generation;

/**
 * I4: the mm still maps the pinned page where it was pinned, or nothing (the owner unmapped it). False where CPU and device
 * have come to use different pages, or the page was unmapped for swap or migration in spite of the pin.
 */
export function pinnedPageMapped(memory: Memory, layout: Layout, mm: Mm, pin: Pin): boolean {
  const e = entryAt(memory, layout, mm, pin.address);
  if (ptePresent(e)) return ptePfn(e) === layout.pfnOf(pin.page);
  return !isSwapEntry(e) && !isMigrationEntry(e);
}

/** I5' (every era): no other mm maps the page copy-on-write together with the pinning mm. */
export function pinnedPageUnshared(memory: Memory, layout: Layout, mm: Mm, pin: Pin): boolean {
  if (!isAnon(memory, layout, pin)) return true;
  const pfn = layout.pfnOf(pin.page);
  return entries(memory, layout).every(
    ({ mm: other, e }) => !ptePresent(e) || ptePfn(e) !== pfn || other === layout.mmNumber(mm),
  );
}

/** I5 (from v5.19): a pinned anonymous page is exclusive as long as it is mapped where it was pinned. */
export function pinnedPageExclusive(memory: Memory, layout: Layout, mm: Mm, pin: Pin): boolean {
  if ((pin.flags & FOLL_PIN) === 0 || !isAnon(memory, layout, pin)) return true;
  const e = entryAt(memory, layout, mm, pin.address);
  if (!ptePresent(e) || ptePfn(e) !== layout.pfnOf(pin.page)) return true;
  const flagged = isHugeAt(memory, layout, mm, pin.address) ? pin.folio : pin.page;
  return (pageField(memory, layout, flagged, PAGE_FLAGS) & PG_ANON_EXCLUSIVE) !== 0;
}

const isAnon = (memory: Memory, layout: Layout, pin: Pin): boolean =>
  (pageField(memory, layout, pin.folio, PAGE_MAPPING) & MAPPING_ANON) !== 0;
