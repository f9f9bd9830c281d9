import { CELL_BITS, type Cell, Cpu, cellIndex, guardHolds, type TrackedCpu, WrongProvenance } from '../cpu/cpu.ts';
import { type Deps, depsMembers, depsOf, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { applyRmw, type Fence, type Mode, RmwOp } from '../cpu/modes.ts';
import { isIdle } from '../explore/idle.ts';
import { readMode, writeMode } from '../explore/rmw-mode.ts';
import { Kind, Rmw } from '../graph/event.ts';
import type { ThreadBody } from '../program/program.ts';
import type { Inputs, Recorded, ReplayEnd } from './recorded.ts';

const UNWIND = Symbol('unwind');

/**
 * The CPU of a thread that is run again with what its reads returned once, and that records every event with the place
 * in the source that it comes from. It is not made for speed.
 */
export class ReplayCpu extends Cpu implements TrackedCpu {
  id = 0;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  branchedOn: Deps = NO_DEPS;
  private events: Recorded[] = [];
  private inputs: Inputs = { read: () => undefined, choose: () => undefined };
  private budget = 0;
  private slots = 0;
  private lastRead = -1;
  private lastValue = 0;
  private end: Exclude<ReplayEnd, { kind: 'finished' }> = { kind: 'unwilling' };

  constructor(private readonly locate: () => unknown) {
    super();
  }

  /**
   * Runs a body as far as the inputs go.
   * @param budget so many steps at most, an RMW being one; a run that wants more is `paused`
   */
  run(
    thread: number,
    body: ThreadBody,
    inputs: Inputs,
    budget = Number.POSITIVE_INFINITY,
  ): { readonly events: Recorded[]; readonly end: ReplayEnd } {
    this.id = thread;
    this.events = [];
    this.inputs = inputs;
    this.budget = budget;
    this.slots = 0;
    this.lastRead = -1;
    this.lastValue = 0;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    this.ctrlDeps = NO_DEPS;
    this.branchedOn = NO_DEPS;
    const { events } = this;
    try {
      return { events, end: { kind: 'finished', result: body(this) } };
    } catch (thrown) {
      if (thrown !== UNWIND) throw thrown;
      return { events, end: this.end };
    }
  }

  read(cell: Cell, mode: Mode, label?: string): number {
    const value = this.take(cell);
    this.recordRead(cell, mode, value, Rmw.None, false, label);
    return value;
  }

  readWhen(cell: Cell, mask: number, want: number, mode: Mode, label?: string): number {
    const value = this.takeWhen(cell, mask, want, mode, Rmw.None, label);
    this.recordRead(cell, mode, value, Rmw.None, false, label);
    return value;
  }

  write(cell: Cell, value: number, mode: Mode, label?: string): void {
    this.spend();
    this.slots++;
    this.record(Kind.Write, mode, mode, cell, value, Rmw.None, false, label);
  }

  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    return this.modify(cell, op, operand, mode, this.take(cell), Rmw.Always, label);
  }

  rmwIf(
    cell: Cell,
    mask: number,
    want: number,
    equal: boolean,
    op: RmwOp,
    operand: number,
    mode: Mode,
    label?: string,
  ): number {
    const old = this.take(cell);
    const kind = equal ? Rmw.IfEqual : Rmw.IfNotEqual;
    if (guardHolds(old, mask, want, equal)) return this.modify(cell, op, operand, mode, old, kind, label);
    this.recordRead(cell, mode, old, kind, false, label);
    return old;
  }

  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    const old = this.takeWhen(cell, mask, want, mode, Rmw.IfEqual, label);
    return this.modify(cell, op, operand, mode, old, Rmw.IfEqual, label);
  }

  fence(kind: Fence, cell: Cell = -1): void {
    this.spend();
    this.record(Kind.Fence, kind, kind, cell, 0, Rmw.None, false);
  }

  choose(count: number): number {
    this.spend();
    const value = this.inputs.choose(count);
    if (value === undefined) this.stop('starved');
    if (value >= count) this.stop('unwilling');
    this.record(Kind.Choice, 0, 0, -1, value, Rmw.None, false);
    return value;
  }

  provenance(value: number): number {
    if (value !== this.lastValue) throw new WrongProvenance(value, this.lastValue);
    return (this.lastRead + 1) << CELL_BITS;
  }

  readDeps(): Deps {
    return depsOf(this.lastRead);
  }

  abandon(): never {
    return this.stop('unwilling');
  }

  get made(): number {
    return this.events.length;
  }

  standsStill(since: number): void {
    const { events } = this;
    const idle = isIdle(
      since,
      events.length,
      (i) => events[i]!.kind,
      (i) => events[i]!.mode,
    );
    if (!idle) return;
    const reads = events.slice(since).filter(({ kind }) => kind === Kind.Read);
    this.end = { kind: 'waiting', waits: reads.map((read) => ({ ...read, guard: undefined })) };
    throw UNWIND;
  }

  private take(cell: Cell): number {
    this.spend();
    const value = this.inputs.read(cellIndex(cell));
    if (value === undefined) this.stop('starved');
    return value;
  }

  /** As {@link take}, of a value with which a wait is over. */
  private takeWhen(
    cell: Cell,
    mask: number,
    want: number,
    declared: Mode,
    rmwKind: Rmw,
    label: string | undefined,
  ): number {
    this.spend();
    const value = this.inputs.read(cellIndex(cell));
    if (value === undefined) {
      const where = { label, place: this.locate() };
      const wait = { cell: cellIndex(cell), declared, rmwKind, guard: { mask, want }, ...where };
      this.end = { kind: 'waiting', waits: [wait] };
      throw UNWIND;
    }
    if (!guardHolds(value, mask, want, true)) this.stop('unwilling');
    return value;
  }

  private spend(): void {
    if (this.budget-- <= 0) this.stop('paused');
  }

  private stop(kind: 'starved' | 'unwilling' | 'paused'): never {
    this.end = { kind };
    throw UNWIND;
  }

  private modify(
    cell: Cell,
    op: RmwOp,
    operand: number,
    mode: Mode,
    old: number,
    kind: Rmw,
    label: string | undefined,
  ): number {
    const addr = this.addrDeps;
    const data = this.dataDeps;
    this.recordRead(cell, mode, old, kind, true, label);
    this.addrDeps = addr;
    // Arithmetic carries the old value into the new one; an exchange does not.
    this.dataDeps = op === RmwOp.Xchg ? data : depsUnion(data, this.readDeps());
    this.slots++;
    this.record(Kind.Write, writeMode(mode), mode, cell, applyRmw(op, old, operand), Rmw.None, true, label);
    return old;
  }

  private recordRead(
    cell: Cell,
    mode: Mode,
    value: number,
    kind: Rmw,
    succeeds: boolean,
    label: string | undefined,
  ): void {
    this.lastRead = this.slots++;
    this.lastValue = value;
    this.record(
      Kind.Read,
      kind === Rmw.None ? mode : readMode(mode, succeeds),
      mode,
      cell,
      value,
      kind,
      succeeds,
      label,
    );
  }

  private record(
    kind: Kind,
    mode: Mode | Fence,
    declared: Mode | Fence,
    cell: Cell,
    value: number,
    rmwKind: Rmw,
    rmw: boolean,
    label?: string,
  ): void {
    const isAccess = kind <= Kind.Write;
    this.events.push({
      kind,
      mode,
      declared,
      cell: cell < 0 ? -1 : cellIndex(cell),
      value,
      rmwKind,
      rmw,
      addr: isAccess ? depsMembers(this.addressOf(cell)) : [],
      data: kind === Kind.Write ? depsMembers(this.dataDeps) : [],
      ctrl: isAccess ? depsMembers(this.ctrlDeps) : [],
      branchedOn: isAccess ? depsMembers(this.branchedOn) : [],
      label,
      place: this.locate(),
    });
    if (!isAccess) return;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
  }

  /** The reads that an address comes from: as the body said, or else by the provenance of the handle. */
  private addressOf(cell: Cell): Deps {
    const slot = cell >>> CELL_BITS;
    return slot > 0 && this.addrDeps === NO_DEPS ? depsOf(slot - 1) : this.addrDeps;
  }
}
