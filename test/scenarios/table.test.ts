import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CellMemo } from '../../src/fronts/races/cell-memo.ts';
import { DEFAULT_PRESET } from '../../src/mm/design/default-preset.ts';
import { COLUMNS, designOf, KERNEL_PRESETS } from '../../src/mm/design/presets.ts';
import { LADDER } from '../../src/models/registry.ts';
import { cellChanges } from '../../src/report/cell-history.ts';
import { cellWord } from '../../src/report/cell-table.ts';
import { SCENARIOS } from '../../src/scenarios/catalog.ts';
import type { Scenario } from '../../src/scenarios/scenario.ts';

/** The kernels of the columns, in their order. */
const KERNELS = [
  'v4.4',
  'v4.20',
  'v5.7',
  'v5.8',
  'v5.9-rc',
  'v5.9',
  'v5.11',
  'v5.14',
  'v5.16',
  'v5.18',
  'v5.19',
  'v6.0',
  'v6.1',
  'v6.2',
  'v6.4',
  'v6.5',
  'v6.8',
  'v6.12',
  'v6.18',
];

/** A line for each race and variant: what breaks it under each kernel, as `holdfast` prints it. */
const EXPECTED: Readonly<Record<string, string>> = {
  // v4.4  v4.20 v5.7  v5.8  v5.9-rc v5.9  v5.11 v5.14 v5.16 v5.18 v5.19 v6.0  v6.1  v6.2  v6.4  v6.5  v6.8  v6.12 v6.18
  'T0 first':
    'SC    SC    SC    SC    LKMM  SC    LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'T0 later':
    'SC    SC    SC    SC    LKMM  SC    LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  holds holds holds holds holds holds holds',
  'T0 large-first':
    '-     SC    SC    SC    LKMM  SC    LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'T0 large-later':
    '-     SC    SC    SC    LKMM  SC    LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'T0 huge-first':
    'SC    SC    SC    SC    SC    SC    LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'T0 huge-later':
    'SC    SC    SC    SC    SC    SC    LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'T1 pinned':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T1 both':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T1 slow':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T1 fast':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T1 slow-zap':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T1 fast-zap':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T1 fork':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'T2 zap':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T2 table':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T2 truncate':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     holds holds holds holds',
  'T2 refile':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T2 inode':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     holds holds holds holds',
  'T3 wait':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T3 race':
    'SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T3 protected':
    'holds holds holds holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'T3 dontfork':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T4 ksm-rw':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'T4 ksm-ro':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'T4 swap-rw':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'T4 swap-ro':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'T4 migrate-rw':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'T4 migrate-ro':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'T4 large-rw':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'T4 large-ro':
    '-     -     -     -     -     -     -     -     -     -     LKMM  LKMM  holds holds holds holds holds holds holds',
  'dirty-cow untouched':
    'SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'dirty-cow read':
    'SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'dirty-cow forked':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'uffd-cow shmem':
    '-     -     -     -     -     -     -     holds SC    SC    SC    holds holds holds holds holds holds holds holds',
  'vmsplice get':
    'SC    SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'vmsplice pin':
    'SC    SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'vmsplice swap':
    'SC    SC    SC    holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'vmsplice huge':
    'SC    SC    SC    holds SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds',
  'vmsplice split':
    '-     SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'read-pin shared':
    'SC    SC    SC    holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'read-pin protected':
    'holds holds holds holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'read-pin protected-huge':
    'holds holds holds holds holds holds holds holds holds SC    holds holds holds holds holds holds holds holds holds',
  'read-pin file':
    'SC    SC    SC    holds SC    SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds',
  'writeback-dma data':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'writeback-dma stable':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC',
  'writeback-dma notify':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC',
  'writeback-dma cpu':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'writeback-dma longterm':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds',
  'reclaim race':
    'holds holds holds holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'reclaim pinned':
    'holds holds holds holds SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'reclaim-dirty locked':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'reclaim-dirty unlocked':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'split pmd':
    '-     holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'split folio':
    '-     holds SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds',
  'split tail':
    '-     SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds',
  'khugepaged first':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds',
  'khugepaged last':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds',
  'zap-clean store':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds',
  'uffd-move one':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     holds holds holds',
  'uffd-move first':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     holds holds LKMM',
  'uffd-move second':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     holds holds LKMM',
  'lazyfree pin':
    '-     SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds',
  'lazyfree unpin':
    '-     SC    SC    SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds',
  'lazyfree store':
    '-     holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'mirror zap':
    '-     -     LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'mirror migrate':
    '-     -     LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM  LKMM',
  'mirror fork':
    '-     -     holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'migrate anon':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'migrate file':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'hugetlb reuse':
    'SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    SC    holds',
  'fork-tlb store':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'pin-flag small':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'pin-flag large':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'page-mapped evict':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'page-mapped invalidate':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'page-mapped reclaim':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'page-mapped migrate':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'page-mapped io':
    '-     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -',
  'fork-unmap swap':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'fork-unmap ksm':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'fork-unmap migrate':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'fork-fault write':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds SC    holds holds holds holds',
  'soft-dirty pinned':
    'holds holds holds holds SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'soft-dirty race':
    'holds holds holds holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'cow-tlb read':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'cow-tlb child':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'fork-edges nomem':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'fork-edges force':
    'holds holds holds holds SC    SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds',
  'page-reuse tlb':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'page-reuse walk':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'ksm-flush fault':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'ksm-flush convert':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'ksm-flush pending':
    '-     LKMM  LKMM  LKMM  LKMM  LKMM  -     -     -     -     -     -     -     -     -     -     -     -     -',
  'truncate fault':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'truncate protected':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'truncate writeback':
    'holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'longterm-zone isolated':
    '-     -     SC    SC    SC    SC    SC    holds holds holds holds holds holds holds holds holds holds holds holds',
  'longterm-zone unlisted':
    '-     -     SC    SC    SC    SC    SC    stuck stuck stuck stuck stuck stuck stuck stuck stuck stuck stuck stuck',
  'huge-dirty-cow read':
    'SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'mremap-tlb truncate':
    'SC    holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds',
  'mremap-retract table':
    '-     holds holds holds holds holds holds holds holds holds holds holds holds holds holds holds SC    holds holds',
};

