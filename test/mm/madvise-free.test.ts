import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPagesFast } from '../../src/mm/gup/pin.ts';
import { madviseFree } from '../../src/mm/map/madvise-free.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { lockPage, PAGE_FLAGS, type Page, PG_DIRTY, setPageDirty, unlockPage } from '../../src/mm/memory/page.ts';
import { getPage, putPage } from '../../src/mm/memory/page-ref.ts';
import { migratePage } from '../../src/mm/migrate/migrate.ts';
import { shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import { addToSwap } from '../../src/mm/reclaim/swap-cache.ts';
import { tryToUnmap } from '../../src/mm/rmap/try-to-unmap.ts';
import { mapAnonFolio, pageAt } from '../../src/scenarios/world.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

const DESIGNS = PRESETS.filter(({ name }) => ['v4.20', 'v5.14', 'v5.19', 'v6.12'].includes(name));

/** A page that contains 7 at 2. */
function world(design: Design): Machine {
  const m = machine(design, { swapSlots: 1 });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW });
  userStore(m.cpu, m.k, m.mm(0), 2, 7);
  return m;
}
const page = (m: Machine): Page => pageAt(m.cpu, m.k, m.mm(0), 2);
const free = (m: Machine): number => madviseFree(m.cpu, m.k, m.mm(0), 2, 3);
const load = (m: Machine): number => userLoad(m.cpu, m.k, m.mm(0), 2);
const reclaim = (m: Machine): boolean => {
  const victim = page(m);
  getPage(m.cpu, victim);
  return shrinkPage(m.cpu, m.k, victim);
};

describe.each(DESIGNS)('$name: a page of MADV_FREE', ({ design }) => {
  it('stays as it is until memory is short, and is dropped then', () => {
    const m = world(design);
    expect(free(m)).toBe(0);
    expect(m.show('page0.flags')).toContain('lazyfree');
    expect(m.show('table0.pte[0]')).toBe('0 present write');
    expect([load(m), m.check()]).toEqual([7, []]);
    expect(reclaim(m)).toBe(true);
    expect(m.show('page0.refcount')).toMatch(/^0 /);
    expect([load(m), m.check()]).toEqual([0, []]);
  });

  it('is kept where it was stored to since, and can be swapped then', () => {
    const m = world(design);
    free(m);
    userStore(m.cpu, m.k, m.mm(0), 2, 8);
    expect(reclaim(m)).toBe(false);
    expect(m.show('page0.flags')).not.toContain('lazyfree');
    expect([load(m), m.check()]).toEqual([8, []]);
    expect(reclaim(m)).toBe(true);
    expect(m.show('swap[0].count')).toBe('1');
    expect([load(m), m.check()]).toEqual([8, []]);
  });

  it('is kept where the page itself is dirty', () => {
    const m = world(design);
    free(m);
    setPageDirty(m.cpu, page(m));
    expect(reclaim(m)).toBe(false);
    expect([load(m), m.check()]).toEqual([7, []]);
  });

  it('is kept for its holder, and from v5.18 for who maps it', () => {
    const m = world(design);
    free(m);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
    expect(reclaim(m)).toBe(false);
    expect(m.check(pins)).toEqual([]);
    expect(load(m)).toBe(design.lazyfree === 'clean' ? 0 : 7);
  });

  it('that a child shares is dropped for both', () => {
    const m = world(design);
    free(m);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    expect(reclaim(m)).toBe(true);
    expect([load(m), userLoad(m.cpu, m.k, m.mm(1), 2), m.check()]).toEqual([0, 0, []]);
  });

  it('stays given up when it is migrated', () => {
    const m = world(design);
    free(m);
    const old = page(m);
    getPage(m.cpu, old);
    expect(migratePage(m.cpu, m.k, old)).toBe(0);
    putPage(m.cpu, m.k, old);
    expect([reclaim(m), load(m), m.check()]).toEqual([true, 0, []]);
  });
});

describe('MADV_FREE', () => {
  const design = designOf('v6.12');

  it.each<[string, (m: Machine) => unknown]>([
    ['that is dirty and locked', (m) => lockPage(m.other, page(m))],
    ['that is dirty and shared', (m) => dupMmap(m.other, m.k, m.mm(0), m.mm(1))],
  ])('leaves a page alone %s', (_what, before) => {
    const m = world(design);
    setPageDirty(m.cpu, page(m));
    before(m);
    free(m);
    expect(m.show('page0.flags')).not.toContain('lazyfree');
    expect(m.memory[page(m) + PAGE_FLAGS]! & PG_DIRTY).not.toBe(0);
  });

  it('frees the slot of a page in swap, and takes one that is cached out of the cache', () => {
    const m = world(design);
    reclaim(m);
    free(m);
    expect([m.show('table0.pte[0]'), m.show('swap[0].count')]).toEqual(['none', '0']);

    const n = world(design);
    lockPage(n.cpu, page(n));
    addToSwap(n.cpu, n.k, page(n));
    unlockPage(n.cpu, page(n));
    free(n);
    expect([n.show('page0.flags'), n.show('swap[0].cache')]).toEqual(['anon_exclusive lazyfree', '0']);
    expect([m.check(), n.check()]).toEqual([[], []]);
  });

  it('has nothing to do with holes, files and large folios, and does not exist in v4.4', () => {
    const m = machine(design, { largeFolios: true });
    mapAnonFolio(m.cpu, m.k, m.mm(0), 0);
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW, file: 0 });
    userLoad(m.cpu, m.k, m.mm(0), 2);
    const before = m.memory.slice();
    expect(madviseFree(m.cpu, m.k, m.mm(0), 0, 6)).toBe(0);
    expect(m.memory).toEqual(before);
    expect(free(world(designOf('v4.4')))).toBe(-22);
  });
});

describe('the steps of try_to_unmap_one()', () => {
  it.each<[string, string, string[]]>([
    ['v5.14', 'clean', ['A1', 'dirty']],
    ['v5.19', 'counts-clean', ['A1', 'mb', 'mb', 'count', 'rmb', 'dirty']],
    ['v6.12', 'counts-clean', ['A1', 'mb', 'count', 'rmb', 'dirty']],
    ['v6.12', 'counts-clean-no-mb', ['A1', 'count', 'rmb', 'dirty']],
    ['v6.12', 'counts-clean-no-rmb', ['A1', 'mb', 'count', 'dirty']],
  ])('%s with lazyfree=%s: %o', (name, lazyfree, expected) => {
    const m = world(designWith(designOf(name), { lazyfree }) as Design);
    free(m);
    const victim = page(m);
    getPage(m.cpu, victim);
    lockPage(m.cpu, victim);
    const cpu = new RecordingCpu(1, m.memory);
    expect(tryToUnmap(cpu, m.k, victim, [])).toBe(true);
    expect(cpu.steps).toEqual(expected);
  });
});
