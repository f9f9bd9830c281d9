import { describe, expect, it } from 'vitest';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead, deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_GET, FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { getUserPages, pinUserPages, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { madvise, madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { EFAULT, ENOMEM } from '../../src/mm/memory/errno.ts';
import { lockPage, unlockPage } from '../../src/mm/memory/page.ts';
import { VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from '../../src/mm/memory/vma.ts';
import { runDirect } from '../../src/run/direct.ts';
import { last, type Machine, machine, RO, RW } from './machine.ts';
import { interrupt } from './stepping.ts';

const store = (m: Machine, mm: number, address: number, value: number): number =>
  userStore(m.cpu, m.k, m.mm(mm), address, value);
const load = (m: Machine, mm: number, address: number): number => userLoad(m.cpu, m.k, m.mm(mm), address);

/** One anonymous page of a parent, written once. */
function parent(name: string): Machine {
  const m = machine(designOf(name));
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW });
  store(m, 0, 0, 1);
  return m;
}

describe('pin, then fork, then write (17 September 2020)', () => {
  /** A parent pins for writing, forks, its child exits, the parent stores: do process and device agree? */
  const agree = (name: string, dontfork: boolean): boolean => {
    const m = parent(name);
    if (dontfork) madvise(m.cpu, m.k, m.mm(0), 0, 1, 'dontfork');
    const pin = pinUserPages(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE).pins[0]!;
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    exitMmap(m.cpu, m.k, m.mm(1));
    store(m, 0, 0, 2);
    const sees = deviceRead(m.other, pin);
    deviceWrite(m.other, pin, 3);
    return sees === 2 && load(m, 0, 0) === 3;
  };

  it.each([
    ['v4.4', true],
    ['v4.20', true],
    ['v5.8', true],
    ['v5.9-rc', true],
    ['v5.9', true],
    ['v5.11', true],
    ['v5.19', true],
    ['v6.12', true],
  ])('%s: %s', (name, holds) => {
    expect(agree(name, false)).toBe(holds);
  });

  it('reuse by reference count without a copy at fork: false', () => {
    const m = machine({ ...designOf('v5.8'), reuse: 'refcount' });
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW });
    const pin = pinUserPages(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE).pins[0]!;
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    exitMmap(m.cpu, m.k, m.mm(1));
    store(m, 0, 0, 2);
    expect(deviceRead(m.other, pin)).toBe(0);
    expect(m.check([pin])).toEqual([]);
  });

  it.each(PRESETS)('$name with MADV_DONTFORK: true', ({ name }) => {
    expect(agree(name, true)).toBe(true);
  });

  it('the sketch keeps a reference and a map count that nobody gives back', () => {
    const m = parent('early-copy-sketch');
    const pin = pinUserPages(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE).pins[0]!;
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    expect(m.check([pin]).map(({ message }) => message)).toEqual([
      'page 0 has reference count 1026, but 1025 would be right',
      'page 0 has map count 2, but 1 would be right',
      'page 1 has map count 0, but 1 would be right',
    ]);
  });
});

describe('a child that reads its parent through an old reference (CVE-2020-29374)', () => {
  /** After a fork the child gets the page for reading, unmaps it, and the parent stores a secret. What does it read? */
  const leak = (name: string): number => {
    const m = parent(name);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    const got = getUserPages(m.other, m.k, m.mm(1), 0, 1, FOLL_GET).pins[0]!;
    munmap(m.other, m.k, m.mm(1), 0, 1);
    store(m, 0, 0, 99);
    expect(m.check([got])).toEqual([]);
    return deviceRead(m.other, got);
  };
  it.each([
    ['v4.4', 99],
    ['v4.20', 99],
    ['v5.8', 1],
    ['v5.9', 1],
    ['v5.14', 1],
    ['v5.19', 1],
    ['v6.12', 1],
  ])('%s: it reads %d', (name, value) => {
    expect(leak(name)).toBe(value);
  });
});

