/** What a reader of a race need not be told: locks, allocation, and the books that are kept of both. */

/** Is a word a lock, or does it say what is free, or where things are to be found? By its name, as `Layout.cellName()` has it. */
export const isBookkeepingWord = (name: string): boolean =>
  /\.(?:lock|mmap_lock|page_table_lock|i_pages|i_mmap_rwsem|rwsem|irq|tlb_lock|mms|deposited|index|vma\[\d+\])$/.test(
    name,
  ) || /free_|_lock$|^anon_vmas|^swap\.lock/.test(name);

/** Helpers that lock, allocate, or fill in what nobody else knows yet; by file and name. */
const HELPERS =
  /^(?:allocator\.|irq\.|page\.(?:lockPage|trylockPage|unlockPage)$|page-table\.pteAlloc$|rmap\.\w*AddNewAnonRmap$)/;

/** Was a step made by such a helper? @param frames the functions that were running, as `allocator.allocPage` */
export const isBookkeepingStep = (frames: readonly string[]): boolean => frames.some((frame) => HELPERS.test(frame));
