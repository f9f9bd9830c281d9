/**
 * Where everything lives in simulated memory, for one configuration: handles from numbers, numbers from handles, the
 * memory of a machine that has just booted, and names and values for people. Word 0 is never used, so 0 is NULL.
 */

import { CELL_BITS, type Cell, cellIndex } from '../../cpu/cpu.ts';
import { AS_FIELDS, AS_I_MMAP_RWSEM, AS_KIND, AS_LOCK, AS_PAGES, AS_SIZE, FILE_KINDS } from './address-space.ts';
import { type FreeLists, MAX_LISTED } from './allocator.ts';
import { ANON_VMA_CELLS, ANON_VMA_FIELDS, AV_RWSEM } from './anon-vma.ts';
import type { LayoutConfig } from './layout-config.ts';
import {
  FIRST_SEQ,
  MIRROR_LOCK,
  MIRROR_PTES,
  MIRROR_SEQ,
  NOTIFIER_FIELDS,
  NOTIFIER_LOCK,
  NOTIFIER_SEQ,
} from './mirror.ts';
import { MM_FIELDS, MM_MMAP_LOCK, MM_PAGE_TABLE_LOCK, MM_VMAS, type Mm } from './mm-struct.ts';
import { PAGE_CELLS, PAGE_FIELDS, type Page } from './page.ts';
import { type PageTable, PT_LOCK, PT_PTES } from './page-table.ts';
import { PAGE_SHOWN, showPte, showVma } from './show.ts';
import { Spans } from './spans.ts';
import { MAX_ADDRESS, MAX_OBJECTS } from './vma.ts';

const CPU_FIELDS = ['irq', 'tlb_lock'] as const;
/** Held by a CPU while its interrupts are off, and by whoever waits for it to take one. */
export const CPU_IRQ = 0;
/** Held by a CPU between looking up its TLB and the end of the access, and by whoever invalidates it. */
export const CPU_TLB_LOCK = 1;

export class Layout {
  readonly config: LayoutConfig;
  /** The number of words. */
  readonly size: number;
  /** The CPU that sets up a world before the race and steps it after. */
  readonly bootCpu: number;
  readonly freePages: FreeLists;
  readonly freeTables: FreeLists;
  /** The offset of the first PMD in an mm_struct. */
  readonly mmPmds: number;
  /** Virtual pages of an address space. */
  readonly span: number;
  /** The word that says which anon_vmas are in use, a bit each. */
  readonly anonVmasUsed: Cell;
  /** Of each swap slot: how many entries refer to it, what is stored there, and its page in the swap cache. */
  readonly swapCounts: Cell;
  readonly swapData: Cell;
  /** One more than the page frame number, or 0. */
  readonly swapCache: Cell;
  /** i_pages of the swap cache: held where a cached page is looked up, or its count is frozen. */
  readonly swapLock: Cell;

  /** huge_zero_page: one more than the page frame number, or 0. Only where the configuration has `thp`. */
  readonly hugeZero: Cell;

  /** Of each page table, with how many address spaces its owner shares it. Only where the configuration has hugetlb. */
  readonly tableShares: Cell;

  /** Every word that is a lock and nothing else: 0 where nobody holds it. */
  readonly lockCells: readonly Cell[];

  readonly #spans = new Spans();
  readonly #pages: number;
  readonly #mms: number;
  readonly #mmCells: number;
  readonly #tables: number;
  readonly #tableCells: number;
  readonly #files: number;
  readonly #fileCells: number;
  readonly #anonVmas: number;
  readonly #cpus: number;
  readonly #tlbs: number;
  readonly #notifiers: number;
  readonly #mirrors: number;
  readonly #vmaLocks: number;
  readonly #flushesPending: number;

