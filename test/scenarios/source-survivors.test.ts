import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, mutant, without } from './mutant.ts';

const COPY = 'fork/copy-pte.ts';
const SLOW = 'gup/gup-slow.ts';
const COLLAPSE = 'huge/collapse.ts';
const MOVE = 'migrate/migrate.ts';
const KSM = 'migrate/ksm.ts';
const TRUNCATE = 'file/truncate.ts';

/** What no race notices, by a row that might: docs/races.md says of each why. */
const SURVIVORS: readonly [what: string, changes: readonly Change[], row: string, design: string][] = [
  ['the smp_wmb() after an early copy', without(COPY, '  cpu.smpWmb();\n'), 'T0 later', 'v6.12'],
  [
    'mmap_lock of a slow pin',
    without(SLOW, '  mmapReadLock(cpu, mm);\n', '  mmapReadUnlock(cpu, mm);\n'),
    'T0 first',
    'v6.12 forkSeqcount=mb',
  ],
  [
    'the smp_rmb() before the sequence is read again',
    [['gup/pin.ts', 'if (!seqcount) return pins;\n  cpu.smpRmb();', 'if (!seqcount) return pins;']],
    'T0 first',
    'v6.12 forkSeqcount=mb',
  ],
  [
    'pmdp_invalidate() before a PMD is split',
    [['huge/split-pmd.ts', 'cpu.rmw(cell, RmwOp.Andnot, PTE_PRESENT, Mode.Once, label)', 'cpu.readOnce(cell, label)']],
    'split folio',
    'v6.12',
  ],
  [
    'a PMD is not frozen where it is pinned',
    [
      [
        'huge/split-pmd.ts',
        'freeze && (!exclusive || k.ops.pageTryShareAnonRmap(cpu, k, folio, folio) === 0)',
        'freeze',
      ],
    ],
    'split folio',
    'v6.12',
  ],
  [
    'can_split_folio()',
    without('huge/split-folio.ts', '  if (!canSplit(cpu, pages)) return EAGAIN;\n'),
    'split folio',
    'v6.12',
  ],
  ['the smp_wmb() of a new tail', without('huge/split-folio.ts', '    cpu.smpWmb();\n'), 'split tail', 'v6.12'],
  [
    'mmap_lock of khugepaged',
    without(COLLAPSE, '  mmapWriteLock(cpu, mm);\n', '  mmapWriteUnlock(cpu, mm);\n'),
    'khugepaged first',
    'v6.12',
  ],
  [
    'the flush of khugepaged',
    without(COLLAPSE, '  flushTlbRange(cpu, k, mm, start, start + k.layout.config.ptesPerTable);\n'),
    'khugepaged first',
    'v6.12',
  ],
  [
    'the page lock of migration',
    [
      [MOVE, '  lockPage(cpu, page);\n', ''],
      [MOVE, '  unlockPage(cpu, page);\n  unlockPage(cpu, fresh);', '  unlockPage(cpu, fresh);'],
    ],
    'fork-unmap migrate',
    'v6.12',
  ],
  [
    'the page lock of KSM',
    without(KSM, "  if (!trylockPage(cpu, page)) return 'kept';\n", '  unlockPage(cpu, page);\n'),
    'fork-unmap ksm',
    'v6.12',
  ],
  [
    'the first unmapping of a truncation',
    [
      [
        TRUNCATE,
        '  unmapMappingPages(cpu, k, mapping, size, end, true);\n  truncateInodePages',
        '  truncateInodePages',
      ],
    ],
    'T2 refile',
    'v6.12',
  ],
  [
    'the last unmapping of a truncation',
    [
      [
        TRUNCATE,
        '  truncateInodePages(cpu, k, mapping, size, end);\n  unmapMappingPages(cpu, k, mapping, size, end, true);',
        '  truncateInodePages(cpu, k, mapping, size, end);',
      ],
    ],
    'truncate fault',
    'v6.12',
  ],
  [
    'the unmapping of each page with its lock held',
    [
      [
        TRUNCATE,
        '  if (cpu.readOnce(page + PAGE_MAPCOUNT) > 0) unmapMappingPages(cpu, k, mapping, index, index + 1, false);\n  cancelDirtyPage',
        '  cancelDirtyPage',
      ],
    ],
    'truncate fault',
    'v6.12',
  ],
  [
    'the mapping check of a file fault',
    [['file/filemap.ts', 'if (still && index <', 'if (index <']],
    'truncate fault',
    'v6.12',
  ],
  [
    'the dirty flag of a page whose entries were cleaned',
    without('file/writeback.ts', '  if (cleaned > 0) setPageDirty(cpu, page);\n'),
    'writeback-dma cpu',
    'v6.12',
  ],
  [
    'the dirty flag cleared before the entries',
    [
      [
        'file/writeback.ts',
        "  const { cleaned, pinned } = k.ops.pageMkclean(cpu, k, page);\n  if (cleaned > 0) setPageDirty(cpu, page);\n  return { dirty: cpu.testAndClearBits(page + PAGE_FLAGS, PG_DIRTY, 'clean'), pinned };",
        "  const dirty = cpu.testAndClearBits(page + PAGE_FLAGS, PG_DIRTY, 'clean');\n  const { cleaned, pinned } = k.ops.pageMkclean(cpu, k, page);\n  return { dirty: dirty || cleaned > 0, pinned };",
      ],
    ],
    'writeback-dma cpu',
    'v6.12',
  ],
  [
    'the dirty bit of a zapped file page',
    without('map/zap.ts', '      setPageDirty(cpu, page);\n'),
    'zap-clean store',
    'v6.12',
  ],
  [
    'the flush of reclaim',
    [['reclaim/reclaim.ts', '  tryToUnmapFlush(cpu, k, batch);\n  const freed', '  const freed']],
    'lazyfree store',
    'v6.12',
  ],
  [
    "the destination's page-table lock of mremap()",
    without(
      'map/mremap.ts',
      '  if (target !== source) ptLock(cpu, k, target + PT_LOCK);\n',
      '  if (target !== source) ptUnlock(cpu, target + PT_LOCK);\n',
    ),
    'mremap-tlb truncate',
    'v6.12',
  ],
  [
    'the page-table lock of clear_refs',
    without('map/clear-refs.ts', '  ptLock(cpu, k, table + PT_LOCK);\n', '  ptUnlock(cpu, table + PT_LOCK);\n'),
    'soft-dirty race',
    'v6.12',
  ],
];

describe('what no race notices', () => {
  const docs = readFileSync('docs/races.md', 'utf8');

  it.each(SURVIVORS)('%s', async (what, changes, row, design) => {
    const check = await mutant(...changes);
    expect(check(row, design).word).toBe('holds');
    expect(docs).toContain(`| ${what} `);
  });
});
