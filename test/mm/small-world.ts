/** The smallest world in which fork and a pin can race. */

import type { Cpu } from '../../src/cpu/cpu.ts';
import type { Design } from '../../src/mm/design/design.ts';
import { OPS } from '../../src/mm/design/ops.ts';
import { userStore } from '../../src/mm/fault/user.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import type { Kernel } from '../../src/mm/memory/kernel.ts';
import { Layout } from '../../src/mm/memory/layout.ts';
import { type LayoutConfig, SMALL_CONFIG } from '../../src/mm/memory/layout-config.ts';
import type { Mm } from '../../src/mm/memory/mm-struct.ts';
import type { Page } from '../../src/mm/memory/page.ts';
import { pmdCell, pteAlloc, pteCell } from '../../src/mm/memory/page-table.ts';
import { ptePfn } from '../../src/mm/memory/pte.ts';
import { VM_MAYWRITE, VM_READ, VM_WRITE } from '../../src/mm/memory/vma.ts';

export interface SmallWorld {
  readonly kernel: Kernel;
  /** Every word, as it is before the race. */
  readonly memory: Float64Array;
  readonly parent: Mm;
  readonly child: Mm;
  /** Where the parent maps the page, writable. */
  readonly address: number;
  readonly page: Page;
}

/** What the parent's page contains before the race. */
export const FIRST_DATA = 1;

/**
 * A parent that maps one anonymous page writable, and a child that maps nothing yet but has its page table, so that the
 * race need not make it.
 * @param cpuOver a CPU that runs alone over a memory: it sets up the world with the operations of the memory manager
 * @throws RangeError where the configuration has no room for this
 */
export function smallWorld(
  design: Design,
  cpuOver: (id: number, memory: Float64Array) => Cpu,
  config: Partial<LayoutConfig> = {},
): SmallWorld {
  const layout = new Layout({ ...SMALL_CONFIG, ...config });
  const kernel: Kernel = { layout, design, ops: OPS };
  const memory = layout.initialMemory();
  const cpu = cpuOver(layout.bootCpu, memory);
  const parent = layout.mm(0);
  const child = layout.mm(1);
  const address = 0;
  mmapRegion(cpu, kernel, parent, { start: 0, end: 1, flags: VM_READ | VM_WRITE | VM_MAYWRITE });
  if (userStore(cpu, kernel, parent, address, FIRST_DATA) !== 0) {
    throw new RangeError('the configuration is too small for one anonymous page');
  }
  if (pteAlloc(cpu, kernel, child, address) === 0) throw new RangeError('the configuration has too few page tables');
  const table = layout.table(ptePfn(cpu.readOnce(pmdCell(kernel, parent, address))));
  const page = layout.page(ptePfn(cpu.readOnce(pteCell(kernel, table, address))));
  return { kernel, memory, parent, child, address, page };
}
