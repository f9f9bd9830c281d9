import {
  CELL_BITS,
  type Cell,
  Cpu,
  cellIndex,
  guardHolds,
  type TrackedCpu,
  WHOLE,
  WrongProvenance,
} from '../../src/cpu/cpu.ts';
import { type Deps, depsMembers, depsOf, NO_DEPS } from '../../src/cpu/deps.ts';
import { applyRmw, Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import { OUT_OF_THIN_AIR, type Program } from '../../src/program/program.ts';

/** An event of a thread. Dependencies are indices of earlier reads of the same thread. */
export interface TraceEvent {
  /** Read, write, fence, or a choice that nothing determines. */
  readonly kind: 'R' | 'W' | 'F' | 'C';
  /** Of an access; `Once` for what the LKMM gives no annotation, such as the write of an acquiring RMW. */
  readonly mode: Mode;
  /** Of a fence. */
  readonly fence: Fence | undefined;
  /** The word; of a fence, the srcu_struct, or -1. */
  readonly at: number;
  readonly value: number;
  /** Part of an atomic read-modify-write, be it one that failed; lock operations are not. */
  readonly atomic: boolean;
  /** The read of a failed read-modify-write for which x86 locks the bus all the same: cmpxchg(), not atomic_add_unless(). */
  readonly locked: boolean;
  /** Of the write of a read-modify-write or a lock, its read. */
  readonly partner: number | undefined;
  readonly addr: readonly number[];
  readonly data: readonly number[];
  readonly ctrl: readonly number[];
  /** What any branch before depended on, those among them whose arms have joined. */
  readonly branchedOn: readonly number[];
  /** Of each event of a read-modify-write or a lock operation, the fences of a fully ordered one among them: what it is. */
  readonly made: Made | undefined;
}

/** A read-modify-write as the body wrote it. */
export interface Made {
  readonly mode: Mode;
  readonly succeeds: boolean;
  /** It looks first whether there is anything to do: at the whole word, or otherwise. */
  readonly asks: 'no' | 'is it equal' | 'otherwise';
  /** It goes on only where it has succeeded. */
  readonly waits: boolean;
}

/** One way in which a thread may run, its reads having returned what they returned. */
export interface Trace {
  /** False where it waits for ever at the end. */
  readonly complete: boolean;
  readonly events: readonly TraceEvent[];
  /** Did every read return what was expected of it, if anything was (`Cpu.expect`)? */
  readonly asExpected: boolean;
  /** What the body returned. */
  readonly result: unknown;
}

/** A wait that these values do not end, or a run that makes no sense with them. */
class Waits extends Error {}

/**
 * Where control goes: as what was read has it; or also past every wait, whatever was read; or also through every branch
 * and conditional operation either way.
 */
type Ways = 'as read' | 'past waits' | 'any';

/** A CPU that writes down what a thread does, and asks somebody what its reads return. */
class RecordingCpu extends Cpu implements TrackedCpu {
  readonly id: number;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  branchedOn: Deps = NO_DEPS;
  readonly events: TraceEvent[] = [];
  asExpected = true;
  private expected: number | undefined;
  private lastRead = 0;
  /** Everything that a read may return, or a choice be: one of them. */
  private readonly pick: (of: readonly number[]) => number;
  private readonly domain: readonly ReadonlySet<number>[];
  /** Does every read control every later write? */
  private readonly conservative: boolean;
  private readonly ways: Ways;

  constructor(
    id: number,
    domain: readonly ReadonlySet<number>[],
    conservative: boolean,
    ways: Ways,
    pick: (of: readonly number[]) => number,
  ) {
    super();
    this.id = id;
    this.domain = domain;
    this.conservative = conservative;
    this.ways = ways;
    this.pick = pick;
  }

  override branch(taken: boolean): boolean {
    return this.ways === 'any' ? this.pick([0, 1]) === 1 : taken;
  }

  read(cell: Cell, mode: Mode): number {
    return this.reads(cell, mode, false, this.addressOf(cell));
  }

  readWhen(cell: Cell, mask: number, want: number, mode: Mode): number {
    const value = this.reads(cell, mode, false, this.addressOf(cell));
    this.mustBeKnown(value);
    if (this.ways === 'as read' && !guardHolds(value, mask, want, true)) throw new Waits();
    return value;
  }

  write(cell: Cell, value: number, mode: Mode): void {
    const addr = this.addressOf(cell);
    const data = depsMembers(this.dataDeps);
    this.add({ kind: 'W', mode, at: cellIndex(cell), value, addr, data });
  }

  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    return this.modify(
      cell,
      (old) => {
        if (op !== RmwOp.Xchg) this.mustBeKnown(old);
        return true;
      },
      { asks: 'no', waits: false },
      op,
      operand,
      mode,
    );
  }

  rmwIf(cell: Cell, mask: number, want: number, equal: boolean, op: RmwOp, operand: number, mode: Mode): number {
    const happens = (old: number): boolean => {
      this.mustBeKnown(old);
      return this.branch(guardHolds(old, mask, want, equal));
    };
    const asks = equal && mask === WHOLE ? 'is it equal' : 'otherwise';
    return this.modify(cell, happens, { asks, waits: false }, op, operand, mode, equal);
  }

  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    const happens = (old: number): boolean => {
      this.mustBeKnown(old);
      if (this.ways === 'as read' && !guardHolds(old, mask, want, true)) throw new Waits();
      return true;
    };
    return this.modify(cell, happens, { asks: 'otherwise', waits: true }, op, operand, mode);
  }

  fence(kind: Fence, cell?: Cell): void {
    this.add({ kind: 'F', fence: kind, at: cell === undefined ? -1 : cellIndex(cell) });
  }

  override expect(value: number): void {
    this.expected = value;
  }

  choose(count: number): number {
    const value = this.pick(Array.from({ length: count }, (_, i) => i));
    this.add({ kind: 'C', value });
    return value;
  }

  abandon(): never {
    throw new Waits();
  }

  /** A value out of thin air is handed on; no execution computes with it, or decides by it. */
  private mustBeKnown(value: number): void {
    if (value === OUT_OF_THIN_AIR) this.abandon();
  }

  get made(): number {
    return this.events.length;
  }

  /** Goes on: what an explorer may leave out, the oracle finds. */
  standsStill(): void {}

  provenance(value: number): number {
    const last = this.events[this.lastRead]!.value;
    if (value !== last) throw new WrongProvenance(value, last);
    return (this.lastRead + 1) << CELL_BITS;
  }

  readDeps(): Deps {
    return depsOf(this.lastRead);
  }

  private addressOf(cell: Cell): readonly number[] {
    const carried = cell >>> CELL_BITS;
    return carried > 0 ? [carried - 1] : depsMembers(this.addrDeps);
  }

  private add(event: Partial<TraceEvent> & Pick<TraceEvent, 'kind'>): number {
    const reads = this.events.flatMap((e, index) => (e.kind === 'R' ? [index] : []));
    this.events.push({
      mode: Mode.Once,
      fence: undefined,
      at: -1,
      value: 0,
      atomic: false,
      locked: false,
      partner: undefined,
      addr: [],
      data: [],
      ctrl: !this.conservative ? depsMembers(this.ctrlDeps) : event.kind === 'W' ? reads : [],
      branchedOn: depsMembers(this.branchedOn),
      made: undefined,
      ...event,
    });
    if (event.kind === 'R' || event.kind === 'W') {
      this.addrDeps = NO_DEPS;
      this.dataDeps = NO_DEPS;
    }
    return this.events.length - 1;
  }

  private reads(cell: Cell, mode: Mode, atomic: boolean, addr: readonly number[]): number {
    const at = cellIndex(cell);
    const value = this.pick([...this.domain[at]!]);
    if (this.expected !== undefined && this.expected !== value) this.asExpected = false;
    this.expected = undefined;
    this.lastRead = this.add({ kind: 'R', mode, at, value, atomic, addr });
    return value;
  }

  /**
   * The marks of a read-modify-write on its two events: a fully ordered one has smp_mb() on both sides, any other orders
   * by its read or by its write; one that fails is a READ_ONCE(). Arithmetic carries the old value into the new one.
   */
  private modify(
    cell: Cell,
    happens: (old: number) => boolean,
    how: Pick<Made, 'asks' | 'waits'>,
    op: RmwOp,
    operand: number,
    mode: Mode,
    locksAnyway = false,
  ): number {
    const lock = mode === Mode.Lock;
    const addr = this.addressOf(cell);
    const data = depsMembers(this.dataDeps);
    const old = this.reads(cell, Mode.Once, !lock, addr);
    if (!happens(old)) {
      const failed = this.events.pop()!;
      const made = { ...how, mode, succeeds: false };
      this.events.push({ ...failed, locked: locksAnyway && !lock, made });
      return old;
    }
    // Only now is it known that the read is not that of a failure, so it is put down once more.
    const { at } = this.events.pop()!;
    const made = { ...how, mode, succeeds: true };
    if (mode === Mode.Full) this.add({ kind: 'F', fence: Fence.Mb, made });
    const ordersReads = mode === Mode.Acquire || mode === Mode.Noreturn || lock;
    const read = this.add({
      kind: 'R',
      mode: ordersReads ? mode : Mode.Once,
      at,
      value: old,
      atomic: !lock,
      addr,
      made,
    });
    this.lastRead = read;
    this.add({
      kind: 'W',
      mode: mode === Mode.Release || lock ? mode : Mode.Once,
      at,
      value: applyRmw(op, old, operand),
      atomic: !lock,
      partner: read,
      addr,
      data: op === RmwOp.Xchg ? data : [...data, read],
      made,
    });
    if (mode === Mode.Full) this.add({ kind: 'F', fence: Fence.Mb, made });
    return old;
  }
}

