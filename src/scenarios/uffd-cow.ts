import type { Design } from '../mm/design/design.ts';
import { userLoad } from '../mm/fault/user.ts';
import { uffdioContinue } from '../mm/fault/userfaultfd.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_FORCE, FOLL_WRITE } from '../mm/gup/gup.ts';
import { getUserPages } from '../mm/gup/pin.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { MAPPING_ANON, mappingFlags } from '../mm/memory/mapping.ts';
import { PAGE_MAPPING } from '../mm/memory/page.ts';
import { VM_MAYWRITE, VM_READ, VM_UFFD_MINOR } from '../mm/memory/vma.ts';
import { pageField } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { must } from './world.ts';

const WRITTEN = 7;

/**
 * CVE-2022-2590: Dirty COW again. The proof that COW was broken is a dirty entry, and userfaultfd installs dirty entries
 * that are read-only.
 */
export const uffdCow = scenario({
  name: 'uffd-cow',
  title: 'forced write against UFFDIO_CONTINUE (CVE-2022-2590)',
  why: 'Anybody who may read a file in shared memory could write to it.',
  property: 'I10',
  variants: {
    shmem: { doc: 'the private copy is thrown away, and the page of the file mapped in its place' },
  },
  absent: ({ uffdDirty }: Design) =>
    uffdDirty === 'unsupported' ? 'there is no UFFDIO_CONTINUE before v5.13' : undefined,
  layout: () => ({ files: ['shmem'], pagesPerFile: 1, anonVmas: 2 }),
  setup(cpu, k) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    const flags = VM_READ | VM_MAYWRITE;
    must(mmapRegion(cpu, k, other, { start: 0, end: 1, flags, file: 0 }), 'mmap');
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: flags | VM_UFFD_MINOR, file: 0 }), 'mmap');
    userLoad(cpu, k, other, 0);
    return { k, mm, other };
  },
  threads: ({ k, mm }) => ({
    writer: (cpu) => getUserPages(cpu, k, mm, 0, 1, FOLL_WRITE | FOLL_FORCE),
    attacker(cpu) {
      madviseDontneed(cpu, k, mm, 0, 1);
      uffdioContinue(cpu, k, mm, 0);
    },
  }),
  happens: ({ results: { writer } }) => ({ got: writer.pins.length > 0 }),
  judge({ world: { k, other }, results: { writer }, cpu, memory, step }) {
    const [got] = writer.pins;
    if (got === undefined) return { property: 'I21', message: `the forced write failed with ${writer.error}` };
    if (mappingFlags(pageField(memory, k.layout, got.page, PAGE_MAPPING)) === MAPPING_ANON)
      return quiescent(k, memory, [got]);
    step('writer', `writes ${WRITTEN}`, () => deviceWrite(cpu, got, WRITTEN));
    const read = step('another reader of the file', 'loads', () => userLoad(cpu, k, other, 0));
    return { property: 'I10', message: `the forced write reached the page cache: the file now reads ${read}` };
  },
});