describe('a store to a page that was shared and is no more', () => {
  const reuses = (name: string, held: boolean): boolean => {
    const m = parent(name);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    const pins = held ? getUserPages(m.other, m.k, m.mm(0), 0, 1, 0).pins : [];
    exitMmap(m.cpu, m.k, m.mm(1));
    const pfn = m.show('table0.pte[0]').split(' ')[0];
    store(m, 0, 0, 2);
    const same = m.show('table0.pte[0]').split(' ')[0] === pfn;
    expect(m.check(pins)).toEqual([]);
    for (const pin of pins) unpinUserPage(m.other, m.k, pin);
    expect(m.check()).toEqual([]);
    return same;
  };
  it.each([
    ['v4.4', false, true],
    ['v4.4', true, true],
    ['v5.9', false, true],
    ['v5.9', true, false],
    ['v5.19', false, true],
    ['v5.19', true, false],
    ['v6.12', false, true],
  ])('%s, somebody holds a reference: %s, the page is reused: %s', (name, held, reused) => {
    expect(reuses(name, held)).toBe(reused);
  });

  it('an exclusive page is reused whoever holds it', () => {
    const m = parent('v5.19');
    const { pins } = getUserPages(m.other, m.k, m.mm(0), 0, 1, 0);
    mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ);
    mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ | VM_WRITE);
    expect(m.show('table0.pte[0]')).toBe('0 present dirty young');
    store(m, 0, 0, 5);
    expect(deviceRead(m.other, pins[0]!)).toBe(5);
    expect(m.show('table0.pte[0]')).toBe('0 present write dirty young');
  });

  it('from v6.0 mprotect() makes the entry of an exclusive page writable at once', () => {
    const m = parent('v6.12');
    mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ);
    expect(m.show('table0.pte[0]')).toBe('0 present dirty young');
    mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ | VM_WRITE);
    expect(m.show('table0.pte[0]')).toBe('0 present write dirty young');
  });

  it('under v5.9 the same store makes process and holder diverge', () => {
    const m = parent('v5.9');
    const { pins } = getUserPages(m.other, m.k, m.mm(0), 0, 1, 0);
    mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ);
    mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ | VM_WRITE);
    store(m, 0, 0, 5);
    expect(deviceRead(m.other, pins[0]!)).toBe(1);
  });
});

describe('a store to a page that somebody has locked', () => {
  /** The page is unlocked, and perhaps unmapped, before step `at` of the store. */
  const stored = (name: string, at: number, unmap: boolean): boolean => {
    const m = parent(name);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    exitMmap(m.cpu, m.k, m.mm(1));
    const page = m.k.layout.page(0);
    lockPage(m.other, page);
    const { ran } = interrupt(
      m.memory,
      at,
      (cpu) => {
        runDirect(() => userStore(cpu, m.k, m.mm(0), 0, 2));
      },
      (cpu) => {
        unlockPage(cpu, page);
        if (unmap) madviseDontneed(cpu, m.k, m.mm(0), 0, 1);
      },
    );
    if (!ran || load(m, 0, 0) !== 2) return false;
    expect(m.check()).toEqual([]);
    return true;
  };
  it.each([
    ['v4.4', false],
    ['v4.4', true],
    ['v5.9', false],
    ['v6.12', false],
    ['v6.12', true],
  ])('%s, unmapped meanwhile: %s', (name, unmap) => {
    const steps = Array.from({ length: 45 }, (_, at) => at);
    expect(steps.filter((at) => stored(name, at, unmap)).length).toBeGreaterThan(5);
  });
});

