/** get_user_pages() and pin_user_pages(): what may be asked, and what is given. */

import type { Cpu } from '../../cpu/cpu.ts';
import type { Kernel } from '../memory/kernel.ts';
import { pageIsAnon } from '../memory/mapping.ts';
import { PAGE_FLAGS, type Page, PG_ANON_EXCLUSIVE } from '../memory/page.ts';
import { isCowMapping, type Vma } from '../memory/vma.ts';

export const FOLL_WRITE = 1 << 0;
/** A reference: +1. */
export const FOLL_GET = 1 << 1;
/** Access even where the mapping forbids it, as ptrace does. */
export const FOLL_FORCE = 1 << 2;
export const FOLL_LONGTERM = 1 << 3;
/** A pin: DMA may come at any time until it is given back. */
export const FOLL_PIN = 1 << 4;
/** Never take the slow path. */
export const FOLL_FAST_ONLY = 1 << 5;

/** A page that was got or pinned. */
export interface Pin {
  readonly address: number;
  readonly page: Page;
  /** The head of the page's folio, which the reference counts on. */
  readonly folio: Page;
  /** Ghost: which life of the page. */
  readonly generation: number;
  readonly flags: number;
  readonly path: 'fast' | 'slow';
}

/** What a call gives: the pages from the first on, and why they are not all. */
export interface GupResult {
  readonly pins: readonly Pin[];
  /** 0, or a negative error number. */
  readonly error: number;
}

/**
 * gup_must_unshare() (include/linux/mm.h v5.19, mm/internal.h v6.12): a pin for reading must not be taken of a page that
 * may be shared, or it would not see later writes of its own mm. To be asked of an entry that is not writable.
 * @param vma undefined on the fast path, which knows none
 */
export function gupMustUnshare(
  cpu: Cpu,
  k: Kernel,
  vma: Vma | undefined,
  page: Page,
  folio: Page,
  flags: number,
): boolean {
  const rule = k.design.pinReadOnly;
  if (rule === 'any' || rule === 'writable') return false;
  if ((flags & (FOLL_PIN | FOLL_WRITE)) !== FOLL_PIN) return false;
  if (!pageIsAnon(cpu, folio)) {
    if (rule !== 'exclusive-rmb-file' || (flags & FOLL_LONGTERM) === 0) return false;
    return vma === undefined || isCowMapping(vma);
  }
  if (rule !== 'exclusive') cpu.smpRmb();
  return (cpu.readOnce(page + PAGE_FLAGS, 'B5') & PG_ANON_EXCLUSIVE) === 0;
}
