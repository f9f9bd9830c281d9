/** What a scenario is written with: `import { scenario, ... } from 'holdfast'`. */

export { type Cell, Cpu, cellIndex, WHOLE } from '../cpu/cpu.ts';
export { Fence, Mode, RmwOp } from '../cpu/modes.ts';
export type { Design } from '../mm/design/design.ts';
export { type KernelOps, OPS } from '../mm/design/ops.ts';
export type { OwnEnding, OwnProperty } from '../mm/design/patch.ts';
export { doAnonymousFolio } from '../mm/fault/fault-anonymous.ts';
export { uffdioMove } from '../mm/fault/uffd-move.ts';
export * from '../mm/fault/user.ts';
export * from '../mm/fault/userfaultfd.ts';
export * from '../mm/file/truncate.ts';
export * from '../mm/file/writeback.ts';
export { exitMmap } from '../mm/fork/exit.ts';
export { dupMmap } from '../mm/fork/fork.ts';
export * from '../mm/gup/dma.ts';
export * from '../mm/gup/gup.ts';
export { folioIsLongtermPinnable } from '../mm/gup/longterm.ts';
export * from '../mm/gup/pin.ts';
export * from '../mm/huge/collapse.ts';
export { hugePmdShare, hugePmdUnshare } from '../mm/huge/hugetlb.ts';
export { retractPageTables } from '../mm/huge/retract.ts';
export * from '../mm/huge/split-folio.ts';
export { splitHugePmd } from '../mm/huge/split-pmd.ts';
export * from '../mm/map/madvise.ts';
export { madviseFree } from '../mm/map/madvise-free.ts';
export * from '../mm/map/mmap.ts';
export { mremap } from '../mm/map/mremap.ts';
export * from '../mm/memory/address-space.ts';
export { allocPage } from '../mm/memory/allocator.ts';
export * from '../mm/memory/errno.ts';
export type { Kernel } from '../mm/memory/kernel.ts';
export { Layout } from '../mm/memory/layout.ts';
export { type LayoutConfig, SMALL_CONFIG } from '../mm/memory/layout-config.ts';
export * from '../mm/memory/mapping.ts';
export * from '../mm/memory/mm-struct.ts';
export * from '../mm/memory/page.ts';
export * from '../mm/memory/page-ref.ts';
export * from '../mm/memory/page-table.ts';
export * from '../mm/memory/pte.ts';
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
} from '../mm/memory/vma.ts';
export * from '../mm/migrate/ksm.ts';
export * from '../mm/migrate/migrate.ts';
export * from '../mm/notifier/mirror.ts';
export * from '../mm/observe/inspect.ts';
export * from '../mm/observe/invariants.ts';
export * from '../mm/observe/promises.ts';
export * from '../mm/reclaim/lru.ts';
export * from '../mm/reclaim/reclaim.ts';
export { addToSwap } from '../mm/reclaim/swap-cache.ts';
export * from '../mm/rmap/mkclean.ts';
export * from '../mm/rmap/rmap.ts';
export * from '../mm/rmap/try-to-unmap.ts';
export * from './judging.ts';
export { type DesignSpec, design, type OwnDesign } from './own-design.ts';
export * from './properties.ts';
export * from './scenario.ts';
export * from './world.ts';
