import { type Cell, Cpu, cellIndex, guardHolds, LESS, type TrackedCpu, WHOLE } from '../../cpu/cpu.ts';
import { type Deps, depsMembers, depsOf, depsUnion, NO_DEPS } from '../../cpu/deps.ts';
import { bitwise, IntKind } from '../../cpu/integer.ts';
import { applyRmw, type Fence, type Mode, RmwOp } from '../../cpu/modes.ts';
import { Kind, NONE, Rmw, Wait } from '../../graph/event.ts';
import { Graph } from '../../graph/graph.ts';
import type { Model } from '../../models/model.ts';
import { OUT_OF_THIN_AIR } from '../../program/program.ts';
import { readMode, writeMode } from '../rmw-mode.ts';
import type { Values } from './values.ts';

/** How many memory accesses a trace may have before it is given up. */
const MAX_TRACE = 4096;

/** Thrown where a trace is longer than {@link MAX_TRACE}. */
export class TraceTooLong extends Error {}

/** Ends a run in which a read cannot return what would lead on. */
const IMPOSSIBLE = Symbol('impossible');

/**
 * A CPU for a thread alone, whose reads return whatever they are told and whose branches go wherever they are told: it
 * finds the traces that a thread could have, whatever the others do.
 *
 * A trace is a list of decisions: the way of each branch, whether each conditional RMW succeeds, what is chosen, and the
 * value of each read that is to be decided, as its place among those that may be there.
 */
export class TraceCpu extends Cpu implements TrackedCpu {
  id = 0;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  branchedOn: Deps = NO_DEPS;
  /** The events of the last run; only the thread that ran has any. */
  readonly graph: Graph;
  /** The way that each decision went in the last run, and how many ways it has. */
  readonly taken: number[] = [];
  readonly ways: number[] = [];
  /** The slots of reads that decided an address or a fault in the last run, and were not among those to be decided. */
  readonly toDecide = new Set<number>();
  private given: readonly number[] = [];
  private decided: ReadonlySet<number> = new Set();
  private overrides: ReadonlyMap<number, number> = new Map();

  constructor(
    threadCount: number,
    locCount: number,
    private readonly model: Model,
    private readonly values: Values,
  ) {
    super();
    this.graph = new Graph(threadCount, locCount);
  }

  /**
   * @param given the ways to take, in order; beyond them a branch goes as its condition says
   * @param decided the slots of the reads whose value is a decision
   * @param overrides what the read with a slot returns
   */
  begin(
    thread: number,
    given: readonly number[],
    decided: ReadonlySet<number>,
    overrides: ReadonlyMap<number, number>,
  ): void {
    this.id = thread;
    this.given = given;
    this.decided = decided;
    this.overrides = overrides;
    this.taken.length = 0;
    this.ways.length = 0;
    this.toDecide.clear();
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    this.ctrlDeps = NO_DEPS;
    this.branchedOn = NO_DEPS;
    this.graph.cut(0);
  }

  /** Was this thrown because no value that a read may return leads on the way that was given? */
  isImpossible(thrown: unknown): boolean {
    return thrown === IMPOSSIBLE;
  }

  /** The values with which a read of the last run goes on as it did. */
  candidates(r: number): readonly number[] {
    const g = this.graph;
    const values = this.values.of(g.loc[r]!);
    const equal = g.rmwKind[r] !== Rmw.IfNotEqual;
    const holds = g.waits[r] !== Wait.No || g.rmw[r] === 1;
    if (g.waits[r] === Wait.No && (g.rmwKind[r] === Rmw.None || g.rmwKind[r] === Rmw.Always)) return values;
    // Nothing is decided by a value out of thin air.
    return values.filter(
      (value) => value !== OUT_OF_THIN_AIR && guardHolds(value, g.guardMask[r]!, g.guardWant[r]!, equal) === holds,
    );
  }

  override faulted(deps: Deps): void {
    this.mustDecide(deps);
  }

  private mustDecide(deps: Deps): void {
    for (const slot of depsMembers(deps)) if (!this.decided.has(slot)) this.toDecide.add(slot);
  }

  override branch(taken: boolean): boolean {
    return this.decide(2, taken ? 1 : 0) === 1;
  }

  choose(count: number): number {
    return this.decide(count, 0);
  }

  read(cell: Cell, mode: Mode): number {
    return this.value(this.addRead(cell, mode, Rmw.None, false, false, WHOLE, 0));
  }

  readWhen(cell: Cell, mask: number, want: number, mode: Mode): number {
    return this.value(this.addRead(cell, mode, Rmw.None, false, true, mask, want));
  }

