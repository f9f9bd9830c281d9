import { Cpu, guardHolds, type TrackedCpu } from '../../src/cpu/cpu.ts';
import { type Deps, depsMembers, depsOf, NO_DEPS } from '../../src/cpu/deps.ts';
import { applyRmw, Fence, Mode, type RmwOp } from '../../src/cpu/modes.ts';

/** Thrown where a thread waits for what nobody else will bring about. */
export class Blocked extends Error {}

/**
 * A CPU that has memory to itself, and writes down what it is asked to do, one line for each event:
 *
 *     0 R.once x=1            the event with index 0 reads 1
 *     1 W.release y=1 data 0  a write whose value comes from event 0
 *     2 U.full x=1:2          a read-modify-write: events 2 and 3
 *     2 U.full x=1            one whose guard failed: event 2 alone
 *     - F.mb
 */
export class SequentialCpu extends Cpu implements TrackedCpu {
  readonly id: number;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  branchedOn: Deps = NO_DEPS;
  readonly log: string[] = [];
  private readonly memory: number[];
  private readonly name: (cell: number) => string;
  private readonly show: (value: number) => number | string;
  private events = 0;
  private lastRead: Deps = NO_DEPS;

  constructor(memory: number[], name: (cell: number) => string, show: (value: number) => number | string, id = 0) {
    super();
    this.memory = memory;
    this.name = name;
    this.show = show;
    this.id = id;
  }

  abandon(): never {
    throw new Error('memory holds no value out of thin air');
  }

  readonly made = 0;

  standsStill(): void {}

  readDeps(): Deps {
    return this.lastRead;
  }

  private record(what: string, mode: Mode, cell: number, values: string, isWrite: boolean): number {
    const index = this.events++;
    let line = `${index} ${what}.${Mode[mode].toLowerCase()} ${this.name(cell)}=${values}`;
    if (this.addrDeps !== NO_DEPS) line += ` addr ${depsMembers(this.addrDeps).join()}`;
    if (isWrite && this.dataDeps !== NO_DEPS) line += ` data ${depsMembers(this.dataDeps).join()}`;
    if (isWrite && this.ctrlDeps !== NO_DEPS) line += ` ctrl ${depsMembers(this.ctrlDeps).join()}`;
    this.log.push(line);
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    return index;
  }

  override read(cell: number, mode: Mode): number {
    const value = this.memory[cell]!;
    this.lastRead = depsOf(this.record('R', mode, cell, `${this.show(value)}`, false));
    return value;
  }

  override write(cell: number, value: number, mode: Mode): void {
    this.record('W', mode, cell, `${this.show(value)}`, true);
    this.memory[cell] = value;
  }

  override rmw(cell: number, op: RmwOp, operand: number, mode: Mode): number {
    const old = this.memory[cell]!;
    const value = applyRmw(op, old, operand);
    this.lastRead = depsOf(this.record('U', mode, cell, `${this.show(old)}:${this.show(value)}`, true));
    this.events++;
    this.memory[cell] = value;
    return old;
  }

  override rmwIf(
    cell: number,
    mask: number,
    want: number,
    equal: boolean,
    op: RmwOp,
    operand: number,
    mode: Mode,
  ): number {
    const old = this.memory[cell]!;
    if (guardHolds(old, mask, want, equal)) return this.rmw(cell, op, operand, mode);
    this.lastRead = depsOf(this.record('U', mode, cell, `${this.show(old)}`, true));
    return old;
  }

  override rmwWhen(cell: number, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    if (!guardHolds(this.memory[cell]!, mask, want, true)) throw new Blocked();
    return this.rmw(cell, op, operand, mode);
  }

  override readWhen(cell: number, mask: number, want: number, mode: Mode): number {
    if (!guardHolds(this.memory[cell]!, mask, want, true)) throw new Blocked();
    return this.read(cell, mode);
  }

  override fence(kind: Fence, cell?: number): void {
    const name = Fence[kind].replace(/[A-Z]/g, (c, at) => (at === 0 ? '' : '-') + c.toLowerCase());
    this.log.push(cell === undefined ? `- F.${name}` : `- F.${name} ${this.name(cell)}`);
  }

  override choose(): number {
    return 0;
  }

  override provenance(): number {
    return 0;
  }
}
