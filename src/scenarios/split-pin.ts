import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage } from '../mm/gup/pin.ts';
import { splitFolio } from '../mm/huge/split-folio.ts';
import { splitHugePmd } from '../mm/huge/split-pmd.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { lockPage, PAGE_CELLS, PAGE_HEAD, type Page, unlockPage } from '../mm/memory/page.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { isHugeAt, pageField } from '../mm/observe/inspect.ts';
import { pinnedPageExclusive } from '../mm/observe/promises.ts';
import { quiescent } from './judging.ts';
import { scenario, type Variant } from './scenario.ts';
import { mapAnonFolio, unmapAndRestore } from './world.ts';

const STORED = 7;

interface Splitting extends Variant {
  /** How the folio is mapped before. */
  readonly mapped: 'pmd' | 'ptes';
  /** The page that is pinned: the first or the second of the folio. */
  readonly address: number;
  readonly split: (cpu: Cpu, world: World) => unknown;
}

interface World {
  readonly k: Kernel;
  readonly mm: Mm;
  readonly folio: Page;
  readonly variant: Splitting;
}

const splitTheFolio = (cpu: Cpu, { k, folio }: World): void => {
  splitFolio(cpu, k, folio);
  unlockPage(cpu, folio);
  putPage(cpu, k, folio);
};

/** A huge page is split, its entry or the folio itself, while a fast walk pins it. */
export const splitPin = scenario({
  name: 'split',
  title: 'splitting a huge page against a fast pin',
  why: 'A pin that counts on the wrong page keeps the right one from nothing: it is freed, moved or shared under the device.',
  property: 'I1',
  variants: {
    pmd: {
      doc: 'the huge PMD becomes a table, as for mprotect() of a part',
      mapped: 'pmd',
      address: 0,
      split: (cpu, { k, mm }) => splitHugePmd(cpu, k, mm, 0, false),
    },
    folio: { doc: 'the folio is split as well', mapped: 'pmd', address: 0, split: splitTheFolio },
    tail: {
      doc: 'a folio that entries map is split, its second page is pinned',
      mapped: 'ptes',
      address: 1,
      split: splitTheFolio,
    },
  } as Readonly<Record<string, Splitting>>,
  absent: ({ pteMappedThp }) =>
    pteMappedThp === 'no'
      ? 'before v4.5 no entry maps a part of a huge page, so PMD and page are split in one'
      : undefined,
  layout: () => ({ largeFolios: true, pages: 6, tables: 6 }),
  setup(cpu, k, variant): World {
    const mm = k.layout.mm(0);
    const folio = mapAnonFolio(cpu, k, mm, 0, variant.mapped === 'pmd');
    if (variant.split === splitTheFolio) {
      getPage(cpu, folio);
      lockPage(cpu, folio);
    }
    if (variant.mapped === 'ptes') {
      for (let i = 0; i < k.layout.config.ptesPerTable; i++) unmapAndRestore(cpu, k, folio + i * PAGE_CELLS, folio);
    }
    return { k, mm, folio, variant };
  },
  threads: (world) => ({
    pinner: (cpu) => pinUserPagesFastOnly(cpu, world.k, world.mm, world.variant.address, 1, FOLL_WRITE),
    splitter: (cpu) => world.variant.split(cpu, world),
  }),
  happens: ({ world: { k, mm, folio, variant }, results: { pinner }, memory }) => ({
    pinned: pinner.length > 0,
    split:
      variant.mapped === 'pmd' && variant.split !== splitTheFolio
        ? !isHugeAt(memory, k.layout, mm, 0)
        : pageField(memory, k.layout, folio + PAGE_CELLS, PAGE_HEAD) === 0,
  }),
  judge({ world: { k, mm, variant }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    const leak = quiescent(k, memory, pinner);
    if (pin === undefined) return leak;
    const head = pageField(memory, k.layout, pin.page, PAGE_HEAD);
    const now = head === 0 ? k.layout.pfnOf(pin.page) : head - 1;
    if (now !== k.layout.pfnOf(pin.folio)) {
      return {
        property: 'I1',
        message: `the pin counts on page ${k.layout.pfnOf(pin.folio)}, and page ${now} is pinned`,
      };
    }
    if (k.design.anonExclusive === 'tracked' && !pinnedPageExclusive(memory, k.layout, mm, pin)) {
      return { property: 'I5', message: 'the pinned page is not exclusive any more' };
    }
    step('process', `stores ${STORED}`, () => userStore(cpu, k, mm, variant.address, STORED));
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, variant.address));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== loaded)
      return { property: 'I4', message: `the process stored ${loaded}, and the device sees ${seen}` };
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
