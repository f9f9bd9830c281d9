import { userStore } from '../mm/fault/user.ts';
import { writePage } from '../mm/file/writeback.ts';
import { mmapRegion, munmap } from '../mm/map/mmap.ts';
import { PAGE_DATA, PAGE_FLAGS, PG_DIRTY } from '../mm/memory/page.ts';
import { pteDirty } from '../mm/memory/pte.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { entries, pageField } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { type Broken, scenario } from './scenario.ts';
import { ANON_RW, FIRST_DATA, leaveInTlb, must, pageAt } from './world.ts';

const STORED = 7;

/**
 * munmap() of a page of a file that is being written back, while another CPU stores through a translation that its
 * TLB still has (1cf35d47712d, 5df397dec7c4).
 */
export const zapClean = scenario({
  name: 'zap-clean',
  title: 'zap and write-back against a stale TLB',
  why: 'A store that comes after write-back has looked, through an entry that is gone, is in no dirty page: it is lost when the page is dropped.',
  property: 'I18',
  variants: {
    store: { doc: 'the translation is in the TLB of the CPU that stores' },
  },
  layout: () => ({ files: ['disk'], pagesPerFile: 1, tlb: true, mms: 1, vmasPerMm: 2 }),
  setup(cpu, k) {
    const mm = k.layout.mm(0);
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    // Something else in the same page table, so that it stays.
    must(mmapRegion(cpu, k, mm, { start: 1, end: 2, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    // The CPU that will store has the translation.
    leaveInTlb(cpu, k, mm, 0, 0);
    return { k, mm, page: pageAt(cpu, k, mm, 0) };
  },
  threads: ({ k, mm }) => ({
    process: (cpu) => userStore(cpu, k, mm, 0, STORED),
    zapper: (cpu) => munmap(cpu, k, mm, 0, 1),
    writeback: (cpu) => writePage(cpu, k, k.layout.file(0), 0),
  }),
  happens: ({ results: { process, writeback } }) => ({ stored: process === 0, 'written back': writeback.written }),
  judge({ world: { k, page }, memory }): Broken | undefined {
    const data = pageField(memory, k.layout, page, PAGE_DATA);
    const disk = memory[k.layout.disk(k.layout.file(0), 0)]!;
    const dirty = (pageField(memory, k.layout, page, PAGE_FLAGS) & PG_DIRTY) !== 0;
    if (dirty || data === disk || entries(memory, k.layout).some(({ e }) => pteDirty(e))) {
      return quiescent(k, memory, []);
    }
    return { property: 'I18', message: `the page is clean and contains ${data}, and the disk has ${disk}` };
  },
});