/** More ways to run a thread than this are too many for the oracle. */
const MOST_TRACES = 2000;

/** Every trace of one thread whose reads of word `at` return members of `domain[at]`. */
function tracesOf(program: Program, thread: number, domain: readonly ReadonlySet<number>[], ways: Ways): Trace[] {
  const conservative = program.dependencies === 'conservative';
  const traces: Trace[] = [];
  /** What was picked, in order; a run that picks more appends first members. */
  let choices: number[] = [];
  for (;;) {
    const sizes: number[] = [];
    const cpu = new RecordingCpu(thread, domain, conservative, ways, (values) => {
      sizes.push(values.length);
      if (choices.length < sizes.length) choices.push(0);
      return values[choices[sizes.length - 1]!]!;
    });
    try {
      const result = structuredClone(program.threads[thread]!(cpu));
      traces.push({ complete: true, result, events: cpu.events, asExpected: cpu.asExpected });
    } catch (error) {
      if (!(error instanceof Waits)) throw error;
      traces.push({ complete: false, result: undefined, events: cpu.events, asExpected: cpu.asExpected });
    }
    if (traces.length > MOST_TRACES) throw new RangeError('too many traces for the oracle');
    choices = choices.slice(0, sizes.length);
    while (choices.length > 0 && choices[choices.length - 1]! + 1 === sizes[choices.length - 1]!) choices.pop();
    if (choices.length === 0) return traces;
    choices[choices.length - 1]!++;
  }
}

