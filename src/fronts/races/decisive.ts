import { type Cell, cellIndex, guardHolds } from '../../cpu/cpu.ts';
import type { Mode, RmwOp } from '../../cpu/modes.ts';
import type { Drawing } from '../../explain/drawing.ts';
import { finalValue, type Replayed, type TraceEvent } from '../../explain/trace.ts';
import { INIT, Kind, NONE } from '../../graph/event.ts';
import { now } from '../../program/clock.ts';
import type { Program } from '../../program/program.ts';
import { DirectCpu, WouldBlock } from '../../run/direct.ts';
import { ScenarioError } from '../../scenarios/scenario-error.ts';
import type { RaceJudge } from './race-judge.ts';

/** So many variants of an execution are run, and so long in milliseconds: what is not tried is not found decisive. */
const MOST_RUNS = 1500;
const PATIENCE = 1500;
/** Who makes so many times as many accesses as before is in a loop. */
const MOST_ACCESSES = 20;

/** An access of a thread: a read, a write, or both halves of an RMW. */
interface Unit {
  readonly read: number | undefined;
  readonly write: number | undefined;
  /** Where it is drawn. */
  readonly row: number;
}

/** A store of another thread, and the row from which on others see it. */
interface Arrival {
  readonly row: number;
  readonly cell: number;
  readonly value: number;
}

/**
 * The accesses that decide the failure: without the store, or had the load returned another value that its word has in the
 * execution, the thread would have gone another way, or left other memory, and the execution would not fail as it does.
 * What the others did stays as it was.
 * @param isMinor whether an access locks, allocates or keeps books: such are not tried
 */
export function decisiveSteps(
  judge: RaceJudge,
  program: Program,
  { trace, results }: Replayed,
  drawing: Drawing,
  isMinor: (access: TraceEvent) => boolean,
): number[] {
  if (trace.waits.length > 0) return [];
  const failure = judge.broken({
    result: (thread) => results[thread],
    finalValue: (cell) => finalValue(program, trace, cell),
    reads: (thread) => trace.events.filter((e) => e.thread === thread && e.kind === Kind.Read),
  });
  if (failure === undefined) return [];
  const until = now() + PATIENCE;
  const rows = rowsOf(drawing);
  const decisive = new Set<number>();
  let runs = 0;
  for (const [thread, body] of program.threads.entries()) {
    const units = unitsOf(trace.events, thread, rows);
    const arrivals = arrivalsOf(trace.events, thread, rows);
    const chosen = trace.events.filter((e) => e.thread === thread && e.kind === Kind.Choice).map((e) => e.value);
    /** Does it still fail, in the same way, where one access goes otherwise? A run that comes to no end says nothing. */
    const stillFails = (at: number, change: Change): boolean => {
      runs++;
      const memory = Float64Array.from(program.initial);
      const cpu = new OtherwiseCpu(thread, memory, [...chosen], trace.events, units, arrivals, at, change);
      try {
        const result = body(cpu);
        cpu.finish();
        const broken = judge.broken({
          result: (other) => (other === thread ? result : results[other]),
          finalValue: (cell) => memory[cell]!,
          reads: (other) => trace.events.filter((e) => e.thread === other && e.kind === Kind.Read),
        });
        return broken?.property === failure.property && broken.message === failure.message;
      } catch (error) {
        if (error instanceof WouldBlock || error instanceof ScenarioError || error instanceof Astray) return true;
        throw error;
      }
    };
    for (const [at, { read, write }] of units.entries()) {
      if (isMinor(trace.events[(read ?? write)!]!)) continue;
      if (runs > MOST_RUNS || now() > until) break;
      const changes: Change[] = write === undefined ? [] : ['drop'];
      if (read !== undefined) {
        for (const value of othersIn(trace.events, program, read)) {
          changes.push({ value, stays: false });
          // A word that is looked at twice decides once.
          if (write === undefined) changes.push({ value, stays: true });
        }
      }
      if (changes.every((change) => stillFails(at, change))) continue;
      for (const event of [read, write]) if (event !== undefined) decisive.add(event);
    }
  }
  return [...decisive];
}

/** An access is left out, or its read returns something else, once or from there on. */
type Change = 'drop' | { readonly value: number; readonly stays: boolean };

/** Thrown where a thread makes more accesses than any sensible other way. */
class Astray extends Error {}

