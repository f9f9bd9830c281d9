import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { truncateSetsize } from '../../src/mm/file/truncate.ts';
import { writePage } from '../../src/mm/file/writeback.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { madvise, madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { lockPage, PAGE_FLAGS, type Page, PG_DIRTY, PG_WRITEBACK, unlockPage } from '../../src/mm/memory/page.ts';
import { getPage, putPage } from '../../src/mm/memory/page-ref.ts';
import { VM_SHARED } from '../../src/mm/memory/vma.ts';
import { ksmScanPage } from '../../src/mm/migrate/ksm.ts';
import { removeMapping, shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import { addToSwap } from '../../src/mm/reclaim/swap-cache.ts';
import { tryToUnmap, tryToUnmapFlush, type UnmapBatch } from '../../src/mm/rmap/try-to-unmap.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

const design = (name: string, decisions: Record<string, string> = {}): Design => {
  const found = designWith(designOf(name), decisions);
  if ('kind' in found) throw new Error(found.kind);
  return found;
};

/** mm 0 has written 7 to its page 2, which is page frame 0. */
function world(d: Design): Machine {
  const m = machine(d, { swapSlots: 2 });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 4, flags: RW });
  userStore(m.cpu, m.k, m.mm(0), 2, 7);
  return m;
}
const frame = (m: Machine, pfn = 0): Page => m.k.layout.page(pfn);
const shrink = (m: Machine, pfn = 0): boolean => {
  getPage(m.cpu, frame(m, pfn));
  return shrinkPage(m.cpu, m.k, frame(m, pfn));
};
const load = (m: Machine, mm = 0): number => userLoad(m.cpu, m.k, m.mm(mm), 2);
const store = (m: Machine, value: number, mm = 0): number => userStore(m.cpu, m.k, m.mm(mm), 2, value);
const isTracked = (d: Design): boolean => d.anonExclusive === 'tracked';

describe.each(PRESETS.filter(({ name }) => ['v4.4', 'v5.9', 'v5.19', 'v6.12'].includes(name)))('$name', (preset) => {
  const tracked = isTracked(preset.design);

  it('reclaim writes a page to swap and frees it; a load brings it back', () => {
    const m = world(preset.design);
    expect(shrink(m)).toBe(true);
    expect(m.show('table0.pte[0]')).toBe(tracked ? '0 swap exclusive' : '0 swap');
    expect([m.show('swap[0].count'), m.show('swap[0].data'), m.show('swap[0].cache')]).toEqual(['1', '7', '0']);
    expect(m.show('page0.refcount')).toBe('0 (generation 1)');
    expect(m.check()).toEqual([]);
    expect(load(m)).toBe(7);
    expect(m.show('swap[0].count')).toBe('0');
    expect(m.check()).toEqual([]);
  });

  it('a store brings it back writable', () => {
    const m = world(preset.design);
    shrink(m);
    expect(store(m, 8)).toBe(0);
    expect(m.show('table0.pte[0]')).toBe('0 present write dirty young');
    expect(load(m)).toBe(8);
    expect(m.check()).toEqual([]);
  });

  it('it can go to swap again, and what comes back is what was stored last', () => {
    const m = world(preset.design);
    shrink(m);
    store(m, 8);
    expect(shrink(m)).toBe(true);
    expect(load(m)).toBe(8);
    expect(m.check()).toEqual([]);
  });

  it('fork duplicates a swap entry, and nobody is exclusive after', () => {
    const m = world(preset.design);
    shrink(m);
    expect(dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))).toBe(0);
    expect([m.show('table0.pte[0]'), m.show('table1.pte[0]')]).toEqual(['0 swap', '0 swap']);
    expect(m.show('swap[0].count')).toBe('2');
    expect(m.check()).toEqual([]);
    store(m, 8);
    expect([load(m), load(m, 1)]).toEqual([8, 7]);
    expect(m.check()).toEqual([]);
    for (const mm of [0, 1]) exitMmap(m.cpu, m.k, m.mm(mm));
    expect(m.check()).toEqual([]);
    expect(m.show('swap[0].cache')).toBe('0');
  });

  it('a page shared by fork goes to swap for both', () => {
    const m = world(preset.design);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    expect(shrink(m)).toBe(true);
    expect(m.show('swap[0].count')).toBe('2');
    expect([load(m), load(m, 1)]).toEqual([7, 7]);
    expect(m.check()).toEqual([]);
  });

  it('unmapping frees the slot', () => {
    const m = world(preset.design);
    shrink(m);
    madviseDontneed(m.cpu, m.k, m.mm(0), 2, 3);
    expect(m.show('swap[0].count')).toBe('0');
    expect(load(m)).toBe(0);
    expect(m.check()).toEqual([]);
  });

  it('a page with a reference more is unmapped, kept in the swap cache, and mapped again', () => {
    const m = world(preset.design);
    getPage(m.other, frame(m));
    expect(shrink(m)).toBe(false);
    expect(m.show('swap[0].cache')).toBe('1');
    expect(load(m)).toBe(7);
    expect(m.show('table0.pte[0]').startsWith('0 present')).toBe(true);
    putPage(m.other, m.k, frame(m));
    expect(m.check()).toEqual([]);
  });

  it('a page that is locked is kept', () => {
    const m = world(preset.design);
    lockPage(m.other, frame(m));
    expect(shrink(m)).toBe(false);
    unlockPage(m.other, frame(m));
    expect(m.check()).toEqual([]);
  });
});

