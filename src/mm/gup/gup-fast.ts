/** The lockless walk of get_user_pages_fast(): interrupts off, no lock, every reference checked against the entry again. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { AS_KIND, FILE_KINDS } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mappingFlags, mappingTarget } from '../memory/mapping.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { PAGE_CELLS, PAGE_MAPPING, type Page } from '../memory/page.ts';
import { tryGetFolio, ungrabFolio } from '../memory/page-ref.ts';
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
    const page = first + (address - start) * PAGE_CELLS;
    const pin = grabChecked(cpu, k, pmd, page, address, flags, () => cpu.readOnce(pmdp, 'B4') === pmd);
    if (pin === undefined) break;
    pins.push(pin);
  }
  return pins;
}

/** One entry of gup_pte_range(): B1 reads it, B4 reads it again. */
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
  const page = ptePage(cpu, k, e);
  const unchanged = (): boolean =>
    (design.pmdRecheck === 'skip' || k.layout.config.hugetlb || cpu.readOnce(pmdp) === pmd) &&
    (design.pteRecheck === 'skip' || cpu.readOnce(ptep, 'B4') === e);
  return grabChecked(cpu, k, e, page, address, flags, unchanged);
}

/**
 * What an entry must be, and what is done with its page: B3 takes the reference, the entry must be unchanged (B4), and B5
 * asks whether a read-only page is exclusive. @returns undefined where the slow path is to decide
 */
function grabChecked(
  cpu: Cpu,
  k: Kernel,
  e: Pte,
  page: Page,
  address: number,
  flags: number,
  unchanged: () => boolean,
): Pin | undefined {
  const { design } = k;
  if (!ptePresent(e) || pteProtnone(e) || pteSpecial(e)) return undefined;
  if (!pteWrite(e) && demandsWritable(k, flags)) return undefined;
  if (pteDevmap(e) && (flags & FOLL_LONGTERM) !== 0) return undefined;

  const pin = (flags & FOLL_PIN) !== 0;
  if (fastLongtermRefused(k, page, flags)) return undefined;
  const grabbed = pin ? k.ops.tryPinFolio(cpu, k, page, 'B3') : tryGetFolio(cpu, k, page, 'B3');
  if (grabbed === undefined) return undefined;
  const { folio, generation } = grabbed;
  const fileAllowed = (): boolean => k.ops.fastPinAllowed(cpu, k, folio, flags);

  const kept =
    (design.pinFile !== 'before-recheck' || fileAllowed()) &&
    unchanged() &&
    (design.pinFile !== 'after-recheck' || fileAllowed()) &&
    (pteWrite(e) || !k.ops.gupMustUnshare(cpu, k, undefined, pmdIsHuge(e) ? folio : page, folio, flags));
  if (kept) return { address, page, folio, generation, flags, path: 'fast' };
  ungrabFolio(cpu, k, folio, pin);
  return undefined;
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