/** The proposals of the posts, and what was tried on top of them. */
const PROPOSALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'has-pinned-review': {
    'T0 first': 'LKMM',
    'T0 later': 'LKMM',
    'T0 large-first': 'LKMM',
    'T0 large-later': 'LKMM',
    'T0 huge-first': 'SC',
    'T0 huge-later': 'SC',
  },
  'has-pinned-swap': {
    'T0 first': 'LKMM',
    'T0 later': 'LKMM',
    'T0 large-first': 'LKMM',
    'T0 large-later': 'LKMM',
    'T0 huge-first': 'SC',
    'T0 huge-later': 'SC',
    'pin-flag small': 'LKMM',
    'pin-flag large': 'LKMM',
  },
  'simplified-wp': {
    'T3 wait': 'SC',
    'T3 race': 'SC',
    'T3 protected': 'SC',
    'T3 dontfork': 'holds',
    'fork-edges nomem': 'holds',
    'fork-edges force': 'SC',
  },
  'early-copy-sketch': {
    'T0 first': 'SC',
    'T0 later': 'SC',
    'T0 large-first': 'SC',
    'T0 large-later': 'SC',
    'T0 huge-first': 'SC',
    'T0 huge-later': 'SC',
    'T3 wait': 'SC',
    'T3 race': 'SC',
    'T3 protected': 'SC',
    'T3 dontfork': 'holds',
    'fork-edges nomem': 'SC',
    'fork-edges force': 'SC',
  },
  'mapcount-first': {
    'T1 pinned': 'SC',
    'T1 both': 'SC',
    'T1 slow': 'holds',
    'T1 fast': 'LKMM',
    'T1 slow-zap': 'SC',
    'T1 fast-zap': 'SC',
    'T1 fork': 'holds',
    'page-mapped evict': 'SC',
    'page-mapped invalidate': 'SC',
    'page-mapped reclaim': 'holds',
    'page-mapped migrate': 'holds',
    'page-mapped io': 'LKMM',
  },
  'mapcount-second': {
    'T1 pinned': 'SC',
    'T1 both': 'SC',
    'T1 slow': 'SC',
    'T1 fast': 'SC',
    'T1 slow-zap': 'SC',
    'T1 fast-zap': 'SC',
    'T1 fork': 'SC',
    'T2 zap': 'SC',
    'T2 table': 'holds',
    'T2 refile': 'holds',
    'page-mapped evict': 'SC',
    'page-mapped invalidate': 'SC',
    'page-mapped reclaim': 'holds',
    'page-mapped migrate': 'holds',
    'page-mapped io': 'SC',
  },
  'mapcount-walk-read-walk': {
    'T1 pinned': 'holds',
    'T1 both': 'holds',
    'T1 slow': 'holds',
    'T1 fast': 'LKMM',
    'T1 slow-zap': 'holds',
    'T1 fast-zap': 'LKMM',
    'T1 fork': 'holds',
    'page-mapped evict': 'SC',
    'page-mapped invalidate': 'SC',
    'page-mapped reclaim': 'holds',
    'page-mapped migrate': 'holds',
    'page-mapped io': 'LKMM',
  },
  'mapcount-read-walk-walk': {
    'T1 pinned': 'holds',
    'T1 both': 'holds',
    'T1 slow': 'SC',
    'T1 fast': 'SC',
    'T1 slow-zap': 'SC',
    'T1 fast-zap': 'SC',
    'T1 fork': 'SC',
  },
  'mapcount-walk-walk-read': {
    'T1 pinned': 'SC',
    'T1 both': 'SC',
    'T1 slow': 'holds',
    'T1 fast': 'LKMM',
    'T1 slow-zap': 'SC',
    'T1 fast-zap': 'SC',
    'T1 fork': 'holds',
  },
  'longterm-file-v7': {
    'T2 zap': 'holds',
    'T2 table': 'holds',
    'T2 truncate': 'LKMM',
    'T2 refile': 'holds',
    'T2 inode': 'holds',
  },
};