describe('the swap cache', () => {
  it('a page that was never written to is stored all the same', () => {
    const m = world(design('v6.12'));
    shrink(m);
    store(m, 8);
    expect(userLoad(m.cpu, m.k, m.mm(0), 3)).toBe(0);
    expect(shrink(m, 1)).toBe(true);
    expect(userLoad(m.cpu, m.k, m.mm(0), 3)).toBe(0);
  });

  it('a page that comes back while it is written to a device that needs it stable is not exclusive', () => {
    for (const [stablePages, flags] of [
      ['wait', 'dirty writeback swapcache'],
      ['change', 'dirty writeback swapcache anon_exclusive'],
    ] as const) {
      const m = world(design('v6.12', { stablePages }));
      getPage(m.other, frame(m));
      shrink(m);
      m.memory[frame(m) + PAGE_FLAGS]! |= PG_DIRTY | PG_WRITEBACK;
      expect(load(m)).toBe(7);
      expect(m.show('page0.flags')).toBe(flags);
    }
  });

  it('is written only after the last TLB was flushed', () => {
    const m = world(design('v6.12'));
    getPage(m.cpu, frame(m));
    const cpu = new RecordingCpu(1, m.memory);
    expect(shrinkPage(cpu, m.k, frame(m))).toBe(true);
    expect(cpu.steps).toEqual(['A1', 'mb', 'A2', 'A3', 'afteratomic', 'A4', 'mb', 'pageout', 'freeze', 'dirty']);
  });

  it('KSM pages do not go to swap', () => {
    const m = world(design('v6.12'));
    madvise(m.cpu, m.k, m.mm(0), 2, 3, 'mergeable');
    expect(ksmScanPage(m.cpu, m.k, m.mm(0), 2, 0)).toBe('converted');
    expect(shrink(m)).toBe(false);
    expect(m.show('table0.pte[0]')).toBe('0 present young');
    expect(m.check()).toEqual([]);
  });
});

