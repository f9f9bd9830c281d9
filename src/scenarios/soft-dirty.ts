import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFastOnly, unpinUserPage } from '../mm/gup/pin.ts';
import { clearSoftDirty } from '../mm/map/clear-refs.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, mapAndTouch } from './world.ts';

const STORED = 7;

/** A checkpoint asks which pages are written to from now on (CRIU), while a page is pinned for DMA, or after. */
export const softDirty = scenario({
  name: 'soft-dirty',
  title: 'clear_refs against a pin',
  why: 'Nobody forks, and still the next store goes to a copy: a process that is only watched loses what its device writes.',
  property: 'I4',
  variants: {
    pinned: { doc: 'the page was pinned before; nothing races', before: true },
    race: { doc: 'the page is pinned meanwhile, by a fast walk', before: false },
  },
  layout: () => ({ mms: 1, pages: 4 }),
  setup(cpu, k, { before }) {
    const mm = k.layout.mm(0);
    mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
    // has_pinned is set in either case, so that only the count can be overlooked.
    const { pins } = pinUserPages(cpu, k, mm, 0, 1, FOLL_WRITE);
    if (!before) for (const pin of pins) unpinUserPage(cpu, k, pin);
    return { k, mm, held: before ? pins : [] };
  },
  threads: ({ k, mm, held }) => ({
    pinner: (cpu) => (held.length > 0 ? held : pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE)),
    checkpoint: (cpu) => clearSoftDirty(cpu, k, mm),
  }),
  happens: ({ results: { pinner } }) => ({ pinned: pinner.length > 0 }),
  judge({ world: { k, mm }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    const leak = quiescent(k, memory, pinner);
    if (pin === undefined) return leak;
    step('process', `stores ${STORED}`, () => userStore(cpu, k, mm, 0, STORED));
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== loaded) {
      return { property: 'I4', message: `the process stored ${loaded}, and the device sees ${seen}` };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
