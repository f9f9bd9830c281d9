/** Loads and stores of user space, as the hardware does them: translate, then access, or fault. */

import { type Cpu, WHOLE } from '../../cpu/cpu.ts';
import { Mode, RmwOp } from '../../cpu/modes.ts';
import type { Kernel } from '../memory/kernel.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { PAGE_DATA, type Page } from '../memory/page.ts';
import { hugePage, pmdCell, pmdIsTable, pmdTable, pteCell, ptePage } from '../memory/page-table.ts';
import {
  mkPte,
  PMD_HUGE,
  PTE_BITS,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  type Pte,
  ptePresent,
  pteProtnone,
} from '../memory/pte.ts';
import { tlbAccessBegin, tlbAccessEnd } from '../memory/tlb.ts';
import { handleUserFault } from './fault.ts';

/** @returns what the page at the address contains, or a negative error (-EFAULT: the process is signalled) */
export function userLoad(cpu: Cpu, k: Kernel, mm: Mm, address: number): number {
  for (;;) {
    tlbAccessBegin(cpu, k);
    const page = translate(cpu, k, mm, address, false);
    const value = page === 0 ? 0 : cpu.readOnce(page + PAGE_DATA);
    tlbAccessEnd(cpu, k);
    if (page !== 0) return value;
    const error = handleUserFault(cpu, k, mm, address, false);
    if (error !== 0) return error;
  }
}

/** @returns 0 when the store is done, or a negative error (-EFAULT: the process is signalled) */
export function userStore(cpu: Cpu, k: Kernel, mm: Mm, address: number, value: number): number {
  for (;;) {
    tlbAccessBegin(cpu, k);
    const page = translate(cpu, k, mm, address, true);
    if (page !== 0) cpu.writeOnce(page + PAGE_DATA, value);
    tlbAccessEnd(cpu, k);
    if (page !== 0) return 0;
    const error = handleUserFault(cpu, k, mm, address, true);
    if (error !== 0) return error;
  }
}

/**
 * A store by a CPU that has the translation in its TLB; what it does where it has not is no part of it.
 * @returns whether it had
 */
export function userStoreCached(cpu: Cpu, k: Kernel, mm: Mm, address: number, value: number): boolean {
  tlbAccessBegin(cpu, k);
  const cached = cpu.readOnce(k.layout.tlb(cpu.id, mm, address));
  const hit = permits(cached, true) && (cached & PTE_DIRTY) !== 0;
  if (hit) cpu.writeOnce(ptePage(cpu, k, cached) + PAGE_DATA, value);
  tlbAccessEnd(cpu, k);
  return hit;
}

/** May the hardware go ahead? A store needs the dirty bit as well, which the walk sets. */
const permits = (e: Pte, store: boolean): boolean =>
  ptePresent(e) && !pteProtnone(e) && (!store || (e & PTE_WRITE) !== 0);

/** The page that the address translates to: from the TLB, or by a walk that fills it; 0: a fault. */
function translate(cpu: Cpu, k: Kernel, mm: Mm, address: number, store: boolean): Page {
  if (!k.layout.config.tlb) return walk(cpu, k, mm, address, store);
  const cached = cpu.readOnce(k.layout.tlb(cpu.id, mm, address));
  if (permits(cached, store) && (!store || (cached & PTE_DIRTY) !== 0)) return ptePage(cpu, k, cached);
  return walk(cpu, k, mm, address, store);
}

/** The hardware page walk: sets the accessed and dirty bits atomically, and fills the TLB. */
function walk(cpu: Cpu, k: Kernel, mm: Mm, address: number, store: boolean): Page {
  const pmdp = pmdCell(k, mm, address);
  const touch = PTE_YOUNG | (store ? PTE_DIRTY : 0);
  for (;;) {
    let cell = pmdp;
    let e = cpu.readOnce(cell);
    let page = hugePage(cpu, k, e, address);
    if (pmdIsTable(e)) {
      cell = pteCell(k, pmdTable(cpu, k, e), address);
      e = cpu.readOnce(cell);
      page = ptePage(cpu, k, e);
    }
    if (!permits(e, store)) return 0;
    if ((e & touch) !== touch && cpu.rmwIf(cell, WHOLE, e, true, RmwOp.Or, touch, Mode.Once) !== e) continue;
    if (k.layout.config.tlb) {
      const bits = (e | touch) & PTE_BITS & ~PMD_HUGE;
      cpu.writeOnce(k.layout.tlb(cpu.id, mm, address), mkPte(k.layout.pfnOf(page), bits));
    }
    return page;
  }
}