describe('a page that is pinned for writing', () => {
  const pinned = (d: Design): { m: Machine; pins: readonly Pin[] } => {
    const m = world(d);
    return { m, pins: pinUserPagesFast(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE).pins };
  };

  it.each(['v5.11', 'v5.19', 'v6.1', 'v6.12'])('%s: is not added to swap', (name) => {
    const { m, pins } = pinned(design(name));
    expect(shrink(m)).toBe(false);
    expect(m.show('page0.flags')).not.toContain('swapcache');
    expect(m.show('table0.pte[0]')).toBe('0 present write dirty young');
    expect(m.check(pins)).toEqual([]);
  });

  it('v5.9: is unmapped, and the next store copies it away from the pin', () => {
    const { m, pins } = pinned(design('v5.9'));
    expect(shrink(m)).toBe(false);
    expect(m.show('table0.pte[0]')).toBe('0 swap');
    load(m);
    store(m, 8);
    expect(m.show('table0.pte[0]')).toBe('1 present write dirty young');
    expect(m.check(pins)).toEqual([]);
  });

  it('v5.19, in the swap cache before it was pinned: keeps its entry', () => {
    const m = world(design('v5.19'));
    lockPage(m.cpu, frame(m));
    addToSwap(m.cpu, m.k, frame(m));
    unlockPage(m.cpu, frame(m));
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
    const before = m.show('table0.pte[0]');
    expect(shrink(m)).toBe(false);
    expect(m.show('table0.pte[0]')).toBe(before);
    expect([m.show('page0.flags'), m.show('swap[0].count')]).toEqual(['dirty swapcache anon_exclusive', '0']);
    expect(m.check(pins)).toEqual([]);
    for (const pin of pins) unpinUserPage(m.other, m.k, pin);
    expect(shrink(m)).toBe(true);
    expect(load(m)).toBe(7);
  });

  it('a page that was pinned is not written, whether pins are looked for after unmapping, or other references', () => {
    for (const reclaimPinned of ['before-swap', 'after-unmap']) {
      const m = world(design('v5.14', { reclaimPinned }));
      lockPage(m.cpu, frame(m));
      addToSwap(m.cpu, m.k, frame(m));
      unlockPage(m.cpu, frame(m));
      const { pins } = pinUserPages(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
      expect(shrink(m)).toBe(false);
      expect(m.show('swap[0].data')).toBe('0');
      expect(m.check(pins)).toEqual([]);
    }
  });
});

describe('the steps of try_to_unmap_one()', () => {
  const steps = (d: Design): { steps: string[]; batch: UnmapBatch } => {
    const m = world(d);
    getPage(m.cpu, frame(m));
    lockPage(m.cpu, frame(m));
    addToSwap(m.cpu, m.k, frame(m));
    const cpu = new RecordingCpu(1, m.memory);
    const batch: UnmapBatch = [];
    expect(tryToUnmap(cpu, m.k, frame(m), batch)).toBe(true);
    return { steps: cpu.steps, batch };
  };

  it.each<[string, Record<string, string>, string[], number]>([
    ['v5.14', {}, ['A1', 'A4'], 1],
    ['v5.14', { unmapFlush: 'now' }, ['A1', 'mb', 'A4'], 0],
    ['v5.19', {}, ['A1', 'mb', 'A2', 'A3', 'A4'], 0],
    ['v5.19', { flushBarrier: 'none' }, ['A1', 'A2', 'A3', 'A4'], 0],
    ['v5.19', { unmapFlush: 'batched' }, ['A1', 'A2', 'A3', 'A4'], 1],
    ['v6.1', {}, ['A1', 'mb', 'A2', 'A3', 'afteratomic', 'A4'], 1],
  ])('%s with %o: %o, %i flush to do', (name, decisions, expected, flushes) => {
    const found = steps(design(name, decisions));
    expect(found.steps).toEqual(expected);
    expect(found.batch).toHaveLength(flushes);
  });

  it('a batched flush leaves TLBs stale until it is done', () => {
    const m = world(design('v6.12'));
    getPage(m.cpu, frame(m));
    lockPage(m.cpu, frame(m));
    addToSwap(m.cpu, m.k, frame(m));
    const batch: UnmapBatch = [];
    tryToUnmap(m.cpu, m.k, frame(m), batch);
    unlockPage(m.cpu, frame(m));
    putPage(m.cpu, m.k, frame(m));
    expect(m.check().map(({ id }) => id)).toEqual(['I18']);
    tryToUnmapFlush(m.cpu, m.k, batch);
    expect(m.check()).toEqual([]);
  });

  it('a fast pin finds no page behind a swap entry', () => {
    const m = world(design('v6.12'));
    shrink(m);
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 2, 1, 0)).toEqual([]);
    expect(pinUserPages(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE).pins).toHaveLength(1);
  });
});

