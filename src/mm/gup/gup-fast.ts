/** The lockless walk of get_user_pages_fast(): interrupts off, no lock, every reference checked against the entry again. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import type { Design } from '../design/design.ts';
import { AS_KIND, FILE_KINDS } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mappingFlags, mappingTarget } from '../memory/mapping.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { PAGE_CELLS, PAGE_MAPPING, type Page } from '../memory/page.ts';
import { type Grabbed, tryGetFolio, ungrabFolio } from '../memory/page-ref.ts';
import {
  hugePage,
  type PageTable,
  pmdCell,
  pmdIsHuge,
  pmdIsTable,
  pmdTable,
  pteCell,
  ptePage,
} from '../memory/page-table.ts';
import { type Pte, pteDevmap, ptePresent, pteProtnone, pteSpecial, pteWrite } from '../memory/pte.ts';
import { FOLL_FAST_ONLY, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE, type Pin } from './gup.ts';
import { fastLongtermRefused } from './longterm.ts';

/**
 * gup_pgd_range() (mm/gup.c): the pages from `start` on, up to the first that the fast path cannot take. The caller has
 * interrupts off.
 */
export function gupFastRange(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): Pin[] {
  const { ptesPerTable } = k.layout.config;
  const pins: Pin[] = [];
  for (let address = start; address < end; ) {
    const next = Math.min(end, (Math.floor(address / ptesPerTable) + 1) * ptesPerTable);
    const pmdp = pmdCell(k, mm, address);
    const pmd = cpu.readOnce(pmdp);
    const found = pmdIsTable(pmd)
      ? gupFastTable(cpu, k, { pmdp, pmd, table: pmdTable(cpu, k, pmd) }, address, next, flags)
      : pmdIsHuge(pmd)
        ? gupFastHuge(cpu, k, pmdp, pmd, hugePage(cpu, k, pmd, address), address, next, flags)
        : [];
    pins.push(...found);
    if (found.length < next - address) break;
    address = next;
  }
  return pins;
}

/** A PMD that was read once, and the table that it pointed to then. */
interface Walked {
  readonly pmdp: Cell;
  readonly pmd: Pte;
  readonly table: PageTable;
}

/** gup_pte_range() (mm/gup.c, v4.4 to v6.12): the entries of one table, up to the first that is refused. */
function gupFastTable(cpu: Cpu, k: Kernel, walked: Walked, start: number, end: number, flags: number): Pin[] {
  const pins: Pin[] = [];
  for (let address = start; address < end; address++) {
    const pin = k.ops.gupFastPte(cpu, k, walked, pteCell(k, walked.table, address), address, flags);
    if (pin === undefined) break;
    pins.push(pin);
  }
  return pins;
}

/**
 * gup_huge_pmd() (mm/gup.c, v4.4 to v6.12): pages under one huge PMD. The kernel takes all references in one step; here
 * each page takes its own, and the PMD is read again after each.
 */
function gupFastHuge(
  cpu: Cpu,
  k: Kernel,
  pmdp: Cell,
  pmd: Pte,
  first: Page,
  start: number,
  end: number,
  flags: number,
): Pin[] {
  const pins: Pin[] = [];
  for (let address = start; address < end; address++) {
    const pin = gupFastPmd(cpu, k, pmdp, pmd, first + (address - start) * PAGE_CELLS, address, flags);
    if (pin === undefined) break;
    pins.push(pin);
  }
  return pins;
}

/** One page of gup_huge_pmd(), as gupFastPte(). */
function gupFastPmd(
  cpu: Cpu,
  k: Kernel,
  pmdp: Cell,
  pmd: Pte,
  page: Page,
  address: number,
  flags: number,
): Pin | undefined {
  if (!mayPinFast(k, pmd, flags)) return undefined;
  const grabbed = grabFast(cpu, k, page, flags);
  if (grabbed === undefined) return undefined;
  const { folio, generation } = grabbed;
  if (fileRefused(cpu, k, folio, flags, 'before-recheck')) return putBack(cpu, k, folio, flags);
  if (cpu.readOnce(pmdp, 'B4') !== pmd) return putBack(cpu, k, folio, flags);
  if (fileRefused(cpu, k, folio, flags, 'after-recheck')) return putBack(cpu, k, folio, flags);
  if (!pteWrite(pmd) && k.ops.gupMustUnshare(cpu, k, undefined, folio, folio, flags)) {
    return putBack(cpu, k, folio, flags);
  }
  return { address, page, folio, generation, flags, path: 'fast' };
}