  write(cell: Cell, value: number, mode: Mode): void {
    this.addWrite(cell, value, mode, NONE);
  }

  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    const data = this.dataDeps;
    const r = this.addRead(cell, mode, Rmw.Always, true, false, WHOLE, 0);
    return this.finishRmw(cell, r, data, op, operand, mode);
  }

  rmwIf(cell: Cell, mask: number, want: number, equal: boolean, op: RmwOp, operand: number, mode: Mode): number {
    const data = this.dataDeps;
    const usually = guardHolds(this.usual(this.values.of(cellIndex(cell))), mask, want, equal);
    const succeeds = this.decide(2, usually ? 1 : 0) === 1;
    const r = this.addRead(cell, mode, equal ? Rmw.IfEqual : Rmw.IfNotEqual, succeeds, false, mask, want);
    return succeeds ? this.finishRmw(cell, r, data, op, operand, mode) : this.value(r);
  }

  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    const data = this.dataDeps;
    const r = this.addRead(cell, mode, Rmw.IfEqual, true, true, mask, want);
    return this.finishRmw(cell, r, data, op, operand, mode);
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

  abandon(): never {
    throw IMPOSSIBLE;
  }

  get made(): number {
    return this.graph.n;
  }

  /** Every round is one more trace: what registers hold here is not what they will hold. */
  standsStill(): void {}

  private lastRead = 0;

  private decide(ways: number, usual: number): number {
    const at = this.taken.length;
    const way = at < this.given.length ? this.given[at]! : usual;
    this.taken.push(way);
    this.ways.push(ways);
    return way;
  }

  private addRead(
    cell: Cell,
    mode: Mode,
    rmw: Rmw,
    succeeds: boolean,
    waits: boolean,
    mask: number,
    want: number,
  ): number {
    const g = this.graph;
    if (g.n >= MAX_TRACE) throw new TraceTooLong();
    const r = g.append(this.id, Kind.Read, rmw === Rmw.None ? mode : readMode(mode, succeeds), cellIndex(cell));
    g.rmwKind[r] = rmw;
    g.declared[r] = mode;
    g.rmw[r] = succeeds ? 1 : 0;
    g.waits[r] = waits ? Wait.Blocks : Wait.No;
    g.guardMask[r] = mask;
    g.guardWant[r] = want;
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
    this.mustDecide(this.addrDeps);
    g.addr[e] = this.addrDeps;
    g.data[e] = this.dataDeps;
    g.ctrl[e] = this.model.controlsPastJoin ? depsUnion(this.ctrlDeps, this.branchedOn) : this.ctrlDeps;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    this.model.order(g, e);
  }

  /** What a read returns: as it is told, as it is decided, or else the usual. */
  private value(r: number): number {
    const g = this.graph;
    const slot = g.slot[r]!;
    let value = this.overrides.get(slot);
    if (value === undefined) {
      const candidates = this.candidates(r);
      if (this.decided.has(slot)) {
        if (candidates.length === 0) throw IMPOSSIBLE;
        value = candidates[this.decide(candidates.length, candidates.length - 1)]!;
      } else {
        value = candidates.length > 0 ? this.usual(candidates) : this.other(r);
      }
    }
    g.value[r] = value;
    return value;
  }

  /** The value found last with which a thread can compute. */
  private usual(candidates: readonly number[]): number {
    const last = candidates[candidates.length - 1]!;
    return last === OUT_OF_THIN_AIR && candidates.length > 1 ? candidates[candidates.length - 2]! : last;
  }

  /** A value that goes the way of a conditional read, where none of those known does. */
  private other(r: number): number {
    const g = this.graph;
    const mask = g.guardMask[r]!;
    const want = g.guardWant[r]!;
    const mustEqual = (g.rmwKind[r] !== Rmw.IfNotEqual) === (g.waits[r] !== Wait.No || g.rmw[r] === 1);
    if (mask === LESS) return mustEqual ? want - 1 : want;
    if (mustEqual) return want;
    return mask === WHOLE ? (want === 0 ? 1 : 0) : bitwise(IntKind.S64, '^', want, mask);
  }

  private finishRmw(cell: Cell, r: number, data: Deps, op: RmwOp, operand: number, mode: Mode): number {
    const old = this.value(r);
    if (old === OUT_OF_THIN_AIR && op !== RmwOp.Xchg) this.abandon();
    this.addrDeps = this.graph.addr[r]!;
    this.dataDeps = op === RmwOp.Xchg ? data : depsUnion(data, depsOf(this.graph.slot[r]!));
    this.addWrite(cell, applyRmw(op, old, operand), writeMode(mode), r);
    return old;
  }
}
