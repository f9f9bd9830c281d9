import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { doAnonymousFolio } from '../../src/mm/fault/fault-anonymous.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import { pinUserPagesFast, pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { collapseHugePage } from '../../src/mm/huge/collapse.ts';
import { doHugePmdAnonymousPage } from '../../src/mm/huge/huge-pmd.ts';
import { splitFolio } from '../../src/mm/huge/split-folio.ts';
import { splitHugePmd } from '../../src/mm/huge/split-pmd.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect } from '../../src/mm/map/mmap.ts';
import { vmaLookup } from '../../src/mm/map/vma-list.ts';
import { lockPage, type Page, unlockPage } from '../../src/mm/memory/page.ts';
import { getPage, putPage } from '../../src/mm/memory/page-ref.ts';
import { VM_READ } from '../../src/mm/memory/vma.ts';
import { pinnedPageMapped } from '../../src/mm/observe/promises.ts';
import { addToSwap } from '../../src/mm/reclaim/swap-cache.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';
import { interrupt } from './stepping.ts';

const design = (name: string, decisions: Record<string, string> = {}): Design => {
  const found = designWith(designOf(name), decisions);
  if ('kind' in found) throw new Error(found.kind);
  return found;
};
const empty = (d: Design): Machine => {
  const m = machine(d, { largeFolios: true, swapSlots: 1 });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 4, flags: RW });
  return m;
};
/** Pages 0 and 1 are page frames 0 and 1, and contain 5 and 6. */
function world(d: Design): Machine {
  const m = empty(d);
  for (const address of [0, 1]) userStore(m.cpu, m.k, m.mm(0), address, 5 + address);
  return m;
}
const frame = (m: Machine, pfn: number): Page => m.k.layout.page(pfn);
const collapse = (m: Machine): number => collapseHugePage(m.cpu, m.k, m.mm(0), 1);
const contents = (m: Machine): number[] => [0, 1].map((address) => userLoad(m.cpu, m.k, m.mm(0), address));
const pmd = (m: Machine): string => m.show('mm0.pmd[0]');

describe.each(['v4.4', 'v5.14', 'v6.12'])('%s: collapsing', (name) => {
  it('makes one huge page of small ones, and frees them', () => {
    const m = world(design(name));
    expect(collapse(m)).toBe(0);
    expect(pmd(m)).toBe('2 present write dirty young huge');
    expect([0, 1, 2].map((pfn) => m.show(`page${pfn}.refcount`))).toEqual([
      '0 (generation 1)',
      '0 (generation 1)',
      '1 (generation 1)',
    ]);
    expect(m.show('mm0.deposited')).toBe('1');
    expect(contents(m)).toEqual([5, 6]);
    expect(m.check()).toEqual([]);
  });

  it.each<[string, (m: Machine) => unknown, number]>([
    ['a page that is not there', (m) => userStore(m.cpu, m.k, m.mm(0), 2, 1), -22],
    ['a page with a reference more', (m) => getPage(m.cpu, frame(m, 1)), -11],
    ['a page that is locked', (m) => lockPage(m.cpu, frame(m, 1)), -11],
    ['pages that are all read-only', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 4, VM_READ), -22],
  ])('leaves alone %s', (what, change, error) => {
    const m = world(design(name));
    change(m);
    const before = pmd(m);
    expect(collapseHugePage(m.cpu, m.k, m.mm(0), what.endsWith('there') ? 3 : 1)).toBe(error);
    expect(pmd(m)).toBe(before);
    expect(contents(m)).toEqual([5, 6]);
  });

  it('leaves a pinned page to its pin', () => {
    const m = world(design(name));
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
    expect(collapse(m)).toBe(-11);
    expect(m.check(pins)).toEqual([]);
    for (const pin of pins) unpinUserPage(m.other, m.k, pin);
    expect(collapse(m)).toBe(0);
    expect(m.check()).toEqual([]);
  });
});

