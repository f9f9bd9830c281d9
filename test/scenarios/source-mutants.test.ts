import { type Mutant, noticed, without } from './mutant.ts';

const FORK = 'fork/fork.ts';
const COPY = 'fork/copy-pte.ts';
const SLOW = 'gup/gup-slow.ts';
const WP = 'fault/fault-wp.ts';

/** A line of the memory manager that is left out, or written otherwise; a race that holds; what breaks it then: fork, pins, write faults. */
const NOTICED: readonly Mutant[] = [
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
    without('gup/gup-fast.ts', '  ungrabFolio(cpu, k, folio, (flags & FOLL_PIN) !== 0);\n'),
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
    'a copy on write drops the map count before the entry',
    [
      [
        WP,
        '    ptepGetAndClear(cpu, cell);\n    flush',
        '    pageRemoveRmap(cpu, k, page);\n    ptepGetAndClear(cpu, cell);\n    flush',
      ],
      [WP, 'entryBits(vma, !unshare)));\n    pageRemoveRmap(cpu, k, page);', 'entryBits(vma, !unshare)));'],
    ],
    'cow-tlb child',
    'v5.8',
    'SC I9',
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
  [
    'a forced write follows a page that is not exclusive',
    [[SLOW, 'return pageAnonExclusive(cpu, pmdIsHuge(e) ? head : page);', 'return true;']],
    'dirty-cow forked',
    'v6.12',
    'SC I9',
  ],
  [
    'a page of KSM is reused, of an entry that was mapped once',
    [[WP, '!pageIsKsm(cpu, folio) && pageMapcount', 'pageMapcount']],
    'ksm-flush convert',
    'v5.8',
    'SC I17',
  ],
  [
    'a page is reused without a second look at its count',
    [[WP, '!pageIsKsm(cpu, folio) && alone()', 'true']],
    'ksm-flush convert',
    'v5.14',
    'SC I17',
  ],
  [
    'a page is reused without the page lock',
    [
      [WP, 'pageRefCount(cpu, folio) !== 1 || !trylockPage(cpu, folio)', 'pageRefCount(cpu, folio) !== 1'],
      [WP, '!pageIsKsm(cpu, folio) && alone();\n  unlockPage(cpu, folio);', '!pageIsKsm(cpu, folio) && alone();'],
    ],
    'ksm-flush convert',
    'v5.14',
    'LKMM I17',
  ],
  [
    'a page that may be in the swap cache is reused without the page lock',
    [
      [
        WP,
        '  if (!trylockPage(cpu, folio)) return false;\n  tryToFreeSwap(cpu, k, folio);',
        '  tryToFreeSwap(cpu, k, folio);',
      ],
      [
        WP,
        'pageRefCount(cpu, folio) === 1;\n  unlockPage(cpu, folio);\n  return reuse;\n}\n\n/** do_wp_page() (v5.19',
        'pageRefCount(cpu, folio) === 1;\n  return reuse;\n}\n\n/** do_wp_page() (v5.19',
      ],
    ],
    'ksm-flush convert',
    'v6.12',
    'LKMM I17',
  ],
  [
    'a page is reused although it stays in the swap cache',
    [[WP, '!pageIsKsm(cpu, folio) && pageRefCount(cpu, folio) === 1', '!pageIsKsm(cpu, folio)']],
    'fork-unmap swap',
    'v6.12',
    'SC I9',
  ],
];

noticed(NOTICED);
