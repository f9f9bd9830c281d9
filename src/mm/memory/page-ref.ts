/** References and pins: how the counts of a page go up and down. */

import { type Cpu, cellIndex } from '../../cpu/cpu.ts';
import { Mode, RmwOp } from '../../cpu/modes.ts';
import { mapcountUnpin, pinsCountAsMapped } from '../gup/mapcount-pin.ts';
import { freePage } from './allocator.ts';
import type { Kernel } from './kernel.ts';
import {
  generationOf,
  PAGE_FLAGS,
  PAGE_HEAD,
  PAGE_PINCOUNT,
  PAGE_REFCOUNT,
  type Page,
  PG_HEAD,
  PIN_BIAS,
  REF_MASK,
  refCountOf,
} from './page.ts';

/** page_ref_count(). */
export const pageRefCount = (cpu: Cpu, page: Page, label?: string): number =>
  refCountOf(cpu.readOnce(page + PAGE_REFCOUNT, label));

/** get_page(), where the caller knows of a reference that stays: relaxed. */
export const getPage = (cpu: Cpu, page: Page, n = 1): void => cpu.atomicAdd(page + PAGE_REFCOUNT, n);

/**
 * page_ref_add_unless() (include/linux/page_ref.h): takes `n` references unless there is none.
 * @returns the generation of the page, or -1 where it was free
 */
export function tryGetPage(cpu: Cpu, page: Page, n: number, mode: Mode, label?: string): number {
  const old = cpu.rmwIf(page + PAGE_REFCOUNT, REF_MASK, 0, false, RmwOp.Add, n, mode, label);
  return refCountOf(old) === 0 ? -1 : generationOf(old);
}

/** put_page(), page_ref_sub_and_test(): drops `n` references, and frees the page with the last one. */
export function putPage(cpu: Cpu, k: Kernel, page: Page, n = 1): void {
  const mode = k.design.put === 'full' ? Mode.Full : Mode.Once;
  if (refCountOf(cpu.atomicSubReturn(page + PAGE_REFCOUNT, n, mode)) === 0) freePage(cpu, k, page);
}

/** page_ref_freeze(): makes a count of `expected` 0, so that nobody can take a reference. Full where it succeeds. */
export const freezePage = (cpu: Cpu, page: Page, expected: number): boolean =>
  refCountOf(cpu.rmwIf(page + PAGE_REFCOUNT, REF_MASK, expected, true, RmwOp.Sub, expected, Mode.Full, 'freeze')) ===
  expected;

/** page_ref_unfreeze(): gives a frozen page its count; a release. */
export const unfreezePage = (cpu: Cpu, page: Page, count: number): void => {
  cpu.rmw(page + PAGE_REFCOUNT, RmwOp.Add, count, Mode.Release);
};

/** folio_test_large(): costs nothing where the layout has no large folios. */
export const isLarge = (cpu: Cpu, k: Kernel, folio: Page): boolean =>
  k.layout.config.largeFolios && (cpu.readOnce(folio + PAGE_FLAGS) & PG_HEAD) !== 0;

/** compound_head(): the page itself, or the head of the large folio that it is a tail of. */
export function compoundHead(cpu: Cpu, k: Kernel, page: Page): Page {
  if (!k.layout.config.largeFolios) return page;
  const head = cpu.readOnce(page + PAGE_HEAD);
  return head === 0 ? page : k.layout.page(head - 1) + cpu.provenance(head);
}

/**
 * page_maybe_dma_pinned(): a small page by the size of its reference count, so that 1024 other references look like a
 * pin; a large folio exactly.
 */
export function pageMaybeDmaPinned(cpu: Cpu, k: Kernel, folio: Page, label?: string): boolean {
  if (isLarge(cpu, k, folio)) return cpu.readOnce(folio + PAGE_PINCOUNT, label) > 0;
  return pageRefCount(cpu, folio, label) >= PIN_BIAS;
}

const TRY_GET = { full: Mode.Full, acquire: Mode.Acquire, relaxed: Mode.Once } as const;

/** A reference or pin on a folio, and which life of it. */
export interface Grabbed {
  readonly folio: Page;
  readonly generation: number;
}

