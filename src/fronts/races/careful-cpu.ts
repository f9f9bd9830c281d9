import { type Cell, Cpu, cellIndex } from '../../cpu/cpu.ts';
import type { Fence, Mode, RmwOp } from '../../cpu/modes.ts';
import { NotDeterministic, WrongAccess } from '../../program/wrong-access.ts';

/** What a thread did next after certain values had been read, and what it did after each value that this returned. */
interface Deed {
  readonly key: string;
  readonly next: Map<number, Deed>;
}

/** What stands for the end of a thread. */
const END = 'end';

/** Where accesses are counted, so that another thread can see that this one is at work. */
let pulse = new Float64Array(1);

/** @param into its only number goes up with each access of code that nobody has tested */
export function countAccesses(into: Float64Array<ArrayBuffer | SharedArrayBuffer>): void {
  pulse = into as Float64Array<ArrayBuffer>;
}

/** So many deeds of a thread are remembered; what comes after is not compared. */
const MOST_DEEDS = 200_000;

/**
 * A CPU in front of another one, for code that nobody has tested: it refuses words that memory does not have, values that
 * are none, and a thread that does something else than it did when it had read the same.
 */
export class CarefulCpu extends Cpu {
  private inner!: Cpu;
  private at: Map<number, Deed> | undefined;
  private returned = 0;
  private readonly root = new Map<number, Deed>();
  private known = 0;

  /** @param words how many words memory has */
  constructor(private readonly words: number) {
    super();
  }

  /** To be called before the body of the thread runs. */
  begin(inner: Cpu): this {
    this.inner = inner;
    this.at = this.root;
    this.returned = 0;
    return this;
  }

  /** To be called where the body has returned. @throws NotDeterministic */
  end(): void {
    this.note(END);
  }

  get id(): number {
    return this.inner.id;
  }

  /** @throws NotDeterministic */
  private note(key: string): void {
    pulse[0]!++;
    if (this.at === undefined) return;
    const before = this.at.get(this.returned);
    if (before === undefined) {
      if (++this.known > MOST_DEEDS) {
        this.at = undefined;
        return;
      }
      const next = new Map<number, Deed>();
      this.at.set(this.returned, { key, next });
      this.at = next;
    } else if (before.key === key) this.at = before.next;
    else throw new NotDeterministic('does not do the same again when it reads the same');
    this.returned = 0;
  }

  /** What comes next may depend on what is returned here. */
  private returning(value: number): number {
    this.returned = value;
    return value;
  }

  /** @throws WrongAccess */
  private word(cell: Cell, what: string): number {
    const index = cellIndex(cell);
    if (!Number.isSafeInteger(cell) || cell < 0 || index === 0 || index >= this.words) {
      const name = Number.isSafeInteger(cell) && cell >= 0 ? index : cell;
      throw new WrongAccess(`${what} word ${name}; memory has words 1 to ${this.words - 1}`);
    }
    return index;
  }

  private value(value: number): number {
    if (!Number.isSafeInteger(value)) throw new WrongAccess(`writes ${value}; a word holds an integer`);
    return value;
  }

  read(cell: Cell, mode: Mode, label?: string): number {
    this.note(`read ${this.word(cell, 'reads')} ${mode}`);
    return this.returning(this.inner.read(cell, mode, label));
  }
  readWhen(cell: Cell, mask: number, want: number, mode: Mode, label?: string): number {
    this.note(`readWhen ${this.word(cell, 'reads')} ${mask} ${want} ${mode}`);
    return this.returning(this.inner.readWhen(cell, mask, want, mode, label));
  }
  write(cell: Cell, value: number, mode: Mode, label?: string): void {
    this.note(`write ${this.word(cell, 'writes')} ${this.value(value)} ${mode}`);
    this.inner.write(cell, value, mode, label);
  }
  rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    this.note(`rmw ${this.word(cell, 'changes')} ${op} ${this.value(operand)} ${mode}`);
    return this.returning(this.inner.rmw(cell, op, operand, mode, label));
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
    this.note(`rmwIf ${this.word(cell, 'changes')} ${mask} ${want} ${equal} ${op} ${this.value(operand)} ${mode}`);
    return this.returning(this.inner.rmwIf(cell, mask, want, equal, op, operand, mode, label));
  }
  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode, label?: string): number {
    this.note(`rmwWhen ${this.word(cell, 'changes')} ${mask} ${want} ${op} ${this.value(operand)} ${mode}`);
    return this.returning(this.inner.rmwWhen(cell, mask, want, op, operand, mode, label));
  }
  fence(kind: Fence, cell?: Cell): void {
    this.note(`fence ${kind}`);
    this.inner.fence(kind, cell);
  }
  choose(count: number): number {
    this.note(`choose ${count}`);
    return this.returning(this.inner.choose(count));
  }
  provenance(value: number): number {
    return this.inner.provenance(value);
  }
  override branch(taken: boolean): boolean {
    return this.inner.branch(taken);
  }
}
