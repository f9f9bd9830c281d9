import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, unpinUserPage } from '../mm/gup/pin.ts';
import { pinnedPageMapped, pinnedPageUnshared } from '../mm/observe/promises.ts';
import { forkPinKernel } from './fork-pin-kernel.ts';
import { quiescent } from './judging.ts';
import { scenario, type Variant } from './scenario.ts';
import { FIRST_DATA, family, LARGE, type PageKind } from './world.ts';

const STORED = 7;

interface Forking extends Variant {
  readonly page: PageKind;
  readonly pinnedBefore: boolean;
}

/**
 * "has_pinned ordering", September 2020. A process forks while another of its threads pins a page for DMA without a
 * lock. Whoever loses must notice: fork by has_pinned and the page's count, the pinner by the entry or the sequence count.
 */
export const forkPin = scenario({
  name: 'T0',
  title: 'fork against a fast pin',
  why: 'If neither notices the other, the page is shared copy-on-write although a device writes to it: after the next store of the parent, device and process use different pages.',
  property: "I5'",
  variants: {
    first: { doc: 'the first pin of the process, so has_pinned is clear', page: 'small', pinnedBefore: false },
    later: { doc: 'the process has pinned before, so has_pinned is set', page: 'small', pinnedBefore: true },
    'large-first': { doc: 'as first, of a page in a large folio', page: 'large', pinnedBefore: false },
    'large-later': { doc: 'as later, of a page in a large folio', page: 'large', pinnedBefore: true },
    'huge-first': { doc: 'as first, of a page under a huge PMD', page: 'huge', pinnedBefore: false },
    'huge-later': { doc: 'as later, of a page under a huge PMD', page: 'huge', pinnedBefore: true },
  } as Readonly<Record<string, Forking>>,
  proposals: ['has-pinned-review', 'has-pinned-swap', 'early-copy-sketch'],
  absent: ({ pteMappedThp }, { page }) =>
    page === 'large' && pteMappedThp === 'no' ? 'entries map no part of a huge page before v4.5' : undefined,
  layout: ({ page }) => (page === 'small' ? {} : LARGE),
  litmus: (design, { page, pinnedBefore }, name) =>
    page === 'huge' ? undefined : forkPinKernel(design, name, page === 'large', pinnedBefore),
  setup(cpu, k, { page, pinnedBefore }) {
    const world = family(cpu, k, page);
    if (pinnedBefore) {
      for (const pin of pinUserPages(cpu, k, world.parent, world.address, 1, FOLL_WRITE).pins)
        unpinUserPage(cpu, k, pin);
    }
    return world;
  },
  threads: ({ k, parent, child, address }) => ({
    pinner: (cpu) => pinUserPagesFast(cpu, k, parent, address, 1, FOLL_WRITE),
    forker: (cpu) => dupMmap(cpu, k, parent, child),
  }),
  happens: ({ results: { pinner, forker } }) => ({ pinned: pinner.pins.length > 0, forked: forker === 0 }),
  judge({ world: { k, parent, child, address }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner.pins;
    if (pin === undefined) return { property: 'I21', message: `the pin failed with ${pinner.error}` };
    const leak = quiescent(k, memory, [pin]);
    const shared = !pinnedPageUnshared(memory, k.layout, parent, pin);
    step('parent', `stores ${STORED}`, () => userStore(cpu, k, parent, address, STORED));
    const loaded = step('parent', 'loads', () => userLoad(cpu, k, parent, address));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (shared) {
      const end = seen === loaded ? 'still see the same' : `see ${loaded} and ${seen}`;
      return { property: "I5'", message: `fork shared the page that was pinned; process and device ${end}` };
    }
    if (!pinnedPageMapped(memory, k.layout, parent, pin)) {
      return { property: 'I4', message: `the process sees ${loaded}, the device ${seen}` };
    }
    const copied = step('child', 'loads', () => userLoad(cpu, k, child, address));
    if (copied !== FIRST_DATA) {
      return { property: 'I9', message: `the child reads ${copied}, and the parent had ${FIRST_DATA} when it forked` };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
