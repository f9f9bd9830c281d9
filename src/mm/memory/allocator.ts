/**
 * The page allocator: a list of free pages on each CPU (pcp), which needs no lock, and one for all (the zone) under a
 * spinlock. A list is one word, a bit for each page, so at most {@link MAX_LISTED} pages exist. Page-table pages come
 * from lists of their own, made the same way.
 */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';
import {
  generationOf,
  PAGE_CELLS,
  PAGE_FLAGS,
  PAGE_HEAD,
  PAGE_INDEX,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
  type Page,
  PG_HEAD,
  refWord,
} from './page.ts';

export const MAX_LISTED = 30;

/** Where the free things of one kind are listed. */
export interface FreeLists {
  /** The list of each CPU, a word each. */
  readonly perCpu: Cell;
  readonly zone: Cell;
  readonly zoneLock: Cell;
  /** What is given back goes to the zone at once. */
  readonly toZone: boolean;
}

const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask);

/** A thing by its number, and the provenance of the number. */
export interface Numbered {
  readonly number: number;
  readonly from: number;
}

/** Takes the lowest-numbered free thing, this CPU's own first. @returns undefined where there is none */
export function takeFree(cpu: Cpu, lists: FreeLists): Numbered | undefined {
  const own = lists.perCpu + cpu.id;
  const mask = cpu.readOnce(own);
  if (mask !== 0) {
    const taken = { number: lowest(mask), from: cpu.provenance(mask) };
    cpu.writeOnce(own, mask & (mask - 1));
    return taken;
  }
  cpu.spinLock(lists.zoneLock);
  const rest = cpu.readOnce(lists.zone);
  const taken = rest === 0 ? undefined : { number: lowest(rest), from: cpu.provenance(rest) };
  if (rest !== 0) cpu.writeOnce(lists.zone, rest & (rest - 1));
  cpu.spinUnlock(lists.zoneLock);
  return taken;
}

/** Gives a thing back: to the list of this CPU, or of the zone where that is full (free_unref_page_commit()). */
export function giveFree(cpu: Cpu, lists: FreeLists, number: number): void {
  if (lists.toZone) {
    giveZone(cpu, lists, 1 << number);
    return;
  }
  const own = lists.perCpu + cpu.id;
  cpu.writeOnce(own, cpu.readOnce(own) | (1 << number));
}

/** free_pcppages_bulk(). */
function giveZone(cpu: Cpu, { zone, zoneLock }: FreeLists, mask: number): void {
  cpu.spinLock(zoneLock);
  cpu.writeOnce(zone, cpu.readOnce(zone) | mask);
  cpu.spinUnlock(zoneLock);
}

/**
 * alloc_page(): a page with one reference, a new generation, and stale contents. It reads the reference count, as
 * check_new_page() does.
 * @returns 0 where memory is exhausted
 */
export function allocPage(cpu: Cpu, k: Kernel): Page {
  const taken = takeFree(cpu, k.layout.freePages);
  if (taken === undefined) return 0;
  const page = k.layout.page(taken.number) + taken.from;
  cpu.writeOnce(page + PAGE_REFCOUNT, refWord(generationOf(cpu.readOnce(page + PAGE_REFCOUNT)) + 1, 1));
  return page;
}

/**
 * folio_alloc() of `count` pages, at least 2: neighbours of the zone's list. The head has one reference, the tails have
 * none and point to it; the first tail says in its index how many they are, as the kernel keeps the order there.
 * @returns the head, or 0 where no run of free pages is long enough
 */
export function allocFolio(cpu: Cpu, k: Kernel, count: number): Page {
  const { zone, zoneLock } = k.layout.freePages;
  const run = 2 ** count - 1;
  cpu.spinLock(zoneLock);
  const free = cpu.readOnce(zone);
  const from = cpu.provenance(free);
  let pfn = 0;
  while (pfn + count <= k.layout.config.pages && ((free >> pfn) & run) !== run) pfn++;
  const found = pfn + count <= k.layout.config.pages;
  if (found) cpu.writeOnce(zone, free & ~(run << pfn));
  cpu.spinUnlock(zoneLock);
  if (!found) return 0;
  const head = k.layout.page(pfn) + from;
  cpu.writeOnce(head + PAGE_FLAGS, PG_HEAD);
  for (let i = 1; i < count; i++) cpu.writeOnce(head + i * PAGE_CELLS + PAGE_HEAD, pfn + 1);
  cpu.writeOnce(head + PAGE_CELLS + PAGE_INDEX, count);
  cpu.writeOnce(head + PAGE_REFCOUNT, refWord(generationOf(cpu.readOnce(head + PAGE_REFCOUNT)) + 1, 1));
  return head;
}

/** folio_nr_pages(). */
export function folioNrPages(cpu: Cpu, k: Kernel, folio: Page): number {
  if (!k.layout.config.largeFolios || (cpu.readOnce(folio + PAGE_FLAGS) & PG_HEAD) === 0) return 1;
  return cpu.readOnce(folio + PAGE_CELLS + PAGE_INDEX);
}

/** free_unref_folios(), with free_pages_prepare(): the folio has no reference left. */
export function freePage(cpu: Cpu, k: Kernel, folio: Page): void {
  const pfn = k.layout.pfnOf(folio);
  const count = folioNrPages(cpu, k, folio);
  for (let i = 0; i < count; i++) {
    const page = folio + i * PAGE_CELLS;
    cpu.writeOnce(page + PAGE_MAPPING, 0);
    cpu.writeOnce(page + PAGE_FLAGS, 0);
    if (k.layout.config.largeFolios) cpu.writeOnce(page + PAGE_HEAD, 0);
  }
  if (count === 1) {
    giveFree(cpu, k.layout.freePages, pfn);
    return;
  }
  giveZone(cpu, k.layout.freePages, (2 ** count - 1) << pfn);
}
