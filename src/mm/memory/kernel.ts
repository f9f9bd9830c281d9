import type { Design } from '../design/design.ts';
import type { KernelOps } from '../design/ops.ts';
import type { Layout } from './layout.ts';

/** What every function of the memory manager knows and never changes: where things live, and what was decided. */
export interface Kernel {
  readonly layout: Layout;
  readonly design: Design;
  /** The functions that a design may replace. */
  readonly ops: KernelOps;
}
