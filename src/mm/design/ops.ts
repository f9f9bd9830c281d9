/** The functions of the memory manager that a design may replace by its own. */

import { doWpPage, mayReuse, wpPageCopy, wpPageReuse } from '../fault/fault-wp.ts';
import { moveLockedFolio } from '../fault/uffd-move.ts';
import { copyPresentPage, copyPresentPte, forkMustCopy, maybePinned } from '../fork/copy-pte.ts';
import { writeProtectBegin, writeProtectEnd } from '../fork/fork.ts';
import { pageTryShareAnonRmap } from '../gup/exclusive.ts';
import { gupMustUnshare } from '../gup/gup.ts';
import { fastPinAllowed, gupFastPte } from '../gup/gup-fast.ts';
import { mapcountPin } from '../gup/mapcount-pin.ts';
import { zapPteRange } from '../map/zap.ts';
import { pageMaybeDmaPinned, tryPinFolio } from '../memory/page-ref.ts';
import { writeProtectPte } from '../migrate/ksm.ts';
import { unmapForReclaim } from '../reclaim/reclaim.ts';
import { pageMkclean } from '../rmap/mkclean.ts';
import { tryToMigrateOne, tryToUnmapOne } from '../rmap/try-to-unmap.ts';

/** What runs unless a design says otherwise. Whoever calls one of these calls the one of the kernel: `k.ops.doWpPage()`. */
export const OPS = {
  copyPresentPage,
  copyPresentPte,
  doWpPage,
  fastPinAllowed,
  forkMustCopy,
  gupFastPte,
  gupMustUnshare,
  mapcountPin,
  mayReuse,
  maybePinned,
  moveLockedFolio,
  pageMaybeDmaPinned,
  pageMkclean,
  pageTryShareAnonRmap,
  tryPinFolio,
  tryToMigrateOne,
  tryToUnmapOne,
  unmapForReclaim,
  wpPageCopy,
  wpPageReuse,
  writeProtectBegin,
  writeProtectEnd,
  writeProtectPte,
  zapPteRange,
};

export type KernelOps = Readonly<typeof OPS>;

export type OpName = keyof KernelOps;

export const isOp = (name: string): name is OpName => Object.hasOwn(OPS, name);
