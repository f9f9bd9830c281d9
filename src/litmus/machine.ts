import type { TrackedCpu } from '../cpu/cpu.ts';
import { type Deps, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import type { Place } from './ast.ts';
import { ADDRESS_BASE, type Layout, SPACING } from './layout.ts';

/**
 * What the body of a compiled thread returns: a new array in each run. Index 0 tells how the run ended, a
 * member of {@link End}; the others are the registers, at the slots that the layout gives them.
 */
export type Frame = number[];

/** How a run of a thread ended. */
export enum End {
  Complete = 0,
  /** A loop wanted more rounds than it may have. */
  Cut = 1,
  /** It did what has no meaning, such as to follow a pointer that points nowhere: this and its place in {@link Machine.faults}. */
  Fault = 2,
}

/** What a thread did that has no meaning, and where. */
export interface Fault {
  readonly place: Place;
  readonly message: string;
}

/** Leaves the body of a thread from within an expression. */
export class ThreadFault {
  readonly fault: Fault;

  constructor(fault: Fault) {
    this.fault = fault;
  }
}

/** So many statements and rounds of loops a thread runs, at most, before it is cut. */
export const MAX_STEPS = 1 << 16;

/**
 * The state of one thread while it runs. The value of an expression is returned, and where it comes from is left in
 * {@link Machine.deps}: no pairs are allocated.
 */
export class Machine {
  cpu!: TrackedCpu;
  frame: Frame = [];
  /** Where the value of each register comes from. */
  readonly origins: Deps[];
  /** Where the value that was computed last comes from. */
  deps: Deps = NO_DEPS;
  /** The reads that decide whether the current statement is run. */
  control: Deps = NO_DEPS;
  /** The reads that decide whether a loop goes on, or the thread, because of a jump that was not taken. */
  loopControl: Deps = NO_DEPS;
  threadControl: Deps = NO_DEPS;
  steps = 0;
  /** What some run did that has no meaning. */
  readonly faults: Fault[] = [];
  private readonly layout: Layout;

  constructor(layout: Layout, slots: number) {
    this.layout = layout;
    this.origins = new Array<Deps>(slots).fill(NO_DEPS);
  }

  reset(cpu: TrackedCpu, initial: readonly number[]): void {
    this.cpu = cpu;
    this.frame = initial.slice();
    for (let i = 0; i < this.origins.length; i++) this.origins[i] = NO_DEPS;
    this.deps = NO_DEPS;
    this.loopControl = NO_DEPS;
    this.threadControl = NO_DEPS;
    this.steps = 0;
    this.control = NO_DEPS;
    cpu.ctrlDeps = NO_DEPS;
  }

  /** Tells the CPU which way a branch goes on the value computed last, if that depends on a read. @returns the way to go */
  branch(taken: boolean): boolean {
    return this.deps === NO_DEPS ? taken : this.cpu.branch(taken);
  }

  /** From here on `deps` decide what runs. */
  controlledBy(deps: Deps): void {
    this.setControl(depsUnion(this.control, deps));
  }

  setControl(control: Deps): void {
    this.control = control;
    this.cpu.ctrlDeps = control;
  }

  /** The word of memory at an address. Throws {@link ThreadFault} where there is none. */
  cell(address: number, place: Place): number {
    const from = address - ADDRESS_BASE;
    const index = Math.round(from / SPACING);
    const location = this.layout.locations[index];
    if (location === undefined) throw new ThreadFault({ place, message: `${address} is not the address of anything` });
    const offset = from - index * SPACING;
    if (offset < 0 || offset >= location.size) {
      throw new ThreadFault({ place, message: `this points outside of ${location.name}` });
    }
    return location.cell + offset;
  }

  /** How a run ends in which this happened. */
  endOf(fault: Fault): number {
    let index = this.faults.findIndex((f) => f.place === fault.place && f.message === fault.message);
    if (index < 0) index = this.faults.push(fault) - 1;
    return End.Fault + index;
  }
}
