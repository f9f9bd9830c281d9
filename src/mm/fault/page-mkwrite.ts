/** Telling a file system that a mapping is about to write to one of its pages. */

import { type Cpu, cellIndex } from '../../cpu/cpu.ts';
import { Mode } from '../../cpu/modes.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { mkMapping } from '../memory/mapping.ts';
import { lockPage, PAGE_FLAGS, PAGE_MAPPING, type Page, PG_WRITEBACK, unlockPage } from '../memory/page.ts';

/**
 * do_page_mkwrite(), a file system's ->page_mkwrite() (block_page_mkwrite()): locks the page, checks that it still
 * belongs to the file, and waits until it is not being written where stable pages are demanded. Only after this, and
 * before the page is unlocked, may an entry become writable.
 * @returns whether the page is the file's, and now locked; otherwise the fault is to be tried again
 */
export function pageMkwrite(cpu: Cpu, k: Kernel, mapping: AddressSpace, page: Page): boolean {
  lockPage(cpu, page);
  if (cpu.readOnce(page + PAGE_MAPPING) !== mkMapping(cellIndex(mapping), 0)) {
    unlockPage(cpu, page);
    return false;
  }
  if (k.design.stablePages === 'wait') waitOnPageWriteback(cpu, page);
  return true;
}

/** wait_on_page_writeback(). */
export function waitOnPageWriteback(cpu: Cpu, page: Page): void {
  cpu.readWhen(page + PAGE_FLAGS, PG_WRITEBACK, 0, Mode.Acquire);
}
