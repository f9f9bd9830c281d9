/**
 * struct address_space: a file's pages in memory, and behind them the disk. The handle is its first word; the page
 * cache (one more than the page frame number, or 0) and the disk (what was written there last) follow, a word for each
 * page of the file.
 */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from './kernel.ts';
import type { Mm } from './mm-struct.ts';

/** A struct address_space: the handle of its first word. */
export type AddressSpace = Cell;

/** What stands behind a file. `disk`: a file system that tracks dirty pages and writes them back. */
export const FILE_KINDS = ['disk', 'shmem', 'hugetlb'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export const AS_KIND = 0;
/** In AS_KIND: the inode that the address_space is in was freed. */
export const AS_FREED = FILE_KINDS.length;
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

/** Does the file's owner want to know of writes through mappings (page_mkwrite), because it writes dirty pages back? */
export const tracksDirty = (kind: number): boolean => FILE_KINDS[kind] === 'disk';

/** vma_link_file(): the mm maps the file from now on. */
export function fileAttach(cpu: Cpu, k: Kernel, mapping: AddressSpace, mm: Mm): void {
  cpu.downWrite(mapping + AS_I_MMAP_RWSEM);
  cpu.writeOnce(mapping + AS_MMS, cpu.readOnce(mapping + AS_MMS) | (1 << k.layout.mmNumber(mm)));
  cpu.upWrite(mapping + AS_I_MMAP_RWSEM);
}

/** unlink_file_vma(): the mm maps the file no more. */
export function fileDetach(cpu: Cpu, k: Kernel, mapping: AddressSpace, mm: Mm): void {
  cpu.downWrite(mapping + AS_I_MMAP_RWSEM);
  cpu.writeOnce(mapping + AS_MMS, cpu.readOnce(mapping + AS_MMS) & ~(1 << k.layout.mmNumber(mm)));
  cpu.upWrite(mapping + AS_I_MMAP_RWSEM);
}