describe('pages of files', () => {
  const mapped = (file: number, flags: number): Machine => {
    const m = machine(designOf('v6.12'));
    m.memory[m.k.layout.disk(m.k.layout.file(file), 1)] = 7;
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 2, flags, file, pgoff: 1 });
    return m;
  };

  it.each<[string, number, number, (m: Machine) => number, number, string, string]>([
    ['a private read', 0, RW, (m) => load(m, 0, 0), 7, '0 present young', 'none'],
    ['a private write', 0, RW, (m) => store(m, 0, 0, 8), 0, '1 present write dirty young', 'none'],
    ['a shared read of a disk file', 0, RW | VM_SHARED, (m) => load(m, 0, 0), 7, '0 present young', 'none'],
    ['a shared read of shmem', 1, RW | VM_SHARED, (m) => load(m, 0, 0), 7, '0 present write young', 'none'],
    ['a shared read, read-only', 1, RO | VM_SHARED, (m) => load(m, 0, 0), 7, '0 present young', 'none'],
    ['a shared write', 0, RW | VM_SHARED, (m) => store(m, 0, 0, 8), 0, '0 present write dirty young', 'dirty'],
    ['a forbidden write', 0, RO | VM_SHARED, (m) => store(m, 0, 0, 8), EFAULT, 'none', 'none'],
    [
      'a shared write after a read',
      0,
      RW | VM_SHARED,
      (m) => last(load(m, 0, 0), store(m, 0, 0, 8)),
      0,
      '0 present write dirty young',
      'dirty',
    ],
  ])('%s', (_what, file, flags, act, result, entry, pageFlags) => {
    const m = mapped(file, flags);
    expect(act(m)).toBe(result);
    const tables = m.show('mm0.pmd[0]');
    expect(tables === 'none' ? 'none' : m.show('table0.pte[0]')).toBe(entry);
    expect(m.show('page0.flags')).toBe(pageFlags);
    expect(m.check()).toEqual([]);
  });

  it('beyond the end of the file the process is signalled', () => {
    const m = machine(designOf('v6.12'));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 2, flags: RW | VM_SHARED, file: 0, pgoff: 2 });
    expect([load(m, 0, 0), load(m, 0, 1)]).toEqual([0, EFAULT]);
    expect(m.check()).toEqual([]);
  });

  it('what was written through one mapping is read through another, and stays when both are gone', () => {
    const m = mapped(0, RW | VM_SHARED);
    store(m, 0, 0, 8);
    mmapRegion(m.cpu, m.k, m.mm(1), { start: 3, end: 4, flags: VM_READ | VM_MAYWRITE, file: 0, pgoff: 1 });
    expect(load(m, 1, 3)).toBe(8);
    munmap(m.cpu, m.k, m.mm(0), 0, 2);
    exitMmap(m.cpu, m.k, m.mm(1));
    expect(m.show('page0.flags')).toBe('dirty');
    expect(m.show('page0.refcount')).toBe('1 (generation 1)');
    expect(m.check()).toEqual([]);
  });
});

describe('zap', () => {
  it('a dirty bit that only the entry had moves to the page', () => {
    const m = machine(designOf('v6.12'));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW | VM_SHARED, file: 1 });
    load(m, 0, 0);
    store(m, 0, 0, 3);
    expect([m.show('table0.pte[0]'), m.show('page0.flags')]).toEqual(['0 present write dirty young', 'none']);
    madviseDontneed(m.cpu, m.k, m.mm(0), 0, 1);
    expect(m.show('page0.flags')).toBe('dirty');
    expect(load(m, 0, 0)).toBe(3);
  });

  it('anonymous memory is zero after MADV_DONTNEED', () => {
    const m = parent('v6.12');
    madviseDontneed(m.cpu, m.k, m.mm(0), 0, 1);
    expect(m.check()).toEqual([]);
    expect(load(m, 0, 0)).toBe(0);
  });

  it.each(PRESETS)('$name: page tables that serve no VMA are free after munmap', ({ name }) => {
    const m = parent(name);
    munmap(m.cpu, m.k, m.mm(0), 0, 1);
    expect(m.show('mm0.pmd[0]')).toBe('none');
    expect(m.check()).toEqual([]);
  });
});

describe('memory is exhausted', () => {
  it.each<[string, number, (m: Machine) => number]>([
    ['an anonymous page', 0, (m) => store(m, 0, 0, 1)],
    ['a page of a file', 0, (m) => load(m, 0, 1)],
    ['a private copy of one', 1, (m) => store(m, 0, 1, 1)],
    ['a copy on write', 1, (m) => last(store(m, 0, 0, 1), dupMmap(m.cpu, m.k, m.mm(0), m.mm(1)), store(m, 0, 0, 2))],
    [
      'an early copy',
      1,
      (m) => last(pinUserPages(m.cpu, m.k, m.mm(0), 0, 1, FOLL_WRITE).error, dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))),
    ],
  ])('%s cannot be had: -ENOMEM, and no lock is held', (_what, pages, act) => {
    const m = machine(designOf('v6.12'));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW });
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 1, end: 2, flags: RW, file: 0 });
    m.memory[m.k.layout.freePages.zone] = 2 ** pages - 1;
    expect(act(m)).toBe(ENOMEM);
    const wrong = m.check().filter(({ message }) => !/free lists|pinned|reference count 1025/.test(message));
    expect(wrong).toEqual([]);
  });
});
