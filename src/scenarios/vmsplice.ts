import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import type { Pin } from '../mm/gup/gup.ts';
import { getUserPagesFast, pinUserPagesFast, unpinUserPage } from '../mm/gup/pin.ts';
import { munmap } from '../mm/map/mmap.ts';
import { getPage } from '../mm/memory/page-ref.ts';
import { shrinkPage } from '../mm/reclaim/reclaim.ts';
import { quiescent } from './judging.ts';
import { scenario, type Threads, type Variant } from './scenario.ts';
import { FIRST_DATA, family, LARGE, type PageKind } from './world.ts';

const SECRET = 7;

interface Splicing extends Variant {
  /** undefined where the child keeps its entry, and unmaps another page of the same huge page. */
  readonly take: typeof getUserPagesFast | undefined;
  readonly page: PageKind;
  /** The child is done before the race, and the page is taken from the parent for swap before it stores. */
  readonly swapped: boolean;
}

/**
 * CVE-2020-29374: a child keeps a reference on a page that it shares with its parent, unmaps the page, and reads through
 * the reference what the parent stores later. CVE-2020-29368: it keeps the page, and unmaps another of the same huge page,
 * so that its PMD is split while the parent counts who maps the page.
 */
export const vmsplice = scenario({
  name: 'vmsplice',
  title: 'a child that keeps reading (CVE-2020-29374)',
  why: 'A sandboxed child reads the secrets of the process that started it, which never agreed to share anything after the fork.',
  property: 'I9',
  variants: {
    get: {
      doc: 'the child uses get_user_pages_fast(), as vmsplice() does',
      take: getUserPagesFast,
      page: 'small',
      swapped: false,
    },
    pin: { doc: 'the child uses pin_user_pages_fast()', take: pinUserPagesFast, page: 'small', swapped: false },
    swap: {
      doc: 'as get, and the page is on its way to swap when the parent stores; nothing races',
      take: getUserPagesFast,
      page: 'small',
      swapped: true,
    },
    huge: {
      doc: 'as get, of a page under a huge PMD; nothing races',
      take: getUserPagesFast,
      page: 'huge',
      swapped: false,
    },
    split: {
      doc: 'the child keeps one page of a huge page, and unmaps another (CVE-2020-29368)',
      take: undefined,
      page: 'huge',
      swapped: false,
    },
  } as Readonly<Record<string, Splicing>>,
  absent: ({ pteMappedThp }, { take }) =>
    take === undefined && pteMappedThp === 'no'
      ? 'before v4.5 a huge page is split for all of its processes'
      : undefined,
  layout: ({ page, swapped }) => ({
    ...(page === 'huge' ? LARGE : {}),
    ...(swapped ? { swapSlots: 1, pages: 6 } : {}),
  }),
  setup(cpu, k, variant) {
    const world = family(cpu, k, variant.page);
    dupMmap(cpu, k, world.parent, world.child);
    const size = variant.page === 'huge' ? k.layout.config.ptesPerTable : 1;
    const splice = (by: Cpu): readonly Pin[] => {
      const pins = variant.take?.(by, k, world.child, world.address, 1, 0).pins ?? [];
      const from = variant.take === undefined ? world.address + 1 : world.address;
      munmap(by, k, world.child, from, world.address + size);
      return pins;
    };
    const before = variant.swapped || (variant.page === 'huge' && variant.take !== undefined);
    const spliced = before ? splice(cpu) : [];
    // Who takes a page off the list of pages to reclaim holds a reference.
    if (variant.swapped) getPage(cpu, world.page);
    return { ...world, splice, spliced, swapped: variant.swapped, before, keeps: variant.take === undefined };
  },
  threads({ k, parent, address, page, splice, spliced, swapped, before }): Threads {
    const stores = (cpu: Cpu): number => userStore(cpu, k, parent, address, SECRET);
    if (!before) return { child: splice, parent: stores };
    return {
      parent(cpu) {
        if (swapped) shrinkPage(cpu, k, page);
        stores(cpu);
        return spliced;
      },
    };
  },
  happens: ({ world: { before, keeps }, results }) => ({
    got: keeps || ((before ? results.parent : results.child) as readonly Pin[]).length > 0,
  }),
  judge({ world: { k, child, address, before, keeps }, results, cpu, memory, step }) {
    const held = (before ? results.parent : results.child) as readonly Pin[];
    const [got] = held;
    if (got === undefined && !keeps) return { property: 'I21', message: 'the child could not take the page' };
    const leak = quiescent(k, memory, held);
    const seen =
      got === undefined
        ? step('child', 'loads', () => userLoad(cpu, k, child, address))
        : step('child', 'reads through its reference', () => deviceRead(cpu, got));
    if (seen !== FIRST_DATA)
      return { property: 'I9', message: `the child reads ${seen}, stored by the parent after the fork` };
    if (leak !== undefined) return leak;
    if (got !== undefined) unpinUserPage(cpu, k, got);
    return quiescent(k, memory, []);
  },
});
