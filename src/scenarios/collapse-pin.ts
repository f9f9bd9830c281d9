import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage } from '../mm/gup/pin.ts';
import { collapseHugePage } from '../mm/huge/collapse.ts';
import { pinnedPageMapped } from '../mm/observe/promises.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, FIRST_DATA, mapAndTouch } from './world.ts';

const STORED = 7;

/** khugepaged makes a huge page of small ones, by copying, while a fast walk is in the page table that it took away. */
export const collapsePin = scenario({
  name: 'khugepaged',
  title: 'collapsing into a huge page against a fast pin',
  why: 'The walk pins a page that has just been copied to another: device and process use different pages, without any system call of the process.',
  property: 'I4',
  variants: {
    first: { doc: 'the first page of the table is pinned', address: 0 },
    last: { doc: 'the last page of the table is pinned', address: 1 },
  },
  layout: () => ({ largeFolios: true, pages: 8, tables: 6, ptesPerTable: 2 }),
  setup(cpu, k, { address }) {
    const mm = k.layout.mm(0);
    mapAndTouch(cpu, k, mm, { start: 0, end: k.layout.config.ptesPerTable, flags: ANON_RW });
    return { k, mm, address };
  },
  threads: ({ k, mm, address }) => ({
    khugepaged: (cpu) => collapseHugePage(cpu, k, mm, 0),
    pinner: (cpu) => pinUserPagesFastOnly(cpu, k, mm, address, 1, FOLL_WRITE),
  }),
  happens: ({ results: { khugepaged, pinner } }) => ({ pinned: pinner.length > 0, collapsed: khugepaged === 0 }),
  judge({ world: { k, mm, address }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    const leak = quiescent(k, memory, pinner);
    if (pin === undefined) {
      const left = step('process', 'loads', () => userLoad(cpu, k, mm, address));
      if (left === FIRST_DATA) return leak;
      return { property: 'I4', message: `the process stored ${FIRST_DATA}, and loads ${left} from the huge page` };
    }
    const mapped = pinnedPageMapped(memory, k.layout, mm, pin);
    step('process', `stores ${STORED}`, () => userStore(cpu, k, mm, address, STORED));
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, address));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (!mapped || seen !== loaded) {
      return {
        property: 'I4',
        message: `the page was collapsed although it is pinned: the process stored ${loaded}, the device sees ${seen}`,
      };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
