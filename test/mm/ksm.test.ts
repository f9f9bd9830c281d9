import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { getUserPages, pinUserPages, pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { madvise } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect } from '../../src/mm/map/mmap.ts';
import { vmaLookup } from '../../src/mm/map/vma-list.ts';
import { lockPage, type Page, unlockPage } from '../../src/mm/memory/page.ts';
import { getPage } from '../../src/mm/memory/page-ref.ts';
import { PTE_WRITE } from '../../src/mm/memory/pte.ts';
import { VM_READ } from '../../src/mm/memory/vma.ts';
import { ksmScanPage, replacePage, writeProtectPage } from '../../src/mm/migrate/ksm.ts';
import { entryAt } from '../../src/mm/observe/inspect.ts';
import { addToSwap } from '../../src/mm/reclaim/swap-cache.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

const design = (name: string, decisions: Record<string, string> = {}): Design => {
  const found = designWith(designOf(name), decisions);
  if ('kind' in found) throw new Error(found.kind);
  return found;
};

/** Two mergeable pages, 2 and 3, that contain the same; page 0 and 1 are page frames. */
function world(d: Design): Machine {
  const m = machine(d);
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 4, flags: RW });
  madvise(m.cpu, m.k, m.mm(0), 2, 4, 'mergeable');
  userStore(m.cpu, m.k, m.mm(0), 2, 7);
  userStore(m.cpu, m.k, m.mm(0), 3, 7);
  return m;
}
const frame = (m: Machine, pfn: number): Page => m.k.layout.page(pfn);
const convert = (m: Machine): string => ksmScanPage(m.cpu, m.k, m.mm(0), 2, 0);
const merge = (m: Machine): string => ksmScanPage(m.cpu, m.k, m.mm(0), 3, frame(m, 0));

describe.each(PRESETS.filter(({ name }) => ['v4.4', 'v5.8', 'v5.19', 'v6.12'].includes(name)))('$name', (preset) => {
  it('a page that nobody holds becomes a KSM page: read-only, clean, not exclusive, and the page dirty', () => {
    const m = world(preset.design);
    expect(convert(m)).toBe('converted');
    expect(m.show('table0.pte[0]')).toBe('0 present young');
    expect(m.show('page0.flags')).toBe('dirty');
    expect(m.check()).toEqual([]);
  });

  it('a page that contains the same is replaced by it, and freed', () => {
    const m = world(preset.design);
    convert(m);
    expect(merge(m)).toBe('merged');
    expect(m.show('table0.pte[1]')).toBe('0 present young');
    expect([m.show('page0.refcount'), m.show('page0.mapcount')]).toEqual(['2 (generation 1)', '2']);
    expect(m.show('page1.refcount')).toBe('0 (generation 1)');
    expect([2, 3].map((address) => userLoad(m.cpu, m.k, m.mm(0), address))).toEqual([7, 7]);
    expect(m.check()).toEqual([]);
  });

  it('a page that contains something else is left write-protected', () => {
    const m = world(preset.design);
    convert(m);
    userStore(m.cpu, m.k, m.mm(0), 3, 8);
    expect(merge(m)).toBe('kept');
    expect([m.show('table0.pte[1]'), m.show('page1.flags')]).toEqual(['1 present young', 'dirty']);
    expect(userLoad(m.cpu, m.k, m.mm(0), 3)).toBe(8);
    expect(m.check()).toEqual([]);
  });

  it('a store to a KSM page copies it, even where one entry maps it', () => {
    const m = world(preset.design);
    convert(m);
    expect(userStore(m.cpu, m.k, m.mm(0), 2, 9)).toBe(0);
    expect(m.show('table0.pte[0]')).toBe('2 present write dirty young');
    expect(userLoad(m.cpu, m.k, m.mm(0), 2)).toBe(9);
    expect(m.check()).toEqual([]);
  });

  it.each([
    ['pinned for writing', (m: Machine) => pinUserPages(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE).pins],
    ['got', (m: Machine) => getUserPages(m.other, m.k, m.mm(0), 2, 1, 0).pins],
  ])('a page that is %s is kept as it is', (_how, take) => {
    const m = world(preset.design);
    const held = take(m);
    const before = [m.show('table0.pte[0]'), m.show('page0.flags')];
    expect(convert(m)).toBe('kept');
    expect([m.show('table0.pte[0]'), m.show('page0.flags')]).toEqual(before);
    expect(m.check(held)).toEqual([]);
    userStore(m.cpu, m.k, m.mm(0), 2, 5);
    expect(deviceRead(m.other, held[0]!)).toBe(5);
    for (const pin of held) unpinUserPage(m.other, m.k, pin);
    expect(convert(m)).toBe('converted');
  });

  it('a page that fork has shared may be converted for each, as its count is what its entries account for', () => {
    const m = world(preset.design);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    expect(convert(m)).toBe('converted');
    expect(userLoad(m.cpu, m.k, m.mm(1), 2)).toBe(7);
    expect(m.check()).toEqual([]);
  });
});

