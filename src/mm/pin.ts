/** The calls that a driver makes: pin_user_pages_fast() and its kin, and unpin. */

import type { Cpu } from '../cpu/cpu.ts';
import { FOLL_FAST_ONLY, FOLL_GET, FOLL_PIN, type Pin } from './gup.ts';
import { gupFastRange } from './gup-fast.ts';
import { localIrqRestore, localIrqSave } from './irq.ts';
import type { Kernel } from './kernel.ts';
import { MM_WRITE_PROTECT_SEQ, type Mm, mmSetHasPinned } from './mm-struct.ts';
import { ungrabFolio } from './page-ref.ts';

/**
 * lockless_pages_from_mm() (mm/gup.c v5.11, gup_fast() v6.12): what the fast path can take of `start .. end-1`. A pin
 * that overlapped a fork of the mm is given back: all of them, and none is returned.
 */
export function gupFast(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number, flags: number): Pin[] {
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

/**
 * pin_user_pages_fast_only() (mm/gup.c, v5.9 to v6.4): the pages from `start` on that can be pinned without a lock.
 * Flags: FOLL_WRITE, FOLL_LONGTERM, and FOLL_GET for a mere reference instead of a pin.
 */
export function pinUserPagesFastOnly(cpu: Cpu, k: Kernel, mm: Mm, start: number, count: number, flags: number): Pin[] {
  const kind = (flags & FOLL_GET) !== 0 ? FOLL_GET : FOLL_PIN;
  if (kind === FOLL_PIN) mmSetHasPinned(cpu, k, mm);
  return gupFast(cpu, k, mm, start, start + count, flags | kind | FOLL_FAST_ONLY);
}

/** unpin_user_page() (mm/gup.c), or put_page() of a page that was got: the last one frees the page. */
export function unpinUserPage(cpu: Cpu, k: Kernel, pin: Pin): void {
  ungrabFolio(cpu, k, pin.folio, (pin.flags & FOLL_PIN) !== 0);
}
