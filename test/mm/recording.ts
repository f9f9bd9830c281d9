import type { Cell } from '../../src/cpu/cpu.ts';
import { Fence, type Mode, type RmwOp } from '../../src/cpu/modes.ts';
import { DirectCpu } from '../../src/run/direct.ts';

/** A CPU that writes down the labelled steps and the barriers, in order. */
export class RecordingCpu extends DirectCpu {
  readonly steps: string[] = [];

  override read(cell: Cell, mode: Mode, label?: string): number {
    this.#record(label);
    return super.read(cell, mode);
  }
  override write(cell: Cell, value: number, mode: Mode, label?: string): void {
    this.#record(label);
    super.write(cell, value, mode);
  }
  override rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    this.#record(label);
    return super.rmw(cell, op, operand, mode);
  }
  override rmwIf(
    cell: Cell,
    mask: number,
    want: number,
    equal: boolean,
    op: RmwOp,
    operand: number,
    mode: Mode,
    label?: string,
  ): number {
    this.#record(label);
    return super.rmwIf(cell, mask, want, equal, op, operand, mode);
  }
  override fence(kind: Fence): void {
    const barrier = [Fence.Mb, Fence.Rmb, Fence.Wmb, Fence.AfterAtomic].includes(kind);
    if (barrier) this.steps.push(Fence[kind]!.toLowerCase());
    super.fence(kind);
  }

  #record(label: string | undefined): void {
    if (label !== undefined) this.steps.push(label);
  }
}
