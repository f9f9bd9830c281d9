/** Write-protecting every entry of a file page before it is written, and what can be learnt of pins on the way. */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { PAGE_FLAGS, PAGE_MAPCOUNT, type Page, PG_DMA_PINNED } from '../memory/page.ts';
import { ptepGetAndClear, setPte } from '../memory/page-table.ts';
import {
  isMarker,
  PTE_DIRTY,
  PTE_NONE,
  PTE_WRITE,
  type Pte,
  pteMkclean,
  ptePfn,
  ptePresent,
  pteWrprotect,
} from '../memory/pte.ts';
import { flushTlbRange } from '../memory/tlb.ts';
import { VM_SHARED } from '../memory/vma.ts';
import { type MappedPte, rmapWalk } from './rmap-walk.ts';

/** What page_mkclean() came to. */
export interface Mkclean {
  /** How many entries were writable or dirty, and are neither now. */
  readonly cleaned: number;
  /** The verdict of the design: the page may be pinned. False where the design has none. */
  readonly pinned: boolean;
  /** The assertion of the second proposal failed: the walk found more entries than the map count said before (m5). */
  readonly warned: boolean;
}

const NOTHING: Mkclean = { cleaned: 0, pinned: false, warned: false };

/**
 * page_mkclean() (mm/rmap.c, v4.4; folio_mkclean() v6.12): no entry of a shared mapping is writable or dirty after. The
 * caller holds the page lock. With pins in the map count it also says whether the page is pinned, in the steps of the
 * posts: m1 to m9.
 */
export function pageMkclean(cpu: Cpu, k: Kernel, page: Page): Mkclean {
  if (cpu.readOnce(page + PAGE_MAPCOUNT) === 0) return NOTHING;
  const walked = { cleaned: 0, real: 0 };
  const walk = (): void => cleanWalk(cpu, k, page, walked);
  const mapcount = (step: string): number => cpu.readOnce(page + PAGE_MAPCOUNT, step);
  const verdict = (pinned: boolean, warned = false): Mkclean => {
    if (!pinned) clearDmaPinned(cpu, page);
    return { cleaned: walked.cleaned, pinned, warned };
  };

  switch (k.design.pinDetect) {
    case 'none':
      walk();
      return { ...NOTHING, cleaned: walked.cleaned };
    case 'first': {
      walk();
      const pinned = mapcount('m1') > walked.real;
      if (pinned) cpu.setBits(page + PAGE_FLAGS, PG_DMA_PINNED);
      return verdict(pinned);
    }
    case 'second': {
      const before = mapcount('m1');
      walk();
      const flagged = (cpu.readOnce(page + PAGE_FLAGS, 'm3') & PG_DMA_PINNED) !== 0;
      if (!flagged) return { ...NOTHING, cleaned: walked.cleaned };
      const same = before === walked.real;
      return verdict(!same && pinnedAfterRewalk(cpu, k, page, walked.real), before < walked.real);
    }
    case 'walk-read-walk': {
      walk();
      const count = mapcount('m6');
      return verdict(count + markerWalk(cpu, k, page) > walked.real);
    }
    case 'read-walk-walk': {
      const count = mapcount('m1');
      walk();
      return verdict(count + markerWalk(cpu, k, page) > walked.real);
    }
    case 'walk-walk-read': {
      walk();
      const markers = markerWalk(cpu, k, page);
      return verdict(mapcount('m6') + markers > walked.real);
    }
  }
}

/** m2, page_mkclean_one() on every entry: counts the present ones, and where markers exist, takes them away. */
function cleanWalk(cpu: Cpu, k: Kernel, page: Page, walked: { cleaned: number; real: number }): void {
  const pfn = k.layout.pfnOf(page);
  const counting = k.design.pinDetect !== 'none';
  rmapWalk(cpu, k, page, page, {
    invalidates: true,
    matches: (e) => ptePfn(e) === pfn && (ptePresent(e) || (counting && isMarker(e))),
    visit: (found) => {
      if (!ptePresent(found.e)) {
        setPte(cpu, found.cell, PTE_NONE, 'm2');
        return true;
      }
      walked.real++;
      if ((found.vma.flags & VM_SHARED) !== 0 && cleanPte(cpu, k, found)) walked.cleaned++;
      return true;
    },
  });
}

/** page_mkclean_one() (mm/rmap.c): the entry is taken out, flushed, and put back clean and read-only. */
function cleanPte(cpu: Cpu, k: Kernel, { mm, address, cell, e }: MappedPte): boolean {
  if ((e & (PTE_WRITE | PTE_DIRTY)) === 0) return false;
  const old: Pte = ptepGetAndClear(cpu, cell, 'm2');
  flushTlbRange(cpu, k, mm, address, address + 1);
  setPte(cpu, cell, pteMkclean(pteWrprotect(old)));
  return true;
}

/** m7, page_pin_one() on every entry: how many markers the page has left since the first walk. */
function markerWalk(cpu: Cpu, k: Kernel, page: Page): number {
  const pfn = k.layout.pfnOf(page);
  let markers = 0;
  rmapWalk(cpu, k, page, page, {
    matches: (e) => isMarker(e) && ptePfn(e) === pfn,
    visit: () => {
      markers++;
      return true;
    },
  });
  return markers;
}

/** m6 to m8 of the second proposal: is the map count above the entries, or above them with those zapped meanwhile? */
function pinnedAfterRewalk(cpu: Cpu, k: Kernel, page: Page, real: number): boolean {
  const count = cpu.readOnce(page + PAGE_MAPCOUNT, 'm6');
  return count > real || count > markerWalk(cpu, k, page) + real;
}

/** ClearPageDMAPinned(). */
const clearDmaPinned = (cpu: Cpu, page: Page): void => cpu.clearBits(page + PAGE_FLAGS, PG_DMA_PINNED, 'm8');
