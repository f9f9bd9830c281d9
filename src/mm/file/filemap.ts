/** The page cache: finding a file's page in memory, reading it from disk where it is not there. */

import { type Cpu, cellIndex } from '../../cpu/cpu.ts';
import { type AddressSpace, AS_LOCK, AS_PAGES, AS_SIZE } from '../memory/address-space.ts';
import { allocPage } from '../memory/allocator.ts';
import { EFAULT, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { mkMapping } from '../memory/mapping.ts';
import {
  lockPage,
  PAGE_DATA,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPPING,
  type Page,
  PG_LOCKED,
  unlockPage,
} from '../memory/page.ts';
import { getPage, putPage } from '../memory/page-ref.ts';

/**
 * filemap_fault() (mm/filemap.c): the page of a file, locked and with a reference for the caller, read from disk where
 * it is not cached. The kernel looks it up without a lock; here i_pages is held, since nothing races with the look-up
 * alone.
 * @returns the page, or a negative error: -EFAULT beyond the end of the file (SIGBUS), -ENOMEM
 */
export function filemapFault(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number): Page | number {
  for (;;) {
    if (index >= cpu.readOnce(mapping + AS_SIZE)) return EFAULT;
    let page = findGetPage(cpu, k, mapping, index);
    if (page === 0) {
      page = readPage(cpu, k, mapping, index);
      if (page < 0) return page;
      if (page === 0) continue;
    } else {
      lockPage(cpu, page);
    }
    const still = cpu.readOnce(page + PAGE_MAPPING) === mkMapping(cellIndex(mapping), 0);
    if (still && index < cpu.readOnce(mapping + AS_SIZE)) return page;
    unlockPage(cpu, page);
    putPage(cpu, k, page);
  }
}

/** find_get_page(): the cached page with a reference, or 0. */
export function findGetPage(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number): Page {
  cpu.spinLock(mapping + AS_LOCK);
  const slot = cpu.readOnce(mapping + AS_PAGES + index);
  const page = slot === 0 ? 0 : k.layout.page(slot - 1) + cpu.provenance(slot);
  if (page !== 0) getPage(cpu, page);
  cpu.spinUnlock(mapping + AS_LOCK);
  return page;
}

/** find_lock_page() (mm/filemap.c): the cached page, locked, with a reference and still of the file; or 0. */
export function findLockPage(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number): Page {
  const page = findGetPage(cpu, k, mapping, index);
  if (page === 0) return 0;
  lockPage(cpu, page);
  if (cpu.readOnce(page + PAGE_MAPPING) === mkMapping(cellIndex(mapping), 0)) return page;
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  return 0;
}

/**
 * page_cache_read(): a page read from disk, added to the cache unless another was meanwhile. @returns the page, locked
 * and with a reference; 0 where another was added; or -ENOMEM
 */
function readPage(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number): Page | number {
  const page = allocPage(cpu, k);
  if (page === 0) return ENOMEM;
  cpu.writeOnce(page + PAGE_FLAGS, PG_LOCKED);
  cpu.writeOnce(page + PAGE_DATA, cpu.readOnce(k.layout.disk(mapping, index)));
  cpu.spinLock(mapping + AS_LOCK);
  const free = cpu.readOnce(mapping + AS_PAGES + index) === 0;
  if (free) {
    getPage(cpu, page);
    cpu.writeOnce(page + PAGE_MAPPING, mkMapping(cellIndex(mapping), 0));
    cpu.writeOnce(page + PAGE_INDEX, index);
    cpu.writeOnce(mapping + AS_PAGES + index, k.layout.pfnOf(page) + 1);
  }
  cpu.spinUnlock(mapping + AS_LOCK);
  if (free) return page;
  unlockPage(cpu, page);
  putPage(cpu, k, page);
  return 0;
}
