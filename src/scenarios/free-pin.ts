import type { Cell, Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { evict } from '../mm/file/inode.ts';
import { truncateSetsize } from '../mm/file/truncate.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly } from '../mm/gup/pin.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion, munmap } from '../mm/map/mmap.ts';
import { AS_FREED, AS_KIND } from '../mm/memory/address-space.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { generationOf, PAGE_MAPPING, PAGE_REFCOUNT } from '../mm/memory/page.ts';
import { pmdCell, pmdTable, pteAlloc, pteCell } from '../mm/memory/page-table.ts';
import type { Pte } from '../mm/memory/pte.ts';
import { VM_SHARED } from '../mm/memory/vma.ts';
import { pageField } from '../mm/observe/inspect.ts';
import { freePinKernel } from './free-pin-kernel.ts';
import { quiescent } from './judging.ts';
import { scenario, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, must, pageAt } from './world.ts';

const SECRET = 7;
const SHMEM = 0;
const DISK = 1;

interface Freeing extends Variant {
  /** The number of the file that is mapped, or undefined for anonymous memory. */
  readonly file: number | undefined;
  /** Takes the page away, and lets somebody else have it. */
  readonly free: (cpu: Cpu, world: World) => void;
  /** The other process has a page table already. */
  readonly otherHasTable: boolean;
  readonly longterm: boolean;
}

interface World {
  readonly k: Kernel;
  readonly mm: Mm;
  readonly other: Mm;
  readonly variant: Freeing;
  /** Which life of which page is mapped before the race, by which entry. */
  readonly pfn: number;
  readonly generation: number;
  readonly ptep: Cell;
  readonly e: Pte;
}

const VARIANTS: Readonly<Record<string, Freeing>> = {
  zap: {
    doc: 'MADV_DONTNEED frees an anonymous page, and another process gets it',
    file: undefined,
    longterm: false,
    otherHasTable: true,
    free(cpu, { k, mm, other }) {
      madviseDontneed(cpu, k, mm, 0, 1);
      userStore(cpu, k, other, 0, SECRET);
    },
  },
  table: {
    doc: 'munmap() frees the page and its page table, and another process gets both',
    file: undefined,
    longterm: false,
    otherHasTable: false,
    free(cpu, { k, mm, other }) {
      munmap(cpu, k, mm, 0, 1);
      userStore(cpu, k, other, 0, SECRET);
    },
  },
  truncate: {
    doc: 'a long-term pin of a page of a file that tracks dirty pages, while the file is truncated',
    file: DISK,
    longterm: true,
    otherHasTable: false,
    free: (cpu, { k }) => truncateSetsize(cpu, k, k.layout.file(DISK), 0),
  },
  refile: {
    doc: 'a long-term pin of a page of shmem, while that is truncated and the page given to a file that tracks dirty pages',
    file: SHMEM,
    longterm: true,
    otherHasTable: true,
    free(cpu, { k, other }) {
      truncateSetsize(cpu, k, k.layout.file(SHMEM), 0);
      userLoad(cpu, k, other, 0);
    },
  },
  inode: {
    doc: 'a long-term pin of a page of shmem, while that is unmapped and deleted, and its inode freed',
    file: SHMEM,
    longterm: true,
    otherHasTable: true,
    free(cpu, { k, mm }) {
      munmap(cpu, k, mm, 0, 1);
      evict(cpu, k, k.layout.file(SHMEM));
    },
  },
};

/**
 * "Fast long-term pins of file pages", May 2023: the page is unmapped, freed and used again, or loses its file, while a
 * fast walk pins it.
 */
