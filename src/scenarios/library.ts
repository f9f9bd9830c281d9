/** What a scenario is written with: `import { scenario, ... } from 'holdfast'`. */

export { type Cell, Cpu, cellIndex, WHOLE } from '../cpu/cpu.ts';
export { Fence, Mode, RmwOp } from '../cpu/modes.ts';
export * from '../mm/address-space.ts';
export { allocPage } from '../mm/allocator.ts';
export * from '../mm/collapse.ts';
export type { Design } from '../mm/design.ts';
export * from '../mm/dma.ts';
export * from '../mm/errno.ts';
export { exitMmap } from '../mm/exit.ts';
export { doAnonymousFolio } from '../mm/fault-anonymous.ts';
export { dupMmap } from '../mm/fork.ts';
export * from '../mm/gup.ts';
export * from '../mm/inspect.ts';
export * from '../mm/invariants.ts';
export type { Kernel } from '../mm/kernel.ts';
export * from '../mm/ksm.ts';
export { Layout, type LayoutConfig, SMALL_CONFIG } from '../mm/layout.ts';
export * from '../mm/madvise.ts';
export * from '../mm/mapping.ts';
export * from '../mm/migrate.ts';
export * from '../mm/mkclean.ts';
export * from '../mm/mm-struct.ts';
export * from '../mm/mmap.ts';
export * from '../mm/page.ts';
export * from '../mm/page-ref.ts';
export * from '../mm/page-table.ts';
export * from '../mm/pin.ts';
export * from '../mm/promises.ts';
export * from '../mm/pte.ts';
export * from '../mm/reclaim.ts';
export * from '../mm/split-folio.ts';
export { splitHugePmd } from '../mm/split-pmd.ts';
export { addToSwap } from '../mm/swap-cache.ts';
export * from '../mm/truncate.ts';
export * from '../mm/try-to-unmap.ts';
export * from '../mm/user.ts';
export * from '../mm/userfaultfd.ts';
export {
  VM_DONTCOPY,
  VM_MAYWRITE,
  VM_MERGEABLE,
  VM_READ,
  VM_SHARED,
  VM_UFFD_MINOR,
  VM_UFFD_WP,
  VM_WIPEONFORK,
  VM_WRITE,
} from '../mm/vma.ts';
export * from '../mm/writeback.ts';
export * from './judging.ts';
export * from './properties.ts';
export * from './scenario.ts';
export * from './world.ts';