describe('collapsing', () => {
  it('takes a page out of the swap cache', () => {
    const m = world(design('v6.12'));
    lockPage(m.cpu, frame(m, 0));
    addToSwap(m.cpu, m.k, frame(m, 0));
    unlockPage(m.cpu, frame(m, 0));
    expect(collapse(m)).toBe(0);
    expect([m.show('swap[0].cache'), m.check()]).toEqual(['0', []]);
  });

  it('takes pages of large folios for what they are', () => {
    const m = empty(design('v6.12'));
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
    doAnonymousFolio(m.cpu, m.k, { mm: m.mm(0), vma, address: 0, flags: 0 });
    expect(collapse(m)).toBe(-11);
    madviseDontneed(m.cpu, m.k, m.mm(0), 1, 2);
    userStore(m.cpu, m.k, m.mm(0), 1, 6);
    expect(collapse(m)).toBe(-11);
    doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 2, flags: 0 });
    expect(collapseHugePage(m.cpu, m.k, m.mm(0), 2)).toBe(-22);
    expect(m.check()).toEqual([]);
  });

  it.each([
    ['v6.0 and before', 'flush', ['k1', 'mb', 'k2', 'k2', 'k3', 'k3', 'wmb', 'k4']],
    ['v6.1 and after', 'ipi', ['k1', 'mb', 'mb', 'k2', 'k2', 'k3', 'k3', 'wmb', 'k4']],
  ])('%s: the steps', (_when, collapseSync, expected) => {
    const m = world(design('v6.12', { collapseSync }));
    const cpu = new RecordingCpu(1, m.memory);
    expect(collapseHugePage(cpu, m.k, m.mm(0), 0)).toBe(0);
    expect(cpu.steps).toEqual(expected);
  });

  it('as a whole in the middle of a fast pin: what is pinned is what is mapped after', () => {
    const m = world(design('v6.12', { collapseSync: 'flush', tableFree: 'barrier' }));
    const start = m.memory.slice();
    const kept = new Set<boolean>();
    for (let at = 0, steps = 1; at < steps; at++) {
      m.memory.set(start);
      let pins: readonly Pin[] = [];
      steps = interrupt(
        m.memory,
        at,
        (cpu) => {
          pins = pinUserPagesFastOnly(cpu, m.k, m.mm(0), 1, 1, FOLL_WRITE);
        },
        (cpu) => collapseHugePage(cpu, m.k, m.mm(0), 0),
      ).steps;
      expect(m.check(pins)).toEqual([]);
      for (const pin of pins) kept.add(pinnedPageMapped(m.memory, m.k.layout, m.mm(0), pin));
    }
    expect([...kept]).toEqual([true]);
  });
});

