import { type Cell, Cpu, cellIndex } from '../../cpu/cpu.ts';
import { type Fence, Mode, type RmwOp } from '../../cpu/modes.ts';

/** What an access is: one of these, a Mode, and a word. */
export enum Access {
  Read = 0,
  Write = 1,
  Rmw = 2,
}

/** The kind of an access, how it is marked and where it goes, as one number; 0 is none. */
export type AccessKey = number;

export const accessKey = (access: Access, mode: Mode, cell: number): AccessKey =>
  (access * 16 + mode) * 2 ** 20 + cell + 1;

/** A barrier by its kind and the access before it in its thread. */
export type FenceKey = number;

export const fenceKey = (fence: Fence, after: AccessKey): FenceKey => (fence + 1) * 2 ** 27 + after;

/** Changes of what the code of one thread does, which stays as it is. `nth`: which of its accesses of that kind, counted from 0. */
export interface Patches {
  /** Another barrier in the place of one, or none. */
  readonly fences: ReadonlyMap<FenceKey, Fence | 'none'>;
  readonly modes: ReadonlyMap<AccessKey, readonly { readonly nth: number; readonly mode: Mode }[]>;
  /** Barriers right before an access. */
  readonly inserted: ReadonlyMap<AccessKey, readonly { readonly nth: number; readonly fence: Fence }[]>;
  /** Locks that are not taken. */
  readonly locks: ReadonlySet<number>;
  /** Kinds of barriers that are left out wherever they stand. */
  readonly without: ReadonlySet<Fence>;
}

/** A CPU in front of another one, which changes barriers, orderings and locks on the way. */
export class PatchedCpu extends Cpu {
  private inner!: Cpu;
  private last: AccessKey = 0;
  private readonly counts = new Map<AccessKey, number>();

  constructor(private readonly patches: Patches) {
    super();
  }

  /** To be called before the body of the thread runs. */
  begin(inner: Cpu): this {
    this.inner = inner;
    this.last = 0;
    this.counts.clear();
    return this;
  }

  get id(): number {
    return this.inner.id;
  }

  /** Inserts what belongs before an access. @returns how it is to be marked */
  private before(access: Access, mode: Mode, cell: Cell): Mode {
    const key = accessKey(access, mode, cellIndex(cell));
    this.last = key;
    const modes = this.patches.modes.get(key);
    const inserted = this.patches.inserted.get(key);
    if (modes === undefined && inserted === undefined) return mode;
    const nth = this.counts.get(key) ?? 0;
    this.counts.set(key, nth + 1);
    for (const patch of inserted ?? []) if (patch.nth === nth) this.inner.fence(patch.fence);
    return modes?.find((patch) => patch.nth === nth)?.mode ?? mode;
  }

  read(cell: Cell, mode: Mode, label?: string): number {
    return this.inner.read(cell, this.before(Access.Read, mode, cell), label);
  }
  readWhen(cell: Cell, mask: number, want: number, mode: Mode, label?: string): number {
    return this.inner.readWhen(cell, mask, want, this.before(Access.Read, mode, cell), label);
  }
  write(cell: Cell, value: number, mode: Mode, label?: string): void {
    if (mode === Mode.Unlock && this.patches.locks.has(cellIndex(cell))) return;
    this.inner.write(cell, value, this.before(Access.Write, mode, cell), label);
  }
  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    return this.inner.rmw(cell, op, operand, this.before(Access.Rmw, mode, cell), label);
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
    return this.inner.rmwIf(cell, mask, want, equal, op, operand, this.before(Access.Rmw, mode, cell), label);
  }
  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    if (mode === Mode.Lock && this.patches.locks.has(cellIndex(cell))) return want;
    return this.inner.rmwWhen(cell, mask, want, op, operand, this.before(Access.Rmw, mode, cell), label);
  }

  fence(kind: Fence, cell?: Cell): void {
    if (this.patches.without.has(kind)) return;
    const other = this.patches.fences.get(fenceKey(kind, this.last)) ?? kind;
    if (other !== 'none') this.inner.fence(other, cell);
  }

  choose(count: number): number {
    return this.inner.choose(count);
  }
  provenance(value: number): number {
    return this.inner.provenance(value);
  }
  override branch(taken: boolean): boolean {
    return this.inner.branch(taken);
  }
}
