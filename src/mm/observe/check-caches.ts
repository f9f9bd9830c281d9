/** I23: the page cache and the swap cache agree with their pages on where each is. */

import { AS_PAGES } from '../memory/address-space.ts';
import type { Layout } from '../memory/layout.ts';
import { mappingFlags, mkMapping } from '../memory/mapping.ts';
import {
  PAGE_FLAGS,
  PAGE_HEAD,
  PAGE_INDEX,
  PAGE_MAPPING,
  PAGE_PRIVATE,
  PG_SWAPCACHE,
  PG_WRITEBACK,
} from '../memory/page.ts';
import type { Memory } from './inspect.ts';

/**
 * Checks both directions: what a cache has says that it is there, and what says that it is in a cache is there.
 * @param fail told of each that does not
 */
export function checkCaches(memory: Memory, layout: Layout, fail: (id: 'I20' | 'I23', message: string) => void): void {
  const { files, pagesPerFile, swapSlots, pages } = layout.config;
  const field = (pfn: number, offset: number): number => memory[layout.page(pfn) + offset]!;
  const expected = new Map<number, string>();
  const claim = (pfn: number, where: string, agrees: boolean): void => {
    if (!agrees) fail('I23', `${where} has page ${pfn}, which says that it is elsewhere`);
    if (expected.has(pfn)) fail('I23', `page ${pfn} is in ${expected.get(pfn)} and in ${where}`);
    expected.set(pfn, where);
  };
  for (let n = 0; n < files.length; n++) {
    for (let index = 0; index < pagesPerFile; index++) {
      const cached = memory[layout.file(n) + AS_PAGES + index]!;
      if (cached === 0) continue;
      const at = field(cached - 1, PAGE_MAPPING) === mkMapping(layout.file(n), 0);
      claim(cached - 1, `file ${n}, at ${index},`, at && field(cached - 1, PAGE_INDEX) === index);
    }
  }
  for (let slot = 0; slot < swapSlots; slot++) {
    const cached = memory[layout.swapCache + slot]!;
    if (cached === 0) continue;
    const flagged = (field(cached - 1, PAGE_FLAGS) & PG_SWAPCACHE) !== 0;
    claim(cached - 1, `swap slot ${slot}`, flagged && field(cached - 1, PAGE_PRIVATE) === slot);
  }
  for (let pfn = 0; pfn < pages; pfn++) {
    if (field(pfn, PAGE_HEAD) > 0) continue;
    const mapping = field(pfn, PAGE_MAPPING);
    const inCache = (mapping !== 0 && mappingFlags(mapping) === 0) || (field(pfn, PAGE_FLAGS) & PG_SWAPCACHE) !== 0;
    if (inCache && !expected.has(pfn)) fail('I23', `page ${pfn} says that it is in a cache, and is in none`);
    if ((field(pfn, PAGE_FLAGS) & PG_WRITEBACK) !== 0) fail('I20', `page ${pfn} is under write-back`);
  }
}
