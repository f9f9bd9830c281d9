import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { truncateSetsize } from '../../src/mm/file/truncate.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPagesFast, pinUserPagesFastOnly } from '../../src/mm/gup/pin.ts';
import { mmapRegion, mprotect } from '../../src/mm/map/mmap.ts';
import { lockPage, PAGE_FLAGS, type Page, PG_WRITEBACK, unlockPage } from '../../src/mm/memory/page.ts';
import { getPage, putPage } from '../../src/mm/memory/page-ref.ts';
import { VM_READ, VM_SHARED, VM_WRITE } from '../../src/mm/memory/vma.ts';
import { migratePage, removeMigrationPtes } from '../../src/mm/migrate/migrate.ts';
import { addToSwap } from '../../src/mm/reclaim/swap-cache.ts';
import { tryToMigrate } from '../../src/mm/rmap/try-to-unmap.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

const design = (name: string, decisions: Record<string, string> = {}): Design => {
  const found = designWith(designOf(name), decisions);
  if ('kind' in found) throw new Error(found.kind);
  return found;
};
function world(d: Design, shared = false): Machine {
  const m = machine(d, { swapSlots: 1 });
  mmapRegion(m.cpu, m.k, m.mm(0), {
    start: 2,
    end: 3,
    flags: RW | (shared ? VM_SHARED : 0),
    ...(shared ? { file: 0 } : {}),
  });
  userStore(m.cpu, m.k, m.mm(0), 2, 7);
  return m;
}
const frame = (m: Machine, pfn = 0): Page => m.k.layout.page(pfn);
const migrate = (m: Machine): number => {
  getPage(m.cpu, frame(m));
  const status = migratePage(m.cpu, m.k, frame(m));
  putPage(m.cpu, m.k, frame(m));
  return status;
};
const load = (m: Machine, mm = 0): number => userLoad(m.cpu, m.k, m.mm(mm), 2);

describe.each(PRESETS.filter(({ name }) => ['v4.4', 'v5.14', 'v5.19', 'v6.12'].includes(name)))('$name', (preset) => {
  it('a page moves with its contents and its entry, and the old one is freed', () => {
    const m = world(preset.design);
    expect(migrate(m)).toBe(0);
    expect(m.show('table0.pte[0]')).toBe('1 present write young');
    expect([m.show('page0.refcount'), m.show('page1.refcount')]).toEqual(['0 (generation 1)', '1 (generation 1)']);
    expect(m.show('page1.flags')).toContain('dirty');
    expect(m.check()).toEqual([]);
    expect(load(m)).toBe(7);
  });

  it('a page that is shared moves for both', () => {
    const m = world(preset.design);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    expect(migrate(m)).toBe(0);
    expect([m.show('table0.pte[0]'), m.show('table1.pte[0]')]).toEqual(['1 present young', '1 present young']);
    expect([load(m), load(m, 1)]).toEqual([7, 7]);
    expect(m.check()).toEqual([]);
  });

  it('a page in the swap cache, or of a file, moves within its cache', () => {
    const m = world(preset.design);
    lockPage(m.cpu, frame(m));
    addToSwap(m.cpu, m.k, frame(m));
    unlockPage(m.cpu, frame(m));
    expect(migrate(m)).toBe(0);
    expect(m.show('swap[0].cache')).toBe('2');
    expect(m.check()).toEqual([]);

    const f = world(preset.design, true);
    expect(migrate(f)).toBe(0);
    expect(f.show('file0.cache[0]')).toBe('2');
    expect(f.show('page1.flags')).toBe('dirty');
    expect([load(f), f.check()]).toEqual([7, []]);
  });

  it('a page that somebody holds comes back to where it was', () => {
    for (const shared of [false, true]) {
      const m = world(preset.design, shared);
      getPage(m.other, frame(m));
      expect(migrate(m)).toBe(-11);
      expect(m.show('table0.pte[0]')).toBe('0 present write young');
      expect(load(m)).toBe(7);
      putPage(m.other, m.k, frame(m));
      expect(m.check()).toEqual([]);
    }
  });

  it('a page that is pinned stays mapped to the same page, and the pin sees what is stored', () => {
    const m = world(preset.design);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
    expect(migrate(m)).toBe(-11);
    expect(userStore(m.cpu, m.k, m.mm(0), 2, 8)).toBe(0);
    expect(deviceRead(m.other, pins[0]!)).toBe(8);
    expect(m.check(pins)).toEqual([]);
  });
});

it('a page that is being written is waited for; one of no file any more stays', () => {
  const m = world(design('v6.12'), true);
  m.memory[frame(m) + PAGE_FLAGS]! += PG_WRITEBACK;
  const cpu = new DirectCpu(0, m.memory);
  expect(runDirect(() => migratePage(cpu, m.k, frame(m))).kind).toBe('blocked');

  const orphan = world(design('v6.12'), true);
  getPage(orphan.other, frame(orphan));
  truncateSetsize(orphan.cpu, orphan.k, orphan.k.layout.file(0), 0);
  expect(migratePage(orphan.cpu, orphan.k, frame(orphan))).toBe(-11);
});

