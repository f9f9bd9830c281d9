import { type Mutant, noticed, without } from './mutant.ts';

const COLLAPSE = 'huge/collapse.ts';
const MOVE = 'migrate/migrate.ts';
const KSM = 'migrate/ksm.ts';

/** A line of the memory manager that is left out, or written otherwise; a race that holds; what breaks it then: huge pages, reverse mapping, migration, KSM. */
const NOTICED: readonly Mutant[] = [
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
    without('gup/exclusive.ts', "  if (k.ops.pageMaybeDmaPinned(cpu, k, folio, 'A2')) return EBUSY;\n"),
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
];

noticed(NOTICED);
