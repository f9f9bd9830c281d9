import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage } from '../mm/gup/pin.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { lockPage, unlockPage } from '../mm/memory/page.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { migratePage } from '../mm/migrate/migrate.ts';
import { pinnedPageLives } from '../mm/observe/promises.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must, pageAt, unmapAndRestore } from './world.ts';

const STORED = 7;

/** Compaction, or NUMA balancing, moves a page while it is being pinned. */
export const migratePin = scenario({
  name: 'migrate',
  title: 'migration against a fast pin',
  why: 'Device and process use different pages, without any system call of the process: memory that is compacted in the background corrupts DMA.',
  property: 'I4',
  variants: {
    anon: { doc: 'an anonymous page, which no cache holds', file: undefined },
    file: { doc: 'a page of shmem, in the page cache', file: 0 },
  } as Readonly<Record<string, { readonly doc: string; readonly file: number | undefined }>>,
  layout: () => ({ mms: 1, files: ['shmem'], pagesPerFile: 1, pages: 4 }),
  setup(cpu, k, { file }) {
    const mm = k.layout.mm(0);
    const mapping = file === undefined ? { flags: ANON_RW } : { flags: ANON_RW | VM_SHARED, file };
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, ...mapping }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    const page = pageAt(cpu, k, mm, 0);
    // Who takes a page off its list to move it holds a reference.
    getPage(cpu, page);
    // It has been tried before, so that no dirty bit moves to the page in the race: that is a full barrier by itself.
    lockPage(cpu, page);
    unmapAndRestore(cpu, k, page, page);
    unlockPage(cpu, page);
    return { k, mm, page };
  },
  threads: ({ k, mm, page }) => ({
    migrator(cpu) {
      const error = migratePage(cpu, k, page);
      putPage(cpu, k, page);
      return error;
    },
    pinner: (cpu) => pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE),
  }),
  happens: ({ results: { migrator, pinner } }) => ({ pinned: pinner.length > 0, moved: migrator === 0 }),
  judge({ world: { k, mm }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    const leak = quiescent(k, memory, pinner);
    if (pin === undefined) return leak;
    if (!pinnedPageLives(memory, k.layout, pin)) return { property: 'I2', message: 'the pinned page was freed' };
    step('process', `stores ${STORED}`, () => userStore(cpu, k, mm, 0, STORED));
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== loaded) {
      return {
        property: 'I4',
        message: `the page was moved although it is pinned: the process stored ${loaded}, the device sees ${seen}`,
      };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