describe('reclaim of a page of a file', () => {
  const fileWorld = (dirty: boolean, decisions: Record<string, string> = {}): Machine => {
    const m = machine(design('v6.12', decisions), { swapSlots: 2 });
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW | VM_SHARED, file: 0 });
    if (dirty) store(m, 7);
    else load(m);
    return m;
  };

  it('drops a clean page', () => {
    const m = fileWorld(false);
    expect(shrink(m)).toBe(true);
    expect([m.show('table0.pte[0]'), m.show('file0.cache[0]')]).toEqual(['none', '0']);
    expect(m.check()).toEqual([]);
    expect(load(m)).toBe(0);
  });

  it('keeps what only an entry knows to be dirty', () => {
    const m = machine(design('v6.12'));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW | VM_SHARED, file: 1 });
    load(m);
    store(m, 7);
    expect([m.show('table0.pte[0]'), m.show('page0.flags')]).toEqual(['0 present write dirty young', 'none']);
    expect(shrink(m)).toBe(false);
    expect([m.show('table0.pte[0]'), m.show('page0.flags')]).toEqual(['none', 'dirty']);
    expect(load(m)).toBe(7);
  });

  it('keeps a page that is being written, and one that belongs to no file any more', () => {
    const m = fileWorld(false);
    m.memory[frame(m) + PAGE_FLAGS]! += PG_WRITEBACK;
    expect(shrink(m)).toBe(false);
    m.memory[frame(m) + PAGE_FLAGS]! -= PG_WRITEBACK;
    getPage(m.other, frame(m));
    truncateSetsize(m.cpu, m.k, m.k.layout.file(0), 0);
    expect(shrink(m)).toBe(false);
    expect(m.show('page0.refcount')).toBe('1 (generation 1)');
  });

  it('keeps a dirty page until it is written', () => {
    const m = fileWorld(true);
    expect(shrink(m)).toBe(false);
    expect(m.show('page0.flags')).toBe('dirty');
    expect(writePage(m.cpu, m.k, m.k.layout.file(0), 0).written).toBe(true);
    expect(shrink(m)).toBe(true);
    expect(load(m)).toBe(7);
    expect(m.check()).toEqual([]);
  });

  it.each([
    ['freeze-dirty', false, ['freeze', 'dirty']],
    ['dirty-freeze', false, ['dirty', 'freeze']],
    ['dirty-freeze', true, ['dirty']],
  ])('asks in the order of the design: %s', (reclaimOrder, dirty, expected) => {
    const m = fileWorld(dirty, { reclaimOrder });
    madviseDontneed(m.cpu, m.k, m.mm(0), 2, 3);
    getPage(m.cpu, frame(m));
    lockPage(m.cpu, frame(m));
    const cpu = new RecordingCpu(1, m.memory);
    expect(removeMapping(cpu, m.k, frame(m))).toBe(!dirty);
    expect(cpu.steps).toEqual(expected);
  });

  it('freezes the count before it asks whether the page is dirty', () => {
    const m = fileWorld(true);
    madviseDontneed(m.cpu, m.k, m.mm(0), 2, 3);
    getPage(m.cpu, frame(m));
    lockPage(m.cpu, frame(m));
    expect(removeMapping(m.cpu, m.k, frame(m))).toBe(false);
    expect(m.show('page0.refcount')).toBe('2 (generation 1)');
    getPage(m.cpu, frame(m));
    expect(removeMapping(m.cpu, m.k, frame(m))).toBe(false);
    expect(m.show('page0.refcount')).toBe('3 (generation 1)');
  });
});
