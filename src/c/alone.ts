import { Cpu, guardHolds, type TrackedCpu } from '../cpu/cpu.ts';
import { type Deps, NO_DEPS } from '../cpu/deps.ts';
import { applyRmw, type RmwOp } from '../cpu/modes.ts';

/** The run has shown all that it can: the thread waits, or goes round in a circle. */
export class Alone extends Error {}

/** How many accesses a run may make. */
const MOST = 100_000;

/** A CPU that has memory to itself, to see what a thread does by itself. */
export class AloneCpu extends Cpu implements TrackedCpu {
  readonly id = 0;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  branchedOn: Deps = NO_DEPS;
  made = 0;

  /** @param waits what to do where it waits for a word: whether to go on as if that had come */
  constructor(
    private readonly memory: number[],
    private readonly waits: (cell: number) => boolean,
  ) {
    super();
  }

  readDeps(): Deps {
    return NO_DEPS;
  }
  abandon(): never {
    throw new Alone();
  }
  standsStill(): void {
    throw new Alone();
  }
  fence(): void {}
  choose(): number {
    return 0;
  }
  provenance(): number {
    return 0;
  }

  read(cell: number): number {
    if (++this.made > MOST) throw new Alone();
    return this.memory[cell]!;
  }
  write(cell: number, value: number): void {
    if (++this.made > MOST) throw new Alone();
    this.memory[cell] = value;
  }
  rmw(cell: number, op: RmwOp, operand: number): number {
    const old = this.read(cell);
    this.write(cell, applyRmw(op, old, operand));
    return old;
  }
  rmwIf(cell: number, mask: number, want: number, equal: boolean, op: RmwOp, operand: number): number {
    const old = this.read(cell);
    if (guardHolds(old, mask, want, equal)) this.write(cell, applyRmw(op, old, operand));
    return old;
  }
  rmwWhen(cell: number, mask: number, want: number, op: RmwOp, operand: number): number {
    const old = this.read(cell);
    if (!guardHolds(old, mask, want, true)) throw new Alone();
    this.write(cell, applyRmw(op, old, operand));
    return old;
  }
  readWhen(cell: number, mask: number, want: number): number {
    const value = this.read(cell);
    if (!guardHolds(value, mask, want, true) && !this.waits(cell)) throw new Alone();
    return value;
  }
}
