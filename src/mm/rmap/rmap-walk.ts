/** From a page to the entries that map it: every address space that may, and there the entry, with its lock held. */

import type { Cell, Cpu } from '../../cpu/cpu.ts';
import { splitHugePmd } from '../huge/split-pmd.ts';
import { vmas } from '../map/vma-list.ts';
import { type AddressSpace, AS_I_MMAP_RWSEM, AS_MMS } from '../memory/address-space.ts';
import { AV_MMS, AV_RWSEM } from '../memory/anon-vma.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MAPPING_ANON, mappingFlags, mappingTarget } from '../memory/mapping.ts';
import type { Mm } from '../memory/mm-struct.ts';
import { PAGE_INDEX, PAGE_MAPPING, type Page } from '../memory/page.ts';
import { PT_LOCK, pmdCell, pmdIsHuge, pmdIsTable, pmdTable, pteCell, ptLock, ptUnlock } from '../memory/page-table.ts';
import { type Pte, ptePfn, ptePresent } from '../memory/pte.ts';
import { linearPageIndex, type Vma } from '../memory/vma.ts';
import { invalidateRangeEnd, invalidateRangeStart } from '../notifier/mmu-notifier.ts';

/** An entry that maps the page, as it was read under its lock, which is held. */
export interface MappedPte {
  readonly mm: Mm;
  readonly address: number;
  readonly vma: Vma;
  readonly cell: Cell;
  readonly e: Pte;
}

/** What to look for at an address, and what to do there. The lock is held during `visit`, which returns false to stop. */
export interface RmapWalk {
  readonly matches: (e: Pte) => boolean;
  readonly visit: (found: MappedPte) => boolean;
  /** A PMD that maps the page as part of a huge page is split first; with `freeze` into migration entries. */
  readonly splitHuge?: 'split' | 'freeze';
  /** The visits change entries, so devices are told before the lock is taken, and after. */
  readonly invalidates?: boolean;
}

/** Does an entry map the page with this frame number? */
export const mapsPfn =
  (pfn: number) =>
  (e: Pte): boolean =>
    ptePresent(e) && ptePfn(e) === pfn;

/**
 * rmap_walk() (mm/rmap.c) of a page that is locked: rmap_walk_anon() or rmap_walk_file() with its lock held for reading.
 * KSM pages keep no list of their entries here, and are not found.
 * @param folio the head of its folio, which knows where it is mapped
 * @returns false where a visit stopped the walk
 */
export function rmapWalk(cpu: Cpu, k: Kernel, page: Page, folio: Page, walk: RmapWalk): boolean {
  const mapping = cpu.readOnce(folio + PAGE_MAPPING);
  if (mapping === 0) return true;
  const target = mappingTarget(cpu, mapping);
  const index = cpu.readOnce(folio + PAGE_INDEX) + k.layout.pfnOf(page) - k.layout.pfnOf(folio);
  if (mappingFlags(mapping) === 0) return rmapWalkFile(cpu, k, target, index, walk);
  if (mappingFlags(mapping) !== MAPPING_ANON) return true;

  const number = k.layout.anonVmaNumber(target) + 1;
  cpu.downRead(target + AV_RWSEM);
  const done = eachMm(cpu, k, target + AV_MMS, (mm) => {
    const holds = (vma: Vma): boolean => vma.anonVma === number && index >= vma.start && index < vma.end;
    const vma = vmas(cpu, k, mm).find(holds);
    return vma === undefined || visitAt(cpu, k, mm, vma, index, walk);
  });
  cpu.upRead(target + AV_RWSEM);
  return done;
}

/** rmap_walk_file() (mm/rmap.c): every VMA that maps a page of a file. @returns false where a visit stopped the walk */
export function rmapWalkFile(cpu: Cpu, k: Kernel, mapping: AddressSpace, index: number, walk: RmapWalk): boolean {
  const number = k.layout.fileNumber(mapping) + 1;
  cpu.downRead(mapping + AS_I_MMAP_RWSEM);
  const done = eachMm(cpu, k, mapping + AS_MMS, (mm) => {
    const places = new Map<number, Vma>();
    for (const vma of vmas(cpu, k, mm)) {
      const address = index - linearPageIndex(vma, 0);
      if (vma.file === number && address >= vma.start && address < vma.end) places.set(address, vma);
    }
    return [...places].every(([address, vma]) => visitAt(cpu, k, mm, vma, address, walk));
  });
  cpu.upRead(mapping + AS_I_MMAP_RWSEM);
  return done;
}

/** Every mm of a set, which is a word with a bit for each. @returns false where a visit stopped */
export function eachMm(cpu: Cpu, k: Kernel, set: Cell, visit: (mm: Mm) => boolean): boolean {
  const mms = cpu.readOnce(set);
  const from = cpu.provenance(mms);
  for (let number = 0; number < k.layout.config.mms; number++) {
    if ((mms & (1 << number)) !== 0 && !visit(k.layout.mm(number) + from)) return false;
  }
  return true;
}

function visitAt(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma, address: number, walk: RmapWalk): boolean {
  if (walk.splitHuge !== undefined && k.layout.config.largeFolios) {
    const huge = pmdIsHuge(cpu.readOnce(pmdCell(k, mm, address)));
    if (huge) splitHugePmd(cpu, k, mm, address, walk.splitHuge === 'freeze', true);
  }
  if (walk.invalidates) invalidateRangeStart(cpu, k, mm, address, address + 1);
  const goOn = withMappedPte(cpu, k, mm, vma, address, walk.matches, walk.visit) ?? true;
  if (walk.invalidates) invalidateRangeEnd(cpu, k, mm);
  return goOn;
}

/**
 * page_vma_mapped_walk() (mm/page_vma_mapped.c): takes the page-table lock, and where the entry is what is looked for,
 * visits it. The kernel looks before it takes the lock, too.
 * @returns what the visit returned, or undefined where the entry is another
 */
export function withMappedPte<T>(
  cpu: Cpu,
  k: Kernel,
  mm: Mm,
  vma: Vma,
  address: number,
  matches: (e: Pte) => boolean,
  visit: (found: MappedPte) => T,
): T | undefined {
  const pmd = cpu.readOnce(pmdCell(k, mm, address));
  if (!pmdIsTable(pmd)) return undefined;
  const table = pmdTable(cpu, k, pmd);
  const cell = pteCell(k, table, address);
  ptLock(cpu, k, table + PT_LOCK);
  const e = cpu.readOnce(cell);
  const result = matches(e) ? visit({ mm, address, vma, cell, e }) : undefined;
  ptUnlock(cpu, table + PT_LOCK);
  return result;
}
