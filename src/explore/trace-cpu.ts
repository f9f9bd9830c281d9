import { type Cell, Cpu, cellIndex, guardHolds, type TrackedCpu, WHOLE } from '../cpu/cpu.ts';
import { type Deps, depsOf, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { applyRmw, type Fence, type Mode, RmwOp } from '../cpu/modes.ts';
import { Graph, Kind, NONE, Rmw } from '../graph/graph.ts';
import { lkmmOrder } from '../models/order.ts';
import { readMode, writeMode } from './rmw-mode.ts';

const order = lkmmOrder(false);

/** How many memory accesses a trace may have before it is given up. */
const MAX_TRACE = 4096;

/** Thrown where a trace is longer than {@link MAX_TRACE}. */
export class TraceTooLong extends Error {}

/**
 * A CPU for a thread alone, whose reads return whatever they are told and whose branches go wherever they are told: it
 * finds the traces that a thread could have, whatever the others do.
 */
export class TraceCpu extends Cpu implements TrackedCpu {
  id = 0;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  /** The events of the last run; only the thread that ran has any. */
  readonly graph: Graph;
  /** The way each branch, conditional RMW and choice went in the last run, and how many ways it has. */
  readonly taken: number[] = [];
  readonly ways: number[] = [];
  private given: readonly number[] = [];
  private overrides: ReadonlyMap<number, number> = new Map();

  constructor(
    threadCount: number,
    locCount: number,
    /** What a read of a location returns where nothing else is said. */
    private readonly usual: (loc: number) => number,
  ) {
    super();
    this.graph = new Graph(threadCount, locCount);
  }

  /**
   * @param given the ways to take, in order; beyond them a branch goes as its condition says
   * @param overrides what the read with a slot returns
   */
  begin(thread: number, given: readonly number[], overrides: ReadonlyMap<number, number>): void {
    this.id = thread;
    this.given = given;
    this.overrides = overrides;
    this.taken.length = 0;
    this.ways.length = 0;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    this.ctrlDeps = NO_DEPS;
    this.graph.cut(0);
  }

  override branch(taken: boolean): boolean {
    return this.decide(2, taken ? 1 : 0) === 1;
  }

  choose(count: number): number {
    return this.decide(count, 0);
  }

  read(cell: Cell, mode: Mode): number {
    return this.value(this.addRead(cell, mode, Rmw.None, false));
  }

  readWhen(cell: Cell, mask: number, want: number, mode: Mode): number {
    const r = this.addRead(cell, mode, Rmw.None, false);
    this.graph.waits[r] = 1;
    return this.satisfying(r, mask, want, true, true);
  }

  write(cell: Cell, value: number, mode: Mode): void {
    this.addWrite(cell, value, mode, NONE);
  }

  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    const data = this.dataDeps;
    const r = this.addRead(cell, mode, Rmw.Always, true);
    const old = this.value(r);
    this.finishRmw(cell, r, data, op, old, operand, mode);
    return old;
  }

  rmwIf(cell: Cell, mask: number, want: number, equal: boolean, op: RmwOp, operand: number, mode: Mode): number {
    const data = this.dataDeps;
    const usually = guardHolds(this.usual(cellIndex(cell)), mask, want, equal);
    const succeeds = this.decide(2, usually ? 1 : 0) === 1;
    const r = this.addRead(cell, mode, equal ? Rmw.IfEqual : Rmw.IfNotEqual, succeeds);
    const old = this.satisfying(r, mask, want, equal, succeeds);
    if (succeeds) this.finishRmw(cell, r, data, op, old, operand, mode);
    return old;
  }

  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    const data = this.dataDeps;
    const r = this.addRead(cell, mode, Rmw.IfEqual, true);
    this.graph.waits[r] = 1;
    const old = this.satisfying(r, mask, want, true, true);
    this.finishRmw(cell, r, data, op, old, operand, mode);
    return old;
  }

  fence(kind: Fence, cell: Cell = NONE): void {
    this.graph.append(this.id, Kind.Fence, kind, cell === NONE ? NONE : cellIndex(cell));
  }

  provenance(): number {
    return 0;
  }

  readDeps(): Deps {
    return depsOf(this.graph.slot[this.lastRead]!);
  }

  private lastRead = 0;

  private decide(ways: number, usual: number): number {
    const at = this.taken.length;
    const way = at < this.given.length ? this.given[at]! : usual;
    this.taken.push(way);
    this.ways.push(ways);
    return way;
  }

  private addRead(cell: Cell, mode: Mode, rmw: Rmw, succeeds: boolean): number {
    const g = this.graph;
    if (g.n >= MAX_TRACE) throw new TraceTooLong();
    const r = g.append(this.id, Kind.Read, rmw === Rmw.None ? mode : readMode(mode, succeeds), cellIndex(cell));
    g.rmwKind[r] = rmw;
    g.declared[r] = mode;
    g.rmw[r] = succeeds ? 1 : 0;
    this.fill(r);
    this.lastRead = r;
    return r;
  }

  private addWrite(cell: Cell, value: number, mode: Mode, partner: number): void {
    const g = this.graph;
    if (g.n >= MAX_TRACE) throw new TraceTooLong();
    const w = g.append(this.id, Kind.Write, mode, cellIndex(cell));
    g.value[w] = value;
    g.coIndex[w] = g.co[g.loc[w]!]!.length;
    g.co[g.loc[w]!]!.push(w);
    if (partner !== NONE) {
      g.rmw[w] = 1;
      g.partner[w] = partner;
    }
    this.fill(w);
  }

  private fill(e: number): void {
    const g = this.graph;
    g.addr[e] = this.addrDeps;
    g.data[e] = this.dataDeps;
    g.ctrl[e] = this.ctrlDeps;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    order(g, e);
  }

  private value(r: number): number {
    const g = this.graph;
    const value = this.overrides.get(g.slot[r]!) ?? this.usual(g.loc[r]!);
    g.value[r] = value;
    return value;
  }

  /** A value for a conditional read that goes the way it was decided, the usual one if that does. */
  private satisfying(r: number, mask: number, want: number, equal: boolean, holds: boolean): number {
    const g = this.graph;
    const value = this.value(r);
    if (guardHolds(value, mask, want, equal) === holds) return value;
    const other = equal === holds ? want : mask === WHOLE ? want + 1 : want ^ mask;
    g.value[r] = other;
    return other;
  }

  private finishRmw(cell: Cell, r: number, data: Deps, op: RmwOp, old: number, operand: number, mode: Mode): void {
    this.addrDeps = this.graph.addr[r]!;
    this.dataDeps = op === RmwOp.Xchg ? data : depsUnion(data, depsOf(this.graph.slot[r]!));
    this.addWrite(cell, applyRmw(op, old, operand), writeMode(mode), r);
  }
}
