/**
 * What must hold of memory when nobody is in the middle of anything: counts agree with what they count, nothing is lost
 * or free twice, no lock is held. These are true of every design; what a design promises a pinner is in promises.ts.
 */

import { FOLL_PIN, type Pin } from '../gup/gup.ts';
import { pinsCountAsMapped } from '../gup/mapcount-pin.ts';
import { AS_MMS, AS_PAGES } from '../memory/address-space.ts';
import { AV_MMS } from '../memory/anon-vma.ts';
import type { Kernel } from '../memory/kernel.ts';
import type { Layout } from '../memory/layout.ts';
import { MAPPING_ANON, MAPPING_KSM, mappingFlags } from '../memory/mapping.ts';
import { MM_DEPOSITED, MM_WRITE_PROTECT_SEQ } from '../memory/mm-struct.ts';
import {
  generationOf,
  PAGE_ENTIRE_MAPCOUNT,
  PAGE_FLAGS,
  PAGE_HEAD,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_PINCOUNT,
  PAGE_REFCOUNT,
  PG_ANON_EXCLUSIVE,
  PG_HEAD,
  PG_LOCKED,
  PG_SWAPCACHE,
  PIN_BIAS,
  refCountOf,
} from '../memory/page.ts';
import { pmdIsTable } from '../memory/page-table.ts';
import { isSwapEntry, PTE_EXCLUSIVE, ptePfn, ptePresent, pteWrite } from '../memory/pte.ts';
import type { Vma } from '../memory/vma.ts';
import { checkCaches } from './check-caches.ts';
import { type Entry, entries, entryAt, type Memory, timesFree, vmasOf } from './inspect.ts';

/**
 * What is checked here. I1: counts; I2: free lists and lives of pages; I6: exclusive pages; I18: TLBs; I20: locks; I23: caches.
 */
export const QUIESCENT = ['I1', 'I2', 'I6', 'I18', 'I20', 'I23'] as const;

/** Something that must hold and does not. */
export interface Violation {
  readonly id: (typeof QUIESCENT)[number];
  readonly message: string;
}

/**
 * Checks memory at quiescence.
 * @param held every reference and pin that was taken and not given back
 * @returns what is wrong, in no order that matters
 */
export function checkInvariants(memory: Memory, k: Kernel, held: readonly Pin[] = []): Violation[] {
  const found: Violation[] = [];
  const fail = (id: Violation['id'], message: string): void => {
    found.push({ id, message });
  };
  const all = entries(memory, k.layout);
  checkCounts(memory, k, held, all, fail);
  checkFreeLists(memory, k.layout, held, fail);
  checkSwap(memory, k.layout, all, fail);
  if (k.design.anonExclusive === 'tracked') checkExclusive(memory, k.layout, all, fail);
  checkCaches(memory, k.layout, fail);
  checkTlbs(memory, k.layout, fail);
  checkRmapSets(memory, k.layout, fail);
  checkLocks(memory, k.layout, fail);
  return found;
}

type Fail = (id: Violation['id'], message: string) => void;

