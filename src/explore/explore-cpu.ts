import { CELL_BITS, type Cell, Cpu, cellIndex, type TrackedCpu, WHOLE, WrongProvenance } from '../cpu/cpu.ts';
import { type Deps, depsOf, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { applyRmw, type Fence, type Mode, RmwOp } from '../cpu/modes.ts';
import { NONE, Rmw } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { OUT_OF_THIN_AIR } from '../program/program.ts';
import { isIdle } from './idle.ts';
import { writeMode } from './rmw-mode.ts';

/** What the explorer does when a thread reaches the end of what its graph holds. */
export interface Extender {
  addRead(cell: number, mode: Mode, rmw: Rmw, waits: boolean, mask: number, want: number): number;
  addWrite(cell: number, value: number, mode: Mode, partner: number): void;
  addFence(kind: Fence, cell: number): void;
  addChoice(count: number): number;
  /** The thread did what no execution has, with what its reads return now. */
  abandon(): never;
  /** The thread does not go on with what this read has found ({@link Graph.isBlocked}). */
  block(read: number): never;
  /** The thread has changed nothing since it had made so many events, and would do again what it did since. */
  standStill(since: number): never;
}

/**
 * The CPU of a thread under exploration: it replays the events that the graph holds for the thread, then lets the
 * explorer add new ones. Hot: a thread is replayed from its start whenever something in it changed.
 */
export class ExploreCpu extends Cpu implements TrackedCpu {
  id = 0;
  addrDeps: Deps = NO_DEPS;
  dataDeps: Deps = NO_DEPS;
  ctrlDeps: Deps = NO_DEPS;
  branchedOn: Deps = NO_DEPS;
  /** What the next read is expected to return, if anything. */
  expected: number | undefined;
  private graph!: Graph;
  private po: readonly number[] = [];
  private at = 0;
  private lastRead = -1;

  constructor(
    private readonly extender: Extender,
    private readonly pursued: 'filter' | 'condition' | undefined,
  ) {
    super();
  }

  begin(graph: Graph, thread: number): void {
    this.graph = graph;
    this.id = thread;
    this.po = graph.threads[thread]!;
    this.at = 0;
    this.lastRead = -1;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    this.ctrlDeps = NO_DEPS;
    this.branchedOn = NO_DEPS;
    this.expected = undefined;
  }

  override expect(value: number, by: 'filter' | 'condition'): void {
    if (by === this.pursued || (by === 'filter' && this.pursued === 'condition')) this.expected = value;
  }

  /** Has every event of the thread been replayed? If not, the thread did not do again what it did before. */
  atEnd(): boolean {
    return this.at === this.po.length;
  }

  read(cell: Cell, mode: Mode): number {
    return this.replayRead(cell, mode, Rmw.None, false, WHOLE, 0);
  }

  readWhen(cell: Cell, mask: number, want: number, mode: Mode): number {
    const value = this.replayRead(cell, mode, Rmw.None, true, mask, want);
    if (value === OUT_OF_THIN_AIR) this.abandon();
    return value;
  }

  write(cell: Cell, value: number, mode: Mode): void {
    if (this.at < this.po.length) {
      this.at++;
    } else {
      this.provenanceOf(cell);
      this.extender.addWrite(cellIndex(cell), value, mode, NONE);
      this.at++;
    }
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
  }

  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    return this.replayRmw(cell, Rmw.Always, false, WHOLE, 0, op, operand, mode);
  }

  rmwIf(cell: Cell, mask: number, want: number, equal: boolean, op: RmwOp, operand: number, mode: Mode): number {
    const rmw = equal ? Rmw.IfEqual : Rmw.IfNotEqual;
    return this.replayRmw(cell, rmw, false, mask, want, op, operand, mode);
  }

  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    return this.replayRmw(cell, Rmw.IfEqual, true, mask, want, op, operand, mode);
  }

  fence(kind: Fence, cell: Cell = NONE): void {
    if (this.at === this.po.length) this.extender.addFence(kind, cell === NONE ? NONE : cellIndex(cell));
    this.at++;
  }

  choose(count: number): number {
    if (this.at === this.po.length) this.extender.addChoice(count);
    return this.graph.value[this.po[this.at++]!]!;
  }

  provenance(value: number): number {
    const last = this.graph.value[this.lastRead]!;
    if (value !== last) throw new WrongProvenance(value, last);
    return (this.graph.slot[this.lastRead]! + 1) << CELL_BITS;
  }

  readDeps(): Deps {
    return depsOf(this.graph.slot[this.lastRead]!);
  }

  abandon(): never {
    return this.extender.abandon();
  }

  get made(): number {
    return this.at;
  }

  standsStill(since: number): void {
    const { graph: g, po } = this;
    const idle = isIdle(
      since,
      this.at,
      (i) => g.kind[po[i]!]!,
      (i) => g.mode[po[i]!]!,
    );
    if (idle) this.extender.standStill(since);
  }

  private replayRead(cell: Cell, mode: Mode, rmw: Rmw, waits: boolean, mask: number, want: number): number {
    if (this.at === this.po.length) {
      this.provenanceOf(cell);
      this.extender.addRead(cellIndex(cell), mode, rmw, waits, mask, want);
    }
    const e = this.po[this.at++]!;
    if (this.graph.isBlocked(e)) this.extender.block(e);
    this.lastRead = e;
    this.expected = undefined;
    this.addrDeps = NO_DEPS;
    this.dataDeps = NO_DEPS;
    return this.graph.value[e]!;
  }

  private replayRmw(
    cell: Cell,
    rmw: Rmw,
    waits: boolean,
    mask: number,
    want: number,
    op: RmwOp,
    operand: number,
    mode: Mode,
  ): number {
    const addr = this.addrDeps;
    const data = this.dataDeps;
    const old = this.replayRead(cell, mode, rmw, waits, mask, want);
    const e = this.lastRead;
    // Such a value can be exchanged for another; nothing is computed with it, or decided by it.
    if (old === OUT_OF_THIN_AIR && (rmw !== Rmw.Always || op !== RmwOp.Xchg)) this.abandon();
    if (this.graph.rmw[e] === 0) return old;
    if (this.at === this.po.length) {
      this.addrDeps = addr;
      // Arithmetic carries the old value into the new one; an exchange does not.
      this.dataDeps = op === RmwOp.Xchg ? data : depsUnion(data, this.readDeps());
      this.provenanceOf(cell);
      this.extender.addWrite(cellIndex(cell), applyRmw(op, old, operand), writeMode(mode), e);
      this.addrDeps = NO_DEPS;
      this.dataDeps = NO_DEPS;
    }
    this.at++;
    return old;
  }

  /** Turns the provenance of an address into an address dependency. */
  private provenanceOf(cell: Cell): void {
    const slot = cell >>> CELL_BITS;
    if (slot > 0 && this.addrDeps === NO_DEPS) this.addrDeps = depsOf(slot - 1);
  }
}
