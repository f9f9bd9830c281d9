import type { Design } from '../mm/design/design.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFast } from '../mm/gup/pin.ts';
import { MM_HAS_PINNED } from '../mm/memory/mm-struct.ts';
import { PAGE_PINCOUNT, PAGE_REFCOUNT, PIN_BIAS, refCountOf } from '../mm/memory/page.ts';
import { quiescent } from './judging.ts';
import { type Access, scenario } from './scenario.ts';
import { type Family, family, LARGE, type PageKind } from './world.ts';

/**
 * What the reordering of "has_pinned ordering", September 2020, was to buy: fork looks at the count of the page first, and
 * whoever finds a pin there finds has_pinned set as well, because the pinner sets it before.
 */
export const pinFlag = scenario({
  name: 'pin-flag',
  title: 'a raised count and has_pinned',
  why: 'Fork that sees the pin in the count, and takes the process for one that never pinned, shares the page although a device writes to it.',
  property: 'I8',
  variants: {
    small: { doc: 'a page by itself, whose reference count counts pins', page: 'small' },
    large: { doc: 'a page of a large folio, which counts pins by themselves', page: 'large' },
  } as Readonly<Record<string, { readonly doc: string; readonly page: PageKind }>>,
  proposals: ['has-pinned-swap'],
  absent: ({ forkReads, pinFlag: flag }: Design) =>
    forkReads.startsWith('count-') && flag !== 'none'
      ? undefined
      : 'fork of every kernel reads has_pinned first, and the count only where it is set',
  layout: ({ page }) => (page === 'small' ? {} : LARGE),
  setup: (cpu, k, { page }) => family(cpu, k, page),
  threads: ({ k, parent, child, address }) => ({
    pinner: (cpu) => pinUserPagesFast(cpu, k, parent, address, 1, FOLL_WRITE),
    forker: (cpu) => dupMmap(cpu, k, parent, child),
  }),
  happens: ({ world, reads }) => {
    const seen = countThenFlag(world, reads('forker'));
    return { 'seen in the count': seen !== undefined };
  },
  judge({ world, results: { pinner }, memory, reads }) {
    if (countThenFlag(world, reads('forker')) === 0) {
      return { property: 'I8', message: 'fork saw the pin in the count, and then has_pinned clear' };
    }
    return quiescent(world.k, memory, pinner.pins);
  },
});

/** What fork read of has_pinned after it had seen a pin in the count; undefined where it has not seen any. */
function countThenFlag({ k, parent, page }: Family, reads: readonly Access[]): number | undefined {
  const head = k.layout.page(k.layout.pfnOf(page));
  const isCount = ({ cell, value }: Access): boolean =>
    (cell === head + PAGE_REFCOUNT && refCountOf(value) >= PIN_BIAS) || (cell === head + PAGE_PINCOUNT && value > 0);
  const flag = reads.findIndex(({ cell }) => cell === parent + MM_HAS_PINNED);
  return flag > 0 && isCount(reads[flag - 1]!) ? reads[flag]!.value : undefined;
}
