import type { Design } from '../mm/design/design.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { retractPageTables } from '../mm/huge/retract.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { mremap } from '../mm/map/mremap.ts';
import { pteAlloc } from '../mm/memory/page-table.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, mapAndTouch, must } from './world.ts';

const NEW = 2;

/**
 * CVE-2024-50066: mremap() has seen that there is a page table to be moved, and khugepaged takes it away before mremap() takes the
 * locks. What is moved then is none, and points to the first page of memory.
 */
export const mremapRetract = scenario({
  name: 'mremap-retract',
  title: 'mremap() against khugepaged (CVE-2024-50066)',
  why: 'The process is given whatever page comes first as a page table, and reads and writes all that it says.',
  property: 'I24',
  variants: {
    table: { doc: 'a mapping of a file over a page table in which nothing is mapped' },
  },
  absent: ({ retractLock }: Design) =>
    retractLock === 'unsupported' ? 'khugepaged leaves files alone before v4.8' : undefined,
  layout: () => ({ files: ['shmem'], pagesPerFile: 2, vmasPerMm: 2, pmdsPerMm: 2, pages: 4, pcp: 0 }),
  setup(cpu, k) {
    const mm = k.layout.mm(0);
    // What another process uses is the first page of memory here.
    mapAndTouch(cpu, k, k.layout.mm(1), { start: 0, end: 1, flags: ANON_RW });
    must(mmapRegion(cpu, k, mm, { start: 0, end: 2, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    if (pteAlloc(cpu, k, mm, 0) === 0) throw new RangeError('the world is too small: no page table is left');
    return { k, mm };
  },
  threads: ({ k, mm }) => ({
    mover: (cpu) => mremap(cpu, k, mm, 0, NEW),
    khugepaged: (cpu) => retractPageTables(cpu, k, k.layout.file(0)),
  }),
  happens: ({ world: { k, mm }, results: { mover }, memory }) => ({
    moved: mover === 0,
    retracted: memory[mm + k.layout.mmPmds + 1] === 0,
  }),
  judge({ world: { k, mm }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    const loaded = step('process', 'loads at the new address', () => userLoad(cpu, k, mm, NEW));
    if (loaded === 0) return leak;
    step('process', 'stores there', () => userStore(cpu, k, mm, NEW, 0));
    const theirs = step('the other process', 'loads', () => userLoad(cpu, k, k.layout.mm(1), 0));
    return {
      property: 'I24',
      message: `the process loads ${loaded} through a page table of another process, which now loads ${theirs}`,
    };
  },
});
