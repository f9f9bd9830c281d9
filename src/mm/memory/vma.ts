/**
 * vm_area_struct: a range of virtual pages of one mm and how it behaves. It changes only under mmap_lock held for
 * writing, so one word of memory holds all of it; 0 is an unused slot. Addresses are virtual page numbers.
 */

import { PTE_DIRTY, PTE_PRESENT, PTE_PROTNONE, PTE_WRITE, PTE_YOUNG } from './pte.ts';

/** A vm_area_struct as read: immutable. */
export interface Vma {
  readonly slot: number;
  /** First virtual page, and the one after the last. */
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  /** One more than the number of the file mapped; 0: anonymous memory. */
  readonly file: number;
  /** The offset in the file of `start`, in pages. */
  readonly pgoff: number;
  /** One more than the number of the anon_vma; 0: none (a shared mapping). */
  readonly anonVma: number;
}

export const VM_READ = 1 << 0;
export const VM_WRITE = 1 << 1;
export const VM_MAYWRITE = 1 << 2;
export const VM_SHARED = 1 << 3;
/** MADV_DONTFORK. */
export const VM_DONTCOPY = 1 << 4;
export const VM_WIPEONFORK = 1 << 5;
/** MADV_MERGEABLE: KSM may scan it. */
export const VM_MERGEABLE = 1 << 6;
export const VM_PFNMAP = 1 << 7;
export const VM_UFFD_WP = 1 << 8;
export const VM_UFFD_MINOR = 1 << 9;
export const VMA_FLAG_NAMES = [
  'read',
  'write',
  'maywrite',
  'shared',
  'dontcopy',
  'wipeonfork',
  'mergeable',
  'pfnmap',
  'uffd_wp',
  'uffd_minor',
] as const;

const RANGE = 256;
const FLAGS = 1 << 12;
const OBJECTS = 32;

/** The bound on virtual page numbers and file offsets. */
export const MAX_ADDRESS = RANGE - 1;
/** The bound on the number of files, and of anon_vmas. */
export const MAX_OBJECTS = OBJECTS - 1;

/** The one word that holds a VMA. */
export function encodeVma(vma: Omit<Vma, 'slot'>): number {
  const objects = (vma.file * OBJECTS + vma.anonVma) * RANGE + vma.pgoff;
  return ((objects * FLAGS + vma.flags) * RANGE + vma.start) * RANGE + vma.end;
}

export function decodeVma(word: number, slot: number): Vma {
  const end = word % RANGE;
  let rest = Math.floor(word / RANGE);
  const start = rest % RANGE;
  rest = Math.floor(rest / RANGE);
  const flags = rest % FLAGS;
  rest = Math.floor(rest / FLAGS);
  const pgoff = rest % RANGE;
  rest = Math.floor(rest / RANGE);
  return { slot, start, end, flags, pgoff, anonVma: rest % OBJECTS, file: Math.floor(rest / OBJECTS) };
}

/** is_cow_mapping(): private, and may become writable. */
export const isCowMapping = (vma: Vma): boolean => (vma.flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
/** linear_page_index(): the offset in the file of an address of the VMA. */
export const linearPageIndex = (vma: Vma, address: number): number => address - vma.start + vma.pgoff;

/** vma_is_accessible(): false under PROT_NONE. */
export const isAccessible = (vma: Vma): boolean => (vma.flags & (VM_READ | VM_WRITE)) !== 0;

/**
 * The bits of a new entry: young, not accessible to the hardware under PROT_NONE, and dirty and, where the VMA allows
 * it, writable (maybe_mkwrite()) where the entry is made for a write.
 */
export function entryBits(vma: Vma, forWrite: boolean): number {
  const base = PTE_PRESENT | PTE_YOUNG | (isAccessible(vma) ? 0 : PTE_PROTNONE);
  if (!forWrite) return base;
  return base | PTE_DIRTY | ((vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0);
}
