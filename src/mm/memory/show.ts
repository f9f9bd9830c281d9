/** Words of memory as people read them. */

import { generationOf, PAGE_FLAG_NAMES, PAGE_FLAGS, PAGE_REFCOUNT, refCountOf } from './page.ts';
import { PTE_BIT_NAMES, PTE_SHIFT, ptePfn } from './pte.ts';
import { decodeVma, VMA_FLAG_NAMES } from './vma.ts';

const bitNames = (value: number, names: readonly string[]): string[] => names.filter((_, bit) => value & (1 << bit));

/** The fields of a page that are not just numbers. */
export const PAGE_SHOWN: ReadonlyMap<number, (value: number) => string> = new Map([
  [PAGE_REFCOUNT, (value: number) => `${refCountOf(value)} (generation ${generationOf(value)})`],
  [PAGE_FLAGS, (value: number) => bitNames(value, PAGE_FLAG_NAMES).join(' ') || 'none'],
]);

export function showPte(e: number): string {
  if (e === 0) return 'none';
  return [ptePfn(e), ...bitNames(e & ((1 << PTE_SHIFT) - 1), PTE_BIT_NAMES)].join(' ');
}

export function showVma(word: number): string {
  if (word === 0) return 'none';
  const vma = decodeVma(word, 0);
  const what = vma.file > 0 ? `file${vma.file - 1}+${vma.pgoff}` : 'anonymous';
  return [`${vma.start}-${vma.end}`, what, ...bitNames(vma.flags, VMA_FLAG_NAMES)].join(' ');
}
