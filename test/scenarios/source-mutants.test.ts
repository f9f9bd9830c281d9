import { describe, expect, it } from 'vitest';
import { type Change, mutant, without } from './mutant.ts';

const FORK = 'fork/fork.ts';
const COPY = 'fork/copy-pte.ts';
const SLOW = 'gup/gup-slow.ts';
const WP = 'fault/fault-wp.ts';
const COLLAPSE = 'huge/collapse.ts';
const MOVE = 'migrate/migrate.ts';
const KSM = 'migrate/ksm.ts';
const TRUNCATE = 'file/truncate.ts';

/** A line of the memory manager that is left out, or written otherwise; a race that holds; what breaks it then. */
const NOTICED: readonly [what: string, changes: readonly Change[], row: string, design: string, breaks: string][] = [
  // fork
  [
    'fork does not take mmap_lock',
    without(FORK, '  mmapWriteLock(cpu, parent);\n', '  mmapWriteUnlock(cpu, parent);\n'),
    'fork-fault write',
    'v5.19',
    'SC I18',
  ],
  [
    "fork does not take the parent's page-table lock",
    without(FORK, '    ptLock(cpu, k, srcTable + PT_LOCK);\n', '    ptUnlock(cpu, srcTable + PT_LOCK);\n'),
    'fork-unmap swap',
    'v6.12',
    'SC I6',
  ],
  ['an early copy is not copied', without(COPY, '  copyPageData(cpu, copy, page);\n'), 'T0 later', 'v6.12', 'SC I9'],
  [
    'a swap entry stays exclusive',
    [['fork/copy-swap.ts', 'e & ~(PTE_EXCLUSIVE | PTE_WRITE)', 'e & ~PTE_WRITE']],
    'fork-unmap swap',
    'v6.12',
    'SC I6',
  ],
  [
    'no swap_duplicate()',
    without('fork/copy-swap.ts', '  if (isSwapEntry(e)) swapDuplicate(cpu, k, ptePfn(e));\n'),
    'fork-unmap swap',
    'v6.12',
    'SC I1',
  ],
  [
    'fork does not count its mapping',
    without(COPY, "  if (design.forkReference !== 'before-check-kept') pageDupRmap(cpu, page);\n"),
    'fork-unmap migrate',
    'v6.12',
    'SC I1',
  ],
  [
    'a page that is shared stays exclusive',
    without(COPY, '  cpu.clearBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE);\n'),
    'fork-unmap migrate',
    'v6.12',
    'SC I6',
  ],
  // pins
  [
    'a fast pin has interrupts on',
    without('gup/pin.ts', '  localIrqSave(cpu, k);\n', '  localIrqRestore(cpu, k);\n'),
    'T2 table',
    'v6.12',
    'SC I15',
  ],
  [
    'a fast pin that looks at the file has interrupts on',
    without('gup/pin.ts', '  localIrqSave(cpu, k);\n', '  localIrqRestore(cpu, k);\n'),
    'T2 inode',
    'v6.12',
    'SC I29',
  ],
  [
    'a fast pin does not look at the sequence again',
    [['gup/pin.ts', 'if (cpu.readOnce(mm + MM_WRITE_PROTECT_SEQ) === seq) return pins;', 'if (seq >= 0) return pins;']],
    'T0 first',
    'v6.12 forkSeqcount=mb',
    "SC I5'",
  ],
  [
    'a fast pin goes on while the sequence is odd',
    without('gup/pin.ts', '    if (seq % 2 === 1) return [];\n'),
    'T0 first',
    'v6.12 forkSeqcount=mb',
    "SC I5'",
  ],
  [
    'a fast pin takes a page that is free',
    [['memory/page-ref.ts', 'return refCountOf(old) === 0 ? -1 : generationOf(old);', 'return generationOf(old);']],
    'page-reuse walk',
    'v6.12',
    'SC I1',
  ],
  [
    'a fast pin that is refused is not given back',
    without('gup/gup-fast.ts', '  ungrabFolio(cpu, k, folio, pin);\n'),
    'T2 zap',
    'v6.12',
    'SC I1',
  ],
  [
    'a slow pin does not take the page-table lock',
    without(SLOW, '  ptLock(cpu, k, lock);\n', '  ptUnlock(cpu, lock);\n'),
    'dirty-cow untouched',
    'v6.12',
    'SC I10',
  ],
  [
    'a fast long-term pin does not look where the page is',
    without('gup/gup-fast.ts', '  if (fastLongtermRefused(k, page, flags)) return undefined;\n'),
    'longterm-zone isolated',
    'v6.12',
    'SC I27',
  ],
  [
    'a page is taken off its list although it is on none',
    without('reclaim/lru.ts', '  if (!cpu.testAndClearBits(page + PAGE_FLAGS, PG_LRU)) return false;\n'),
    'longterm-zone isolated',
    'v6.12',
    'SC',
  ],
  [
    'what may not be pinned for long is not given back before it is moved',
    without(
      'gup/longterm.ts',
      '  for (const { folio, flags } of pins) ungrabFolio(cpu, k, folio, (flags & FOLL_PIN) !== 0);\n',
    ),
    'longterm-zone isolated',
    'v6.12',
    'SC I1',
  ],
  // write faults
  [
    'a copy takes the place of whatever is there',
    [
      [
        WP,
        'const same = cpu.readOnce(cell) === e;\n  const unshare',
        'const same = cpu.readOnce(cell) >= 0;\n  const unshare',
      ],
    ],
    'dirty-cow read',
    'v6.12',
    'SC I1',
  ],
  [
    'a copy on write is not copied',
    without(WP, '  copyPageData(cpu, copy, page);\n'),
    'fork-fault write',
    'v6.4 forkVmaLock=write',
    'SC I18',
  ],
  [
    'a copy on write is not flushed',
    without(WP, '    flushTlbRange(cpu, k, mm, address, address + 1);\n'),
    'cow-tlb read',
    'v6.12',
    'SC I18',
  ],
  [
    'a copy on write keeps the reference of the entry',
    [[WP, 'putPage(cpu, k, folio, same ? 2 : 1);', 'putPage(cpu, k, folio, 1);']],
    'vmsplice get',
    'v6.12',
    'SC I1',
  ],
  [
    'a copy on write keeps the mapping',
    without(WP, '    pageRemoveRmap(cpu, k, page);\n'),
    'vmsplice get',
    'v6.12',
    'SC I1',
  ],
  [
    'a page is mapped over what came meanwhile',
    [
      [
        'fault/fault-file.ts',
        'const mapped = pteNoneMostly(cpu.readOnce(cell));',
        'const mapped = cpu.readOnce(cell) >= 0;',
      ],
    ],
    'uffd-cow shmem',
    'v6.12',
    'SC I1',
  ],
  // huge pages
  [
    'a folio is split although its count cannot be frozen',
    [
      [
        'huge/split-folio.ts',
        'const frozen = freezePage(cpu, folio, 1);',
        'const frozen = freezePage(cpu, folio, 1) || true;',
      ],
    ],
    'split folio',
    'v6.12',
    'SC I1',
  ],
  [
    'pages are collapsed whoever holds them',
    [[COLLAPSE, "pageRefCount(cpu, page, 'k2') === known", "pageRefCount(cpu, page, 'k2') > 0"]],
    'khugepaged first',
    'v6.12',
    'SC I4',
  ],
  [
    'pages are collapsed and not copied',
    [[COLLAPSE, 'copyPageData(cpu, folio + i * PAGE_CELLS, page);', ';']],
    'khugepaged first',
    'v6.12',
    'SC I4',
  ],
  // reverse mapping, migration, KSM
  [
    'an unmapping does not take the page-table lock',
    without('rmap/rmap-walk.ts', '  ptLock(cpu, k, table + PT_LOCK);\n', '  ptUnlock(cpu, table + PT_LOCK);\n'),
    'fork-unmap migrate',
    'v6.12',
    'SC I6',
  ],
  [
    'an exclusive page is shared although it is pinned',
    without('gup/exclusive.ts', "  if (pageMaybeDmaPinned(cpu, k, folio, 'A2')) return EBUSY;\n"),
    'T4 swap-rw',
    'v6.12',
    'SC I5',
  ],
  [
    'a page is shared and stays exclusive',
    without('gup/exclusive.ts', "  cpu.clearBits(page + PAGE_FLAGS, PG_ANON_EXCLUSIVE, 'A3');\n"),
    'T4 ksm-ro',
    'v6.12',
    'SC I17',
  ],
  [
    'a page is moved whoever holds it',
    without(MOVE, "    if (pageRefCount(cpu, page, 'count') !== 1) return false;\n"),
    'migrate anon',
    'v5.14',
    'SC I4',
  ],
  [
    'a page of a cache is moved although its count cannot be frozen',
    [
      [
        MOVE,
        'cpu.spinLock(space + AS_LOCK);\n  const frozen = freezePage(cpu, page, 2);',
        'cpu.spinLock(space + AS_LOCK);\n  const frozen = freezePage(cpu, page, 2) || true;',
      ],
    ],
    'migrate file',
    'v6.12',
    'SC I1',
  ],
  [
    'a page is moved and not copied',
    without(MOVE, '  copyPageData(cpu, fresh, page);\n'),
    'fork-unmap migrate',
    'v6.12',
    'SC I9',
  ],
  [
    'every page is exclusive after it was moved',
    [
      [
        MOVE,
        "if (exclusive && k.design.anonExclusive === 'tracked') cpu.setBits",
        "if (k.design.anonExclusive === 'tracked') cpu.setBits",
      ],
    ],
    'fork-unmap migrate',
    'v6.12',
    'SC I6',
  ],
  [
    'KSM takes a page whoever holds it',
    [
      [
        KSM,
        'if (isHeld(cpu, k, page, (flags & PG_SWAPCACHE) !== 0, exclusive)) {',
        'if (isHeld(cpu, k, page, (flags & PG_SWAPCACHE) !== 0, exclusive) && cpu.id < 0) {',
      ],
    ],
    'T4 ksm-rw',
    'v5.14',
    'SC I17',
  ],
  [
    'KSM leaves the entry writable',
    [[KSM, 'pteMkclean(pteWrprotect(old))', 'pteMkclean(old)']],
    'T4 ksm-rw',
    'v6.12',
    'SC',
  ],
  [
    'KSM merges pages whatever they contain',
    [[KSM, 'cpu.readOnce(page + PAGE_DATA) === cpu.readOnce(kpage + PAGE_DATA)', 'true']],
    'ksm-flush fault',
    'v6.12',
    'SC I17',
  ],
  [
    'KSM replaces whatever entry there is',
    [[KSM, '(e) => e === expected', '(e) => ptePresent(e)']],
    'ksm-flush fault',
    'v6.12',
    'SC',
  ],
  [
    'KSM does not flush the entry that it protects',
    [[KSM, '  flushTlbRange(cpu, k, mm, address, address + 1);\n  if (isHeld', '  if (isHeld']],
    'ksm-flush fault',
    'v6.12',
    'SC',
  ],
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
    [['file/writeback.ts', '= pageMkclean(cpu, k, page);', '= { cleaned: 0, pinned: false };']],
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

describe('a race breaks, if', () => {
  it.each(NOTICED)('%s', async (_, changes, row, design, breaks) => {
    const check = await mutant(...changes);
    const cell = check(row, design);
    expect(`${cell.word} ${cell.property}`).toContain(breaks);
  });
});
