import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { truncateSetsize } from '../mm/file/truncate.ts';
import { writeBlock, writePage } from '../mm/file/writeback.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { ptePresent } from '../mm/memory/pte.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { entries } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { type Broken, scenario, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must } from './world.ts';

const STORED = 7;
const ANOTHERS = 9;

interface Truncating extends Variant {
  readonly meets: 'fault' | 'protected' | 'writeback';
}

interface World extends Truncating {
  readonly k: Kernel;
  readonly mm: Mm;
}

/** A file is truncated while its page is being mapped, made writable, or written to disk. */
export const truncate = scenario({
  name: 'truncate',
  title: 'truncation against a fault, and against write-back',
  why: 'Who maps a page beyond the end of its file reads and writes what no file has; what is written there is in a block of another file by now.',
  property: 'I30',
  variants: {
    fault: { doc: 'a store, of a process that has not mapped the page yet', meets: 'fault' },
    protected: { doc: 'a store through an entry that is read-only', meets: 'protected' },
    writeback: { doc: 'the page is being written to disk, where its block is given away', meets: 'writeback' },
  } as Readonly<Record<string, Truncating>>,
  layout: () => ({ mms: 1, files: ['disk'], pagesPerFile: 1 }),
  setup(cpu, k, variant): World {
    const mm = k.layout.mm(0);
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 }), 'mmap');
    if (variant.meets === 'protected') userLoad(cpu, k, mm, 0);
    else must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    if (variant.meets === 'fault') madviseDontneed(cpu, k, mm, 0, 1);
    return { k, mm, ...variant };
  },
  threads: ({ k, mm, meets }) => ({
    truncator(cpu) {
      truncateSetsize(cpu, k, k.layout.file(0), 0);
      // The block is free now, and the next file has it.
      if (meets === 'writeback') writeBlock(cpu, k, k.layout.file(0), 0, ANOTHERS);
    },
    other: (cpu) => meet(cpu, { k, mm, meets, doc: '' }),
  }),
  happens: ({ results: { other } }) => ({ 'came first': other }),
  judge({ world: { k, meets }, memory }): Broken | undefined {
    const disk = memory[k.layout.disk(k.layout.file(0), 0)]!;
    if (meets === 'writeback' && disk !== ANOTHERS) {
      return { property: 'I31', message: `write-back wrote ${disk} to a block that another file has by now` };
    }
    if (entries(memory, k.layout).some(({ e }) => ptePresent(e))) {
      return { property: 'I30', message: 'the page is mapped, and the file is truncated' };
    }
    return quiescent(k, memory, []);
  },
});

/** @returns whether the store was done, or the page written */
function meet(cpu: Cpu, { k, mm, meets }: World): boolean {
  if (meets === 'writeback') return writePage(cpu, k, k.layout.file(0), 0).written;
  return userStore(cpu, k, mm, 0, STORED) === 0;
}
