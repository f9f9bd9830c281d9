/** Writing dirty pages of a file to its disk, which remembers what was written last. */

import type { Cpu } from '../../cpu/cpu.ts';
import { waitOnPageWriteback } from '../fault/page-mkwrite.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { PAGE_DATA, PAGE_FLAGS, type Page, PG_DIRTY, PG_WRITEBACK, setPageDirty, unlockPage } from '../memory/page.ts';
import { putPage } from '../memory/page-ref.ts';
import { findLockPage } from './filemap.ts';

/** What writing a page back came to. */
export interface Writeback {
  /** Was the page dirty, so that it was written? */
  readonly written: boolean;
  /** The verdict on pins at the time. A pinned page is written from a copy and stays dirty. */
  readonly pinned: boolean;
  /** What the checksum was computed of, and what the disk got: the same, unless the page changed meanwhile (I12). */
  readonly checksum: number;
  readonly data: number;
}

const CLEAN: Writeback = { written: false, pinned: false, checksum: 0, data: 0 };

/**
 * write_cache_pages() (mm/page-writeback.c, v4.4 to v6.12) of one page, with the I/O and its end: the page is locked until
 * PG_writeback is set, and read by the device after.
 */
export function writePage(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number): Writeback {
  const page = findLockPage(cpu, k, mapping, index);
  if (page === 0) return CLEAN;
  waitOnPageWriteback(cpu, page);
  const { dirty, pinned } = clearPageDirtyForIo(cpu, k, page);
  if (!dirty) {
    unlockPage(cpu, page);
    putPage(cpu, k, page);
    return CLEAN;
  }
  if (pinned) setPageDirty(cpu, page);
  cpu.testAndSetBits(page + PAGE_FLAGS, PG_WRITEBACK, 'writeback');
  unlockPage(cpu, page);
  const result = submitIo(cpu, k, mapping, page, index, pinned);
  cpu.testAndClearBits(page + PAGE_FLAGS, PG_WRITEBACK);
  putPage(cpu, k, page);
  return result;
}

/**
 * clear_page_dirty_for_io() (mm/page-writeback.c): write-protects every entry, then clears PG_dirty. The caller holds the
 * page lock.
 * @returns whether the page was dirty, and the verdict on pins
 */
export function clearPageDirtyForIo(cpu: Cpu, k: Kernel, page: Page): { dirty: boolean; pinned: boolean } {
  const { cleaned, pinned } = k.ops.pageMkclean(cpu, k, page);
  if (cleaned > 0) setPageDirty(cpu, page);
  return { dirty: cpu.testAndClearBits(page + PAGE_FLAGS, PG_DIRTY, 'clean'), pinned };
}

/** What the device does: where stable pages matter it is a checksum first, then the contents; a bounced page is copied once. */
function submitIo(cpu: Cpu, k: Kernel, mapping: AddressSpace, page: Page, index: number, pinned: boolean): Writeback {
  const checksum = cpu.readOnce(page + PAGE_DATA);
  const data = pinned || k.design.stablePages === 'change' ? checksum : cpu.readOnce(page + PAGE_DATA);
  cpu.writeOnce(k.layout.disk(mapping, index), data);
  return { written: true, pinned, checksum, data };
}

/** What the next file writes that is given the block behind a page which the file has given up. */
export const writeBlock = (cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number, data: number): void =>
  cpu.writeOnce(k.layout.disk(mapping, index), data);
