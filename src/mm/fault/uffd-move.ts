/** UFFDIO_MOVE: pages of a process go to other addresses of it, without being copied. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { cellIndex } from '../../cpu/cpu.ts';
import { pageAnonExclusive } from '../gup/exclusive.ts';
import { splitFolio } from '../huge/split-folio.ts';
import { splitHugePmd } from '../huge/split-pmd.ts';
import { vmaLookup } from '../map/vma-list.ts';
import { AV_RWSEM } from '../memory/anon-vma.ts';
import { EAGAIN, EBUSY, EEXIST, EINVAL, ENOENT, ENOMEM } from '../memory/errno.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mappingFlags, mappingTarget, mkMapping } from '../memory/mapping.ts';
import { type Mm, mmapReadLock, mmapReadUnlock } from '../memory/mm-struct.ts';
import { lockPage, PAGE_INDEX, PAGE_MAPPING, type Page, trylockPage, unlockPage } from '../memory/page.ts';
import { compoundHead, getPage, isLarge, putPage } from '../memory/page-ref.ts';
import {
  type PageTable,
  PT_LOCK,
  pmdCell,
  pmdIsTable,
  pmdStart,
  pmdTable,
  pteAlloc,
  pteCell,
  ptePage,
  ptepGetAndClear,
  ptLock,
  ptUnlock,
  setPte,
} from '../memory/page-table.ts';
import { isMigrationEntry, mkPte, PTE_DIRTY, PTE_NONE, PTE_WRITE, type Pte, ptePresent } from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { entryBits, VM_SHARED, VM_WRITE, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';
import { migrationEntryWait } from './fault-swap.ts';

/** Pages `src .. src+count-1` that are to be mapped from `dst` on, each range within one VMA. */
interface Move {
  readonly mm: Mm;
  readonly srcVma: Vma;
  readonly dstVma: Vma;
  readonly src: number;
  readonly dst: number;
  readonly count: number;
}

/**
 * UFFDIO_MOVE, move_pages() (mm/userfaultfd.c, from v6.8, adef440691ba): maps `count` exclusive anonymous pages from
 * `src` on at `dst` on, where nothing may be mapped, and nowhere else. mmap_lock is held for reading. Registration is not
 * looked at, and entries of pages in swap are refused, where the kernel moves them too.
 * @returns how many pages were moved; where none was: -EINVAL for the wrong VMAs, -EEXIST, -ENOENT where nothing is mapped
 * at `src`, -EBUSY where the page is shared or pinned, -ENOMEM
 */
export function uffdioMove(cpu: Cpu, k: Kernel, mm: Mm, dst: number, src: number, count: number): number {
  if (k.design.uffdMove === 'unsupported') return EINVAL;
  mmapReadLock(cpu, mm);
  const srcVma = vmaLookup(cpu, k, mm, src);
  const dstVma = vmaLookup(cpu, k, mm, dst);
  let moved = 0;
  let status = EINVAL;
  if (srcVma !== undefined && dstVma !== undefined && validMoveAreas(srcVma, dstVma, src, dst, count)) {
    do {
      invalidateRangeStart(cpu, k, mm, src + moved, src + count);
      status = movePages(cpu, k, { mm, srcVma, dstVma, src: src + moved, dst: dst + moved, count: count - moved });
      invalidateRangeEnd(cpu, k, mm);
      if (status > 0) moved += status;
    } while (moved < count && (status > 0 || status === EAGAIN));
  }
  mmapReadUnlock(cpu, mm);
  return moved > 0 ? moved : status;
}

/** validate_move_areas() (mm/userfaultfd.c): anonymous, private, writable, the same protection, and the ranges inside. */
function validMoveAreas(srcVma: Vma, dstVma: Vma, src: number, dst: number, count: number): boolean {
  const suitable = ({ flags, anonVma, file }: Vma): boolean =>
    (flags & (VM_WRITE | VM_SHARED)) === VM_WRITE && anonVma > 0 && file === 0;
  return suitable(srcVma) && suitable(dstVma) && src + count <= srcVma.end && dst + count <= dstVma.end;
}

