import type { Cell } from '../../src/cpu/cpu.ts';
import type { Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';

/** A CPU that lets something else happen between two of its steps. */
export class SteppingCpu extends DirectCpu {
  /** Called before each step, with its number from 0. */
  before: (step: number) => void = () => {};
  #step = 0;

  override read(cell: Cell, mode: Mode): number {
    this.before(this.#step++);
    return super.read(cell, mode);
  }
  override write(cell: Cell, value: number, mode: Mode): void {
    this.before(this.#step++);
    super.write(cell, value, mode);
  }
  override rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    this.before(this.#step++);
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
  ): number {
    this.before(this.#step++);
    return super.rmwIf(cell, mask, want, equal, op, operand, mode);
  }
  override rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    this.before(this.#step++);
    return super.rmwWhen(cell, mask, want, op, operand, mode);
  }
  override readWhen(cell: Cell, mask: number, want: number, mode: Mode): number {
    this.before(this.#step++);
    return super.readWhen(cell, mask, want, mode);
  }
  override fence(kind: Fence): void {
    this.before(this.#step++);
    super.fence(kind);
  }

  /** How many steps were made. */
  get steps(): number {
    return this.#step;
  }
}

/**
 * Runs `first` on one CPU, and `second` on another as a whole before step `at` of it.
 * @returns whether `second` ran: where it would block, memory is as if it had not tried
 */
export function interrupt(
  memory: Float64Array,
  at: number,
  first: (cpu: DirectCpu) => void,
  second: (cpu: DirectCpu) => void,
): { readonly steps: number; readonly ran: boolean } {
  const cpu = new SteppingCpu(0, memory);
  let ran = false;
  cpu.before = (step) => {
    if (step !== at) return;
    const before = memory.slice();
    ran = runDirect(() => second(new DirectCpu(1, memory))).kind === 'done';
    if (!ran) memory.set(before);
  };
  first(cpu);
  return { steps: cpu.steps, ran };
}