const memo = new CellMemo();
const WEAKEST = KERNEL_PRESETS.filter(({ machine }) => machine === undefined);

/** What is otherwise on x86: there interrupts alone keep a fast walk from what is being taken apart. */
const X86: Readonly<Record<string, string>> = {
  'khugepaged first': 'holds',
  'khugepaged last': 'holds',
  'hugetlb reuse': 'holds',
};

const cell = (
  scenario: Scenario,
  variant: string,
  preset: string,
  models = LADDER as readonly (typeof LADDER)[number][],
) => memo.check(scenario, variant, { name: preset, design: designOf(preset) }, { models });

const rows = SCENARIOS.flatMap((scenario) =>
  scenario.variants.map(({ name: variant }) => ({ row: `${scenario.name} ${variant}`, scenario, variant })),
);

describe('the table', () => {
  it('has a column for each kernel that differs from the one before', () => {
    expect(COLUMNS).toEqual(KERNELS);
  });

  it('is that of docs/races.md', () => {
    const [, block = ''] = /```\n( {8}v4\.4 [^`]*)```/.exec(readFileSync('docs/races.md', 'utf8')) ?? [];
    const told: Record<string, string> = {};
    let race = '';
    let variants: readonly string[] = [];
    for (const line of block.trimEnd().split('\n').slice(1)) {
      if (line.startsWith('        ')) {
        for (const variant of variants) told[`${race} ${variant}`] = line.trim();
      } else if (line.startsWith('    ')) {
        variants = line.trim().split(', ');
      } else {
        race = line.split(' ')[0]!;
        variants = SCENARIOS.find(({ name }) => name === race)!.variants.map(({ name }) => name);
      }
    }
    const existing = Object.entries(EXPECTED).filter(([, words]) => /[^- ]/.test(words));
    const oneSpace = ([row, words]: readonly [string, string]) => [row, words.split(/ +/).join(' ')];
    expect(Object.fromEntries(Object.entries(told).map(oneSpace))).toEqual(Object.fromEntries(existing.map(oneSpace)));
  });

  it.each(rows)('$row', ({ row, scenario, variant }) => {
    const words = KERNELS.map((kernel) => cellWord(cell(scenario, variant, kernel)));
    expect(words).toEqual(EXPECTED[row]!.split(/ +/));
  });

  it.each(WEAKEST.slice(1).map((kernel, i) => ({ kernel, before: WEAKEST[i]! })))(
    '$kernel.name differs from $before.name in a cell, or has no column',
    ({ kernel, before }) => {
      const word = (of: string) => rows.map(({ scenario, variant }) => cellWord(cell(scenario, variant, of))).join();
      const differs = word(kernel.name) !== word(before.name);
      expect(COLUMNS.includes(kernel.name)).toBe(differs || kernel.name === DEFAULT_PRESET);
    },
  );

  it.each(rows)('$row: no cell changes without a commit', ({ scenario, variant }) => {
    const cells = WEAKEST.map(({ name }) => cell(scenario, variant, name));
    for (const { from, to, changes } of cellChanges(WEAKEST, cells)) {
      expect(
        changes.flatMap(({ commits }) => commits),
        `${from.design} to ${to.design}`,
      ).not.toEqual([]);
    }
  });

  it.each(rows)('$row: v4.4 on x86, with a gup.c of its own', ({ row, scenario, variant }) => {
    const weakest = cellWord(cell(scenario, variant, 'v4.4'));
    expect(cellWord(cell(scenario, variant, 'v4.4-x86'))).toBe(X86[row] ?? weakest);
  });

  it.each(rows)('$row: what holds under the LKMM holds under TSO and SC', ({ scenario, variant }) => {
    for (const kernel of ['v4.4', 'v5.8', 'v5.14', 'v6.1', 'v6.12']) {
      const weakest = cell(scenario, variant, kernel);
      if (weakest.kind !== 'holds') continue;
      for (const model of ['sc', 'tso'] as const) expect(cell(scenario, variant, kernel, [model]).kind).toBe('holds');
    }
  });
});

const isAbsent = (scenario: Scenario, variant: string, preset: string): boolean =>
  scenario.absent(designOf(preset), variant) !== undefined;

describe.each(Object.entries(PROPOSALS))('%s', (preset, expected) => {
  it('is judged by every race that names it', () => {
    const named = rows
      .filter(({ scenario, variant }) => scenario.proposals.includes(preset) && !isAbsent(scenario, variant, preset))
      .map(({ row }) => row);
    expect(named).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))('%s: %s', (row, word) => {
    const { scenario, variant } = rows.find((each) => each.row === row)!;
    expect(cellWord(cell(scenario, variant, preset))).toBe(word);
  });
});
