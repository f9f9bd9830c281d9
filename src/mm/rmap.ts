/** Reverse mapping: what a page knows of the entries that map it. */

import type { Cpu } from '../cpu/cpu.ts';
import { cellIndex } from '../cpu/cpu.ts';
import type { AnonVma } from './anon-vma.ts';
import type { Kernel } from './kernel.ts';
import { MAPPING_ANON, mkMapping } from './mapping.ts';
import { PAGE_FLAGS, PAGE_INDEX, PAGE_MAPCOUNT, PAGE_MAPPING, type Page, PG_ANON_EXCLUSIVE } from './page.ts';

/** page_add_new_anon_rmap() (mm/rmap.c): the first mapping of a page that nobody else knows yet; exclusive from v5.19. */
export function pageAddNewAnonRmap(cpu: Cpu, k: Kernel, page: Page, anonVma: AnonVma, address: number): void {
  cpu.writeOnce(page + PAGE_MAPCOUNT, 1);
  cpu.writeOnce(page + PAGE_MAPPING, mkMapping(cellIndex(anonVma), MAPPING_ANON));
  cpu.writeOnce(page + PAGE_INDEX, address);
  if (k.design.anonExclusive === 'tracked') cpu.writeOnce(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
}

/** page_dup_rmap(): one more entry maps the page. */
export const pageDupRmap = (cpu: Cpu, page: Page): void => cpu.atomicAdd(page + PAGE_MAPCOUNT, 1);

/** page_remove_rmap(): one entry fewer maps the page. */
export const pageRemoveRmap = (cpu: Cpu, page: Page): void => cpu.atomicSub(page + PAGE_MAPCOUNT, 1);
