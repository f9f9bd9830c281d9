import { describe, expect, it } from 'vitest';
import { designOf } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { uffdioContinue } from '../../src/mm/fault/userfaultfd.ts';
import { FOLL_FORCE, FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { getUserPages } from '../../src/mm/gup/pin.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { VM_SHARED, VM_UFFD_MINOR } from '../../src/mm/memory/vma.ts';
import { type Machine, machine, RO, RW } from './machine.ts';

/** mm 0 has written 7 to a page of shmem; mm 1 maps the file with some flags. */
function world(name: string, flags: number): Machine {
  const m = machine(designOf(name));
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW | VM_SHARED, file: 1 });
  userStore(m.cpu, m.k, m.mm(0), 2, 7);
  mmapRegion(m.cpu, m.k, m.mm(1), { start: 2, end: 4, flags, file: 1 });
  return m;
}
const proceed = (m: Machine, address = 2): number => uffdioContinue(m.cpu, m.k, m.mm(1), address);
const entry = (m: Machine): string => m.show('table1.pte[0]');

describe('UFFDIO_CONTINUE', () => {
  it.each([
    ['v5.14', 'shared', RW | VM_SHARED, '0 present write dirty young'],
    ['v5.14', 'shared, read-only', RO | VM_SHARED, '0 present young'],
    ['v5.14', 'private', RW, '0 present young'],
    ['v5.19', 'private', RW, '0 present dirty young'],
    ['v6.12', 'private', RW, '0 present dirty young'],
  ])('%s: maps a cached page in a mapping that is %s', (name, _how, flags, expected) => {
    const m = world(name, flags | VM_UFFD_MINOR);
    expect(proceed(m)).toBe(0);
    expect(entry(m)).toBe(expected);
    expect(userLoad(m.cpu, m.k, m.mm(1), 2)).toBe(7);
    expect(m.check()).toEqual([]);
  });

  it.each<[string, string, number, number, number]>([
    ['v5.11', 'before there was such a call', RW | VM_UFFD_MINOR, 2, -22],
    ['v6.12', 'without having registered', RW, 2, -22],
    ['v6.12', 'outside of every VMA', RW | VM_UFFD_MINOR, 5, -22],
    ['v6.12', 'where the page is not cached', RW | VM_UFFD_MINOR, 3, -14],
  ])('%s: refuses %s', (name, _when, flags, address, error) => {
    const m = world(name, flags);
    expect(proceed(m, address)).toBe(error);
    expect(m.check()).toEqual([]);
  });

  it('does not take the place of another entry', () => {
    const m = world('v6.12', RW | VM_UFFD_MINOR);
    userStore(m.cpu, m.k, m.mm(1), 2, 8);
    expect(proceed(m)).toBe(-17);
    expect(userLoad(m.cpu, m.k, m.mm(1), 2)).toBe(8);
    expect(m.check()).toEqual([]);
  });

  it('a store to a private mapping copies the page, however dirty its entry', () => {
    const m = world('v5.19', RW | VM_UFFD_MINOR);
    proceed(m);
    expect(userStore(m.cpu, m.k, m.mm(1), 2, 8)).toBe(0);
    expect([0, 1].map((mm) => userLoad(m.cpu, m.k, m.mm(mm), 2))).toEqual([7, 8]);
    expect(m.check()).toEqual([]);
  });

  it.each(['v5.14', 'v5.19', 'v6.12'])('%s: a forced write that starts after it gets a copy', (name) => {
    const m = world(name, RO | VM_UFFD_MINOR);
    proceed(m);
    const { pins } = getUserPages(m.cpu, m.k, m.mm(1), 2, 1, FOLL_FORCE | FOLL_WRITE);
    expect(pins.map(({ page }) => m.k.layout.pfnOf(page))).not.toContain(0);
    expect(m.check(pins)).toEqual([]);
    madviseDontneed(m.cpu, m.k, m.mm(1), 2, 3);
    expect(userLoad(m.cpu, m.k, m.mm(1), 2)).toBe(7);
  });
});
