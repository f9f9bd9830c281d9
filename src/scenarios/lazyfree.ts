import type { Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_WRITE, type Pin } from '../mm/gup/gup.ts';
import { pinUserPagesFast, pinUserPagesFastOnly, unpinUserPage } from '../mm/gup/pin.ts';
import { madviseFree } from '../mm/map/madvise-free.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { setPageDirty } from '../mm/memory/page.ts';
import { getPage } from '../mm/memory/page-ref.ts';
import { pinnedPageLives } from '../mm/observe/promises.ts';
import { shrinkPage } from '../mm/reclaim/reclaim.ts';
import { quiescent } from './judging.ts';
import { lazyfreeKernel } from './lazyfree-kernel.ts';
import { scenario, type Variant } from './scenario.ts';
import { ANON_RW, mapAndTouch, must, pageAt } from './world.ts';

const WRITTEN = 7;

/** Who writes to the page after MADV_FREE, so that it must be kept. */
interface Writing extends Variant {
  readonly by: 'pin' | 'unpin' | 'store';
}

/** A page that was given up by MADV_FREE is read into from a disk, or written to by a CPU, while reclaim drops it. */
export const lazyfree = scenario({
  name: 'lazyfree',
  title: 'dropping a page of MADV_FREE against a pin',
  why: 'Who reads from a disk into memory that the allocator of its C library had given up reads zeros.',
  property: 'I4',
  variants: {
    pin: { doc: 'direct I/O pins the page meanwhile, and writes to it later', by: 'pin' },
    unpin: { doc: 'it was pinned before, is written to, set dirty, and unpinned meanwhile', by: 'unpin' },
    store: { doc: 'a CPU stores to it meanwhile', by: 'store' },
  } as Readonly<Record<string, Writing>>,
  absent: ({ lazyfree: how }: Design) =>
    how === 'unsupported' ? 'MADV_FREE is of v4.5, and works in this way from v4.12' : undefined,
  layout: ({ by }) => ({ mms: 1, pages: 4, tlb: by === 'store' }),
  litmus: (design, { by }, name) => (by === 'store' ? undefined : lazyfreeKernel(design, name, by)),
  setup(cpu, k, { by }) {
    const mm = k.layout.mm(0);
    mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
    must(madviseFree(cpu, k, mm, 0, 1), 'MADV_FREE');
    const page = pageAt(cpu, k, mm, 0);
    const held = by === 'unpin' ? pinUserPagesFast(cpu, k, mm, 0, 1, FOLL_WRITE).pins : [];
    // Who takes a page off the list of pages to reclaim holds a reference.
    getPage(cpu, page);
    return { k, mm, page, held, by };
  },
  threads: ({ k, mm, page, held, by }) => ({
    reclaimer: (cpu) => shrinkPage(cpu, k, page),
    writer: (cpu) => write(cpu, k, mm, by, held),
  }),
  happens: ({ world: { by }, results: { reclaimer, writer } }) => ({
    ...(by === 'unpin' ? {} : { dropped: reclaimer }),
    ...(by === 'pin' ? { pinned: writer.length > 0 } : {}),
  }),
  judge({ world: { k, mm, by }, results: { writer: pins }, cpu, memory, step }) {
    const [pin] = pins;
    const leak = quiescent(k, memory, pins);
    if (by === 'pin') {
      if (pin === undefined) return leak;
      if (!pinnedPageLives(memory, k.layout, pin)) return { property: 'I2', message: 'the pinned page was freed' };
      step('device', `writes ${WRITTEN} through the pin`, () => deviceWrite(cpu, pin, WRITTEN));
      unpinDirty(cpu, k, pin);
    }
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    if (loaded === WRITTEN) return leak;
    const what = by === 'store' ? 'stored to' : 'pinned';
    return { property: 'I4', message: `the page was dropped although it was ${what}: the process reads ${loaded}` };
  },
});

/** @returns the pins that are still held */
function write(cpu: Cpu, k: Kernel, mm: Mm, by: Writing['by'], held: readonly Pin[]): readonly Pin[] {
  if (by === 'pin') return pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE);
  if (by === 'store') userStore(cpu, k, mm, 0, WRITTEN);
  for (const pin of held) {
    deviceWrite(cpu, pin, WRITTEN);
    // The interrupt that says so comes after the data are in memory.
    cpu.smpMb();
    unpinDirty(cpu, k, pin);
  }
  return [];
}

/** bio_set_pages_dirty(), with set_page_dirty() as it is without the page lock, and the end of the I/O. */
function unpinDirty(cpu: Cpu, k: Kernel, pin: Pin): void {
  setPageDirty(cpu, pin.folio);
  unpinUserPage(cpu, k, pin);
}
