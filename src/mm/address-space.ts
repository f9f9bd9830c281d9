/**
 * struct address_space: a file's pages in memory, and behind them the disk. The handle is its first word; the page
 * cache (one more than the page frame number, or 0) and the disk (what was written there last) follow, a word for each
 * page of the file.
 */

import type { Cell } from '../cpu/cpu.ts';

/** A struct address_space: the handle of its first word. */
export type AddressSpace = Cell;

/** What stands behind a file. `disk`: a file system that tracks dirty pages and writes them back. */
export const FILE_KINDS = ['disk', 'shmem', 'hugetlb'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export const AS_KIND = 0;
/** i_pages: guards the page cache and page->mapping. */
export const AS_LOCK = 1;
/** i_mmap_rwsem: guards the list of mappings. */
export const AS_I_MMAP_RWSEM = 2;
/** The mms that map the file, a bit each. */
export const AS_MMS = 3;
/** i_size, in pages. */
export const AS_SIZE = 4;
export const AS_FIELDS = ['kind', 'i_pages', 'i_mmap_rwsem', 'mms', 'size'] as const;
/** The first word of the page cache. */
export const AS_PAGES = AS_FIELDS.length;
