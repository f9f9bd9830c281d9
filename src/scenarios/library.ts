/** What a scenario is written with: `import { scenario, ... } from 'holdfast'`. */

export { Cpu } from '../cpu/cpu.ts';
export { Fence, Mode, RmwOp } from '../cpu/modes.ts';
export type { Design } from '../mm/design.ts';
export * from '../mm/dma.ts';
export * from '../mm/errno.ts';
export { exitMmap } from '../mm/exit.ts';
export { dupMmap } from '../mm/fork.ts';
export * from '../mm/gup.ts';
export * from '../mm/inspect.ts';
export * from '../mm/invariants.ts';
export type { Kernel } from '../mm/kernel.ts';
export { Layout, type LayoutConfig, SMALL_CONFIG } from '../mm/layout.ts';
export * from '../mm/madvise.ts';
export * from '../mm/mm-struct.ts';
export * from '../mm/mmap.ts';
export * from '../mm/page.ts';
export * from '../mm/page-table.ts';
export * from '../mm/pin.ts';
export * from '../mm/promises.ts';
export * from '../mm/pte.ts';
export * from '../mm/user.ts';
export {
  VM_DONTCOPY,
  VM_MAYWRITE,
  VM_MERGEABLE,
  VM_READ,
  VM_SHARED,
  VM_UFFD_WP,
  VM_WIPEONFORK,
  VM_WRITE,
} from '../mm/vma.ts';
export * from './properties.ts';
export * from './scenario.ts';
export * from './world.ts';
