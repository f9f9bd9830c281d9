/** The calls that a driver makes: get_user_pages(), pin_user_pages(), their fast forms, and unpin. */

import type { Cpu } from '../../cpu/cpu.ts';
import { localIrqRestore, localIrqSave } from '../memory/irq.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_WRITE_PROTECT_SEQ, type Mm, mmSetHasPinned } from '../memory/mm-struct.ts';
import { lockPage, PAGE_FLAGS, PG_DIRTY, setPageDirty, unlockPage } from '../memory/page.ts';
import { ungrabFolio } from '../memory/page-ref.ts';
import { FOLL_FAST_ONLY, FOLL_GET, FOLL_PIN, type GupResult, type Pin } from './gup.ts';
import { gupFastRange } from './gup-fast.ts';
import { gupSlow } from './gup-slow.ts';
import { gupLongtermLocked } from './longterm.ts';

/**
 * pin_user_pages() (mm/gup.c): pins `count` pages from `start` on, with mmap_lock. Flags: FOLL_WRITE, FOLL_FORCE,
 * FOLL_LONGTERM.
 */
export function pinUserPages(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): GupResult {
  mmSetHasPinned(cpu, k, mm);
  return gupLongtermLocked(cpu, k, mm, start, start + count, flags | FOLL_PIN);
}

/** get_user_pages() (mm/gup.c): the same with a mere reference on each page. */
export function getUserPages(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): GupResult {
  return gupSlow(cpu, k, mm, start, start + count, flags | FOLL_GET);
}

/** pin_user_pages_fast() (mm/gup.c): without a lock as far as that goes, the rest by the slow path. */
export function pinUserPagesFast(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): GupResult {
  return fastThenSlow(cpu, k, mm, start, start + count, flags | FOLL_PIN);
}

/** get_user_pages_fast() (mm/gup.c). */
export function getUserPagesFast(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): GupResult {
  return fastThenSlow(cpu, k, mm, start, start + count, flags | FOLL_GET);
}

/** pin_user_pages_fast_only() (mm/gup.c, v5.9 to v6.4): only what can be pinned without a lock. */
export function pinUserPagesFastOnly(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): Pin[] {
  mmSetHasPinned(cpu, k, mm);
  return gupFast(cpu, k, mm, start, start + count, flags | FOLL_PIN | FOLL_FAST_ONLY);
}

/** get_user_pages_fast_only() (mm/gup.c). */
export function getUserPagesFastOnly(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): Pin[] {
  return gupFast(cpu, k, mm, start, start + count, flags | FOLL_GET | FOLL_FAST_ONLY);
}

/** internal_get_user_pages_fast() (mm/gup.c, v5.9; gup_fast_fallback() v6.12). */
function fastThenSlow(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): GupResult {
  if ((flags & FOLL_PIN) !== 0) mmSetHasPinned(cpu, k, mm);
  const fast = gupFast(cpu, k, mm, start, end, flags);
  if (fast.length === end - start) return { pins: fast, error: 0 };
  const slow = gupLongtermLocked(cpu, k, mm, start + fast.length, end, flags);
  return { pins: [...fast, ...slow.pins], error: slow.error };
}

/**
 * lockless_pages_from_mm() (mm/gup.c v5.11, gup_fast() v6.12): what the fast path can take of `start .. end-1`. A pin
 * that overlapped a fork of the mm is given back: all of them, and none is returned.
 */
function gupFast(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): Pin[] {
  const seqcount = (flags & FOLL_PIN) !== 0 && k.design.pinSeqcount !== 'none';
  let seq = 0;
  if (seqcount) {
    seq =
      k.design.pinSeqcount === 'acquire'
        ? cpu.smpLoadAcquire(mm + MM_WRITE_PROTECT_SEQ)
        : cpu.readOnce(mm + MM_WRITE_PROTECT_SEQ);
    if (k.design.pinSeqcount === 'rmb') cpu.smpRmb();
    if (seq % 2 === 1) return [];
  }
  localIrqSave(cpu, k);
  const pins = gupFastRange(cpu, k, mm, start, end, flags);
  localIrqRestore(cpu, k);
  if (!seqcount) return pins;
  cpu.smpRmb();
  if (cpu.readOnce(mm + MM_WRITE_PROTECT_SEQ) === seq) return pins;
  for (const pin of pins) unpinUserPage(cpu, k, pin);
  return [];
}

/** unpin_user_page() (mm/gup.c), or put_page() of a page that was got: the last one frees the page. */
export function unpinUserPage(cpu: Cpu, k: Kernel, pin: Pin): void {
  ungrabFolio(cpu, k, pin.folio, (pin.flags & FOLL_PIN) !== 0);
}

/**
 * unpin_user_pages_dirty_lock() (mm/gup.c) of one page, after a device wrote to it. The unlocked test may miss that
 * write-back clears the flag meanwhile.
 */
export function unpinUserPageDirty(cpu: Cpu, k: Kernel, pin: Pin): void {
  if ((cpu.readOnce(pin.folio + PAGE_FLAGS) & PG_DIRTY) === 0) {
    lockPage(cpu, pin.folio);
    setPageDirty(cpu, pin.folio);
    unlockPage(cpu, pin.folio);
  }
  unpinUserPage(cpu, k, pin);
}
