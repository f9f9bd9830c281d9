import { userStore } from '../mm/fault/user.ts';
import { writePage } from '../mm/file/writeback.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFast, unpinUserPageDirty } from '../mm/gup/pin.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import { PAGE_DATA, PAGE_FLAGS, type Page, PG_DIRTY } from '../mm/memory/page.ts';
import { ptePfn, ptePresent, pteWrite } from '../mm/memory/pte.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { entries, type Memory, pageField } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { type Broken, scenario, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, leaveInTlb, must, pageAt } from './world.ts';

const WRITTEN = 7;

type Promise = 'data' | 'stable' | 'notify';

interface Judging extends Variant {
  /** A CPU stores through the mapping, and no device writes. */
  readonly stores?: boolean;
  readonly longterm: boolean;
  readonly promises: readonly Promise[];
}

/**
 * "The trouble with get_user_pages()": a device writes to a page of a file while write-back writes the page to disk. DMA
 * knows nothing of entries that are read-only now.
 */
export const writebackDma = scenario({
  name: 'writeback-dma',
  title: 'write-back against a device that writes',
  why: 'Direct I/O and RDMA into mapped files corrupt checksums and crash file systems; the worst case is forbidden from v6.5, none is solved.',
  property: 'I11',
  variants: {
    data: { doc: 'is what the device wrote kept?', longterm: false, promises: ['data'] },
    stable: { doc: 'is the page the same for its checksum and for the disk?', longterm: false, promises: ['stable'] },
    notify: { doc: 'is the file system told before the page is dirty again?', longterm: false, promises: ['notify'] },
    cpu: {
      doc: 'all three, where it is a CPU that stores, which has to fault',
      longterm: false,
      promises: ['data', 'stable', 'notify'],
      stores: true,
    },
    longterm: { doc: 'all three, of a long-term pin', longterm: true, promises: ['data', 'stable', 'notify'] },
  } as Readonly<Record<string, Judging>>,
  layout: ({ stores }) => ({ files: ['disk'], pagesPerFile: 1, tlb: stores === true }),
  setup(cpu, k, variant) {
    const mm = k.layout.mm(0);
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    if (variant.stores) leaveInTlb(cpu, k, mm, 0, 1);
    const flags = FOLL_WRITE | (variant.longterm ? FOLL_LONGTERM : 0);
    // Where the pin is refused, the device has nothing to write to.
    const { pins } = variant.stores ? { pins: [] } : pinUserPagesFast(cpu, k, mm, 0, 1, flags);
    return { k, mm, page: pageAt(cpu, k, mm, 0), pins, variant };
  },
  threads: ({ k, mm, pins, variant }) => ({
    writeback: (cpu) => writePage(cpu, k, k.layout.file(0), 0),
    device(cpu) {
      if (variant.stores) userStore(cpu, k, mm, 0, WRITTEN);
      for (const pin of pins) {
        deviceWrite(cpu, pin, WRITTEN);
        // The interrupt that says so comes after the data are in memory.
        cpu.smpMb();
        unpinUserPageDirty(cpu, k, pin);
      }
    },
  }),
  happens: ({ results: { writeback } }) => ({ 'written back': writeback.written }),
  judge({ world: { k, page, variant }, results: { writeback }, memory }): Broken | undefined {
    const dirty = (pageField(memory, k.layout, page, PAGE_FLAGS) & PG_DIRTY) !== 0;
    const data = pageField(memory, k.layout, page, PAGE_DATA);
    const disk = memory[k.layout.disk(k.layout.file(0), 0)]!;
    for (const promise of variant.promises) {
      if (promise === 'data' && !dirty && data !== disk) {
        return { property: 'I11', message: `the page is clean and contains ${data}, and the disk has ${disk}` };
      }
      if (promise === 'stable' && k.design.stablePages === 'wait' && writeback.checksum !== writeback.data) {
        const { checksum, data: written } = writeback;
        return { property: 'I12', message: `the checksum is that of ${checksum}, and the disk got ${written}` };
      }
      if (promise === 'notify' && dirty && writeback.written && !writableSomewhere(k, memory, page)) {
        return { property: 'I13', message: 'the page is dirty again, and the file system was not told' };
      }
    }
    return quiescent(k, memory, []);
  },
});

const writableSomewhere = (k: Kernel, memory: Memory, page: Page): boolean =>
  entries(memory, k.layout).some(({ e }) => ptePresent(e) && pteWrite(e) && ptePfn(e) === k.layout.pfnOf(page));
