import { describe, expect, it } from 'vitest';
import { designOf } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { doHugePmdAnonymousPage } from '../../src/mm/huge/huge-pmd.ts';
import { splitHugePmd } from '../../src/mm/huge/split-pmd.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { vmaLookup } from '../../src/mm/map/vma-list.ts';
import { VM_READ, VM_WRITE } from '../../src/mm/memory/vma.ts';
import { type Machine, machine, RW } from './machine.ts';

/** An address space whose first two pages are one large folio under one PMD, written once each. */
function world(name = 'v6.12'): Machine {
  const m = machine(designOf(name), { largeFolios: true });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 4, flags: RW });
  const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
  expect(doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 1, flags: 0 })).toBe(0);
  store(m, 0, 5);
  store(m, 1, 6);
  return m;
}
const store = (m: Machine, address: number, value: number, mm = 0): number =>
  userStore(m.cpu, m.k, m.mm(mm), address, value);
const load = (m: Machine, address: number, mm = 0): number => userLoad(m.cpu, m.k, m.mm(mm), address);

describe('a huge PMD', () => {
  it('maps a folio as a whole, with one reference and a table put aside', () => {
    const m = world();
    expect(m.show('mm0.pmd[0]')).toBe('0 present write dirty young huge');
    expect([m.show('page0.refcount'), m.show('page0.entire_mapcount')]).toEqual(['1 (generation 1)', '1']);
    expect(m.show('page0.flags')).toBe('anon_exclusive head');
    expect(m.show('mm0.deposited')).toBe('1');
    expect(m.show('cpu0.tlb.mm0[1]')).toBe('1 present write dirty young');
    expect([load(m, 0), load(m, 1)]).toEqual([5, 6]);
    expect(m.check()).toEqual([]);
  });

  it('is not made where a table is, or beyond the VMA', () => {
    const m = world();
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
    store(m, 2, 1);
    expect(doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 2, flags: 0 })).toBe(-22);
    expect(doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 0, flags: 0 })).toBe(-22);
    expect(doHugePmdAnonymousPage(m.cpu, m.k, { mm: m.mm(0), vma, address: 4, flags: 0 })).toBe(-22);
    expect(m.check()).toEqual([]);
  });

  it.each(['v5.8', 'v5.14', 'v6.12'])('%s: is pinned page by page on the fast path and on the slow one', (name) => {
    for (const call of [pinUserPages, pinUserPagesFast]) {
      const m = world(name);
      const { pins } = call(m.other, m.k, m.mm(0), 0, 2, FOLL_WRITE);
      expect(pins.map(({ path, page }) => [path, m.k.layout.pfnOf(page)])).toEqual(
        [0, 1].map((pfn) => [call === pinUserPages ? 'slow' : 'fast', pfn]),
      );
      expect([m.show('page0.pincount'), m.show('page0.refcount')]).toEqual(['2', '3 (generation 1)']);
      expect(m.show('mm0.pmd[0]')).toContain('huge');
      expect(m.check(pins)).toEqual([]);
      for (const pin of pins) unpinUserPage(m.other, m.k, pin);
      expect(m.check()).toEqual([]);
    }
  });

  it('is split into entries that map the same, and stays one folio', () => {
    const m = world();
    splitHugePmd(m.cpu, m.k, m.mm(0), 1, false);
    expect(m.show('mm0.pmd[0]')).toBe('0 present');
    expect([m.show('table0.pte[0]'), m.show('table0.pte[1]')]).toEqual([
      '0 present write dirty young',
      '1 present write dirty young',
    ]);
    expect([m.show('page0.entire_mapcount'), m.show('page1.mapcount')]).toEqual(['0', '1']);
    expect(m.show('page1.flags')).toBe('anon_exclusive');
    expect([load(m, 0), load(m, 1)]).toEqual([5, 6]);
    expect(m.check()).toEqual([]);
    splitHugePmd(m.cpu, m.k, m.mm(0), 1, false);
    expect(m.check()).toEqual([]);
  });

  it('is a reason for the fast path to give up while it is being split', () => {
    const m = world();
    m.memory[m.k.layout.mm(0) + m.k.layout.mmPmds]! -= 1;
    expect(m.show('mm0.pmd[0]')).toBe('0 write dirty young huge');
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 0, 1, 0)).toEqual([]);
  });

  it.each(['v5.8', 'v5.19', 'v6.12'])('%s: is shared by fork as a whole, and split by the first store', (name) => {
    const m = world(name);
    expect(dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))).toBe(0);
    expect(m.show('mm1.pmd[0]')).toBe('0 present dirty huge');
    expect(m.show('page0.entire_mapcount')).toBe('2');
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE)).toEqual([]);
    expect(m.check()).toEqual([]);
    expect(store(m, 1, 9)).toBe(0);
    expect([load(m, 0), load(m, 1), load(m, 0, 1), load(m, 1, 1)]).toEqual([5, 9, 5, 6]);
    expect(m.check()).toEqual([]);
    exitMmap(m.cpu, m.k, m.mm(0));
    store(m, 0, 8, 1);
    exitMmap(m.cpu, m.k, m.mm(1));
    expect(m.check()).toEqual([]);
  });

  it.each(['v5.14', 'v5.19', 'v6.12'])('%s: is split by fork where it is pinned, and copied', (name) => {
    const m = world(name);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
    expect(dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))).toBe(0);
    expect(m.show('mm0.pmd[0]')).toBe('0 present');
    expect(store(m, 1, 9)).toBe(0);
    expect(deviceRead(m.other, pins[0]!)).toBe(9);
    expect([load(m, 0, 1), load(m, 1, 1)]).toEqual([5, 6]);
    expect(m.check(pins)).toEqual([]);
  });

  it('is reused as a whole when it is shared no more', () => {
    const m = world();
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    exitMmap(m.cpu, m.k, m.mm(1));
    store(m, 0, 7);
    expect(m.show('mm0.pmd[0]')).toBe('0 present write dirty young huge');
    expect(m.show('page0.flags')).toBe('anon_exclusive head');
    expect(m.check()).toEqual([]);
  });

  it('is reused as a whole where it is exclusive, whoever holds it', () => {
    const m = world();
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
    mprotect(m.cpu, m.k, m.mm(0), 0, 2, VM_READ);
    mprotect(m.cpu, m.k, m.mm(0), 0, 2, VM_READ | VM_WRITE);
    expect(m.show('mm0.pmd[0]')).toBe('0 present dirty young huge');
    store(m, 1, 8);
    expect(m.show('mm0.pmd[0]')).toBe('0 present write dirty young huge');
    expect(deviceRead(m.other, pins[0]!)).toBe(8);
    expect(m.check(pins)).toEqual([]);
  });

  it.each<[string, (m: Machine) => void, string]>([
    ['munmap of all of it', (m) => munmap(m.cpu, m.k, m.mm(0), 0, 4), 'none'],
    ['munmap of a part', (m) => munmap(m.cpu, m.k, m.mm(0), 0, 1), '0 present'],
    ['MADV_DONTNEED of all of it', (m) => madviseDontneed(m.cpu, m.k, m.mm(0), 0, 2), 'none'],
    ['MADV_DONTNEED of a part', (m) => madviseDontneed(m.cpu, m.k, m.mm(0), 1, 2), '0 present'],
    ['mprotect of all of it', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 2, VM_READ), '0 present dirty young huge'],
    ['mprotect of a part', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ), '0 present'],
    ['exit', (m) => exitMmap(m.cpu, m.k, m.mm(0)), 'none'],
  ])('%s', (_name, act, pmd) => {
    const m = world();
    act(m);
    expect(m.show('mm0.pmd[0]')).toBe(pmd);
    expect(m.check()).toEqual([]);
    exitMmap(m.cpu, m.k, m.mm(0));
    expect(m.check()).toEqual([]);
  });
});
