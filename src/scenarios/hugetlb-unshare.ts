import { userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly } from '../mm/gup/pin.ts';
import { hugePmdShare } from '../mm/huge/hugetlb.ts';
import { mmapRegion, munmap } from '../mm/map/mmap.ts';
import { vmaLookup } from '../mm/map/vma-list.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must, pageAt } from './world.ts';

const SECRET = 7;

/**
 * CVE-2025-38085: two processes share a page table of a hugetlb file. One unmaps it while a thread of it walks the table; the
 * other has the table for itself now, and maps memory of its own in it.
 */
export const hugetlbUnshare = scenario({
  name: 'hugetlb',
  title: 'unsharing a page table against a fast pin (CVE-2025-38085)',
  why: 'The walk goes on in a page table of another process, and pins memory that this one never mapped.',
  property: 'I3',
  variants: {
    reuse: { doc: 'the other process unmaps a part, and maps anonymous memory there' },
  },
  layout: () => ({ hugetlb: true, files: ['hugetlb'], pagesPerFile: 2, vmasPerMm: 2, anonVmas: 2, pages: 6 }),
  setup(cpu, k) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    for (const each of [mm, other]) {
      must(mmapRegion(cpu, k, each, { start: 0, end: 2, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    }
    for (const address of [0, 1]) must(userStore(cpu, k, mm, address, FIRST_DATA), 'a store');
    if (!hugePmdShare(cpu, k, other, vmaLookup(cpu, k, other, 0)!, 0)) throw new RangeError('no table to share');
    return { k, mm, other, pfn: k.layout.pfnOf(pageAt(cpu, k, mm, 0)) };
  },
  threads: ({ k, mm, other }) => ({
    pinner: (cpu) => pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE),
    unmapper(cpu) {
      munmap(cpu, k, mm, 0, 2);
      munmap(cpu, k, other, 0, 1);
      mmapRegion(cpu, k, other, { start: 0, end: 1, flags: ANON_RW });
      userStore(cpu, k, other, 0, SECRET);
    },
  }),
  happens: ({ results: { pinner } }) => ({ pinned: pinner.length > 0 }),
  judge({ world: { k, pfn }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    if (pin !== undefined && k.layout.pfnOf(pin.page) !== pfn) {
      const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
      return { property: 'I3', message: `the pinned page is another process's, and contains its ${seen}` };
    }
    return quiescent(k, memory, pinner);
  },
});
