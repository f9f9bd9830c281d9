import type { Cell } from '../../src/cpu/cpu.ts';
import type { Design } from '../../src/mm/design/design.ts';
import { OPS } from '../../src/mm/design/ops.ts';
import type { Pin } from '../../src/mm/gup/gup.ts';
import type { Kernel } from '../../src/mm/memory/kernel.ts';
import { Layout } from '../../src/mm/memory/layout.ts';
import { type LayoutConfig, SMALL_CONFIG } from '../../src/mm/memory/layout-config.ts';
import type { Mm } from '../../src/mm/memory/mm-struct.ts';
import { VM_MAYWRITE, VM_READ, VM_WRITE } from '../../src/mm/memory/vma.ts';
import { checkInvariants, type Violation } from '../../src/mm/observe/invariants.ts';
import { DirectCpu } from '../../src/run/direct.ts';

/** Room for anything that a test does, and a file of each kind. */
export const ROOMY: LayoutConfig = {
  ...SMALL_CONFIG,
  mms: 3,
  vmasPerMm: 6,
  pmdsPerMm: 3,
  ptesPerTable: 2,
  tables: 12,
  pages: 30,
  anonVmas: 20,
  files: ['disk', 'shmem'],
  pagesPerFile: 3,
  pcp: 0,
  tlb: true,
};

export const RW = VM_READ | VM_WRITE | VM_MAYWRITE;
export const RO = VM_READ | VM_MAYWRITE;

/** A CPU that minds its locks: what it drops must be held. */
export class StrictCpu extends DirectCpu {
  override spinUnlock(cell: Cell): void {
    this.#held(cell, this.readOnce(cell) === 1);
    super.spinUnlock(cell);
  }
  override bitUnlock(cell: Cell, bit: number): void {
    this.#held(cell, (this.readOnce(cell) & bit) !== 0);
    super.bitUnlock(cell, bit);
  }
  override upRead(cell: Cell): void {
    this.#held(cell, this.readOnce(cell) >= 2);
    super.upRead(cell);
  }
  override upWrite(cell: Cell): void {
    this.#held(cell, this.readOnce(cell) === 1);
    super.upWrite(cell);
  }

  #held(cell: Cell, held: boolean): void {
    if (!held) throw new Error(`word ${cell} is not locked`);
  }
}

/** A kernel with its memory, and CPUs that run on it one after the other. */
export interface Machine {
  readonly k: Kernel;
  readonly memory: Float64Array;
  readonly cpu: DirectCpu;
  readonly other: DirectCpu;
  mm(number: number): Mm;
  /** What is wrong with memory, given what is still held. */
  check(held?: readonly Pin[]): Violation[];
  /** The value of a word as people read it, by its name. */
  show(name: string): string;
}

export function machine(design: Design, config: Partial<LayoutConfig> = {}): Machine {
  const layout = new Layout({ ...ROOMY, ...config });
  const k: Kernel = { layout, design, ops: OPS };
  const memory = layout.initialMemory();
  return {
    k,
    memory,
    cpu: new StrictCpu(0, memory),
    other: new StrictCpu(1, memory),
    mm: (number) => layout.mm(number),
    check: (held = []) => checkInvariants(memory, k, held),
    show: (name) => {
      for (let index = 1; index < layout.size; index++) {
        if (layout.cellName(index) === name) return layout.showValue(index, memory[index]!);
      }
      throw new RangeError(`no word is called ${name}`);
    },
  };
}

/** The result of the last of several steps, done in order. */
export const last = (...results: number[]): number => results[results.length - 1]!;
