import type { Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { userStore } from '../mm/fault/user.ts';
import { invalidateInodePage2, truncateInodePagesFinal } from '../mm/file/truncate.ts';
import { type Writeback, writePage } from '../mm/file/writeback.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_WRITE, type Pin } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage, unpinUserPageDirty } from '../mm/gup/pin.ts';
import { mmapRegion, munmap } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { PAGE_DATA, PAGE_FLAGS, type Page, PG_DIRTY } from '../mm/memory/page.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { migratePage } from '../mm/migrate/migrate.ts';
import { type Memory, pageField } from '../mm/observe/inspect.ts';
import { pinnedPageLives, pinnedPageMapped } from '../mm/observe/promises.ts';
import { shrinkPage } from '../mm/reclaim/reclaim.ts';
import { quiescent } from './judging.ts';
import { type Broken, scenario, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must, pageAt } from './world.ts';

const WRITTEN = 7;

interface Asking extends Variant {
  readonly who: 'eviction' | 'invalidation' | 'reclaim' | 'migration' | 'writeback';
}

interface World extends Asking {
  readonly k: Kernel;
  readonly mm: Mm;
  readonly page: Page;
  /** The pin that is there before, of a page that no entry maps any more. */
  readonly held: readonly Pin[];
}

/**
 * "Mapcount pin detection", January 2019: if pins of file pages count in the map count, everybody finds them there who asks
 * page_mapped(), and not write-back alone.
 */
export const pageMapped = scenario({
  name: 'page-mapped',
  title: 'who asks page_mapped() where pins count as mappings',
  why: 'They know of entries alone: a count that stays when all entries are gone is an error to them, which they mend or die of.',
  property: 'I28',
  variants: {
    evict: { doc: 'the file is deleted while the page is pinned, and unpinned', who: 'eviction' },
    invalidate: { doc: 'direct I/O invalidates the page while it is being pinned', who: 'invalidation' },
    reclaim: { doc: 'reclaim unmaps and drops the page while it is being pinned', who: 'reclaim' },
    migrate: { doc: 'the page is moved while it is being pinned', who: 'migration' },
    io: {
      doc: 'write-back finds out, and writes, while a device is given the page and writes to it',
      who: 'writeback',
    },
  } as Readonly<Record<string, Asking>>,
  proposals: ['mapcount-first', 'mapcount-second', 'mapcount-walk-read-walk'],
  absent: ({ pinDetect }: Design) => (pinDetect === 'none' ? 'pins count as mappings in no kernel' : undefined),
  layout: () => ({ mms: 1, files: ['disk'], pagesPerFile: 1 }),
  setup(cpu, k, { who, doc }): World {
    const mm = k.layout.mm(0);
    const file = k.layout.file(0);
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    const page = pageAt(cpu, k, mm, 0);
    // A page that is dirty is not dropped; its entry is made writable again by a store that write-back follows.
    if (who === 'reclaim' || who === 'invalidation') {
      cpu.clearBits(page + PAGE_FLAGS, PG_DIRTY);
      cpu.writeOnce(k.layout.disk(file, 0), FIRST_DATA);
    }
    const held = who === 'eviction' ? pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE) : [];
    if (who === 'eviction') must(munmap(cpu, k, mm, 0, 1), 'munmap');
    // Who takes a page off its list, to drop or to move it, holds a reference.
    if (who === 'reclaim' || who === 'migration') getPage(cpu, page);
    return { k, mm, page, held, who, doc };
  },
  threads: (world) => ({
    asker: (cpu) => ask(cpu, world),
    device: (cpu) => useDevice(cpu, world),
  }),
  happens: ({ world: { who }, results: { device } }) => ({ pinned: who === 'eviction' || device.pinned }),
  judge({ world, results: { asker, device }, memory }): Broken | undefined {
    const { k, mm, who } = world;
    if (asker === 'BUG_ON')
      return { property: 'I28', message: 'the page is mapped after its entries were taken away: BUG_ON' };
    for (const pin of device.held) {
      if (!pinnedPageLives(memory, k.layout, pin)) return { property: 'I2', message: 'the pinned page was freed' };
      if (!pinnedPageMapped(memory, k.layout, mm, pin))
        return { property: 'I4', message: 'the pinned page is mapped no more' };
    }
    if (who === 'writeback') {
      const broken = judgeWriteback(world, asker as Writeback, memory);
      if (broken !== undefined) return broken;
    }
    const leak = quiescent(k, memory, device.held);
    if (leak === undefined || who !== 'eviction') return leak;
    return {
      property: 'I28',
      message: `the pin was taken for an entry that is gone, and its reference dropped: ${leak.message}`,
    };
  },
});

function ask(cpu: Cpu, { k, page, who }: World): Writeback | number | boolean | 'BUG_ON' | undefined {
  const file = k.layout.file(0);
  switch (who) {
    case 'eviction':
      truncateInodePagesFinal(cpu, k, file);
      return undefined;
    case 'invalidation':
      return invalidateInodePage2(cpu, k, file, 0);
    case 'reclaim':
      return shrinkPage(cpu, k, page);
    case 'migration': {
      const error = migratePage(cpu, k, page);
      putPage(cpu, k, page);
      return error;
    }
    case 'writeback':
      return writePage(cpu, k, file, 0);
  }
}

/** @returns whether the page was pinned, and the pins that are still held */
function useDevice(cpu: Cpu, { k, mm, who, held }: World): { readonly pinned: boolean; readonly held: readonly Pin[] } {
  const pins = who === 'eviction' ? held : pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE);
  if (who !== 'eviction' && who !== 'writeback') return { pinned: pins.length > 0, held: pins };
  for (const pin of pins) {
    deviceWrite(cpu, pin, WRITTEN);
    // The interrupt that says so comes after the data are in memory.
    cpu.smpMb();
    if (who === 'writeback') unpinUserPageDirty(cpu, k, pin);
    else unpinUserPage(cpu, k, pin);
  }
  return { pinned: pins.length > 0, held: [] };
}

/** What the verdict is worth up to the end of the I/O. */
function judgeWriteback(
  { k, page }: World,
  { checksum, data: written }: Writeback,
  memory: Memory,
): Broken | undefined {
  if (checksum !== written) {
    return { property: 'I12', message: `the checksum is that of ${checksum}, and the disk got ${written}` };
  }
  const dirty = (pageField(memory, k.layout, page, PAGE_FLAGS) & PG_DIRTY) !== 0;
  const data = pageField(memory, k.layout, page, PAGE_DATA);
  const disk = memory[k.layout.disk(k.layout.file(0), 0)]!;
  if (dirty || data === disk) return undefined;
  return { property: 'I11', message: `the page is clean and contains ${data}, and the disk has ${disk}` };
}