/**
 * try_get_folio() (mm/gup.c, from v5.14; before, try_get_compound_head() without the re-check): a reference on the
 * folio of a page that may be freed, or split, meanwhile. undefined where the page was free, or, to v5.17, was split off.
 */
export function tryGetFolio(cpu: Cpu, k: Kernel, page: Page, label?: string): Grabbed | undefined {
  for (;;) {
    const folio = compoundHead(cpu, k, page);
    const generation = tryGetPage(cpu, folio, 1, TRY_GET[k.design.tryGet], label);
    if (generation < 0) return undefined;
    if (k.design.headRecheck === 'skip' || cellIndex(compoundHead(cpu, k, page)) === cellIndex(folio)) {
      return { folio, generation };
    }
    putPage(cpu, k, folio);
    if (k.design.headRecheck === 'back-off') return undefined;
  }
}

/**
 * try_grab_folio() with FOLL_PIN (mm/gup.c v5.7 try_grab_compound_head() to v6.12 try_grab_folio_fast()): a pin taken
 * without any lock, counted as the design says. Fails where the folio is free, or is being written and the design waits.
 */
export function tryPinFolio(cpu: Cpu, k: Kernel, page: Page, label?: string): Grabbed | undefined {
  const grabbed = tryCountPin(cpu, k, page, label);
  if (grabbed === undefined || !pinsCountAsMapped(k) || k.ops.mapcountPin(cpu, k, grabbed.folio)) return grabbed;
  uncount(cpu, k, grabbed.folio, true);
  return undefined;
}

function tryCountPin(cpu: Cpu, k: Kernel, page: Page, label?: string): Grabbed | undefined {
  const count = k.design.pinCount;
  if (count === 'get') return tryGetFolio(cpu, k, page, label);
  if (count === 'full' || count === 'acquire' || count === 'relaxed') {
    const folio = compoundHead(cpu, k, page);
    const large = isLarge(cpu, k, folio);
    const generation = tryGetPage(cpu, folio, large ? 1 : PIN_BIAS, TRY_GET[count], label);
    if (generation < 0) return undefined;
    if (large) cpu.atomicAdd(folio + PAGE_PINCOUNT, 1);
    return { folio, generation };
  }
  const grabbed = tryGetFolio(cpu, k, page, label);
  if (grabbed === undefined) return undefined;
  if (isLarge(cpu, k, grabbed.folio)) cpu.atomicAdd(grabbed.folio + PAGE_PINCOUNT, 1);
  else cpu.atomicAdd(grabbed.folio + PAGE_REFCOUNT, PIN_BIAS - 1);
  if (count === 'two-step-mb') cpu.smpMbAfterAtomic();
  return grabbed;
}

/**
 * try_grab_page() (mm/gup.c, slow path): a reference, or a pin, where the caller holds the page-table lock of an entry
 * that maps the page, so it cannot be freed. Relaxed: the lock orders.
 */
export function grabPage(cpu: Cpu, k: Kernel, page: Page, pin: boolean): Grabbed {
  const folio = compoundHead(cpu, k, page);
  const counted = pin && k.design.pinCount !== 'get';
  const large = counted && isLarge(cpu, k, folio);
  const old = cpu.rmw(folio + PAGE_REFCOUNT, RmwOp.Add, counted && !large ? PIN_BIAS : 1, Mode.Once);
  if (large) cpu.atomicAdd(folio + PAGE_PINCOUNT, 1);
  return { folio, generation: generationOf(old) };
}

/** gup_put_folio(): gives a reference, or a pin, back; the pin count first, so that no folio is freed pinned. */
export function ungrabFolio(cpu: Cpu, k: Kernel, folio: Page, pin: boolean): void {
  if (pin && pinsCountAsMapped(k)) mapcountUnpin(cpu, folio);
  uncount(cpu, k, folio, pin);
}

function uncount(cpu: Cpu, k: Kernel, folio: Page, pin: boolean): void {
  const counted = pin && k.design.pinCount !== 'get';
  const large = counted && isLarge(cpu, k, folio);
  if (large) cpu.atomicSub(folio + PAGE_PINCOUNT, 1);
  putPage(cpu, k, folio, counted && !large ? PIN_BIAS : 1);
}