/**
 * move_pages_pte() (mm/userfaultfd.c; move_pages_ptes() from v6.18): looks at both entries, takes the folio with its lock
 * and that of its anon_vma, and moves it, with those after it where the design does that.
 * @returns how many pages were moved; -EAGAIN where something changed meanwhile; or an error
 */
function movePages(cpu: Cpu, k: Kernel, move: Move): number {
  const { mm, src, dst } = move;
  const pmd = cpu.readOnce(pmdCell(k, mm, src));
  if (pmd === PTE_NONE) return ENOENT;
  if (!pmdIsTable(pmd)) {
    splitHugePmd(cpu, k, mm, src, false);
    return EAGAIN;
  }
  const srcTable = pmdTable(cpu, k, pmd);
  const dstTable = pteAlloc(cpu, k, mm, dst);
  if (dstTable <= 0) return dstTable === 0 ? ENOMEM : EEXIST;
  if (readLocked(cpu, k, dstTable, dst) !== PTE_NONE) return EEXIST;
  const e = readLocked(cpu, k, srcTable, src);
  if (e === PTE_NONE) return ENOENT;
  if (isMigrationEntry(e)) {
    migrationEntryWait(cpu, k, srcTable, src);
    return EAGAIN;
  }
  if (!ptePresent(e)) return EBUSY;

  const folio = lockFolioAt(cpu, k, srcTable, src, e);
  if (folio < 0) return folio;
  const status = k.ops.moveLockedFolio(cpu, k, move, srcTable, dstTable, e, folio);
  putPage(cpu, k, folio);
  return status;
}

function readLocked(cpu: Cpu, k: Kernel, table: PageTable, address: number): Pte {
  ptLock(cpu, k, table + PT_LOCK);
  const e = cpu.readOnce(pteCell(k, table, address));
  ptUnlock(cpu, table + PT_LOCK);
  return e;
}

/** @returns the folio that the entry maps, locked and with a reference; -EAGAIN where the entry changed; -EBUSY where it is shared */
function lockFolioAt(cpu: Cpu, k: Kernel, table: PageTable, address: number, e: Pte): Page | number {
  ptLock(cpu, k, table + PT_LOCK);
  const now = cpu.readOnce(pteCell(k, table, address));
  const page = ptePage(cpu, k, now);
  if (now !== e || !pageAnonExclusive(cpu, page)) {
    ptUnlock(cpu, table + PT_LOCK);
    return now === e ? EBUSY : EAGAIN;
  }
  const folio = compoundHead(cpu, k, page);
  const locked = trylockPage(cpu, folio);
  getPage(cpu, folio);
  ptUnlock(cpu, table + PT_LOCK);
  if (!locked) lockPage(cpu, folio);
  return folio;
}

/** The folio is locked, and is unlocked here. A large one is split, and the caller comes again; where that fails it stays. */
export function moveLockedFolio(
  cpu: Cpu,
  k: Kernel,
  move: Move,
  srcTable: PageTable,
  dstTable: PageTable,
  e: Pte,
  folio: Page,
): number {
  const mapping = cpu.readOnce(folio + PAGE_MAPPING);
  const rwsem = mappingTarget(cpu, mapping) + AV_RWSEM;
  if (mappingFlags(mapping) !== MAPPING_ANON || isLarge(cpu, k, folio)) {
    const split = mappingFlags(mapping) === MAPPING_ANON && splitFolio(cpu, k, folio) === 0;
    unlockPage(cpu, folio);
    return split ? EAGAIN : EBUSY;
  }
  cpu.downWrite(rwsem);
  const [first, second] = [srcTable, dstTable].sort((a, b) => cellIndex(a) - cellIndex(b)) as [PageTable, PageTable];
  ptLock(cpu, k, first + PT_LOCK);
  if (cellIndex(first) !== cellIndex(second)) ptLock(cpu, k, second + PT_LOCK);
  const status = movePresentPtes(cpu, k, move, srcTable, dstTable, e, folio, mapping);
  if (cellIndex(first) !== cellIndex(second)) ptUnlock(cpu, second + PT_LOCK);
  ptUnlock(cpu, first + PT_LOCK);
  cpu.upWrite(rwsem);
  return status;
}

