/** Words of memory as the kernel's C writes them, for accesses that no function of the tables has a word for. */

import type { Release } from '../design/release.ts';
import { type Names, nameIn } from './words.ts';

const FIELDS: Readonly<Record<string, Names>> = {
  pmd: '*pmd',
  pte: '*pte',
  refcount: [
    ['v4.4', 'page->_count'],
    ['v4.6', 'page->_refcount'],
  ],
  mapcount: 'page->_mapcount',
  pincount: 'folio->_pincount',
  flags: 'page->flags',
  mapping: 'page->mapping',
  index: 'page->index',
  private: 'page->private',
  head: 'page->compound_head',
  entire_mapcount: 'page->compound_mapcount',
  mmap_lock: [
    ['v4.4', 'mm->mmap_sem'],
    ['v5.8', 'mm->mmap_lock'],
  ],
  has_pinned: [
    ['v4.4', 'mm->has_pinned'],
    ['v5.14', 'mm->flags'],
  ],
  write_protect_seq: 'mm->write_protect_seq',
  page_table_lock: 'mm->page_table_lock',
  ptl: 'ptl',
  vma: 'vma',
  size: 'inode->i_size',
  i_pages: [
    ['v4.4', 'mapping->tree_lock'],
    ['v4.17', 'mapping->i_pages.xa_lock'],
  ],
  i_mmap_rwsem: 'mapping->i_mmap_rwsem',
  rwsem: 'anon_vma->root->rwsem',
  cache: 'mapping->i_pages[index]',
};

/** `page->mapping`; undefined of a word that the kernel does not have, or that has many names there. */
export const fieldIn = (kind: string, release: Release): string | undefined => nameIn(FIELDS[kind], release);
