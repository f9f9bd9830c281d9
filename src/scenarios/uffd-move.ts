import type { Design } from '../mm/design/design.ts';
import { uffdioMove } from '../mm/fault/uffd-move.ts';
import { userLoad } from '../mm/fault/user.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage } from '../mm/gup/pin.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { ptePresent } from '../mm/memory/pte.ts';
import { entryAt } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { uffdMoveKernel } from './uffd-move-kernel.ts';
import { ANON_RW, mapAndTouch, must } from './world.ts';

const WRITTEN = 7;
/** The old pages are at 0 and 1, the new ones at 2 and 3. */
const DESTINATION = 2;

/** A garbage collector moves pages to other addresses while another thread of the process pins one of them for DMA. */
export const uffdMove = scenario({
  name: 'uffd-move',
  title: 'UFFDIO_MOVE against a fast pin',
  why: 'A device that writes to a buffer writes to another address of the process, where other data are by now.',
  property: 'I4',
  variants: {
    one: { doc: 'one page is moved', count: 1, pinned: 0 },
    first: { doc: 'two pages are moved, the first is pinned', count: 2, pinned: 0 },
    second: { doc: 'two pages are moved, the second is pinned', count: 2, pinned: 1 },
  },
  absent: ({ uffdMove: how }: Design) => (how === 'unsupported' ? 'there is no UFFDIO_MOVE before v6.8' : undefined),
  layout: () => ({ mms: 1, vmasPerMm: 2, ptesPerTable: 4, anonVmas: 2, pages: 6 }),
  litmus: (design, { count }, name) => uffdMoveKernel(design, name, count > 1 && design.uffdMove !== 'single'),
  setup(cpu, k, variant) {
    const mm = k.layout.mm(0);
    mapAndTouch(cpu, k, mm, { start: 0, end: variant.count, flags: ANON_RW });
    must(mmapRegion(cpu, k, mm, { start: DESTINATION, end: DESTINATION + variant.count, flags: ANON_RW }), 'mmap');
    return { k, mm, ...variant };
  },
  threads: ({ k, mm, count, pinned }) => ({
    mover: (cpu) => uffdioMove(cpu, k, mm, DESTINATION, 0, count),
    pinner: (cpu) => pinUserPagesFastOnly(cpu, k, mm, pinned, 1, FOLL_WRITE),
  }),
  happens: ({ world: { count }, results: { mover, pinner } }) => ({
    pinned: pinner.length > 0,
    moved: mover === count,
  }),
  judge({ world: { k, mm, pinned }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    const leak = quiescent(k, memory, pinner);
    if (pin === undefined) return leak;
    if (!ptePresent(entryAt(memory, k.layout, mm, pinned))) {
      step('device', `writes ${WRITTEN} through the pin`, () => deviceWrite(cpu, pin, WRITTEN));
      const old = step('process', 'loads where it was pinned', () => userLoad(cpu, k, mm, pinned));
      const now = step('process', 'loads where it was moved to', () => userLoad(cpu, k, mm, DESTINATION + pinned));
      return {
        property: 'I4',
        message: `the page was moved although it is pinned: the device wrote ${WRITTEN}, and the process reads ${old} where it was pinned, ${now} where it was moved to`,
      };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
