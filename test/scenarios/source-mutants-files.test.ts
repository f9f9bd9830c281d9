import { type Mutant, noticed, without } from './mutant.ts';

const WP = 'fault/fault-wp.ts';
const TRUNCATE = 'file/truncate.ts';

/** A line of the memory manager that is left out, or written otherwise; a race that holds; what breaks it then: files, reclaim. */
const NOTICED: readonly Mutant[] = [
  // files
  [
    'write-back does not flush',
    without('rmap/mkclean.ts', '  flushTlbRange(cpu, k, mm, address, address + 1);\n'),
    'zap-clean store',
    'v6.12',
    'SC I18',
  ],
  [
    'write-back does not write-protect',
    [['file/writeback.ts', '= k.ops.pageMkclean(cpu, k, page);', '= { cleaned: 0, pinned: false };']],
    'zap-clean store',
    'v6.12',
    'SC I18',
  ],
  [
    'a page that was truncated keeps its mapping',
    without(TRUNCATE, '  cpu.writeOnce(page + PAGE_MAPPING, 0);\n'),
    'T2 refile',
    'v6.12',
    'SC I23',
  ],
  [
    'the page cache keeps its reference',
    [
      [
        TRUNCATE,
        '  cpu.spinUnlock(mapping + AS_LOCK);\n  putPage(cpu, k, page);',
        '  cpu.spinUnlock(mapping + AS_LOCK);',
      ],
    ],
    'T2 truncate',
    'v6.12',
    'SC I1',
  ],
  [
    'zap does not take the page-table lock',
    [
      ['map/zap.ts', '  ptLock(cpu, k, table + PT_LOCK);\n  for', '  for'],
      ['map/zap.ts', '  ptUnlock(cpu, table + PT_LOCK);\n}', '}'],
    ],
    'dirty-cow untouched',
    'v6.12',
    'SC I10',
  ],
  [
    'a page is under write-back only after it is unlocked',
    [
      [
        'file/writeback.ts',
        "  cpu.testAndSetBits(page + PAGE_FLAGS, PG_WRITEBACK, 'writeback');\n  unlockPage(cpu, page);",
        "  unlockPage(cpu, page);\n  cpu.testAndSetBits(page + PAGE_FLAGS, PG_WRITEBACK, 'writeback');",
      ],
    ],
    'writeback-dma cpu',
    'v6.12',
    'SC I12',
  ],
  [
    'page_mkwrite() does not wait for write-back',
    without('fault/page-mkwrite.ts', "  if (k.design.stablePages === 'wait') waitOnPageWriteback(cpu, page);\n"),
    'writeback-dma cpu',
    'v6.12',
    'SC I12',
  ],
  [
    'page_mkwrite() does not ask whether the page is still of the file',
    [
      [
        'fault/page-mkwrite.ts',
        'if (cpu.readOnce(page + PAGE_MAPPING) !== mkMapping(cellIndex(mapping), 0)) {',
        'if (cpu.readOnce(page + PAGE_MAPPING) < 0) {',
      ],
    ],
    'truncate fault',
    'v6.12',
    'SC I30',
  ],
  [
    'an entry becomes writable whatever it is after page_mkwrite()',
    without(WP, '    same = cpu.readOnce(pteCell(k, table, fault.address)) === e;\n'),
    'truncate protected',
    'v6.12',
    'SC I1',
  ],
  [
    'a fault does not look at the size of the file again',
    [
      [
        'file/filemap.ts',
        'if (still && index < cpu.readOnce(mapping + AS_SIZE)) return page;',
        'if (still) return page;',
      ],
    ],
    'truncate fault',
    'v6.12',
    'SC I30',
  ],
  [
    'truncation does not wait for write-back',
    [[TRUNCATE, '    waitOnPageWriteback(cpu, page);\n    truncateInodePage(', '    truncateInodePage(']],
    'truncate writeback',
    'v6.12',
    'SC I31',
  ],
  [
    'truncation does not set the size first',
    without(TRUNCATE, '  cpu.writeOnce(mapping + AS_SIZE, size);\n'),
    'truncate protected',
    'v6.12',
    'SC I30',
  ],
  [
    'truncation does not lock the page',
    [
      ['file/filemap.ts', '  if (page === 0) return 0;\n  lockPage(cpu, page);\n', '  if (page === 0) return 0;\n'],
      [
        TRUNCATE,
        '    unlockPage(cpu, page);\n    putPage(cpu, k, page);\n  }\n}',
        '    putPage(cpu, k, page);\n  }\n}',
      ],
    ],
    'truncate fault',
    'v6.12',
    'SC I30',
  ],
  // reclaim
  [
    'unmapping forgets the dirty bit',
    without(
      'rmap/try-to-unmap.ts',
      '  if (pteDirty(old)) (anonymous ? setAnonPageDirty : setPageDirty)(cpu, folio);\n',
    ),
    'lazyfree store',
    'v6.12',
    'SC I4',
  ],
  [
    'reclaim does not freeze the count',
    [
      [
        'reclaim/reclaim.ts',
        'const frozen = (!early || isClean()) && freezePage(cpu, page, ISOLATED);',
        'const frozen = !early || isClean();',
      ],
    ],
    'reclaim race',
    'v6.12',
    'SC I1',
  ],
  [
    'reclaim does not ask whether the page is dirty',
    [['reclaim/reclaim.ts', 'const clean = frozen && (early || isClean());', 'const clean = frozen;']],
    'reclaim-dirty unlocked',
    'v6.12',
    'LKMM I11',
  ],
];

noticed(NOTICED);