/**
 * move_present_pte() (mm/userfaultfd.c, v6.8 to v6.17), move_present_ptes() (from v6.18): A1 clears the entry, A2 tests
 * for pins that fast walks took meanwhile, and where there is one the entry comes back. Both page-table locks are held, and
 * the first folio is locked; the others are locked here, one after the other.
 * @returns how many pages were moved, -EAGAIN, or -EBUSY
 */
function movePresentPtes(
  cpu: Cpu,
  k: Kernel,
  move: Move,
  srcTable: PageTable,
  dstTable: PageTable,
  e: Pte,
  folio: Page,
  mapping: number,
): number {
  const { mm, dstVma } = move;
  const count = k.design.uffdMove === 'single' ? 1 : withinTables(k, move);
  const srcCell = (i: number): Cell => pteCell(k, srcTable, move.src + i);
  const dstCell = (i: number): Cell => pteCell(k, dstTable, move.dst + i);
  const same = cpu.readOnce(srcCell(0)) === e && cpu.readOnce(dstCell(0)) === PTE_NONE;
  if (!same || k.ops.pageMaybeDmaPinned(cpu, k, folio) || !pageAnonExclusive(cpu, folio)) {
    unlockPage(cpu, folio);
    return same ? EBUSY : EAGAIN;
  }

  let moved = 0;
  let status = 0;
  for (let page = folio; page !== 0; ) {
    const old = ptepGetAndClear(cpu, srcCell(moved), 'A1');
    if (count === 1) flushTlbRange(cpu, k, mm, move.src, move.src + 1);
    else if (k.design.uffdMove === 'batched-mb') cpu.smpMb();
    if (k.ops.pageMaybeDmaPinned(cpu, k, page, 'A2')) {
      setPte(cpu, srcCell(moved), old, 'A4');
      unlockPage(cpu, page);
      status = EBUSY;
      break;
    }
    // folio_move_anon_rmap()
    cpu.writeOnce(page + PAGE_MAPPING, mkMapping(cellIndex(k.layout.anonVma(dstVma.anonVma - 1)), MAPPING_ANON));
    cpu.writeOnce(page + PAGE_INDEX, move.dst + moved);
    const bits = entryBits(dstVma, false) | PTE_WRITE | (old & PTE_DIRTY);
    setPte(cpu, dstCell(moved), mkPte(k.layout.pfnOf(page), bits), 'A4');
    unlockPage(cpu, page);
    moved++;
    page = moved < count ? folioForBatchedMove(cpu, k, srcCell(moved), dstCell(moved), mapping) : 0;
  }
  if (count > 1 && moved > 0) flushTlbRange(cpu, k, mm, move.src, move.src + moved);
  return moved > 0 ? moved : status;
}

/** How many pages are left before one of the two tables ends. */
function withinTables(k: Kernel, { src, dst, count }: Move): number {
  const left = (address: number): number => pmdStart(k, address) + k.layout.config.ptesPerTable - address;
  return Math.min(count, left(src), left(dst));
}

/**
 * check_ptes_for_batched_move() (mm/userfaultfd.c, from v6.18): the next page, locked, where it may be moved in the same go:
 * small, exclusive, of the anon_vma whose lock is held. @returns 0 where not
 */
function folioForBatchedMove(cpu: Cpu, k: Kernel, srcCell: Cell, dstCell: Cell, mapping: number): Page {
  if (cpu.readOnce(dstCell) !== PTE_NONE) return 0;
  const e = cpu.readOnce(srcCell);
  if (!ptePresent(e)) return 0;
  const page = ptePage(cpu, k, e);
  if (!trylockPage(cpu, page)) return 0;
  const small = cellIndex(compoundHead(cpu, k, page)) === cellIndex(page) && !isLarge(cpu, k, page);
  if (small && pageAnonExclusive(cpu, page) && cpu.readOnce(page + PAGE_MAPPING) === mapping) return page;
  unlockPage(cpu, page);
  return 0;
}