/** The row of each event, or of the moment at which others see it. */
function rowsOf({ rows }: Drawing): Map<number, number> {
  const found = new Map<number, number>();
  for (const [i, row] of rows.entries()) {
    if (row.kind === 'step') for (const e of row.events) found.set(e, i);
  }
  for (const [i, row] of rows.entries()) if (row.kind === 'visible') found.set(row.event, i);
  return found;
}

function unitsOf(events: readonly TraceEvent[], thread: number, rows: ReadonlyMap<number, number>): Unit[] {
  const units: Unit[] = [];
  for (const [id, e] of events.entries()) {
    if (e.thread !== thread || e.kind > Kind.Write || (e.kind === Kind.Write && e.partner !== NONE)) continue;
    const row = rows.get(id) ?? 0;
    if (e.kind === Kind.Write) units.push({ read: undefined, write: id, row });
    else units.push({ read: id, write: e.partner === NONE ? undefined : e.partner, row });
  }
  return units;
}

const arrivalsOf = (events: readonly TraceEvent[], thread: number, rows: ReadonlyMap<number, number>): Arrival[] =>
  events
    .map((e, id) => ({ e, row: rows.get(id) ?? 0 }))
    .filter(({ e }) => e.thread !== thread && e.kind === Kind.Write)
    .map(({ e, row }) => ({ row, cell: e.cell, value: e.value }))
    .sort((a, b) => a.row - b.row);

/** The other values that the word of a read has at some time. */
function othersIn(events: readonly TraceEvent[], program: Program, read: number): number[] {
  const { cell, value, rf } = events[read]!;
  const values = new Set(events.filter((e) => e.kind === Kind.Write && e.cell === cell).map((e) => e.value));
  if (rf !== INIT) values.add(program.initial[cell]!);
  values.delete(value);
  return [...values];
}

/** Runs one thread again, as it ran up to one access, and from there as memory is. */
class OtherwiseCpu extends DirectCpu {
  private at = 0;
  private arrived = 0;

  constructor(
    id: number,
    private readonly memory: Float64Array,
    chosen: number[],
    private readonly recorded: readonly TraceEvent[],
    private readonly units: readonly Unit[],
    private readonly arrivals: readonly Arrival[],
    private readonly changed: number,
    private readonly change: Change,
  ) {
    super(id, memory, () => chosen.shift() ?? 0);
  }

  /** What the others store after the thread's end. */
  finish(): void {
    this.arriveUpTo(Number.POSITIVE_INFINITY);
  }

  private arriveUpTo(row: number): void {
    for (; this.arrived < this.arrivals.length && this.arrivals[this.arrived]!.row < row; this.arrived++) {
      const { cell, value } = this.arrivals[this.arrived]!;
      this.memory[cell] = value;
    }
  }

  /** Does an access, with what its read is to return, and leaves it out where it is. */
  private step<R>(cell: Cell, access: () => R): R {
    const at = this.at++;
    if (at > this.units.length * MOST_ACCESSES) throw new Astray();
    const index = cellIndex(cell);
    this.arriveUpTo(this.units[Math.min(at, this.units.length - 1)]!.row);
    const before = this.memory[index]!;
    const { read } = this.units[at] ?? {};
    if (at < this.changed && read !== undefined) this.memory[index] = this.recorded[read]!.value;
    else if (at === this.changed && this.change !== 'drop') this.memory[index] = this.change.value;
    const returned = this.memory[index]!;
    const result = access();
    if (at === this.changed && this.change === 'drop') this.memory[index] = before;
    // A read alone changes nothing.
    else if (this.memory[index] === returned && !this.staysAt(at)) this.memory[index] = before;
    return result;
  }

  private staysAt(at: number): boolean {
    return at === this.changed && this.change !== 'drop' && this.change.stays;
  }

  override read(cell: Cell, mode: Mode): number {
    return this.step(cell, () => super.read(cell, mode));
  }
  override write(cell: Cell, value: number, mode: Mode): void {
    this.step(cell, () => super.write(cell, value, mode));
  }
  override rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    return this.step(cell, () => super.rmw(cell, op, operand, mode));
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
    return this.step(cell, () => super.rmwIf(cell, mask, want, equal, op, operand, mode));
  }
  override rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    return this.step(cell, () => super.rmwWhen(cell, mask, want, op, operand, mode));
  }
  override readWhen(cell: Cell, mask: number, want: number, mode: Mode): number {
    return this.step(cell, () => {
      // The wait is over in the end, unless it is for what this thread would have done.
      if (!guardHolds(this.memory[cellIndex(cell)]!, mask, want, true)) this.finish();
      return super.readWhen(cell, mask, want, mode);
    });
  }
}
