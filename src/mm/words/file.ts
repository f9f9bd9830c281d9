/** The page cache, write-back and truncation; reclaim and swap. */

import { call, part, type WordTable, within } from './words.ts';

const TRUNCATE = 'mm/truncate.c';
const WRITEBACK = 'mm/page-writeback.c';

export const FILE_WORDS: WordTable = {
  filemapFault: within('mm/filemap.c', 'filemap_fault', {
    steps: { 'read size': 'i_size_read(inode)', 'read mapping': 'page->mapping != mapping' },
  }),
  findGetPage: call([
    ['v4.4', 'find_get_page(mapping, index)'],
    ['v5.16', 'filemap_get_folio(mapping, index)'],
  ]),
  findLockPage: within('mm/filemap.c', [
    ['v4.4', 'pagecache_get_page'],
    ['v5.16', '__filemap_get_folio'],
  ]),
  readPage: part(),
  truncateSetsize: within(TRUNCATE, 'truncate_setsize', {
    program: 'ftruncate()',
    steps: { 'write size': 'i_size_write(inode, newsize)' },
  }),
  punchHole: within(TRUNCATE, 'truncate_pagecache_range', { program: 'fallocate(FALLOC_FL_PUNCH_HOLE)' }),
  evict: within('fs/inode.c', 'evict', { program: 'deletion of the file' }),
  destroyInode: within('fs/inode.c', 'destroy_inode', { steps: { 'write kind': 'free_inode(inode)' } }),
  truncateInodePagesFinal: within(TRUNCATE, 'truncate_inode_pages_final', { program: 'eviction of the inode' }),
  isStillMapped: call('page_mapped(page)'),
  unaccountMapped: within(
    'mm/filemap.c',
    [
      ['v4.4', '__delete_from_page_cache'],
      ['v4.16', 'unaccount_page_cache_page'],
      ['v5.17', 'filemap_unaccount_folio'],
    ],
    { steps: { 'write mapcount': 'page_mapcount_reset(page)', 'rmw refcount': 'page_ref_sub(page, mapcount)' } },
  ),
  cancelDirtyPage: call([
    ['v4.4', 'cancel_dirty_page(page)'],
    ['v5.16', 'folio_cancel_dirty(folio)'],
  ]),
  truncateInodePages: within(TRUNCATE, 'truncate_inode_pages_range', { program: 'truncation' }),
  truncateInodePage: within(
    TRUNCATE,
    [
      ['v4.4', 'truncate_inode_page'],
      ['v5.16', 'truncate_inode_folio'],
    ],
    {
      steps: {
        'read mapcount': [
          ['v4.4', 'page_mapped(page)'],
          ['v5.16', 'folio_mapped(folio)'],
        ],
        'rmw flags': [
          ['v4.4', 'cancel_dirty_page(page)'],
          ['v5.16', 'folio_cancel_dirty(folio)'],
        ],
      },
    },
  ),
  invalidateInodePage: within(TRUNCATE, 'invalidate_inode_pages2_range', {
    program: 'invalidation of the page cache',
    steps: { 'read mapcount': 'page_mapped(page)', 'read flags': 'PageDirty(page)' },
  }),
  unmapMappingPages: within('mm/memory.c', [
    ['v4.4', 'unmap_mapping_range'],
    ['v4.16', 'unmap_mapping_pages'],
  ]),
  deleteFromPageCache: within(
    'mm/filemap.c',
    [
      ['v4.4', 'delete_from_page_cache'],
      ['v5.16', 'filemap_remove_folio'],
    ],
    {
      steps: {
        'write mapping': [
          ['v4.4', 'page->mapping = NULL'],
          ['v5.16', 'folio->mapping = NULL'],
        ],
      },
    },
  ),
  writePage: within(WRITEBACK, 'write_cache_pages', {
    program: 'write-back',
    steps: {
      writeback: [
        ['v4.4', 'set_page_writeback(page)'],
        ['v5.16', 'folio_start_writeback(folio)'],
      ],
      'rmw flags': [
        ['v4.4', 'end_page_writeback(page)'],
        ['v5.16', 'folio_end_writeback(folio)'],
      ],
    },
  }),
  clearPageDirtyForIo: within(
    WRITEBACK,
    [
      ['v4.4', 'clear_page_dirty_for_io'],
      ['v5.16', 'folio_clear_dirty_for_io'],
    ],
    {
      steps: {
        clean: [
          ['v4.4', 'TestClearPageDirty(page)'],
          ['v5.16', 'folio_test_clear_dirty(folio)'],
        ],
      },
    },
  ),
  writeBlock: { program: 'another file writes', steps: { 'write disk': 'the disk is written' } },
  submitIo: part({ 'read data': 'the disk reads the page', 'write disk': 'the disk is written' }),
  shrinkPage: within(
    'mm/vmscan.c',
    [
      ['v4.4', 'shrink_page_list'],
      ['v6.0', 'shrink_folio_list'],
    ],
    { program: 'reclaim' },
  ),
  shrinkLockedPage: part(),
  unmapForReclaim: part({
    'read mapping': [
      ['v4.4', 'PageAnon(page)'],
      ['v6.0', 'folio_test_anon(folio)'],
    ],
    'read mapcount': [
      ['v4.4', 'page_mapped(page)'],
      ['v6.0', 'folio_mapped(folio)'],
    ],
    'read flags': [
      ['v4.4', 'PageSwapCache(page)'],
      ['v6.0', 'folio_test_swapcache(folio)'],
    ],
    'reread flags': [
      ['v4.4', 'PageDirty(page)'],
      ['v6.0', 'folio_test_dirty(folio)'],
    ],
  }),
  discardPage: part(),
  pageout: within('mm/vmscan.c', 'pageout', {
    steps: {
      pageRefCount: [
        ['v4.4', 'is_page_cache_freeable(page)'],
        ['v5.19', 'is_page_cache_freeable(folio)'],
        ['v6.19', 'folio_ref_count(folio)'],
      ],
      pageout: 'swap_writepage(page, wbc)',
      'write data': 'the slot of swap is written',
    },
  }),
  removeMapping: within('mm/vmscan.c', '__remove_mapping', {
    steps: {
      freezePage: [
        ['v4.4', 'page_freeze_refs(page, refcount)'],
        ['v4.7', 'page_ref_freeze(page, refcount)'],
        ['v6.0', 'folio_ref_freeze(folio, refcount)'],
      ],
      dirty: [
        ['v4.4', 'PageDirty(page)'],
        ['v6.0', 'folio_test_dirty(folio)'],
      ],
      'read mapping': [
        ['v4.4', 'page_mapping(page)'],
        ['v5.16', 'folio_mapping(folio)'],
      ],
    },
  }),
  addToSwap: within('mm/swap_state.c', 'add_to_swap', { steps: { 'rmw flags': 'SetPageSwapCache(page)' } }),
  lookupSwapCache: call([
    ['v4.4', 'lookup_swap_cache(entry)'],
    ['v6.0', 'swap_cache_get_folio(entry, vma, addr)'],
  ]),
  readSwapCache: within('mm/swap_state.c', 'read_swap_cache_async'),
  freeSwapAndCache: call('free_swap_and_cache(entry)'),
  swapDuplicate: call('swap_duplicate(entry)'),
  swapFree: call('swap_free(entry)'),
  pageSwapcount: call([
    ['v4.4', 'page_swapcount(page)'],
    ['v6.1', 'folio_swapped(folio)'],
  ]),
  tryToFreeSwap: call([
    ['v4.4', 'try_to_free_swap(page)'],
    ['v6.1', 'folio_free_swap(folio)'],
  ]),
};