describe('a migration entry', () => {
  const moving = (d: Design, change: (m: Machine) => unknown = () => {}): Machine => {
    const m = world(d);
    change(m);
    getPage(m.cpu, frame(m));
    lockPage(m.cpu, frame(m));
    expect(tryToMigrate(m.cpu, m.k, frame(m), [])).toBe(true);
    return m;
  };
  const entry = (m: Machine): string => m.show('table0.pte[0]');

  it.each<[string, Design, (m: Machine) => unknown, string]>([
    ['of a writable page, to v5.18', design('v5.14'), () => {}, '0 write migration'],
    ['of a writable page', design('v6.12'), () => {}, '0 write migration exclusive'],
    [
      'of a page that is exclusive, and read-only',
      design('v6.12'),
      (m) => mprotect(m.cpu, m.k, m.mm(0), 2, 3, VM_READ),
      '0 migration exclusive',
    ],
    ['of a page that is shared', design('v6.12'), (m) => dupMmap(m.cpu, m.k, m.mm(0), m.mm(1)), '0 migration'],
  ])('%s', (_what, d, change, expected) => {
    const m = moving(d, change);
    expect(entry(m)).toBe(expected);
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 2, 1, 0)).toEqual([]);
    removeMigrationPtes(m.cpu, m.k, frame(m), frame(m), frame(m));
    unlockPage(m.cpu, frame(m));
    putPage(m.cpu, m.k, frame(m));
    expect(m.check().filter(({ id }) => id !== 'I18')).toEqual([]);
  });

  it('makes a fault wait until the page is unlocked', () => {
    const m = moving(design('v6.12'));
    m.memory.fill(0, m.k.layout.tlb(0, m.mm(0), 0), m.k.layout.tlb(1, m.mm(0), 0));
    const cpu = new DirectCpu(0, m.memory);
    expect(runDirect(() => userLoad(cpu, m.k, m.mm(0), 2)).kind).toBe('blocked');
  });

  it('is shared by fork, and exclusive to nobody after', () => {
    const m = moving(design('v6.12'));
    dupMmap(m.other, m.k, m.mm(0), m.mm(1));
    expect([m.show('table0.pte[0]'), m.show('table1.pte[0]')]).toEqual(['0 migration', '0 migration']);
    removeMigrationPtes(m.cpu, m.k, frame(m), frame(m), frame(m));
    expect([m.show('table0.pte[0]'), m.show('table1.pte[0]')]).toEqual(['0 present young', '0 present young']);
    expect(m.show('page0.flags')).not.toContain('anon_exclusive');
  });

  it('loses the permission to write with mprotect', () => {
    const m = moving(design('v6.12'));
    mprotect(m.other, m.k, m.mm(0), 2, 3, VM_READ);
    expect(entry(m)).toBe('0 migration exclusive');
    mprotect(m.other, m.k, m.mm(0), 2, 3, VM_READ | VM_WRITE);
    removeMigrationPtes(m.cpu, m.k, frame(m), frame(m), frame(m));
    expect(entry(m)).toBe('0 present young');
    unlockPage(m.cpu, frame(m));
    expect(userStore(m.other, m.k, m.mm(0), 2, 9)).toBe(0);
    expect(entry(m)).toBe('0 present write dirty young');
  });
});

describe('the steps of try_to_migrate_one()', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['v5.14', {}, ['A1', 'mb', 'A4']],
    ['v5.19', {}, ['A1', 'mb', 'A2', 'A3', 'A4']],
    ['v6.1', {}, ['A1', 'mb', 'mb', 'A2', 'A3', 'afteratomic', 'A4']],
    ['v6.12', {}, ['A1', 'mb', 'A2', 'A3', 'afteratomic', 'A4']],
    ['v6.12', { shareMb: 'none', shareWmb: 'none' }, ['A1', 'A2', 'A3', 'A4']],
  ])('%s with %o: %o', (name, decisions, expected) => {
    const m = world(design(name, decisions));
    lockPage(m.cpu, frame(m));
    const cpu = new RecordingCpu(1, m.memory);
    tryToMigrate(cpu, m.k, frame(m), []);
    expect(cpu.steps).toEqual(expected);
  });

  it('a pin that is found ends them at A2, and A4 restores the entry', () => {
    const m = world(design('v6.12'));
    pinUserPagesFast(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
    const before = m.show('table0.pte[0]');
    lockPage(m.cpu, frame(m));
    const cpu = new RecordingCpu(1, m.memory);
    expect(tryToMigrate(cpu, m.k, frame(m), [])).toBe(false);
    expect(cpu.steps).toEqual(['A1', 'mb', 'A2', 'A4']);
    expect(m.show('table0.pte[0]')).toBe(before);
  });
});
