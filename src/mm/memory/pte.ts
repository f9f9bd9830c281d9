/**
 * Page-table entries, each one integer below 2^31: flag bits, and the page frame, swap slot or table number from bit
 * {@link PTE_SHIFT} up. An entry is none (0), present, or neither: then its kind says what stands there.
 */

/** A page-table entry's value. */
export type Pte = number;

export const PTE_NONE = 0;
export const PTE_PRESENT = 1 << 0;
export const PTE_WRITE = 1 << 1;
export const PTE_DIRTY = 1 << 2;
export const PTE_YOUNG = 1 << 3;
/** Present to the kernel but not to the hardware (NUMA hinting). */
export const PTE_PROTNONE = 1 << 4;
/** No struct page stands behind the frame. */
export const PTE_SPECIAL = 1 << 5;
export const PTE_DEVMAP = 1 << 6;
export const PTE_UFFD_WP = 1 << 7;
/** Of a PMD: it maps a huge page rather than a table. */
export const PMD_HUGE = 1 << 8;
/** Of an entry that is not present: a swap slot, a page under migration, or a marker. */
export const PTE_SWAP = 1 << 9;
export const PTE_MIGRATION = 1 << 10;
export const PTE_MARKER = 1 << 11;
/** Of a swap or migration entry: the page was exclusive. A migration entry may also carry PTE_WRITE. */
export const PTE_EXCLUSIVE = 1 << 12;
export const PTE_SHIFT = 13;
/** All that is not the number. */
export const PTE_BITS = (1 << PTE_SHIFT) - 1;

export const PTE_BIT_NAMES = [
  'present',
  'write',
  'dirty',
  'young',
  'protnone',
  'special',
  'devmap',
  'uffd_wp',
  'huge',
  'swap',
  'migration',
  'marker',
  'exclusive',
] as const;

/** mk_pte(): an entry from a frame (or slot, or table) number and bits. */
export const mkPte = (number: number, bits: number): Pte => (number << PTE_SHIFT) | bits;
/** The frame, slot or table number of an entry. */
export const ptePfn = (e: Pte): number => e >>> PTE_SHIFT;

export const ptePresent = (e: Pte): boolean => (e & PTE_PRESENT) !== 0;
export const pteWrite = (e: Pte): boolean => (e & PTE_WRITE) !== 0;
export const pteDirty = (e: Pte): boolean => (e & PTE_DIRTY) !== 0;
export const pteProtnone = (e: Pte): boolean => (e & PTE_PROTNONE) !== 0;
export const pteSpecial = (e: Pte): boolean => (e & PTE_SPECIAL) !== 0;
export const pteDevmap = (e: Pte): boolean => (e & PTE_DEVMAP) !== 0;
export const pteWrprotect = (e: Pte): Pte => e & ~PTE_WRITE;
export const pteMkclean = (e: Pte): Pte => e & ~PTE_DIRTY;
export const pteMkold = (e: Pte): Pte => e & ~PTE_YOUNG;
export const isSwapEntry = (e: Pte): boolean => (e & PTE_SWAP) !== 0;
export const isMigrationEntry = (e: Pte): boolean => (e & PTE_MIGRATION) !== 0;
export const isMarker = (e: Pte): boolean => (e & PTE_MARKER) !== 0;
/** pte_none_mostly(): a fault may put an entry here. */
export const pteNoneMostly = (e: Pte): boolean => e === PTE_NONE || isMarker(e);
