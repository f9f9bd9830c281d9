import { userLoad } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_FORCE, FOLL_WRITE } from '../mm/gup/gup.ts';
import { getUserPages, unpinUserPage } from '../mm/gup/pin.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { MAPPING_ANON, mappingFlags } from '../mm/memory/mapping.ts';
import { PAGE_MAPPING } from '../mm/memory/page.ts';
import { VM_MAYWRITE, VM_READ } from '../mm/memory/vma.ts';
import { pageField } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { FIRST_DATA, must } from './world.ts';

const WRITTEN = 7;
const FORCED = FOLL_WRITE | FOLL_FORCE;

/**
 * Dirty COW, CVE-2016-5195: a debugger writes to a private mapping of a file that may only be read, through
 * get_user_pages() with FOLL_FORCE, while another thread of the process throws the private copy away.
 */
export const dirtyCow = scenario({
  name: 'dirty-cow',
  title: 'forced write against MADV_DONTNEED (CVE-2016-5195)',
  why: 'Anybody who may read a file could write to it.',
  property: 'I10',
  variants: {
    untouched: { doc: 'the page was never touched before', touched: false, child: false },
    read: { doc: 'the page was read before, so the page of the file is mapped', touched: true, child: false },
    forked: { doc: 'the page is anonymous, and shared with a child since a fork', touched: true, child: true },
  },
  layout: () => ({ files: ['disk'], pagesPerFile: 1, anonVmas: 2 }),
  setup(cpu, k, { touched, child }) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    if (child) {
      must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: VM_READ | VM_MAYWRITE }), 'mmap');
      for (const got of getUserPages(cpu, k, mm, 0, 1, FORCED).pins) {
        deviceWrite(cpu, got, FIRST_DATA);
        unpinUserPage(cpu, k, got);
      }
      must(dupMmap(cpu, k, mm, other), 'fork');
      return { k, mm, address: 0 };
    }
    // Another process has read the file, so its page is in memory.
    for (const [reader, start] of [
      [other, 0],
      [mm, 0],
    ] as const) {
      must(mmapRegion(cpu, k, reader, { start, end: 1, flags: VM_READ | VM_MAYWRITE, file: 0 }), 'mmap');
    }
    userLoad(cpu, k, other, 0);
    if (touched) userLoad(cpu, k, mm, 0);
    return { k, mm, address: 0 };
  },
  threads: ({ k, mm, address }) => ({
    writer: (cpu) => getUserPages(cpu, k, mm, address, 1, FORCED),
    zapper: (cpu) => madviseDontneed(cpu, k, mm, address, address + 1),
  }),
  happens: ({ results: { writer } }) => ({ got: writer.pins.length > 0 }),
  judge({ world: { k, address }, results: { writer }, cpu, memory, step }) {
    const [got] = writer.pins;
    if (got === undefined) return { property: 'I21', message: `the forced write failed with ${writer.error}` };
    const anonymous = mappingFlags(pageField(memory, k.layout, got.page, PAGE_MAPPING)) === MAPPING_ANON;
    const leak = quiescent(k, memory, [got]);
    step('writer', `writes ${WRITTEN}`, () => deviceWrite(cpu, got, WRITTEN));
    const read = step('another process', 'loads', () => userLoad(cpu, k, k.layout.mm(1), address));
    if (!anonymous) {
      return { property: 'I10', message: `the forced write reached the page cache: the file now reads ${read}` };
    }
    if (read === WRITTEN)
      return { property: 'I9', message: `the forced write reached the child, which now reads ${read}` };
    return leak;
  },
});
