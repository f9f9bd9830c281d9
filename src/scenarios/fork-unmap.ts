import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { madvise } from '../mm/map/madvise.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { ksmScanPage } from '../mm/migrate/ksm.ts';
import { migratePage } from '../mm/migrate/migrate.ts';
import { shrinkPage } from '../mm/reclaim/reclaim.ts';
import { quiescent } from './judging.ts';
import { scenario, type Variant } from './scenario.ts';
import { type Family, FIRST_DATA, family, must } from './world.ts';

const STORED = 7;

interface Unmapping extends Variant {
  /** @returns whether the page was taken */
  readonly unmap: (cpu: Cpu, world: Family) => boolean;
}

const VARIANTS: Readonly<Record<string, Unmapping>> = {
  swap: { doc: 'reclaim writes the page to swap', unmap: (cpu, { k, page }) => shrinkPage(cpu, k, page) },
  ksm: {
    doc: 'KSM makes it a page of its own',
    unmap(cpu, { k, parent, page }) {
      putPage(cpu, k, page);
      return ksmScanPage(cpu, k, parent, 0, 0) !== 'kept';
    },
  },
  migrate: {
    doc: 'the page is moved',
    unmap(cpu, { k, page }) {
      const error = migratePage(cpu, k, page);
      putPage(cpu, k, page);
      return error === 0;
    },
  },
};

/** A process forks while a page of it is taken from its entry, in the background: fork copies one or the other. */
export const forkUnmap = scenario({
  name: 'fork-unmap',
  title: 'fork against swap-out, KSM and migration',
  why: 'What parent or child find in their memory after a fork is that of the fork, whatever the kernel did with the pages at the time.',
  property: 'I9',
  variants: VARIANTS,
  layout: () => ({ swapSlots: 1, pages: 6 }),
  setup(cpu, k, variant) {
    const world = family(cpu, k);
    if (variant === VARIANTS.ksm) must(madvise(cpu, k, world.parent, 0, 1, 'mergeable'), 'MADV_MERGEABLE');
    // Who takes a page off its list holds a reference.
    getPage(cpu, world.page);
    return { ...world, variant };
  },
  threads: (world) => ({
    forker: (cpu) => dupMmap(cpu, world.k, world.parent, world.child),
    taker: (cpu) => world.variant.unmap(cpu, world),
  }),
  happens: ({ results: { forker, taker } }) => ({ forked: forker === 0, taken: taker }),
  judge({ world: { k, parent, child }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    if (leak !== undefined) return leak;
    // The parent has the page back from swap, and the child has not yet, when the parent stores to it.
    step('parent', 'loads', () => userLoad(cpu, k, parent, 0));
    step('parent', `stores ${STORED}`, () => userStore(cpu, k, parent, 0, STORED));
    const loaded = step('child', 'loads', () => userLoad(cpu, k, child, 0));
    if (loaded !== FIRST_DATA) {
      return { property: 'I9', message: `the child reads ${loaded}, and the parent had ${FIRST_DATA} when it forked` };
    }
    return quiescent(k, memory, []);
  },
});
