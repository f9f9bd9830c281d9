import { userStore } from '../mm/fault/user.ts';
import { writePage } from '../mm/file/writeback.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPages, unpinUserPage, unpinUserPageDirty } from '../mm/gup/pin.ts';
import { mmapRegion, munmap } from '../mm/map/mmap.ts';
import { PAGE_DATA, PAGE_FLAGS, PAGE_MAPPING, PG_DIRTY, setPageDirty } from '../mm/memory/page.ts';
import { getPage } from '../mm/memory/page-ref.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { pageField } from '../mm/observe/inspect.ts';
import { shrinkPage } from '../mm/reclaim/reclaim.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must, pageAt } from './world.ts';

const WRITTEN = 7;

/** A clean page of a file, mapped no more, is unpinned dirty while reclaim is about to drop it. */
export const reclaimDirty = scenario({
  name: 'reclaim-dirty',
  title: 'reclaim against a page that is unpinned dirty',
  why: 'What a device wrote just before its buffer was released would be dropped with the page, and never reach the disk.',
  property: 'I11',
  variants: {
    locked: { doc: 'by unpin_user_pages_dirty_lock()', lock: true },
    unlocked: { doc: 'by set_page_dirty() without the page lock, then unpin_user_page()', lock: false },
  },
  layout: () => ({ files: ['disk'], pagesPerFile: 1 }),
  setup(cpu, k, { lock }) {
    const mm = k.layout.mm(0);
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    const { pins } = pinUserPages(cpu, k, mm, 0, 1, FOLL_WRITE);
    const page = pageAt(cpu, k, mm, 0);
    must(munmap(cpu, k, mm, 0, 1), 'munmap');
    writePage(cpu, k, k.layout.file(0), 0);
    // Who takes a page off the list of pages to reclaim holds a reference.
    getPage(cpu, page);
    return { k, page, pins, lock };
  },
  threads: ({ k, page, pins, lock }) => ({
    reclaimer: (cpu) => shrinkPage(cpu, k, page),
    device(cpu) {
      for (const pin of pins) {
        deviceWrite(cpu, pin, WRITTEN);
        // The interrupt that says so comes after the data are in memory.
        cpu.smpMb();
        if (lock) {
          unpinUserPageDirty(cpu, k, pin);
        } else {
          setPageDirty(cpu, pin.folio);
          unpinUserPage(cpu, k, pin);
        }
      }
    },
  }),
  happens: ({ world: { page }, reads }) => ({
    'found clean': reads('reclaimer').some(({ cell, value }) => cell === page + PAGE_FLAGS && (value & PG_DIRTY) === 0),
  }),
  judge({ world: { k, page }, memory }) {
    const field = (offset: number): number => pageField(memory, k.layout, page, offset);
    const disk = memory[k.layout.disk(k.layout.file(0), 0)]!;
    const cached = field(PAGE_MAPPING) !== 0;
    if (disk === WRITTEN || (cached && (field(PAGE_FLAGS) & PG_DIRTY) !== 0)) return quiescent(k, memory, []);
    const page0 = cached ? `the page is clean and contains ${field(PAGE_DATA)}` : 'the page was dropped as clean';
    return { property: 'I11', message: `${page0}, and the disk has ${disk}` };
  },
});
