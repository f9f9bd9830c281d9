/**
 * What a race may break: the invariants that a property names, each as one sentence about the state of memory. The
 * numbers are those of docs/races.md.
 */
export const PROPERTIES = {
  I1: 'counts of references, mappings and pins are exactly what they count',
  I2: 'a page with a reference is not free, and lives the same life until the reference is given back',
  I3: 'a page that a fast pin returns was mapped there by the caller while it ran',
  I4: 'the page that a pin holds stays the page that its mm maps there',
  I5: 'a pinned anonymous page is exclusive to the mm that pinned it',
  "I5'": 'no page that is pinned for writing becomes shared copy-on-write by fork',
  I6: 'an exclusive page is mapped once, and a writable anonymous entry maps an exclusive page',
  I8: 'wherever sharing is decided, no pin is overlooked',
  I9: 'what one process stores after a fork, no other process reads through an old reference',
  I10: 'a forced write never reaches the page cache behind a private mapping',
  I11: 'what a device wrote before the page was unpinned dirty reaches the disk',
  I12: 'a page under write-back does not change where stable pages are promised',
  I13: 'who pins a file page for writing has told the file system since its last write-back',
  I14: 'a fast long-term writing pin never returns a page of a file that tracks dirty pages',
  I15: 'a fast walk never reads a page table that was freed',
  I16: 'when write-back acts on the verdict, a pinned page is known to be pinned',
  I17: 'the contents of a page that KSM write-protected are stable until its entry changes',
  I18: 'no CPU stores through a stale translation into a page that was freed or cleaned',
  I20: 'every path gives its locks back',
  I21: 'who falls back to the slow path gets there',
  I22: 'a device that mirrors page tables maps no page that its mm maps no more, and writes to none that is read-only there',
  I23: 'a cache and its pages agree on where each is',
  I24: 'a process reaches no memory through a page table that is not its own',
  I25: 'nobody writes to the huge zero page, which all processes read',
  I26: 'no pointer is followed that was found to be one by an earlier read',
  I30: 'nothing maps a page of a file beyond its end',
  I31: 'no block of a disk is written that its file has given up',
  I29: 'no address_space is read that was freed with its inode',
  I28: 'who has taken every entry of a page away finds it mapped no more',
  I27: 'a long-term pin is of no page in memory that must stay movable',
} as const;

export type PropertyId = keyof typeof PROPERTIES;
