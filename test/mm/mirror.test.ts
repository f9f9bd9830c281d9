import { describe, expect, it } from 'vitest';
import { designOf } from '../../src/mm/design/presets.ts';
import { uffdioMove } from '../../src/mm/fault/uffd-move.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { writePage } from '../../src/mm/file/writeback.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { collapseHugePage } from '../../src/mm/huge/collapse.ts';
import { splitHugePmd } from '../../src/mm/huge/split-pmd.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { madviseFree } from '../../src/mm/map/madvise-free.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { PAGE_DATA, type Page } from '../../src/mm/memory/page.ts';
import { getPage, putPage } from '../../src/mm/memory/page-ref.ts';
import { VM_MERGEABLE, VM_READ, VM_SHARED } from '../../src/mm/memory/vma.ts';
import { ksmScanPage } from '../../src/mm/migrate/ksm.ts';
import { migratePage } from '../../src/mm/migrate/migrate.ts';
import { mirrorFault, mirrorWrite } from '../../src/mm/notifier/mirror.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../../src/mm/notifier/mmu-notifier.ts';
import { shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';
import { mapAnonFolio, pageAt } from '../../src/scenarios/world.ts';
import { type Machine, machine, RW } from './machine.ts';

const design = designOf('v6.12');

/** A page that contains 7 at 0, of shmem or anonymous. */
function world(flags = RW, file?: number): Machine {
  const m = machine(design, { mirrors: true, swapSlots: 1, largeFolios: true });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 2, flags, ...(file === undefined ? {} : { file }) });
  for (const address of [0, 1]) userStore(m.cpu, m.k, m.mm(0), address, 7);
  return m;
}
const page = (m: Machine): Page => pageAt(m.cpu, m.k, m.mm(0), 0);
const fault = (m: Machine): number => mirrorFault(m.cpu, m.k, m.mm(0), 0);
const device = (m: Machine): string => m.show('mm0.mirror.pte[0]');

describe('a device that mirrors an address space', () => {
  it('writes to the page of the process, and has nothing where nothing is mapped', () => {
    const m = world();
    expect(mirrorWrite(m.cpu, m.k, m.mm(0), 0, 8)).toBe(false);
    fault(m);
    expect(mirrorWrite(m.cpu, m.k, m.mm(0), 0, 8)).toBe(true);
    expect(userLoad(m.cpu, m.k, m.mm(0), 0)).toBe(8);
    expect(mirrorFault(m.cpu, m.k, m.mm(1), 0)).toBe(0);
    expect(m.check()).toEqual([]);
  });

  it('may only read what the process may only read', () => {
    const m = world();
    mprotect(m.cpu, m.k, m.mm(0), 0, 2, VM_READ);
    fault(m);
    expect(device(m)).toBe('0 present');
    expect(mirrorWrite(m.cpu, m.k, m.mm(0), 0, 8)).toBe(false);
  });

  it('waits while entries are invalidated, also where two invalidations overlap', () => {
    const m = world();
    const waits = (): string => runDirect(() => mirrorFault(new DirectCpu(1, m.memory), m.k, m.mm(0), 0)).kind;
    invalidateRangeStart(m.cpu, m.k, m.mm(0), 0, 1);
    invalidateRangeStart(m.cpu, m.k, m.mm(0), 1, 2);
    expect(waits()).toBe('blocked');
    invalidateRangeEnd(m.cpu, m.k, m.mm(0));
    expect(waits()).toBe('blocked');
    invalidateRangeEnd(m.cpu, m.k, m.mm(0));
    expect(waits()).toBe('done');
    expect(m.show('mm0.notifier.invalidate_seq')).toBe('4');
  });
});

const reclaimed = (m: Machine, act: (page: Page) => unknown): void => {
  const victim = page(m);
  getPage(m.cpu, victim);
  act(victim);
};

describe('what takes an entry away, or makes it read-only, takes the translation of the device first', () => {
  it.each<[string, (m: Machine) => unknown, (() => Machine)?]>([
    ['MADV_DONTNEED', (m) => madviseDontneed(m.cpu, m.k, m.mm(0), 0, 1)],
    ['MADV_FREE', (m) => madviseFree(m.cpu, m.k, m.mm(0), 0, 1)],
    ['munmap', (m) => munmap(m.cpu, m.k, m.mm(0), 0, 2)],
    ['mprotect', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 2, VM_READ)],
    ['fork', (m) => dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))],
    ['KSM', (m) => ksmScanPage(m.cpu, m.k, m.mm(0), 0, 0), () => world(RW | VM_MERGEABLE)],
    ['swap', (m) => reclaimed(m, (victim) => shrinkPage(m.cpu, m.k, victim))],
    [
      'migration',
      (m) =>
        reclaimed(m, (victim) => {
          migratePage(m.cpu, m.k, victim);
          putPage(m.cpu, m.k, victim);
        }),
    ],
    ['khugepaged', (m) => collapseHugePage(m.cpu, m.k, m.mm(0), 0)],
    ['write-back', (m) => writePage(m.cpu, m.k, m.k.layout.file(0), 0), () => world(RW | VM_SHARED, 0)],
    [
      'UFFDIO_MOVE',
      (m) => {
        mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RW });
        expect(uffdioMove(m.cpu, m.k, m.mm(0), 2, 0, 1)).toBe(1);
      },
    ],
  ])('%s', (_what, act, make = world) => {
    const m = make();
    fault(m);
    expect(device(m)).toMatch(/present write$/);
    act(m);
    expect(device(m)).toBe('none');
    expect(m.check()).toEqual([]);
  });

  it('a write fault that copies the page', () => {
    const m = world();
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    fault(m);
    expect(device(m)).toBe('0 present');
    userStore(m.cpu, m.k, m.mm(0), 0, 8);
    expect(device(m)).toBe('none');
    expect(m.memory[m.k.layout.page(0) + PAGE_DATA]).toBe(7);
  });

  it('splitting a huge PMD', () => {
    const m = machine(design, { mirrors: true, largeFolios: true });
    mapAnonFolio(m.cpu, m.k, m.mm(0), 0, true);
    const before = m.show('mm0.notifier.invalidate_seq');
    splitHugePmd(m.cpu, m.k, m.mm(0), 0, false);
    expect([before, m.show('mm0.notifier.invalidate_seq')]).toEqual(['2', '4']);
    fault(m);
    expect(device(m)).toMatch(/present write$/);
  });
});

it('where no device mirrors anything, nothing is told', () => {
  const m = machine(design);
  const cpu = new DirectCpu(0, m.memory);
  invalidateRangeStart(cpu, m.k, m.mm(0), 0, 1);
  invalidateRangeEnd(cpu, m.k, m.mm(0));
  expect(cpu.events).toBe(0);
});
