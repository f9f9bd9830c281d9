/** Worlds to race in, made by operations of the memory manager before the race begins. */

import type { Cpu } from '../cpu/cpu.ts';
import type { Kernel } from '../mm/kernel.ts';
import type { Mm } from '../mm/mm-struct.ts';
import { type Mapping, mmapRegion } from '../mm/mmap.ts';
import type { Page } from '../mm/page.ts';
import { pmdCell, pmdTable, pteAlloc, pteCell } from '../mm/page-table.ts';
import { ptePfn } from '../mm/pte.ts';
import { userStore } from '../mm/user.ts';
import { VM_MAYWRITE, VM_READ, VM_WRITE } from '../mm/vma.ts';

/** What memory contains before a race. */
export const FIRST_DATA = 1;

/** A private anonymous mapping that may be read and written. */
export const ANON_RW = VM_READ | VM_WRITE | VM_MAYWRITE;

/** A parent that maps one anonymous page writable at `address`, and a child that maps nothing yet. */
export interface Family {
  readonly k: Kernel;
  readonly parent: Mm;
  readonly child: Mm;
  readonly address: number;
  readonly page: Page;
}

/** @throws RangeError where the world is too small for it */
export function must(error: number, what: string): void {
  if (error !== 0) throw new RangeError(`the world is too small: ${what} failed with ${error}`);
}

/** mmap(), and a store to every page, so that each is there. */
export function mapAndTouch(cpu: Cpu, k: Kernel, mm: Mm, mapping: Mapping): void {
  must(mmapRegion(cpu, k, mm, mapping), 'mmap');
  for (let address = mapping.start; address < mapping.end; address++) {
    must(userStore(cpu, k, mm, address, FIRST_DATA), 'a store');
  }
}

/** The page that an mm maps at an address. */
export function pageAt(cpu: Cpu, k: Kernel, mm: Mm, address: number): Page {
  const table = pmdTable(cpu, k, cpu.readOnce(pmdCell(k, mm, address)));
  return k.layout.page(ptePfn(cpu.readOnce(pteCell(k, table, address))));
}

/** The child has its page table already, so that no race need make it. */
export function family(cpu: Cpu, k: Kernel): Family {
  const parent = k.layout.mm(0);
  const child = k.layout.mm(1);
  const address = 0;
  mapAndTouch(cpu, k, parent, { start: address, end: address + 1, flags: ANON_RW });
  if (pteAlloc(cpu, k, child, address) === 0) throw new RangeError('the world is too small: no page table is left');
  return { k, parent, child, address, page: pageAt(cpu, k, parent, address) };
}
