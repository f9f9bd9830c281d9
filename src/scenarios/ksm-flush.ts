import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore, userStoreCached } from '../mm/fault/user.ts';
import { clearRefsFlush, clearRefsWalk } from '../mm/map/clear-refs.ts';
import { madviseFreeRange } from '../mm/map/madvise-free.ts';
import { finishGather, startGather } from '../mm/map/mmu-gather.ts';
import { vmaLookup } from '../mm/map/vma-list.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import { MAPPING_KSM, mappingFlags } from '../mm/memory/mapping.ts';
import { PAGE_MAPPING } from '../mm/memory/page.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { ptePfn, ptePresent, pteWrite } from '../mm/memory/pte.ts';
import { VM_MERGEABLE } from '../mm/memory/vma.ts';
import { type KsmResult, ksmScanPage, tryToMergeOnePage } from '../mm/migrate/ksm.ts';
import { entries, type Memory, pageField } from '../mm/observe/inspect.ts';
import { quiescent } from './judging.ts';
import { scenario, type Threads, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, leaveInTlb, mapAndTouch, pageAt } from './world.ts';

const STORED = 7;

interface Merge extends Threads {
  readonly process: (cpu: Cpu) => boolean;
  readonly ksm: (cpu: Cpu) => KsmResult;
}

interface Merging extends Variant {
  /** Does the page contain the same as a page of KSM? Otherwise it becomes one. */
  readonly same: boolean;
  /** Is the entry clean and read-only, with the flushes still to come? */
  readonly pending: boolean;
}

/**
 * KSM compares a page with another and takes it away while the process stores to it; above all where two threads have made its
 * entry clean and read-only, and have not flushed the TLBs yet (b3a81d0841a9).
 */
export const ksmFlush = scenario({
  name: 'ksm-flush',
  title: 'KSM against a store, and against a pending TLB flush',
  why: 'A store of the process is lost: it went to the page that KSM had just found to be the same as another.',
  property: 'I17',
  variants: {
    fault: { doc: 'the store needs a fault, once KSM has made the entry read-only', same: true, pending: false },
    convert: { doc: 'as fault, and the page becomes one of KSM itself', same: false, pending: false },
    pending: {
      doc: 'MADV_FREE has made the entry clean, and clear_refs read-only; a CPU stores as if neither had, and both flush',
      same: true,
      pending: true,
    },
  } as Readonly<Record<string, Merging>>,
  absent({ lazyfree, clearRefs }, { pending }) {
    if (!pending) return undefined;
    if (lazyfree === 'unsupported') return 'MADV_FREE is of v4.5, and works in this way from v4.12';
    return clearRefs === 'all' ? undefined : 'from v5.11 clear_refs holds mmap_lock for writing, which KSM waits for';
  },
  layout: ({ pending }) => ({ tlb: true, flushPending: pending, anonVmas: 2, pcp: 0 }),
  setup(cpu, k, { same, pending }) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    const mapping = { start: 0, end: 1, flags: ANON_RW | VM_MERGEABLE };
    mapAndTouch(cpu, k, other, mapping);
    const kpage = same ? pageAt(cpu, k, other, 0) : 0;
    ksmScanPage(cpu, k, other, 0, 0);
    mapAndTouch(cpu, k, mm, mapping);
    leaveInTlb(cpu, k, mm, 0, 0);
    // KSM has found the page, and holds a reference, and mmap_lock for reading; so do the others.
    const page = pageAt(cpu, k, mm, 0);
    getPage(cpu, page);
    if (!pending) return { k, mm, page, kpage, gather: undefined };
    const gather = startGather(cpu, k, mm);
    madviseFreeRange(cpu, k, gather, 0, 1);
    clearRefsWalk(cpu, k, mm);
    return { k, mm, page, kpage, gather };
  },
  threads({ k, mm, page, kpage, gather }): Merge {
    const ksm = (cpu: Cpu): KsmResult => {
      const result = tryToMergeOnePage(cpu, k, mm, vmaLookup(cpu, k, mm, 0)!, 0, page, kpage);
      putPage(cpu, k, page);
      return result;
    };
    if (gather === undefined) return { process: (cpu) => userStore(cpu, k, mm, 0, STORED) === 0, ksm };
    return {
      process: (cpu) => userStoreCached(cpu, k, mm, 0, STORED),
      flusher(cpu) {
        finishGather(cpu, k, { ...gather, pages: [], delayedRmap: [], tables: [] });
        clearRefsFlush(cpu, k, mm);
      },
      ksm,
    };
  },
  happens: ({ results: { process, ksm } }) => ({ stored: process, taken: ksm !== 'kept' }),
  judge({ world: { k, mm }, results: { process: stored }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    if (entries(memory, k.layout).some(({ e }) => ptePresent(e) && pteWrite(e) && isKsmPage(k, memory, ptePfn(e)))) {
      return { property: 'I17', message: 'the process may write to a page of KSM' };
    }
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    if (loaded === (stored ? STORED : FIRST_DATA)) return leak;
    return { property: 'I17', message: `the process stored ${STORED}, and loads ${loaded} from the page of KSM` };
  },
});

const isKsmPage = (k: Kernel, memory: Memory, pfn: number): boolean =>
  mappingFlags(pageField(memory, k.layout, k.layout.page(pfn), PAGE_MAPPING)) === MAPPING_KSM;