/**
 * One entry of gup_pte_range(): B1 reads it, B3 takes the reference, B4 reads it again, and B5 asks whether a page that is
 * read-only is exclusive. @returns undefined where the slow path is to decide
 */
export function gupFastPte(
  cpu: Cpu,
  k: Kernel,
  { pmdp, pmd }: Walked,
  ptep: Cell,
  address: number,
  flags: number,
): Pin | undefined {
  const { design } = k;
  const e = cpu.readOnce(ptep, 'B1');
  if (!mayPinFast(k, e, flags)) return undefined;
  const page = ptePage(cpu, k, e);
  const grabbed = grabFast(cpu, k, page, flags);
  if (grabbed === undefined) return undefined;
  const { folio, generation } = grabbed;
  if (fileRefused(cpu, k, folio, flags, 'before-recheck')) return putBack(cpu, k, folio, flags);
  if (design.pmdRecheck === 'check' && !k.layout.config.hugetlb && cpu.readOnce(pmdp) !== pmd) {
    return putBack(cpu, k, folio, flags);
  }
  if (design.pteRecheck === 'check' && cpu.readOnce(ptep, 'B4') !== e) return putBack(cpu, k, folio, flags);
  if (fileRefused(cpu, k, folio, flags, 'after-recheck')) return putBack(cpu, k, folio, flags);
  if (!pteWrite(e) && k.ops.gupMustUnshare(cpu, k, undefined, page, folio, flags)) return putBack(cpu, k, folio, flags);
  return { address, page, folio, generation, flags, path: 'fast' };
}

/** pte_access_permitted(), and what a fast walk leaves to the slow path by the entry alone. */
function mayPinFast(k: Kernel, e: Pte, flags: number): boolean {
  if (!ptePresent(e) || pteProtnone(e) || pteSpecial(e)) return false;
  if (!pteWrite(e) && demandsWritable(k, flags)) return false;
  return !pteDevmap(e) || (flags & FOLL_LONGTERM) === 0;
}

/** B3. @returns undefined where the page is free, or of memory that must stay movable */
function grabFast(cpu: Cpu, k: Kernel, page: Page, flags: number): Grabbed | undefined {
  if (fastLongtermRefused(k, page, flags)) return undefined;
  return (flags & FOLL_PIN) !== 0 ? k.ops.tryPinFolio(cpu, k, page, 'B3') : tryGetFolio(cpu, k, page, 'B3');
}

/** Does the design look at the file at this moment of the walk, and refuse the page for it? */
const fileRefused = (cpu: Cpu, k: Kernel, folio: Page, flags: number, moment: Design['pinFile']): boolean =>
  k.design.pinFile === moment && !k.ops.fastPinAllowed(cpu, k, folio, flags);

/** gup_put_folio(), and nothing is pinned. */
function putBack(cpu: Cpu, k: Kernel, folio: Page, flags: number): undefined {
  ungrabFolio(cpu, k, folio, (flags & FOLL_PIN) !== 0);
}

/** In v5.7 and v5.8 a fast walk asked for a writable entry even to read, unless it could not fall back. */
const demandsWritable = (k: Kernel, flags: number): boolean =>
  (flags & FOLL_WRITE) !== 0 || (k.design.pinReadOnly === 'writable' && (flags & FOLL_FAST_ONLY) === 0);

/**
 * folio_fast_pin_allowed() (mm/gup.c v6.5; gup_fast_folio_allowed() v6.12): may a long-term pin for writing be taken
 * of this folio without looking at the VMA? Reads folio->mapping once; what it points to is freed by RCU only.
 */
export function fastPinAllowed(cpu: Cpu, k: Kernel, folio: Page, flags: number): boolean {
  const all = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
  if ((flags & all) !== all) return true;
  const first = cpu.readOnce(folio + PAGE_MAPPING, 'C1');
  if (first === 0) return k.design.pinNullMapping === 'accept';
  const mapping = k.design.pinNullMapping === 'reread' ? cpu.readOnce(folio + PAGE_MAPPING, 'C2') : first;
  if (mappingFlags(mapping) !== 0) return mappingFlags(mapping) === MAPPING_ANON;
  const kind = cpu.readOnce(mappingTarget(cpu, mapping) + AS_KIND);
  return FILE_KINDS[kind] !== 'disk';
}
