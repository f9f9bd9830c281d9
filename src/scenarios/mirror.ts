import type { Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import { MIRROR_PTES } from '../mm/memory/mirror.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { type Pte, ptePfn, ptePresent, pteWrite } from '../mm/memory/pte.ts';
import { migratePage } from '../mm/migrate/migrate.ts';
import { mirrorFault, mirrorWrite } from '../mm/notifier/mirror.ts';
import { entryAt } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { mirrorKernel } from './mirror-kernel.ts';
import { scenario, type Variant } from './scenario.ts';
import { type Family, family } from './world.ts';

const WRITTEN = 7;

interface Invalidating extends Variant {
  readonly change: (cpu: Cpu, k: Kernel, family: Family) => unknown;
  /** mmap_lock keeps the driver's look at the page tables out. */
  readonly excludes: boolean;
}

const VARIANTS: Readonly<Record<string, Invalidating>> = {
  zap: {
    doc: 'MADV_DONTNEED frees the page',
    excludes: false,
    change: (cpu, k, { parent }) => madviseDontneed(cpu, k, parent, 0, 1),
  },
  migrate: {
    doc: 'the page is moved, and its old place freed',
    excludes: false,
    change(cpu, k, { page }) {
      migratePage(cpu, k, page);
      putPage(cpu, k, page);
    },
  },
  fork: {
    doc: 'fork shares the page copy-on-write',
    excludes: true,
    change: (cpu, k, { parent, child }) => dupMmap(cpu, k, parent, child),
  },
};

/**
 * A device that pins nothing, and has page tables of its own instead, looks at an entry while that is being changed: on-demand
 * paging of RDMA, and all of HMM.
 */
export const mirror = scenario({
  name: 'mirror',
  title: 'a device with page tables of its own against their invalidation',
  why: 'A device that does not pin relies on being told: where it misses that, it reads and writes memory of somebody else.',
  property: 'I22',
  variants: VARIANTS,
  absent: ({ mirrorRetry }: Design) =>
    mirrorRetry === 'unsupported' ? 'mmu_interval_notifier is of v5.5; each driver had its own before' : undefined,
  layout: () => ({ mirrors: true }),
  litmus: (design, { excludes }, name) => mirrorKernel(design, name, excludes),
  setup(cpu, k, variant) {
    const world = family(cpu, k);
    // Who moves a page holds a reference.
    if (variant === VARIANTS.migrate) getPage(cpu, world.page);
    return { ...world, variant };
  },
  threads: (world) => ({
    driver: (cpu) => mirrorFault(cpu, world.k, world.parent, 0),
    changer: (cpu) => world.variant.change(cpu, world.k, world),
  }),
  happens: ({ results }) => ({ mapped: ptePresent(results.driver as Pte) }),
  judge({ world: { k, parent, child, variant }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    const device = memory[k.layout.mirror(parent) + MIRROR_PTES]!;
    const e = entryAt(memory, k.layout, parent, 0);
    const same = ptePresent(e) && ptePfn(e) === ptePfn(device);
    if (!ptePresent(device) || (same && (pteWrite(e) || !pteWrite(device)))) return leak;
    if (variant === VARIANTS.migrate) step('process', 'stores 1', () => userStore(cpu, k, parent, 0, 1));
    step('device', `writes ${WRITTEN}`, () => mirrorWrite(cpu, k, parent, 0, WRITTEN));
    step('process', 'loads', () => userLoad(cpu, k, parent, 0));
    if (variant === VARIANTS.fork) step('child', 'loads', () => userLoad(cpu, k, child, 0));
    const wrong = same ? 'writes to a page that is shared since the fork' : 'still maps the page that is gone';
    return { property: 'I22', message: `the device ${wrong}` };
  },
});