/** I1: map counts are the entries, reference counts the entries, caches and holders, pin counts the pins. */
function checkCounts(memory: Memory, k: Kernel, held: readonly Pin[], all: readonly Entry[], fail: Fail): void {
  const { layout } = k;
  const { pages, files, pagesPerFile } = layout.config;
  const zeros = (): number[] => new Array<number>(pages).fill(0);
  const [references, mapped, huge, pinned] = [zeros(), zeros(), zeros(), zeros()];
  const field = (pfn: number, f: number): number => memory[layout.page(pfn) + f]!;
  const head = (pfn: number): number => (field(pfn, PAGE_HEAD) - 1 < 0 ? pfn : field(pfn, PAGE_HEAD) - 1);

  for (const { e, huge: isHuge } of all) {
    if (!ptePresent(e)) continue;
    references[head(ptePfn(e))]!++;
    if (isHuge) huge[ptePfn(e)]!++;
    else mapped[ptePfn(e)]!++;
  }
  for (let file = 0; file < files.length; file++) {
    for (let index = 0; index < pagesPerFile; index++) {
      const slot = memory[layout.file(file) + AS_PAGES + index]!;
      if (slot > 0) references[head(slot - 1)]!++;
    }
  }
  for (const pin of held) {
    const pfn = layout.pfnOf(pin.folio);
    const counted = (pin.flags & FOLL_PIN) !== 0 && k.design.pinCount !== 'get';
    const large = (field(pfn, PAGE_FLAGS) & PG_HEAD) !== 0;
    const anonymous = (field(pfn, PAGE_MAPPING) & MAPPING_ANON) !== 0;
    if ((pin.flags & FOLL_PIN) !== 0 && pinsCountAsMapped(k) && !anonymous) mapped[pfn]!++;
    references[pfn]! += counted && !large ? PIN_BIAS : 1;
    if (counted && large) pinned[pfn]!++;
  }
  const hugeZero = layout.config.thp ? memory[layout.hugeZero]! : 0;
  if (hugeZero > 0) references[hugeZero - 1]!++;
  for (let pfn = 0; pfn < pages; pfn++) {
    if ((field(pfn, PAGE_FLAGS) & PG_SWAPCACHE) !== 0) references[pfn]!++;
    const expect = (what: string, is: number, be: number): void => {
      if (is !== be) fail('I1', `page ${pfn} has ${what} ${is}, but ${be} would be right`);
    };
    expect('reference count', refCountOf(field(pfn, PAGE_REFCOUNT)), references[pfn]!);
    expect('map count', field(pfn, PAGE_MAPCOUNT), mapped[pfn]!);
    expect('entire map count', field(pfn, PAGE_ENTIRE_MAPCOUNT), huge[pfn]!);
    expect('pin count', field(pfn, PAGE_PINCOUNT), pinned[pfn]!);
  }
  for (let mm = 0; mm < layout.config.mms; mm++) {
    const deposited = bitCount(memory[layout.mm(mm) + MM_DEPOSITED]!);
    const pmds = all.filter((entry) => entry.mm === mm && entry.huge).length;
    if (deposited !== pmds) fail('I1', `mm ${mm} keeps ${deposited} page tables for ${pmds} huge PMDs`);
  }
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** I2: what is free is on one list and clean, what is not free on none; a holder holds the same life of its page. */
function checkFreeLists(memory: Memory, layout: Layout, held: readonly Pin[], fail: Fail): void {
  const { pages, tables, mms, pmdsPerMm } = layout.config;
  timesFree(memory, layout, layout.freePages, pages).forEach((times, pfn) => {
    const page = layout.page(pfn);
    const tail = memory[page + PAGE_HEAD]! > 0;
    const free = refCountOf(memory[page + PAGE_REFCOUNT]!) === 0 && !tail;
    if (times !== (free ? 1 : 0)) fail('I2', `page ${pfn} is ${free ? '' : 'not '}free, and on ${times} free lists`);
    for (const f of [PAGE_MAPCOUNT, PAGE_FLAGS, PAGE_MAPPING, PAGE_PINCOUNT]) {
      if (free && memory[page + f] !== 0) fail('I2', `page ${pfn} is free, and ${layout.cellName(page + f)} is not 0`);
    }
  });
  const linked = new Array<number>(tables).fill(0);
  for (let mm = 0; mm < mms; mm++) {
    for (let i = 0; i < pmdsPerMm; i++) {
      const pmd = memory[layout.mm(mm) + layout.mmPmds + i]!;
      if (pmdIsTable(pmd)) linked[ptePfn(pmd)]!++;
    }
    const deposited = memory[layout.mm(mm) + MM_DEPOSITED]!;
    for (let table = 0; table < tables; table++) if (deposited & (1 << table)) linked[table]!++;
  }
  timesFree(memory, layout, layout.freeTables, tables).forEach((times, table) => {
    const shares = layout.config.hugetlb ? memory[layout.tableShares + table]! : 0;
    if (times + linked[table]! !== 1 + shares) {
      fail('I2', `table ${table} is linked ${linked[table]} times, and on ${times} free lists`);
    }
  });
  for (const pin of held) {
    const now = generationOf(memory[layout.page(layout.pfnOf(pin.folio)) + PAGE_REFCOUNT]!);
    if (now !== pin.generation) {
      fail('I2', `page ${layout.pfnOf(pin.folio)} was held in its life ${pin.generation}, and lives its life ${now}`);
    }
  }
}

/** I1 for swap: a slot counts the entries that refer to it. */
function checkSwap(memory: Memory, layout: Layout, all: readonly Entry[], fail: Fail): void {
  for (let slot = 0; slot < layout.config.swapSlots; slot++) {
    const count = memory[layout.swapCounts + slot]!;
    const users = all.filter(({ e }) => isSwapEntry(e) && ptePfn(e) === slot).length;
    if (count !== users) fail('I1', `swap slot ${slot} counts ${count}, but ${users} entries refer to it`);
  }
}

/**
 * I6: an exclusive page is mapped once at most, by an entry or in swap, and a writable anonymous entry means exclusive.
 */
function checkExclusive(memory: Memory, layout: Layout, all: readonly Entry[], fail: Fail): void {
  for (const { mm, address, e, huge } of all) {
    if (isSwapEntry(e) && (e & PTE_EXCLUSIVE) !== 0 && memory[layout.swapCounts + ptePfn(e)]! > 1) {
      fail(
        'I6',
        `mm ${mm} says at ${address} that swap slot ${ptePfn(e)} is its own, and it counts ${memory[layout.swapCounts + ptePfn(e)]}`,
      );
    }
    if (!ptePresent(e)) continue;
    const page = layout.page(ptePfn(e));
    const exclusive = (memory[page + PAGE_FLAGS]! & PG_ANON_EXCLUSIVE) !== 0;
    const head = memory[page + PAGE_HEAD]!;
    const anonymous = (memory[(head > 0 ? layout.page(head - 1) : page) + PAGE_MAPPING]! & MAPPING_ANON) !== 0;
    const mapped = memory[page + (huge ? PAGE_ENTIRE_MAPCOUNT : PAGE_MAPCOUNT)]!;
    const isKsm = mappingFlags(memory[page + PAGE_MAPPING]!) === MAPPING_KSM;
    if (exclusive && isKsm) fail('I6', `page ${ptePfn(e)} is exclusive, and of KSM`);
    if (exclusive && mapped > 1) fail('I6', `page ${ptePfn(e)} is exclusive, and mapped ${mapped} times`);
    if (anonymous && pteWrite(e) && !exclusive) {
      fail('I6', `mm ${mm} maps page ${ptePfn(e)} writable at ${address}, and it is not exclusive`);
    }
  }
}

/** I18: a TLB holds nothing that its page table does not allow. */
function checkTlbs(memory: Memory, layout: Layout, fail: Fail): void {
  if (!layout.config.tlb) return;
  for (let cpu = 0; cpu <= layout.config.cpus; cpu++) {
    for (let mm = 0; mm < layout.config.mms; mm++) {
      for (let address = 0; address < layout.span; address++) {
        const cached = memory[layout.tlb(cpu, layout.mm(mm), address)]!;
        if (cached === 0) continue;
        const e = entryAt(memory, layout, layout.mm(mm), address);
        if (!ptePresent(e) || ptePfn(e) !== ptePfn(cached) || (pteWrite(cached) && !pteWrite(e))) {
          fail('I18', `cpu ${cpu} translates ${address} of mm ${mm} through an entry that is gone`);
        }
      }
    }
  }
}

/** I1 for reverse mapping: files and anon_vmas know exactly the mms whose VMAs use them. */
function checkRmapSets(memory: Memory, layout: Layout, fail: Fail): void {
  const { mms, files, anonVmas } = layout.config;
  const areas = Array.from({ length: mms }, (_, mm) => vmasOf(memory, layout, layout.mm(mm)));
  const users = (uses: (vma: Vma) => boolean): number =>
    areas.reduce((mask, vmas, mm) => (vmas.some(uses) ? mask | (1 << mm) : mask), 0);
  const expect = (what: string, is: number, be: number): void => {
    if (is !== be) fail('I1', `${what} is ${is}, but ${be} would be right`);
  };
  files.forEach((_, n) => {
    expect(
      `file ${n}: set of mms`,
      memory[layout.file(n) + AS_MMS]!,
      users((vma) => vma.file === n + 1),
    );
  });
  for (let n = 0; n < anonVmas; n++) {
    const be = users((vma) => vma.anonVma === n + 1);
    expect(`anon_vma ${n}: set of mms`, memory[layout.anonVma(n) + AV_MMS]!, be);
    expect(`anon_vma ${n}: in use`, memory[layout.anonVmasUsed]! & (1 << n), be === 0 ? 0 : 1 << n);
  }
}

/** I20: nobody holds a lock, and no write_protect_seq is odd. */
function checkLocks(memory: Memory, layout: Layout, fail: Fail): void {
  for (const cell of layout.lockCells) if (memory[cell] !== 0) fail('I20', `${layout.cellName(cell)} is held`);
  for (let pfn = 0; pfn < layout.config.pages; pfn++) {
    if ((memory[layout.page(pfn) + PAGE_FLAGS]! & PG_LOCKED) !== 0) fail('I20', `page ${pfn} is locked`);
  }
  for (let mm = 0; mm < layout.config.mms; mm++) {
    const seq = memory[layout.mm(mm) + MM_WRITE_PROTECT_SEQ]!;
    if (seq % 2 !== 0) fail('I20', `mm ${mm} is being write-protected`);
  }
}
