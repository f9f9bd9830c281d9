import { userLoad, userStore, userStoreCached } from '../mm/fault/user.ts';
import { truncateSetsize } from '../mm/file/truncate.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { mremap } from '../mm/map/mremap.ts';
import { pteAlloc } from '../mm/memory/page-table.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, FIRST_DATA, leaveInTlb, must } from './world.ts';

const STORED = 7;
const SECRET = 9;
const NEW = 2;

/**
 * CVE-2018-18281: a mapping of a file is moved, and the file truncated, while another thread of the process stores through the
 * translation of the old address, which its TLB still has.
 */
export const mremapTlb = scenario({
  name: 'mremap-tlb',
  title: 'mremap() against a stale TLB (CVE-2018-18281)',
  why: 'A process goes on writing to a page that belongs to another by now.',
  property: 'I18',
  variants: {
    truncate: { doc: 'the file is truncated, and another process gets its page' },
  },
  layout: () => ({ files: ['shmem'], pagesPerFile: 1, tlb: true, vmasPerMm: 2, pmdsPerMm: 2, pages: 4, pcp: 0 }),
  setup(cpu, k) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    pteAlloc(cpu, k, mm, NEW);
    must(mmapRegion(cpu, k, other, { start: 0, end: 1, flags: ANON_RW }), 'mmap');
    pteAlloc(cpu, k, other, 0);
    leaveInTlb(cpu, k, mm, 0, 0);
    return { k, mm, other };
  },
  threads: ({ k, mm, other }) => ({
    process: (cpu) => userStoreCached(cpu, k, mm, 0, STORED),
    mover: (cpu) => mremap(cpu, k, mm, 0, NEW),
    truncator(cpu) {
      truncateSetsize(cpu, k, k.layout.file(0), 0);
      userStore(cpu, k, other, 0, SECRET);
    },
  }),
  happens: ({ results: { process, mover } }) => ({ stored: process, moved: mover === 0 }),
  judge({ world: { k, other }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    const loaded = step('the other process', 'loads', () => userLoad(cpu, k, other, 0));
    if (loaded === SECRET) return leak;
    return {
      property: 'I18',
      message: `the other process stored ${SECRET}, and loads ${loaded}, stored to the page after it was freed`,
    };
  },
});
