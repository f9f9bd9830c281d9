/** Looking at memory from outside, before or after a race: page tables and lists as plain values. */

import type { FreeLists } from '../memory/allocator.ts';
import type { Layout } from '../memory/layout.ts';
import type { Mm } from '../memory/mm-struct.ts';
import type { Page } from '../memory/page.ts';
import { PT_PTES, pmdIsHuge, pmdIsTable } from '../memory/page-table.ts';
import { PMD_HUGE, PTE_NONE, PTE_SHIFT, type Pte, ptePfn } from '../memory/pte.ts';
import { decodeVma, type Vma } from '../memory/vma.ts';

/** Words of memory by index: an array, or the final values of an execution. */
export type Memory = { readonly [index: number]: number };

/** An entry that is not none, and where it stands. */
export interface Entry {
  readonly mm: number;
  readonly address: number;
  readonly e: Pte;
  /** The entry is a PMD, and maps a huge page from `address` on. */
  readonly huge: boolean;
}

/** Every entry of every address space that is not none: PTEs, and PMDs that map huge pages. */
export function entries(memory: Memory, layout: Layout): Entry[] {
  const { mms, pmdsPerMm, ptesPerTable } = layout.config;
  const found: Entry[] = [];
  for (let mm = 0; mm < mms; mm++) {
    for (let i = 0; i < pmdsPerMm; i++) {
      const pmd = memory[layout.mm(mm) + layout.mmPmds + i]!;
      const address = i * ptesPerTable;
      if (!pmdIsTable(pmd)) {
        if (pmd !== PTE_NONE) found.push({ mm, address, e: pmd, huge: true });
        continue;
      }
      const table = layout.table(ptePfn(pmd));
      for (let j = 0; j < ptesPerTable; j++) {
        const e = memory[table + PT_PTES + j]!;
        if (e !== PTE_NONE) found.push({ mm, address: address + j, e, huge: false });
      }
    }
  }
  return found;
}

/** The entry of an address; where a PMD maps a huge page, the PTE that would map the same. */
export function entryAt(memory: Memory, layout: Layout, mm: Mm, address: number): Pte {
  const { ptesPerTable } = layout.config;
  const pmd = memory[layout.mm(layout.mmNumber(mm)) + layout.mmPmds + Math.floor(address / ptesPerTable)]!;
  if (pmdIsHuge(pmd)) return (pmd & ~PMD_HUGE) + ((address % ptesPerTable) << PTE_SHIFT);
  return pmdIsTable(pmd) ? memory[layout.table(ptePfn(pmd)) + PT_PTES + (address % ptesPerTable)]! : PTE_NONE;
}

/** Does a PMD map a huge page at the address? */
export const isHugeAt = (memory: Memory, layout: Layout, mm: Mm, address: number): boolean =>
  pmdIsHuge(memory[layout.mm(layout.mmNumber(mm)) + layout.mmPmds + Math.floor(address / layout.config.ptesPerTable)]!);

/** The VMAs of an mm, by slot. */
export function vmasOf(memory: Memory, layout: Layout, mm: Mm): Vma[] {
  const first = layout.mm(layout.mmNumber(mm)) + layout.mmPmds - layout.config.vmasPerMm;
  const words = Array.from({ length: layout.config.vmasPerMm }, (_, slot) => memory[first + slot]!);
  return words.map(decodeVma).filter((vma) => vma.end > 0);
}

/** On how many lists each of `count` things is free. */
export function timesFree(memory: Memory, layout: Layout, lists: FreeLists, count: number): number[] {
  const times = new Array<number>(count).fill(0);
  const add = (word: number): void => {
    for (let n = 0; n < count; n++) times[n]! += (word >> n) & 1;
  };
  add(memory[lists.zone]!);
  for (let cpu = 0; cpu <= layout.config.cpus; cpu++) add(memory[lists.perCpu + cpu]!);
  return times;
}

/** A field of a page. */
export const pageField = (memory: Memory, layout: Layout, page: Page, field: number): number =>
  memory[layout.page(layout.pfnOf(page)) + field]!;