  /** @throws RangeError where a number is too small, or larger than a word has room for */
  constructor(config: LayoutConfig) {
    const { cpus, mms, vmasPerMm, pmdsPerMm, ptesPerTable, tables, pages, anonVmas, files, pagesPerFile } = config;
    const span = pmdsPerMm * ptesPerTable;
    const within = (what: string, n: number, least: number, most: number): void => {
      if (!Number.isInteger(n) || n < least || n > most) {
        throw new RangeError(`${what} is ${n}, and must be an integer from ${least} to ${most}`);
      }
    };
    within('pages', pages, 1, MAX_LISTED);
    within('tables', tables, 1, MAX_LISTED);
    within('pages of an address space', span, 1, MAX_ADDRESS);
    within('cpus', cpus, 1, 16);
    within('mms', mms, 1, MAX_LISTED);
    within('vmasPerMm', vmasPerMm, 1, 64);
    within('anonVmas', anonVmas, 0, MAX_OBJECTS - 1);
    within('files', files.length, 0, MAX_OBJECTS - 1);
    within('pcp', config.pcp, 0, Math.floor(Math.min(pages, tables) / cpus));

    this.config = config;
    this.span = span;
    this.bootCpu = cpus;
    this.mmPmds = MM_VMAS + vmasPerMm;
    const spans = this.#spans;
    this.#pages = spans.each(
      pages,
      PAGE_CELLS,
      (pfn, f) => `page${pfn}.${PAGE_FIELDS[f]}`,
      (f) => PAGE_SHOWN.get(f) ?? String,
    );
    this.#mmCells = this.mmPmds + pmdsPerMm;
    this.#mms = spans.each(
      mms,
      this.#mmCells,
      (mm, f) => {
        if (f < MM_FIELDS.length) return `mm${mm}.${MM_FIELDS[f]}`;
        return f < this.mmPmds ? `mm${mm}.vma[${f - MM_VMAS}]` : `mm${mm}.pmd[${f - this.mmPmds}]`;
      },
      (f) => (f < MM_FIELDS.length ? String : f < this.mmPmds ? showVma : showPte),
    );
    this.#tableCells = PT_PTES + ptesPerTable;
    this.#tables = spans.each(
      tables,
      this.#tableCells,
      (t, f) => (f < PT_PTES ? `table${t}.lock` : `table${t}.pte[${f - PT_PTES}]`),
      (f) => (f < PT_PTES ? String : showPte),
    );
    this.#fileCells = AS_PAGES + 2 * pagesPerFile;
    this.#files = spans.each(files.length, this.#fileCells, (file, f) => {
      if (f < AS_PAGES) return `file${file}.${AS_FIELDS[f]}`;
      const index = f - AS_PAGES;
      return index < pagesPerFile ? `file${file}.cache[${index}]` : `file${file}.disk[${index - pagesPerFile}]`;
    });
    this.#anonVmas = spans.each(anonVmas, ANON_VMA_CELLS, (a, f) => `anon_vma${a}.${ANON_VMA_FIELDS[f]}`);
    this.anonVmasUsed = spans.place(1, () => 'anon_vmas.used');
    this.swapCounts = spans.place(config.swapSlots, (slot) => `swap[${slot}].count`);
    this.swapData = spans.place(config.swapSlots, (slot) => `swap[${slot}].data`);
    this.swapCache = spans.place(config.swapSlots, (slot) => `swap[${slot}].cache`);
    this.swapLock = spans.place(1, () => 'swap.lock');
    this.#cpus = spans.each(cpus + 1, CPU_FIELDS.length, (cpu, f) => `cpu${cpu}.${CPU_FIELDS[f]}`);
    this.#tlbs = config.tlb
      ? spans.place(
          (cpus + 1) * mms * span,
          (offset) => {
            const cpu = Math.floor(offset / (mms * span));
            const mm = Math.floor(offset / span) % mms;
            return `cpu${cpu}.tlb.mm${mm}[${offset % span}]`;
          },
          () => showPte,
        )
      : 0;
    this.hugeZero = spans.place(config.thp ? 1 : 0, () => 'huge_zero_page');
    this.#vmaLocks = spans.each(config.vmaLocks ? mms : 0, vmasPerMm, (mm, slot) => `mm${mm}.vma[${slot}].lock`);
    this.#flushesPending = spans.each(config.flushPending ? mms : 0, 1, (mm) => `mm${mm}.tlb_flush_pending`);
    this.tableShares = spans.place(config.hugetlb ? tables : 0, (table) => `table${table}.shares`);
    const mirrored = config.mirrors ? mms : 0;
    this.#notifiers = spans.each(mirrored, NOTIFIER_FIELDS.length, (mm, f) => `mm${mm}.notifier.${NOTIFIER_FIELDS[f]}`);
    this.#mirrors = spans.each(
      mirrored,
      MIRROR_PTES + span,
      (mm, f) => {
        const field = f === MIRROR_LOCK ? 'lock' : f < MIRROR_PTES ? 'seq' : `pte[${f - MIRROR_PTES}]`;
        return `mm${mm}.mirror.${field}`;
      },
      (f) => (f < MIRROR_PTES ? String : showPte),
    );
    const lists = (what: string): FreeLists => ({
      perCpu: spans.place(cpus + 1, (cpu) => `cpu${cpu}.free_${what}`),
      zone: spans.place(1, () => `zone.free_${what}`),
      zoneLock: spans.place(1, () => `zone.${what}_lock`),
      toZone: config.freesToZone,
    });
    this.freePages = lists('pages');
    this.freeTables = lists('tables');
    this.size = spans.size;
    this.lockCells = this.#findLockCells();
    within('words of memory', spans.size, 1, (1 << CELL_BITS) - 1);
  }

  /** pfn_to_page(). */
  page(pfn: number): Page {
    return this.#pages + pfn * PAGE_CELLS;
  }
  /** page_to_pfn(): the number of the page that a handle is of. */
  pfnOf(page: Page): number {
    return (cellIndex(page) - this.#pages) / PAGE_CELLS;
  }
  mm(number: number): Mm {
    return this.#mms + number * this.#mmCells;
  }
  mmNumber(mm: Mm): number {
    return (cellIndex(mm) - this.#mms) / this.#mmCells;
  }
  table(number: number): PageTable {
    return this.#tables + number * this.#tableCells;
  }
  tableNumber(table: PageTable): number {
    return (cellIndex(table) - this.#tables) / this.#tableCells;
  }
  /** The address_space of a file. */
  file(number: number): Cell {
    return this.#files + number * this.#fileCells;
  }
  fileNumber(mapping: Cell): number {
    return (cellIndex(mapping) - this.#files) / this.#fileCells;
  }
  anonVma(number: number): Cell {
    return this.#anonVmas + number * ANON_VMA_CELLS;
  }
  anonVmaNumber(anonVma: Cell): number {
    return (cellIndex(anonVma) - this.#anonVmas) / ANON_VMA_CELLS;
  }
  /** The word of the disk behind a page of a file. */
  disk(mapping: Cell, index: number): Cell {
    return mapping + AS_PAGES + this.config.pagesPerFile + index;
  }
  /** The words of a CPU: CPU_IRQ, CPU_TLB_LOCK. */
  cpu(id: number): Cell {
    return this.#cpus + id * CPU_FIELDS.length;
  }
  /** What a CPU's TLB holds for an address: a PTE, or 0. Only where the configuration has TLBs. */
  tlb(cpu: number, mm: Mm, address: number): Cell {
    return this.#tlbs + (cpu * this.config.mms + this.mmNumber(mm)) * this.span + address;
  }

  /** The notifier of an mm, and the device that mirrors it: the words of mirror.ts. Only where the configuration has mirrors. */
  notifier(mm: Mm): Cell {
    return this.#notifiers + this.mmNumber(mm) * NOTIFIER_FIELDS.length;
  }
  mirror(mm: Mm): Cell {
    return this.#mirrors + this.mmNumber(mm) * (MIRROR_PTES + this.span);
  }

  /** mm->tlb_flush_pending. Only where the configuration has flushPending. */
  flushesPending(mm: Mm): Cell {
    return this.#flushesPending + this.mmNumber(mm);
  }

  /** vm_lock of the VMA in a slot, a rw_semaphore. Only where the configuration has vmaLocks. */
  vmaLock(mm: Mm, slot: number): Cell {
    return this.#vmaLocks + this.mmNumber(mm) * this.config.vmasPerMm + slot;
  }

  /** The memory of a machine that has just booted: everything is free. */
  initialMemory(): Float64Array {
    const memory = new Float64Array(this.size);
    const { cpus, pages, tables, pcp, files } = this.config;
    const list = ({ perCpu, zone }: FreeLists, count: number): void => {
      for (let n = 0; n < count; n++) {
        const owner = Math.floor(n / pcp);
        memory[pcp > 0 && owner < cpus ? perCpu + owner : zone]! += 1 << n;
      }
    };
    list(this.freePages, pages);
    list(this.freeTables, tables);
    for (let number = 0; this.config.mirrors && number < this.config.mms; number++) {
      memory[this.notifier(this.mm(number)) + NOTIFIER_SEQ] = FIRST_SEQ;
      memory[this.mirror(this.mm(number)) + MIRROR_SEQ] = FIRST_SEQ - 1;
    }
    files.forEach((kind, number) => {
      memory[this.file(number) + AS_KIND] = FILE_KINDS.indexOf(kind);
      memory[this.file(number) + AS_SIZE] = this.config.pagesPerFile;
    });
    return memory;
  }

  #findLockCells(): Cell[] {
    const { mms, tables, files, anonVmas, cpus } = this.config;
    const each = (count: number, of: (i: number) => Cell[]): Cell[] =>
      Array.from({ length: count }, (_, i) => of(i)).flat();
    return [
      ...each(mms, (i) => [this.mm(i) + MM_MMAP_LOCK, this.mm(i) + MM_PAGE_TABLE_LOCK]),
      ...each(tables, (i) => [this.table(i) + PT_LOCK]),
      ...each(files.length, (i) => [this.file(i) + AS_LOCK, this.file(i) + AS_I_MMAP_RWSEM]),
      ...each(anonVmas, (i) => [this.anonVma(i) + AV_RWSEM]),
      ...each(cpus + 1, (i) => [this.cpu(i) + CPU_IRQ, this.cpu(i) + CPU_TLB_LOCK]),
      ...each(this.config.mirrors ? mms : 0, (i) => [
        this.notifier(this.mm(i)) + NOTIFIER_LOCK,
        this.mirror(this.mm(i)) + MIRROR_LOCK,
      ]),
      ...each(this.config.vmaLocks ? mms * this.config.vmasPerMm : 0, (i) => [this.#vmaLocks + i]),
      this.swapLock,
      this.freePages.zoneLock,
      this.freeTables.zoneLock,
    ];
  }

  /** The name of a word, like `page2.refcount`. */
  cellName(index: number): string {
    return this.#spans.nameOf(index);
  }

  /** The value of a word as people read it: `pfn 2 present write`, `1025 (generation 1)`, `locked dirty`. */
  showValue(index: number, value: number): string {
    return this.#spans.shown(index, value);
  }
}