/**
 * For each thread, every sequence of events that it may perform whatever its reads return, within the values that the
 * program can produce.
 * @param guesses values that any read may return besides, for a program in which a value can be its own reason
 * @throws RangeError where they are too many
 */
export function threadTraces(program: Program, guesses: readonly number[] = []): Trace[][] {
  const domain = valuesOf(program, guesses);
  return program.threads.map((_, thread) =>
    tracesOf(program, thread, domain, 'as read').filter(({ complete }) => complete),
  );
}

/**
 * What each word may hold, and maybe more: the initial values and what traces over values found so far write, repeated
 * until there are no more or as often as the threads have writes, for no value takes a longer way than through all of
 * them. Two waits may end only because each lets the other write what ends it; and where values may be their own reason,
 * two branches may be taken only because each writes what the other asks for. So control is let go that way.
 */
function valuesOf(program: Program, guesses: readonly number[]): ReadonlySet<number>[] {
  const domain = Array.from(program.initial, (value) => new Set([value, ...guesses]));
  const ways = guesses.length > 0 ? 'any' : 'past waits';
  for (let round = 0; ; round++) {
    const traces = program.threads.map((_, thread) => tracesOf(program, thread, domain, ways));
    const longest = traces.reduce((sum, of) => sum + of.reduce((most, t) => Math.max(most, countWrites(t)), 0), 0);
    let grew = false;
    for (const { kind, at, value } of traces.flat().flatMap((trace) => trace.events)) {
      if (kind !== 'W' || domain[at]!.has(value)) continue;
      domain[at]!.add(value);
      grew = true;
    }
    if (!grew || round > longest) return domain;
  }
}

const countWrites = (trace: Trace): number => trace.events.filter((e) => e.kind === 'W').length;
