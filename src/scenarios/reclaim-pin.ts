import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFast, unpinUserPage } from '../mm/gup/pin.ts';
import { getPage } from '../mm/memory/page-ref.ts';
import { pinnedPageLives } from '../mm/observe/promises.ts';
import { shrinkPage } from '../mm/reclaim/reclaim.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, mapAndTouch, pageAt } from './world.ts';

const STORED = 7;

/** Memory is short, and the page that reclaim has chosen is being pinned. */
export const reclaimPin = scenario({
  name: 'reclaim',
  title: 'reclaim against a pin',
  why: 'A page that is swapped out under a device comes back as another: device and process use different pages.',
  property: 'I4',
  variants: {
    race: { doc: 'the page is pinned meanwhile', before: false },
    pinned: { doc: 'the page was pinned before', before: true },
  },
  layout: () => ({ swapSlots: 1, pages: 6 }),
  setup(cpu, k, { before }) {
    const mm = k.layout.mm(0);
    mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
    const page = pageAt(cpu, k, mm, 0);
    const { pins: held } = before ? pinUserPagesFast(cpu, k, mm, 0, 1, FOLL_WRITE) : { pins: [] };
    // Who takes a page off the list of pages to reclaim holds a reference.
    getPage(cpu, page);
    return { k, mm, page, held };
  },
  threads: ({ k, mm, page, held }) => ({
    reclaimer: (cpu) => shrinkPage(cpu, k, page),
    pinner: (cpu) => (held.length > 0 ? held : pinUserPagesFast(cpu, k, mm, 0, 1, FOLL_WRITE).pins),
  }),
  happens: ({ world: { held }, results: { reclaimer, pinner } }) => ({
    pinned: pinner.length > 0,
    ...(held.length > 0 ? {} : { reclaimed: reclaimer }),
  }),
  judge({ world: { k, mm }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    if (pin === undefined) return { property: 'I21', message: 'the page could not be pinned' };
    if (!pinnedPageLives(memory, k.layout, pin)) return { property: 'I2', message: 'the pinned page was freed' };
    const leak = quiescent(k, memory, [pin]);
    step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    step('process', `stores ${STORED}`, () => userStore(cpu, k, mm, 0, STORED));
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== loaded)
      return { property: 'I4', message: `the process stored ${loaded}, and the device sees ${seen}` };
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
