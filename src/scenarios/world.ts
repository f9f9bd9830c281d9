/** Worlds to race in, made by operations of the memory manager before the race begins. */

import type { Cpu } from '../cpu/cpu.ts';
import { doAnonymousFolio } from '../mm/fault/fault-anonymous.ts';
import { userStore } from '../mm/fault/user.ts';
import { FAULT_WRITE } from '../mm/fault/vm-fault.ts';
import { doHugePmdAnonymousPage } from '../mm/huge/huge-pmd.ts';
import { type Mapping, mmapRegion, munmap } from '../mm/map/mmap.ts';
import { vmaLookup } from '../mm/map/vma-list.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { LayoutConfig } from '../mm/memory/layout-config.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import type { Page } from '../mm/memory/page.ts';
import { hugePage, pmdCell, pmdIsHuge, pmdTable, pteAlloc, pteCell } from '../mm/memory/page-table.ts';
import { ptePfn } from '../mm/memory/pte.ts';
import { VM_MAYWRITE, VM_READ, VM_WRITE } from '../mm/memory/vma.ts';
import { removeMigrationPtes } from '../mm/migrate/migrate.ts';
import { tryToMigrate, tryToUnmapFlush, type UnmapBatch } from '../mm/rmap/try-to-unmap.ts';

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

/** The page that an mm maps at an address, by an entry or under a huge PMD. */
export function pageAt(cpu: Cpu, k: Kernel, mm: Mm, address: number): Page {
  const pmd = cpu.readOnce(pmdCell(k, mm, address));
  if (pmdIsHuge(pmd)) return hugePage(cpu, k, pmd, address);
  return k.layout.page(ptePfn(cpu.readOnce(pteCell(k, pmdTable(cpu, k, pmd), address))));
}

/** Room for a folio of two pages, and for the VMA that is left when one of them is unmapped. */
export const LARGE: Partial<LayoutConfig> = { largeFolios: true, pages: 8, tables: 6, vmasPerMm: 2 };

/** A page by itself; one of a large folio that entries map; one of a large folio that a PMD maps. */
export type PageKind = 'small' | 'large' | 'huge';

/** A large folio over a whole page table from `address` on, mapped by its entries, or with `huge` by the PMD. */
export function mapAnonFolio(cpu: Cpu, k: Kernel, mm: Mm, address: number, huge = false): Page {
  const end = address + k.layout.config.ptesPerTable;
  must(mmapRegion(cpu, k, mm, { start: address, end, flags: ANON_RW }), 'mmap');
  const vma = vmaLookup(cpu, k, mm, address)!;
  const fault = { mm, vma, address, flags: FAULT_WRITE };
  must(huge ? doHugePmdAnonymousPage(cpu, k, fault) : doAnonymousFolio(cpu, k, fault), 'a large folio');
  for (let each = address; each < end; each++) must(userStore(cpu, k, mm, each, FIRST_DATA), 'a store');
  return pageAt(cpu, k, mm, address);
}

/** An anonymous page at `address`. Of a large folio that entries map, it is the only page that is still mapped. */
export function mapAnonPage(cpu: Cpu, k: Kernel, mm: Mm, address: number, kind: PageKind = 'small'): Page {
  if (kind === 'small') mapAndTouch(cpu, k, mm, { start: address, end: address + 1, flags: ANON_RW });
  else mapAnonFolio(cpu, k, mm, address, kind === 'huge');
  if (kind === 'large') must(munmap(cpu, k, mm, address + 1, address + k.layout.config.ptesPerTable), 'munmap');
  return pageAt(cpu, k, mm, address);
}

/** The child has its page table already, so that no race need make it; it has none where a PMD is to map the page. */
export function family(cpu: Cpu, k: Kernel, kind: PageKind = 'small'): Family {
  const parent = k.layout.mm(0);
  const child = k.layout.mm(1);
  const address = 0;
  const page = mapAnonPage(cpu, k, parent, address, kind);
  if (kind !== 'huge' && pteAlloc(cpu, k, child, address) === 0) {
    throw new RangeError('the world is too small: no page table is left');
  }
  return { k, parent, child, address, page };
}

/** What this CPU has in its TLB for an address, `other` has in its own, and nobody else. */
export function leaveInTlb(cpu: Cpu, k: Kernel, mm: Mm, address: number, other: number): void {
  const own = k.layout.tlb(k.layout.bootCpu, mm, address);
  cpu.writeOnce(k.layout.tlb(other, mm, address), cpu.readOnce(own));
  cpu.writeOnce(own, 0);
}

/**
 * Takes the entry of a page away and gives it back, as a migration that failed does: it is not dirty after, the page is.
 * The caller has locked the folio, and holds a reference.
 */
export function unmapAndRestore(cpu: Cpu, k: Kernel, page: Page, folio: Page): void {
  const batch: UnmapBatch = [];
  tryToMigrate(cpu, k, page, batch);
  tryToUnmapFlush(cpu, k, batch);
  removeMigrationPtes(cpu, k, page, page, folio);
}