it('KSM takes a page in the swap cache, which accounts for a reference', () => {
  const m = machine(design('v6.12'), { swapSlots: 1 });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW });
  madvise(m.cpu, m.k, m.mm(0), 2, 3, 'mergeable');
  userStore(m.cpu, m.k, m.mm(0), 2, 7);
  lockPage(m.cpu, frame(m, 0));
  addToSwap(m.cpu, m.k, frame(m, 0));
  unlockPage(m.cpu, frame(m, 0));
  expect(convert(m)).toBe('converted');
  expect(m.check()).toEqual([]);
});

describe('KSM leaves alone', () => {
  it.each<[string, (m: Machine) => unknown]>([
    ['memory that is not mergeable', (m) => madvise(m.cpu, m.k, m.mm(0), 2, 4, 'unmergeable')],
    ['a page that is locked', (m) => lockPage(m.cpu, frame(m, 0))],
    ['a page with one reference more', (m) => getPage(m.cpu, frame(m, 0))],
  ])('%s', (_what, change) => {
    const m = world(design('v6.12'));
    change(m);
    expect(convert(m)).toBe('kept');
  });

  it('an entry that maps another page by now, or is not what it was', () => {
    const m = world(design('v6.12'));
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 2)!;
    expect(writeProtectPage(m.cpu, m.k, m.mm(0), vma, 2, frame(m, 1))).toBe(-14);
    const e = entryAt(m.memory, m.k.layout, m.mm(0), 2);
    expect(replacePage(m.cpu, m.k, m.mm(0), vma, 2, frame(m, 0), frame(m, 1), e & ~PTE_WRITE)).toBe(-14);
    expect(m.check()).toEqual([]);
  });
});

describe('the steps of write_protect_page()', () => {
  const steps = (d: Design, readOnly = false): string[] => {
    const m = world(d);
    if (readOnly) {
      mprotect(m.cpu, m.k, m.mm(0), 2, 3, VM_READ);
      convert(m);
    }
    const cpu = new RecordingCpu(1, m.memory);
    getPage(m.cpu, frame(m, 0));
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 2)!;
    expect(writeProtectPage(cpu, m.k, m.mm(0), vma, 2, frame(m, 0))).toBeGreaterThanOrEqual(0);
    return cpu.steps;
  };
  const flushed = { flushBarrier: 'mb' };
  const bare = { flushBarrier: 'none' };

  it.each<[string, Record<string, string>, string[]]>([
    ['v5.14', flushed, ['A1', 'mb', 'A2', 'A4']],
    ['v5.14', bare, ['A1', 'A2', 'A4']],
    ['v5.19', flushed, ['A1', 'mb', 'A2', 'A2', 'A3', 'A4']],
    ['v6.1', flushed, ['A1', 'mb', 'A2', 'mb', 'A2', 'A3', 'afteratomic', 'A4']],
    ['v6.1', bare, ['A1', 'A2', 'mb', 'A2', 'A3', 'afteratomic', 'A4']],
    ['v6.1', { ...bare, ksmObserver: 'maybe-pinned' }, ['A1', 'mb', 'A2', 'A3', 'afteratomic', 'A4']],
    ['v6.1', { ...bare, ksmObserver: 'exact' }, ['A1', 'mb', 'A2', 'A3', 'afteratomic', 'A4']],
    ['v6.1', { ...bare, ksmObserver: 'exact', shareMb: 'none', shareWmb: 'none' }, ['A1', 'A2', 'A3', 'A4']],
  ])('%s with %o: %o', (name, decisions, expected) => {
    expect(steps(design(name, decisions))).toEqual(expected);
  });

  it('there are none for a page that is protected, clean and not exclusive already', () => {
    expect(steps(design('v6.12'), true)).toEqual([]);
  });

  it('the entry of a page that was read-only and clean comes back bit for bit; only the flag tells a fast pin', () => {
    const m = machine(design('v6.12'));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW & ~2 });
    madvise(m.cpu, m.k, m.mm(0), 2, 3, 'mergeable');
    userLoad(m.cpu, m.k, m.mm(0), 2);
    expect([m.show('table0.pte[0]'), m.show('page0.flags')]).toEqual(['0 present young', 'anon_exclusive']);
    expect(convert(m)).toBe('converted');
    expect([m.show('table0.pte[0]'), m.show('page0.flags')]).toEqual(['0 present young', 'dirty']);
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 2, 1, 0)).toEqual([]);
  });
});
