/** The VMAs of an mm as a list: looking up, linking, splitting, unlinking. Changes need mmap_lock held for writing. */

import type { Cpu } from '../../cpu/cpu.ts';
import { splitHugePmd } from '../huge/split-pmd.ts';
import { fileAttach, fileDetach } from '../memory/address-space.ts';
import { anonVmaAttach, anonVmaDetach } from '../memory/anon-vma.ts';
import type { Kernel } from '../memory/kernel.ts';
import { MM_VMAS, type Mm } from '../memory/mm-struct.ts';
import { pmdStart } from '../memory/page-table.ts';
import { decodeVma, encodeVma, linearPageIndex, type Vma } from '../memory/vma.ts';

/** vma_lookup(): the VMA that holds the address. The caller holds mmap_lock. */
export function vmaLookup(cpu: Cpu, k: Kernel, mm: Mm, address: number): Vma | undefined {
  for (let slot = 0; slot < k.layout.config.vmasPerMm; slot++) {
    const word = cpu.readOnce(mm + MM_VMAS + slot);
    if (word === 0) continue;
    const vma = decodeVma(word, slot);
    if (address >= vma.start && address < vma.end) return vma;
  }
  return undefined;
}

/** for_each_vma(): every VMA, by slot. The caller holds mmap_lock. */
export function vmas(cpu: Cpu, k: Kernel, mm: Mm): Vma[] {
  const found: Vma[] = [];
  for (let slot = 0; slot < k.layout.config.vmasPerMm; slot++) {
    const word = cpu.readOnce(mm + MM_VMAS + slot);
    if (word !== 0) found.push(decodeVma(word, slot));
  }
  return found;
}

/** vm_area_alloc(): an unused slot, or -1. */
export function freeSlot(cpu: Cpu, k: Kernel, mm: Mm): number {
  for (let slot = 0; slot < k.layout.config.vmasPerMm; slot++) {
    if (cpu.readOnce(mm + MM_VMAS + slot) === 0) return slot;
  }
  return -1;
}

/** vma_link(): the VMA appears in its slot, in its anon_vma, and among the mappings of its file. */
export function linkVma(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma): void {
  if (vma.anonVma > 0) anonVmaAttach(cpu, k, k.layout.anonVma(vma.anonVma - 1), mm);
  if (vma.file > 0) fileAttach(cpu, k, k.layout.file(vma.file - 1), mm);
  storeVma(cpu, mm, vma);
}

/** vma_modify(): the VMA as it is from now on. */
export const storeVma = (cpu: Cpu, mm: Mm, vma: Vma): void => cpu.writeOnce(mm + MM_VMAS + vma.slot, encodeVma(vma));

/** remove_vma(): the VMA is gone, and its anon_vma and file lose the mm where it was the last of them there. */
export function unlinkVma(cpu: Cpu, k: Kernel, mm: Mm, vma: Vma): void {
  cpu.writeOnce(mm + MM_VMAS + vma.slot, 0);
  const rest = vmas(cpu, k, mm);
  const { anonVma, file } = vma;
  if (anonVma > 0 && !rest.some((other) => other.anonVma === anonVma)) {
    anonVmaDetach(cpu, k, k.layout.anonVma(anonVma - 1), mm);
  }
  if (file > 0 && !rest.some((other) => other.file === file)) fileDetach(cpu, k, k.layout.file(file - 1), mm);
}

/**
 * __split_vma(), vma_adjust_trans_huge(): makes VMAs end and begin at `start` and `end`, so that those in between can change alone.
 * @returns the VMAs in between, or undefined where a slot is missing (and all is as before)
 */
export function splitVmas(cpu: Cpu, k: Kernel, mm: Mm, start: number, end: number): Vma[] | undefined {
  const all = vmas(cpu, k, mm);
  const cuts = [start, end].reduce((n, at) => n + all.filter((vma) => vma.start < at && at < vma.end).length, 0);
  if (all.length + cuts > k.layout.config.vmasPerMm) return undefined;
  const inside: Vma[] = [];
  for (const vma of all) {
    if (vma.end <= start || vma.start >= end) continue;
    for (const at of [start, end]) {
      const cut = vma.start < at && at < vma.end && pmdStart(k, at) < at;
      if (cut && k.layout.config.largeFolios) splitHugePmd(cpu, k, mm, at, false);
    }
    const middle = part(vma, Math.max(vma.start, start), Math.min(vma.end, end));
    if (middle.start > vma.start) linkVma(cpu, k, mm, { ...part(vma, vma.start, start), slot: freeSlot(cpu, k, mm) });
    if (middle.end < vma.end) linkVma(cpu, k, mm, { ...part(vma, end, vma.end), slot: freeSlot(cpu, k, mm) });
    if (middle.start > vma.start || middle.end < vma.end) storeVma(cpu, mm, middle);
    inside.push(middle);
  }
  return inside;
}

const part = (vma: Vma, start: number, end: number): Vma => ({
  ...vma,
  start,
  end,
  pgoff: vma.file > 0 ? linearPageIndex(vma, start) : 0,
});
