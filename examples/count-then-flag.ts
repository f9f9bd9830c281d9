// "Re: [PATCH 1/5] mm: Introduce mm_struct.has_pinned", 22 September 2020: fork() is to ask for the pin of the page before it
// asks whether the process has pinned at all. The patch exchanges two lines of copy_one_pte():
//
//     -       if (READ_ONCE(src_mm->has_pinned) && wp &&
//     -           page_maybe_dma_pinned(page)) {
//     +       if (wp && page_maybe_dma_pinned(page) &&
//     +           READ_ONCE(src_mm->has_pinned)) {
import { design, MM_HAS_PINNED, pageMaybeDmaPinned } from 'holdfast';

export const countThenFlag = design({
  name: 'count-then-flag',
  doc: 'fork() reads the count of the page, then the flag of the process',
  base: 'has-pinned-review',
  functions: {
    maybePinned: (cpu, k, parent, folio) =>
      pageMaybeDmaPinned(cpu, k, folio) && cpu.readOnce(parent + MM_HAS_PINNED) !== 0,
  },
});
