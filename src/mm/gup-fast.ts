/** The lockless walk of get_user_pages_fast(): interrupts off, no lock, every reference checked against the entry again. */

import type { Cell, Cpu } from '../cpu/cpu.ts';
import { AS_KIND, FILE_KINDS } from './address-space.ts';
import { FOLL_FAST_ONLY, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE, gupMustUnshare, type Pin } from './gup.ts';
import type { Kernel } from './kernel.ts';
import { MAPPING_ANON, mappingFlags, mappingTarget } from './mapping.ts';
import type { Mm } from './mm-struct.ts';
import { PAGE_MAPPING, type Page } from './page.ts';
import { tryGetFolio, tryPinFolio, ungrabFolio } from './page-ref.ts';
import { pmdCell, pmdIsTable, pmdTable, pteCell, ptePage } from './page-table.ts';
import { type Pte, pteDevmap, ptePresent, pteProtnone, pteSpecial, pteWrite } from './pte.ts';

/**
 * gup_pgd_range() (mm/gup.c): the pages from `start` on, up to the first that the fast path cannot take. The caller has
 * interrupts off.
 */
export function gupFastRange(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): Pin[] {
  const pins: Pin[] = [];
  for (let address = start; address < end; address++) {
    const cell = pmdCell(k, mm, address);
    const pmd = cpu.readOnce(cell);
    if (!pmdIsTable(pmd)) break;
    const pin = gupFastPte(cpu, k, cell, pmd, pteCell(k, pmdTable(cpu, k, pmd), address), address, flags);
    if (pin === undefined) break;
    pins.push(pin);
  }
  return pins;
}

/**
 * gup_pte_range() (mm/gup.c, v4.4 to v6.12), one entry: B1 reads the PTE, B3 takes the reference, B4 reads the PTE again,
 * B5 asks whether a read-only page is exclusive.
 */
function gupFastPte(
  cpu: Cpu,
  k: Kernel,
  pmdp: Cell,
  pmd: Pte,
  ptep: Cell,
  address: number,
  flags: number,
): Pin | undefined {
  const { design } = k;
  const e = cpu.label('B1').readOnce(ptep);
  if (!ptePresent(e) || pteProtnone(e) || pteSpecial(e)) return undefined;
  const page = ptePage(cpu, k, e);
  if (!pteWrite(e) && demandsWritable(k, flags)) return undefined;
  if (pteDevmap(e) && (flags & FOLL_LONGTERM) !== 0) return undefined;

  const pin = (flags & FOLL_PIN) !== 0;
  cpu.label('B3');
  const grabbed = pin ? tryPinFolio(cpu, k, page) : tryGetFolio(cpu, k, page);
  if (grabbed === undefined) return undefined;
  const { folio, generation } = grabbed;
  const fileAllowed = (): boolean => fastPinAllowed(cpu, k, folio, flags);

  const kept =
    (design.pinFile !== 'before-recheck' || fileAllowed()) &&
    (design.pmdRecheck === 'skip' || cpu.readOnce(pmdp) === pmd) &&
    (design.pteRecheck === 'skip' || cpu.label('B4').readOnce(ptep) === e) &&
    (design.pinFile !== 'after-recheck' || fileAllowed()) &&
    (pteWrite(e) || !gupMustUnshare(cpu, k, undefined, page, folio, flags));
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
function fastPinAllowed(cpu: Cpu, k: Kernel, folio: Page, flags: number): boolean {
  const all = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
  if ((flags & all) !== all) return true;
  const mapping = cpu.label('C1').readOnce(folio + PAGE_MAPPING);
  if (mapping === 0) return k.design.pinNullMapping === 'accept';
  if (mappingFlags(mapping) !== 0) return mappingFlags(mapping) === MAPPING_ANON;
  const kind = cpu.readOnce(mappingTarget(cpu, mapping) + AS_KIND);
  return FILE_KINDS[kind] !== 'disk';
}