describe('splitting a folio', () => {
  const huge = (d: Design, byPte: boolean): Machine => {
    const m = empty(d);
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
    doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 0, flags: 0 });
    if (byPte) splitHugePmd(m.cpu, m.k, m.mm(0), 0, false);
    for (const address of [0, 1]) userStore(m.cpu, m.k, m.mm(0), address, 5 + address);
    return m;
  };
  const split = (m: Machine): number => {
    getPage(m.cpu, frame(m, 0));
    lockPage(m.cpu, frame(m, 0));
    const status = splitFolio(m.cpu, m.k, frame(m, 0));
    unlockPage(m.cpu, frame(m, 0));
    putPage(m.cpu, m.k, frame(m, 0));
    return status;
  };

  describe.each(['v4.4', 'v5.14', 'v5.19', 'v6.12'])('%s', (name) => {
    it.each([
      ['a PMD', false],
      ['PTEs', true],
    ])('mapped by %s: each page is a folio of its own after, in a new life', (_by, byPte) => {
      const m = huge(design(name), byPte);
      expect(split(m)).toBe(0);
      expect([m.show('page0.flags'), m.show('page1.head')]).toEqual([m.show('page1.flags'), '0']);
      expect([m.show('page0.refcount'), m.show('page1.refcount')]).toEqual(['1 (generation 1)', '1 (generation 1)']);
      expect([m.show('table0.pte[0]'), m.show('table0.pte[1]')]).toEqual([
        '0 present write young',
        '1 present write young',
      ]);
      expect(m.check()).toEqual([]);
      expect(contents(m)).toEqual([5, 6]);
    });

    it('with a pin: it stays a folio', () => {
      for (const byPte of [false, true]) {
        const m = huge(design(name), byPte);
        const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
        const before = pmd(m);
        expect(split(m)).toBe(-11);
        expect(pmd(m)).toBe(before);
        expect(m.show('page0.flags')).toContain('head');
        expect(m.check(pins)).toEqual([]);
        expect(contents(m)).toEqual([5, 6]);
        for (const pin of pins) unpinUserPage(m.other, m.k, pin);
        expect(m.check()).toEqual([]);
      }
    });
  });

  it('a tail is whole before it is a folio, and the head frozen until all are', () => {
    const m = huge(design('v6.12', { flushBarrier: 'none' }), true);
    getPage(m.cpu, frame(m, 0));
    lockPage(m.cpu, frame(m, 0));
    const cpu = new RecordingCpu(1, m.memory);
    expect(splitFolio(cpu, m.k, frame(m, 0))).toBe(0);
    const migrated = ['A1', 'mb', 'A2', 'A3', 'afteratomic', 'A4'];
    expect(cpu.steps).toEqual([...migrated, ...migrated, 'freeze', 'wmb']);
  });

  it('a pin in the middle of it: either is whole after', () => {
    const m = huge(design('v6.12', { collapseSync: 'flush' }), false);
    getPage(m.cpu, frame(m, 0));
    lockPage(m.cpu, frame(m, 0));
    const start = m.memory.slice();
    const outcomes = new Set<string>();
    for (let at = 0, steps = 1; at < steps; at++) {
      m.memory.set(start);
      let pins: readonly Pin[] = [];
      let status = 0;
      steps = interrupt(
        m.memory,
        at,
        (cpu) => {
          status = splitFolio(cpu, m.k, frame(m, 0));
          unlockPage(cpu, frame(m, 0));
          putPage(cpu, m.k, frame(m, 0));
        },
        (cpu) => {
          pins = pinUserPagesFastOnly(cpu, m.k, m.mm(0), 1, 1, FOLL_WRITE);
        },
      ).steps;
      outcomes.add(`${status} ${pins.length}`);
      expect(m.check(pins)).toEqual([]);
      for (const pin of pins) expect(pinnedPageMapped(m.memory, m.k.layout, m.mm(0), pin)).toBe(true);
    }
    expect([...outcomes].sort()).toEqual(['-11 1', '0 0', '0 1']);
  });
});

describe('the steps of splitting a PMD', () => {
  it.each<[string, Record<string, string>, boolean, string[]]>([
    ['v5.14', {}, true, ['A1', 'mb', 'wmb', 'A4']],
    ['v5.19', {}, true, ['A1', 'mb', 'A2', 'A3', 'wmb', 'A4']],
    ['v6.12', {}, true, ['A1', 'mb', 'mb', 'A2', 'A3', 'afteratomic', 'wmb', 'A4']],
    ['v6.12', {}, false, ['A1', 'mb', 'wmb', 'A4']],
    ['v6.12', { splitBarrier: 'none' }, false, ['A1', 'mb', 'A4']],
  ])('%s with %o, freezing %s: %o', (name, decisions, freeze, expected) => {
    const m = empty(design(name, decisions));
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
    doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 0, flags: 0 });
    const cpu = new RecordingCpu(1, m.memory);
    splitHugePmd(cpu, m.k, m.mm(0), 0, freeze);
    expect(cpu.steps).toEqual(expected);
  });
});
