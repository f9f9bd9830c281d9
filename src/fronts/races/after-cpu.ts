import { type Cell, cellIndex } from '../../cpu/cpu.ts';
import type { Mode, RmwOp } from '../../cpu/modes.ts';
import type { SourcePlace } from '../../explain/source-place.ts';
import { DirectCpu } from '../../run/direct.ts';

/** An access after the race, and what its word held before and after. */
export interface AfterAccess {
  readonly kind: 'read' | 'write' | 'rmw';
  readonly cell: number;
  readonly before: number;
  readonly value: number;
  readonly label: string | undefined;
  readonly place: SourcePlace | undefined;
}

/** What is done after a race, while somebody listens. */
export class AfterLog {
  /** Undefined where nobody listens. */
  accesses: AfterAccess[] | undefined;

  constructor(private readonly locate: () => SourcePlace | undefined) {}

  /** What is done while something runs. */
  listen(run: () => void): readonly AfterAccess[] {
    const heard: AfterAccess[] = [];
    this.accesses = heard;
    run();
    this.accesses = undefined;
    return heard;
  }

  add(access: Omit<AfterAccess, 'place'>): void {
    this.accesses?.push({ ...access, place: this.locate() });
  }
}

/** A CPU that runs alone, as {@link DirectCpu}, and tells what it does. */
export class AfterCpu extends DirectCpu {
  constructor(
    id: number,
    private readonly words: Float64Array,
    private readonly log: AfterLog,
  ) {
    super(id, words);
  }

  private told<R>(kind: AfterAccess['kind'], cell: Cell, label: string | undefined, access: () => R): R {
    if (this.log.accesses === undefined) return access();
    const index = cellIndex(cell);
    const before = this.words[index]!;
    const result = access();
    this.log.add({ kind, cell: index, before, value: this.words[index]!, label });
    return result;
  }

  override read(cell: Cell, mode: Mode, label?: string): number {
    return this.told('read', cell, label, () => super.read(cell, mode));
  }
  override write(cell: Cell, value: number, mode: Mode, label?: string): void {
    this.told('write', cell, label, () => super.write(cell, value, mode));
  }
  override rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    return this.told('rmw', cell, label, () => super.rmw(cell, op, operand, mode));
  }
  override rmwIf(
    cell: Cell,
    mask: number,
    want: number,
    equal: boolean,
    op: RmwOp,
    operand: number,
    mode: Mode,
    label?: string,
  ): number {
    return this.told('rmw', cell, label, () => super.rmwIf(cell, mask, want, equal, op, operand, mode));
  }
}
