import type { FileKind } from './address-space.ts';

/** How much of everything exists. */
export interface LayoutConfig {
  /** CPUs that race. One more, {@link Layout.bootCpu}, sets up and looks on. */
  readonly cpus: number;
  readonly mms: number;
  readonly vmasPerMm: number;
  /** PMDs of each mm; with `ptesPerTable` the size of an address space. */
  readonly pmdsPerMm: number;
  readonly ptesPerTable: number;
  /** Page-table pages in all. */
  readonly tables: number;
  /** Pages of memory. */
  readonly pages: number;
  /** Pages below this number are of CMA, or in ZONE_MOVABLE: none may be pinned for long. They are on lists to be moved. */
  readonly movablePages: number;
  readonly anonVmas: number;
  /** The kind of each file. */
  readonly files: readonly FileKind[];
  readonly pagesPerFile: number;
  readonly swapSlots: number;
  /** How many free pages, and free tables, each racing CPU has on its own list at the start. */
  readonly pcp: number;
  /** What a CPU frees goes to the zone, whence any CPU may take it: its own list is full (pcp->high). */
  readonly freesToZone: boolean;
  /** CPUs translate through TLBs. Without, each access walks the page tables. */
  readonly tlb: boolean;
  /** Each mm counts the flushes of its TLBs that are to come: a race asks for them. */
  readonly flushPending: boolean;
  /** Large folios exist, so every page must be asked for its head. */
  readonly largeFolios: boolean;
  /** Faults on anonymous memory map huge pages where they can, and reads the huge zero page. */
  readonly thp: boolean;
  /** VMAs have locks of their own, for faults. */
  readonly vmaLocks: boolean;
  /** Each address space is mirrored by a device, which is told when entries change. */
  readonly mirrors: boolean;
  /** Inodes are freed, so who has interrupts off is an RCU reader of their address_space as well. */
  readonly inodes: boolean;
  /** Page tables stand for those of hugetlb files, which address spaces share: see hugetlb.ts. */
  readonly hugetlb: boolean;
}

/** The smallest configuration of use: two address spaces of two pages, and no files. */
export const SMALL_CONFIG: LayoutConfig = {
  cpus: 2,
  mms: 2,
  vmasPerMm: 1,
  pmdsPerMm: 1,
  ptesPerTable: 2,
  tables: 4,
  pages: 4,
  movablePages: 0,
  anonVmas: 1,
  files: [],
  pagesPerFile: 2,
  swapSlots: 0,
  pcp: 1,
  freesToZone: false,
  tlb: false,
  flushPending: false,
  largeFolios: false,
  thp: false,
  vmaLocks: false,
  mirrors: false,
  inodes: false,
  hugetlb: false,
};
