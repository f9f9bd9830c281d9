/** What page->mapping says: 0, or a handle with two low bits that tell what it is a handle of. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { PAGE_MAPPING, type Page } from './page.ts';

export const MAPPING_ANON = 1;
export const MAPPING_KSM = 3;
const MAPPING_FLAGS = 3;

/** The value of page->mapping for an anon_vma ({@link MAPPING_ANON}), a KSM page, or an address_space (0). */
export const mkMapping = (handle: Cell, flags: number): number => handle * 4 + flags;
export const mappingFlags = (mapping: number): number => mapping & MAPPING_FLAGS;
/** The anon_vma or address_space that page->mapping, just read, points to: its address depends on that read. */
export const mappingTarget = (cpu: Cpu, mapping: number): Cell => Math.floor(mapping / 4) + cpu.provenance(mapping);

/** PageAnon(), PageKsm() included: does not change until the page is freed. */
export const pageIsAnon = (cpu: Cpu, page: Page): boolean => (cpu.readOnce(page + PAGE_MAPPING) & MAPPING_ANON) !== 0;
