/** Reverse mapping: what a page knows of the entries that map it. */

import type { Cpu } from '../../cpu/cpu.ts';
import { cellIndex } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import type { AnonVma } from '../memory/anon-vma.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mkMapping } from '../memory/mapping.ts';
import {
  PAGE_CELLS,
  PAGE_ENTIRE_MAPCOUNT,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  type Page,
  PG_ANON_EXCLUSIVE,
  PG_HEAD,
} from '../memory/page.ts';
import { isLarge } from '../memory/page-ref.ts';
import type { Vma } from '../memory/vma.ts';

/** page_add_new_anon_rmap() (mm/rmap.c): the first mapping of a page that nobody else knows yet; exclusive from v5.19. */
export function pageAddNewAnonRmap(cpu: Cpu, k: Kernel, page: Page, anonVma: AnonVma, address: number): void {
  cpu.writeOnce(page + PAGE_MAPCOUNT, 1);
  cpu.writeOnce(page + PAGE_MAPPING, mkMapping(cellIndex(anonVma), MAPPING_ANON));
  cpu.writeOnce(page + PAGE_INDEX, address);
  if (k.design.anonExclusive === 'tracked') cpu.writeOnce(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
}

/**
 * page_add_anon_rmap() (mm/rmap.c): an entry maps an anonymous page that was mapped before, or was read from swap. The
 * caller holds the page lock.
 * @param exclusive PG_anon_exclusive comes back, where the design has it
 */
export function pageAddAnonRmap(cpu: Cpu, k: Kernel, page: Page, vma: Vma, address: number, exclusive: boolean): void {
  cpu.atomicAdd(page + PAGE_MAPCOUNT, 1);
  if (cpu.readOnce(page + PAGE_MAPPING) === 0) {
    cpu.writeOnce(page + PAGE_INDEX, address);
    cpu.writeOnce(page + PAGE_MAPPING, mkMapping(cellIndex(k.layout.anonVma(vma.anonVma - 1)), MAPPING_ANON));
  }
  if (exclusive && k.design.anonExclusive === 'tracked') cpu.setBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
}

/** folio_add_new_anon_rmap() (v6.8) of a large folio mapped by PTEs: each of its pages is mapped, and exclusive, by itself. */
export function folioAddNewAnonRmap(
  cpu: Cpu,
  k: Kernel,
  folio: Page,
  count: number,
  anonVma: AnonVma,
  address: number,
): void {
  const exclusive = k.design.anonExclusive === 'tracked' ? PG_ANON_EXCLUSIVE : 0;
  cpu.writeOnce(folio + PAGE_MAPPING, mkMapping(cellIndex(anonVma), MAPPING_ANON));
  cpu.writeOnce(folio + PAGE_INDEX, address);
  for (let i = 0; i < count; i++) {
    cpu.writeOnce(folio + i * PAGE_CELLS + PAGE_MAPCOUNT, 1);
    cpu.writeOnce(folio + i * PAGE_CELLS + PAGE_FLAGS, exclusive | (i === 0 ? PG_HEAD : 0));
  }
}

/** page_dup_rmap(): one more entry maps the page. */
export const pageDupRmap = (cpu: Cpu, page: Page): void => cpu.atomicAdd(page + PAGE_MAPCOUNT, 1);

/** page_mapcount(): how many entries map the page, with the PMDs that map all of its folio. */
export const pageMapcount = (cpu: Cpu, k: Kernel, page: Page, folio: Page): number =>
  cpu.readOnce(page + PAGE_MAPCOUNT) + (isLarge(cpu, k, folio) ? cpu.readOnce(folio + PAGE_ENTIRE_MAPCOUNT) : 0);

const DROP = { full: Mode.Full, relaxed: Mode.Once } as const;

/** page_remove_rmap(): one entry fewer maps the page. */
export const pageRemoveRmap = (cpu: Cpu, k: Kernel, page: Page, label?: string): void => {
  cpu.atomicSubReturn(page + PAGE_MAPCOUNT, 1, DROP[k.design.rmapDrop], label);
};

/** page_remove_rmap() of a PMD: one PMD fewer maps the folio. */
export const pageRemovePmdRmap = (cpu: Cpu, k: Kernel, folio: Page): void => {
  cpu.atomicSubReturn(folio + PAGE_ENTIRE_MAPCOUNT, 1, DROP[k.design.rmapDrop]);
};