export const freePin = scenario({
  name: 'T2',
  title: 'freeing and truncation against a fast pin',
  why: 'A device that writes to a page which belongs to somebody else by now corrupts a stranger; one that writes to a page of a file behind the back of the file system loses data.',
  property: 'I3',
  variants: VARIANTS,
  proposals: ['longterm-file-v7', 'mapcount-second'],
  absent({ pinFile }: Design, { file, free }) {
    if (free === VARIANTS.inode!.free && pinFile === 'allow')
      return 'up to v6.4 a fast walk does not ask which file it is';
    return file === DISK && pinFile === 'allow' ? 'long-term pins of such files are allowed up to v6.4' : undefined;
  },
  layout: ({ file, free }) => ({
    pcp: 0,
    files: file === undefined ? [] : ['shmem', 'disk'],
    pagesPerFile: 1,
    anonVmas: 2,
    ...(free === VARIANTS.inode!.free ? { inodes: true, vmasPerMm: 2, anonVmas: 3 } : {}),
  }),
  // A pin that counts as a mapping as well does harm that the kernel does not show.
  litmus: (design, variant, name) =>
    variant === VARIANTS.zap && design.pinDetect === 'none' ? freePinKernel(design, name) : undefined,
  setup(cpu, k, variant): World {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    const { file } = variant;
    const flags = file === undefined ? ANON_RW : ANON_RW | VM_SHARED;
    must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags, ...(file === undefined ? {} : { file }) }), 'mmap');
    must(userStore(cpu, k, mm, 0, FIRST_DATA), 'a store');
    const theirs = file === undefined ? {} : { file: DISK };
    must(mmapRegion(cpu, k, other, { start: 0, end: 1, flags: ANON_RW, ...theirs }), 'mmap');
    if (variant.otherHasTable) pteAlloc(cpu, k, other, 0);
    // Something else in the same page table, so that it stays.
    if (variant === VARIANTS.inode) must(mmapRegion(cpu, k, mm, { start: 1, end: 2, flags: ANON_RW }), 'mmap');
    const page = pageAt(cpu, k, mm, 0);
    const generation = generationOf(cpu.readOnce(page + PAGE_REFCOUNT));
    const ptep = pteCell(k, pmdTable(cpu, k, cpu.readOnce(pmdCell(k, mm, 0))), 0);
    return { k, mm, other, variant, pfn: k.layout.pfnOf(page), generation, ptep, e: cpu.readOnce(ptep) };
  },
  threads: (world) => ({
    pinner: (cpu) => {
      const flags = FOLL_WRITE | (world.variant.longterm ? FOLL_LONGTERM : 0);
      return pinUserPagesFastOnly(cpu, world.k, world.mm, 0, 1, flags);
    },
    freer: (cpu) => world.variant.free(cpu, world),
  }),
  happens: ({ world: { variant, ptep, e }, results: { pinner }, reads }) => ({
    walked: reads('pinner').some(({ cell, value }) => cell === ptep && value === e),
    ...(variant.file === DISK ? {} : { pinned: pinner.length > 0 }),
  }),
  judge({ world, results: { pinner }, cpu, memory, reads, step }) {
    const { k, pfn, generation, variant, ptep, e } = world;
    const [pin] = pinner;
    if (pin !== undefined && (k.layout.pfnOf(pin.page) !== pfn || pin.generation !== generation)) {
      step('device', 'reads through the pin', () => deviceRead(cpu, pin));
      return {
        property: 'I3',
        message: 'the pinned page belongs to another, and was never mapped there by the caller',
      };
    }
    if (reads('pinner').some(({ cell }) => cell === 0)) {
      return { property: 'I26', message: 'the walk followed folio->mapping, which had become NULL' };
    }
    const kind = k.layout.file(SHMEM) + AS_KIND;
    if (variant === VARIANTS.inode && reads('pinner').some(({ cell, value }) => cell === kind && value === AS_FREED)) {
      return { property: 'I29', message: 'the walk read an address_space that was freed with its inode' };
    }
    if (pin !== undefined && variant.file === DISK) {
      const mapping = pageField(memory, k.layout, pin.page, PAGE_MAPPING);
      const now = mapping === 0 ? 'it is truncated by now' : 'and it still is';
      return { property: 'I14', message: `the pinned page was of a file that tracks dirty pages, ${now}` };
    }
    const stale = reads('pinner').find(({ cell, value }) => cell === ptep && value !== e && value !== 0);
    if (stale !== undefined && variant === VARIANTS.table) {
      return {
        property: 'I15',
        message: `the walk read ${k.layout.showValue(ptep, stale.value)} from a table that was freed`,
      };
    }
    return quiescent(k, memory, pinner);
  },
});
