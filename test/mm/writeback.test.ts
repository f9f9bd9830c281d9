import { describe, expect, it } from 'vitest';
import { designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { type Writeback, writePage } from '../../src/mm/file/writeback.ts';
import { deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPages, unpinUserPage, unpinUserPageDirty } from '../../src/mm/gup/pin.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { lockPage, PAGE_DATA, PAGE_FLAGS, type Page, PG_WRITEBACK, unlockPage } from '../../src/mm/memory/page.ts';
import { VM_SHARED } from '../../src/mm/memory/vma.ts';
import { pageMkclean } from '../../src/mm/rmap/mkclean.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';
import { interrupt } from './stepping.ts';

/** Two address spaces that share page 0 of a file, and have both written to it: 7 at last. */
function world(name = 'v6.12', decisions: Record<string, string> = {}): Machine {
  const design = designWith(designOf(name), decisions);
  if ('kind' in design) throw new Error(design.kind);
  const m = machine(design);
  for (const mm of [0, 1]) {
    mmapRegion(m.cpu, m.k, m.mm(mm), { start: 2, end: 3, flags: RW | VM_SHARED, file: 0 });
    userStore(m.cpu, m.k, m.mm(mm), 2, 6 + mm);
  }
  return m;
}
const frame = (m: Machine): Page => m.k.layout.page(0);
const store = (m: Machine, value: number, mm = 0): number => userStore(m.cpu, m.k, m.mm(mm), 2, value);
const write = (m: Machine, cpu: DirectCpu = m.cpu): Writeback => writePage(cpu, m.k, m.k.layout.file(0), 0);
const disk = (m: Machine): string => m.show('file0.disk[0]');

describe.each(PRESETS.filter(({ name }) => ['v4.4', 'v5.14', 'v6.12', 'mapcount-second'].includes(name)))(
  '$name',
  ({ name }) => {
    it('a dirty page is written, and is clean and read-only everywhere after', () => {
      const m = world(name);
      expect(disk(m)).toBe('0');
      expect(write(m)).toEqual({ written: true, pinned: false, checksum: 7, data: 7 });
      expect([m.show('table0.pte[0]'), m.show('table1.pte[0]')]).toEqual(['0 present young', '0 present young']);
      expect([m.show('page0.flags'), disk(m)]).toEqual(['none', '7']);
      expect(m.check()).toEqual([]);
    });

    it('a clean page is not written', () => {
      const m = world(name);
      write(m);
      expect(write(m).written).toBe(false);
      userLoad(m.cpu, m.k, m.mm(0), 2);
      expect(write(m).written).toBe(false);
      expect(m.check()).toEqual([]);
    });

    it('the next store faults, and the page is written again', () => {
      const m = world(name);
      write(m);
      store(m, 9, 1);
      expect([m.show('table0.pte[0]'), m.show('table1.pte[0]')]).toEqual([
        '0 present young',
        '0 present write dirty young',
      ]);
      expect(m.show('page0.flags')).toBe('dirty');
      expect(write(m)).toMatchObject({ written: true, data: 9 });
    });

    it('what was dirty when it was unmapped is written', () => {
      const m = world(name);
      write(m);
      store(m, 9);
      for (const mm of [0, 1]) madviseDontneed(m.cpu, m.k, m.mm(mm), 2, 3);
      expect(write(m)).toMatchObject({ written: true, data: 9 });
      expect(m.check()).toEqual([]);
    });
  },
);

it('what only an entry knows to be dirty is written', () => {
  const m = world();
  m.memory[frame(m) + PAGE_FLAGS] = 0;
  expect(write(m)).toMatchObject({ written: true, data: 7 });
});

describe('pages that are not there', () => {
  it('are not written', () => {
    const m = world();
    expect(writePage(m.cpu, m.k, m.k.layout.file(0), 2).written).toBe(false);
    expect(m.check()).toEqual([]);
  });
});

describe('a page that is being written', () => {
  it('keeps a store waiting where stable pages are demanded, and only there', () => {
    for (const [stablePages, kind] of [
      ['wait', 'blocked'],
      ['change', 'done'],
    ] as const) {
      const m = world('v6.12', { stablePages });
      write(m);
      m.memory[frame(m) + PAGE_FLAGS]! += PG_WRITEBACK;
      const cpu = new DirectCpu(0, m.memory);
      expect(runDirect(() => userStore(cpu, m.k, m.mm(0), 2, 9)).kind).toBe(kind);
    }
  });

  it('is not written by another, who waits', () => {
    const m = world();
    m.memory[frame(m) + PAGE_FLAGS]! += PG_WRITEBACK;
    expect(runDirect(() => write(m, new DirectCpu(0, m.memory))).kind).toBe('blocked');
  });
});

describe('mkclean', () => {
  it('counts what it cleaned, once', () => {
    const m = world();
    lockPage(m.cpu, frame(m));
    expect(pageMkclean(m.cpu, m.k, frame(m))).toEqual({ cleaned: 2, pinned: false, warned: false });
    expect(pageMkclean(m.cpu, m.k, frame(m)).cleaned).toBe(0);
    unlockPage(m.cpu, frame(m));
  });

  it('leaves private mappings of the file alone, which are read-only anyway', () => {
    const m = world();
    mmapRegion(m.cpu, m.k, m.mm(2), { start: 2, end: 3, flags: RW, file: 0 });
    expect(userLoad(m.cpu, m.k, m.mm(2), 2)).toBe(7);
    lockPage(m.cpu, frame(m));
    expect(pageMkclean(m.cpu, m.k, frame(m)).cleaned).toBe(2);
    unlockPage(m.cpu, frame(m));
    expect(m.check()).toEqual([]);
  });

  it('flushes TLBs: no store goes by it', () => {
    const m = world();
    write(m);
    expect(m.check()).toEqual([]);
    store(m, 9);
    expect(m.show('page0.flags')).toBe('dirty');
  });
});

describe('a device that writes through a pin', () => {
  it('after write-back: what it wrote is lost, unless unpinning marks the page dirty', () => {
    for (const [unpin, lost] of [
      [unpinUserPage, true],
      [unpinUserPageDirty, false],
    ] as const) {
      const m = world();
      const { pins } = pinUserPages(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
      expect(write(m).pinned).toBe(false);
      deviceWrite(m.other, pins[0]!, 9);
      unpin(m.other, m.k, pins[0]!);
      write(m);
      expect(disk(m)).toBe(lost ? '7' : '9');
    }
  });

  it('changes the page between its checksum and the disk', () => {
    const m = world();
    const { pins } = pinUserPages(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE);
    const torn: boolean[] = [];
    const start = m.memory.slice();
    for (let at = 0, steps = 1; at < steps; at++) {
      m.memory.set(start);
      let result: Writeback | undefined;
      steps = interrupt(
        m.memory,
        at,
        (cpu) => {
          result = write(m, cpu);
        },
        (cpu) => deviceWrite(cpu, pins[0]!, 9),
      ).steps;
      torn.push(result!.data !== result!.checksum);
      expect(m.memory[frame(m) + PAGE_DATA]).toBe(9);
    }
    expect(torn.filter(Boolean)).toHaveLength(1);
  });
});
