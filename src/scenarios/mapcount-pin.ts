import type { Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_WRITE, type Pin } from '../mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFastOnly } from '../mm/gup/pin.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { lockPage, type Page, unlockPage } from '../mm/memory/page.ts';
import { pteAlloc } from '../mm/memory/page-table.ts';
import { pteWrite } from '../mm/memory/pte.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { entryAt } from '../mm/observe/inspect.ts';
import type { Mkclean } from '../mm/rmap/mkclean.ts';
import { quiescent } from './judging.ts';
import { type Broken, scenario, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must, pageAt } from './world.ts';

interface Detection extends Variant {
  /** When and how the page is pinned, through the first entry. */
  readonly pin: 'before' | 'slow' | 'fast';
  /** Which entries are zapped meanwhile. */
  readonly zapped: readonly (0 | 1)[];
  /** The second process maps the file privately, and forks. */
  readonly forks: boolean;
}

interface World extends Detection {
  readonly k: Kernel;
  readonly mms: readonly Mm[];
  readonly page: Page;
  readonly held: readonly Pin[];
}

/**
 * "Mapcount pin detection", January 2019: write-back compares the map count of a file page with the entries that it finds,
 * and takes a surplus for pins, while entries are zapped, and pins taken.
 */
export const mapcountPin = scenario({
  name: 'T1',
  title: 'telling pins from map counts at write-back',
  why: 'Write-back that takes a pinned page for unpinned cleans it and forgets it: what the device writes after is lost, or changes under a checksum.',
  property: 'I16',
  variants: {
    pinned: { doc: 'pinned before; the other entry is zapped', pin: 'before', zapped: [1], forks: false },
    both: { doc: 'pinned before; both entries are zapped', pin: 'before', zapped: [0, 1], forks: false },
    slow: {
      doc: 'pinned meanwhile, under the page-table lock; nothing is zapped',
      pin: 'slow',
      zapped: [],
      forks: false,
    },
    fast: { doc: 'pinned meanwhile, by a fast walk; nothing is zapped', pin: 'fast', zapped: [], forks: false },
    'slow-zap': { doc: 'as slow; the other entry is zapped', pin: 'slow', zapped: [1], forks: false },
    'fast-zap': { doc: 'as fast; the other entry is zapped', pin: 'fast', zapped: [1], forks: false },
    fork: { doc: 'pinned before; a fork adds an entry', pin: 'before', zapped: [], forks: true },
  } as Readonly<Record<string, Detection>>,
  proposals: [
    'mapcount-first',
    'mapcount-second',
    'mapcount-walk-read-walk',
    'mapcount-read-walk-walk',
    'mapcount-walk-walk-read',
  ],
  absent: ({ pinDetect }: Design) =>
    pinDetect === 'none' ? 'write-back of no kernel looks for pins: see writeback-dma' : undefined,
  layout: ({ forks }) => ({ mms: forks ? 3 : 2, files: ['disk'], pagesPerFile: 1, anonVmas: 2, pages: 6, tables: 6 }),
  setup(cpu, k, variant): World {
    const mms = Array.from({ length: k.layout.config.mms }, (_, i) => k.layout.mm(i));
    const map = (mm: Mm, flags: number): void =>
      must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags, file: 0 }), 'mmap');
    map(mms[0]!, ANON_RW | VM_SHARED);
    must(userStore(cpu, k, mms[0]!, 0, FIRST_DATA), 'a store');
    map(mms[1]!, variant.forks ? ANON_RW : ANON_RW | VM_SHARED);
    if (variant.forks) userLoad(cpu, k, mms[1]!, 0);
    else must(userStore(cpu, k, mms[1]!, 0, FIRST_DATA), 'a store');
    if (variant.forks) pteAlloc(cpu, k, mms[2]!, 0);
    const held = variant.pin === 'before' ? pinUserPages(cpu, k, mms[0]!, 0, 1, FOLL_WRITE).pins : [];
    return { k, mms, page: pageAt(cpu, k, mms[0]!, 0), held, ...variant };
  },
  threads(world) {
    const { k, mms, page, pin, zapped, forks } = world;
    const others: Record<string, (cpu: Cpu) => unknown> = {};
    for (const i of zapped)
      others[`zapper${zapped.length > 1 ? i + 1 : ''}`] = (cpu) => madviseDontneed(cpu, k, mms[i]!, 0, 1);
    if (forks) others.forker = (cpu) => dupMmap(cpu, k, mms[1]!, mms[2]!);
    return {
      writeback(cpu: Cpu): Mkclean {
        lockPage(cpu, page);
        const verdict = k.ops.pageMkclean(cpu, k, page);
        unlockPage(cpu, page);
        return verdict;
      },
      ...(pin === 'before' ? {} : { pinner: (cpu: Cpu) => pinBy(cpu, world) }),
      ...others,
    };
  },
  happens: ({ world: { held }, results }) => ({ pinned: pinsOf(held, results).length > 0 }),
  judge({ world, results, cpu, memory, step }): Broken | undefined {
    const { k, mms, held } = world;
    const { writeback } = results;
    if (writeback.warned)
      return { property: 'I16', message: 'the walk found more entries than the map count said before' };
    const pins = pinsOf(held, results);
    const [pin] = pins;
    const leak = quiescent(k, memory, pins);
    if (pin === undefined || writeback.pinned) return leak;
    // An entry that is writable again was made so after the page was cleaned, and so may the pin have been.
    if (held.length === 0 && pteWrite(entryAt(memory, k.layout, mms[0]!, 0))) return leak;
    step('device', 'writes through the pin', () => deviceWrite(cpu, pin, FIRST_DATA + 1));
    return { property: 'I16', message: 'the page is pinned for writing, and write-back took it for unpinned' };
  },
});

const pinsOf = (held: readonly Pin[], results: object): readonly Pin[] =>
  'pinner' in results ? (results.pinner as readonly Pin[]) : held;

function pinBy(cpu: Cpu, { k, mms, pin }: World): readonly Pin[] {
  if (pin === 'slow') return pinUserPages(cpu, k, mms[0]!, 0, 1, FOLL_WRITE).pins;
  return pinUserPagesFastOnly(cpu, k, mms[0]!, 0, 1, FOLL_WRITE);
}
