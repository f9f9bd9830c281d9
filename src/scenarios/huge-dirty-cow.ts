import { userLoad } from '../mm/fault/user.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_FORCE, FOLL_GET, FOLL_WRITE } from '../mm/gup/gup.ts';
import { followAfterCowBreak } from '../mm/gup/gup-slow.ts';
import { getUserPages, unpinUserPage } from '../mm/gup/pin.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { MAPPING_ANON, mappingFlags } from '../mm/memory/mapping.ts';
import { PAGE_MAPPING } from '../mm/memory/page.ts';
import { VM_MAYWRITE, VM_READ } from '../mm/memory/vma.ts';
import { pageField } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { must } from './world.ts';

const WRITTEN = 7;
const FORCED = FOLL_GET | FOLL_WRITE | FOLL_FORCE;

/**
 * Huge Dirty COW, CVE-2017-1000405: as Dirty COW, of anonymous memory with huge pages. What the private page is replaced by is the
 * huge zero page, and reading it through get_user_pages() makes the PMD dirty, as if it had been written to.
 */
export const hugeDirtyCow = scenario({
  name: 'huge-dirty-cow',
  title: 'forced write against the huge zero page (CVE-2017-1000405)',
  why: 'Anybody could write to the page of zeros that all processes share.',
  property: 'I25',
  variants: {
    read: {
      doc: 'a fault of the writer has broken COW; the private page is thrown away, and read through get_user_pages()',
    },
  },
  layout: () => ({ largeFolios: true, thp: true, anonVmas: 2, pages: 10, tables: 6 }),
  setup(cpu, k) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    for (const each of [other, mm]) {
      must(mmapRegion(cpu, k, each, { start: 0, end: 2, flags: VM_READ | VM_MAYWRITE }), 'mmap');
    }
    userLoad(cpu, k, other, 0);
    // A forced write has broken COW: the process has a huge page of its own, read-only and dirty.
    for (const got of getUserPages(cpu, k, mm, 0, 1, FORCED).pins) unpinUserPage(cpu, k, got);
    return { k, mm, other };
  },
  threads: ({ k, mm }) => ({
    writer: (cpu) => followAfterCowBreak(cpu, k, mm, 0, FORCED),
    attacker(cpu) {
      madviseDontneed(cpu, k, mm, 0, 2);
      return getUserPages(cpu, k, mm, 0, 1, 0).pins;
    },
  }),
  happens: ({ results: { writer, attacker } }) => ({ got: writer !== undefined, read: attacker.length > 0 }),
  judge({ world: { k, other }, results: { writer, attacker }, cpu, memory, step }) {
    const got = writer;
    if (got === undefined) return quiescent(k, memory, attacker);
    if (mappingFlags(pageField(memory, k.layout, got.folio, PAGE_MAPPING)) === MAPPING_ANON) {
      return quiescent(k, memory, [got, ...attacker]);
    }
    step('writer', `writes ${WRITTEN}`, () => deviceWrite(cpu, got, WRITTEN));
    const read = step('another process', 'loads', () => userLoad(cpu, k, other, 0));
    return { property: 'I25', message: `the forced write reached the huge zero page: others now read ${read}` };
  },
});
