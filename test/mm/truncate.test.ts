import { describe, expect, it } from 'vitest';
import { designOf } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { invalidateInodePage2, punchHole, truncateSetsize } from '../../src/mm/file/truncate.ts';
import { writePage } from '../../src/mm/file/writeback.ts';
import { deviceRead, deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPages, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { EFAULT } from '../../src/mm/memory/errno.ts';
import { PAGE_FLAGS, PG_WRITEBACK } from '../../src/mm/memory/page.ts';
import { VM_SHARED } from '../../src/mm/memory/vma.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';

/**
 * mm 0 maps the three pages of a file shared, mm 1 private. All are 10 and more by their index; mm 1 has a copy of its
 * own of page 1 that contains 21.
 */
function world(name = 'v6.12'): Machine {
  const m = machine(designOf(name));
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 3, flags: RW | VM_SHARED, file: 0 });
  mmapRegion(m.cpu, m.k, m.mm(1), { start: 0, end: 3, flags: RW, file: 0 });
  for (const index of [0, 1, 2]) {
    userStore(m.cpu, m.k, m.mm(0), index, 10 + index);
    userLoad(m.cpu, m.k, m.mm(1), index);
  }
  userStore(m.cpu, m.k, m.mm(1), 1, 21);
  return m;
}
const file = (m: Machine): number => m.k.layout.file(0);
const reads = (m: Machine, mm: number): number[] => [0, 1, 2].map((address) => userLoad(m.cpu, m.k, m.mm(mm), address));

describe.each(['v4.4', 'v5.14', 'v6.12', 'mapcount-second'])('%s', (name) => {
  it('truncation takes pages from everybody, copies too, and what is beyond the end signals', () => {
    const m = world(name);
    truncateSetsize(m.cpu, m.k, file(m), 1);
    expect(m.show('file0.cache[1]')).toBe('0');
    expect(m.check()).toEqual([]);
    expect(reads(m, 0)).toEqual([10, EFAULT, EFAULT]);
    expect(reads(m, 1)).toEqual([10, EFAULT, EFAULT]);
    expect(m.check()).toEqual([]);
  });

  it('a hole takes pages of the file, and leaves copies', () => {
    const m = world(name);
    punchHole(m.cpu, m.k, file(m), 0, 2);
    expect(reads(m, 0)).toEqual([0, 0, 12]);
    expect(reads(m, 1)).toEqual([0, 21, 12]);
    expect(m.check()).toEqual([]);
  });

  it('invalidation drops a clean page, and keeps a dirty one', () => {
    const m = world(name);
    expect(invalidateInodePage2(m.cpu, m.k, file(m), 0)).toBe(-16);
    expect(writePage(m.cpu, m.k, file(m), 0).data).toBe(10);
    expect(invalidateInodePage2(m.cpu, m.k, file(m), 0)).toBe(0);
    expect([m.show('file0.cache[0]'), m.show('table0.pte[0]').includes('present')]).toEqual(['0', false]);
    expect(invalidateInodePage2(m.cpu, m.k, file(m), 0)).toBe(0);
    expect(reads(m, 0)).toEqual([10, 11, 12]);
    expect(m.check()).toEqual([]);
  });

  it('a page that is pinned leaves the file, and lives on as an orphan until it is unpinned', () => {
    const m = world(name);
    const { pins } = pinUserPages(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
    const pfn = m.k.layout.pfnOf(pins[0]!.page);
    truncateSetsize(m.cpu, m.k, file(m), 2);
    expect([m.show(`page${pfn}.mapping`), m.show('file0.cache[2]')]).toEqual(['0', '0']);
    expect(m.show(`page${pfn}.flags`)).not.toContain('dirty');
    deviceWrite(m.other, pins[0]!, 99);
    expect(deviceRead(m.other, pins[0]!)).toBe(99);
    expect(m.check(pins)).toEqual([]);
    unpinUserPage(m.other, m.k, pins[0]!);
    expect(m.check()).toEqual([]);
    expect(m.show(`page${pfn}.refcount`)).toBe('0 (generation 1)');
  });
});

it('waits for a page that is being written', () => {
  const m = world();
  m.memory[m.k.layout.page(0) + PAGE_FLAGS]! += PG_WRITEBACK;
  const cpu = new DirectCpu(0, m.memory);
  expect(runDirect(() => truncateSetsize(cpu, m.k, file(m), 0)).kind).toBe('blocked');
});

it('a file that nobody maps is truncated, too', () => {
  const m = machine(designOf('v6.12'));
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 3, flags: RW | VM_SHARED, file: 1 });
  truncateSetsize(m.cpu, m.k, file(m), 0);
  expect(m.show('file0.size')).toBe('0');
  expect(m.check()).toEqual([]);
});
