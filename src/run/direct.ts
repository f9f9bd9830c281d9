import { type Cell, Cpu, cellIndex, guardHolds, WrongProvenance } from '../cpu/cpu.ts';
import { applyRmw, Fence, type Mode, type RmwOp } from '../cpu/modes.ts';
import { WrongAccess } from '../program/wrong-access.ts';

/** What a CPU that runs alone would wait for without end. */
export interface Wait {
  /** The word it waits for, or -1 where it waits for a grace period within its own read-side section. */
  readonly cell: number;
  /** The value that the word has instead. */
  readonly value: number;
}

/** Thrown by {@link DirectCpu} out of an operation that can never go on, because no other CPU runs. */
export class WouldBlock extends Error {
  readonly wait: Wait;

  constructor(wait: Wait) {
    super(wait.cell < 0 ? 'waits for its own RCU read-side section' : `waits for word ${wait.cell}`);
    this.name = 'WouldBlock';
    this.wait = wait;
  }
}

export type DirectResult<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'blocked'; readonly wait: Wait };

/** Runs code that may block. Every other exception passes. */
export function runDirect<T>(body: () => T): DirectResult<T> {
  try {
    return { kind: 'done', value: body() };
  } catch (error) {
    if (error instanceof WouldBlock) return { kind: 'blocked', wait: error.wait };
    throw error;
  }
}

/** Who has made so many events reads the same again and again, and waits for what nobody will write. */
const MOST_EVENTS = 10_000_000;

/**
 * One CPU that runs alone over a plain array of words: each access takes effect at once, so barriers do nothing. An
 * operation that would have to wait throws {@link WouldBlock}.
 */
export class DirectCpu extends Cpu {
  readonly id: number;
  readonly #memory: Float64Array;
  readonly #choose: (count: number) => number;
  #rcuNesting = 0;
  /** What the last read returned. */
  #last = 0;
  /** How many reads, writes and fences were made. A read-modify-write counts as two, as in an execution graph. */
  events = 0;

  /** @param choose answers {@link choose}; by default 0 always */
  constructor(id: number, memory: Float64Array, choose: (count: number) => number = () => 0) {
    super();
    this.id = id;
    this.#memory = memory;
    this.#choose = choose;
  }

  read(cell: Cell, _mode: Mode): number {
    const index = this.#index(cell);
    const value = this.#memory[index]!;
    if (++this.events > MOST_EVENTS) throw new WouldBlock({ cell: index, value });
    this.#last = value;
    return value;
  }
  write(cell: Cell, value: number, _mode: Mode): void {
    this.events++;
    this.#memory[this.#index(cell)] = value;
  }
  rmw(cell: Cell, op: RmwOp, operand: number, _mode: Mode): number {
    return this.#update(this.#index(cell), op, operand);
  }
  rmwIf(cell: Cell, mask: number, want: number, equal: boolean, op: RmwOp, operand: number, _mode: Mode): number {
    const index = this.#index(cell);
    const value = this.#memory[index]!;
    if (guardHolds(value, mask, want, equal)) return this.#update(index, op, operand);
    this.events++;
    this.#last = value;
    return value;
  }
  rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, _mode: Mode): number {
    return this.#update(this.#wait(cell, mask, want), op, operand);
  }
  readWhen(cell: Cell, mask: number, want: number, _mode: Mode): number {
    this.events++;
    this.#last = this.#memory[this.#wait(cell, mask, want)]!;
    return this.#last;
  }
  fence(kind: Fence): void {
    this.events++;
    if (kind === Fence.RcuLock) this.#rcuNesting++;
    if (kind === Fence.RcuUnlock) this.#rcuNesting--;
    if (kind === Fence.SyncRcu && this.#rcuNesting > 0) throw new WouldBlock({ cell: -1, value: this.#rcuNesting });
  }
  choose(count: number): number {
    return this.#choose(count);
  }
  provenance(value: number): number {
    if (value !== this.#last) throw new WrongProvenance(value, this.#last);
    return 0;
  }

  /** How many RCU read-side sections are open. */
  get rcuNesting(): number {
    return this.#rcuNesting;
  }

  #update(index: number, op: RmwOp, operand: number): number {
    this.events += 2;
    const old = this.#memory[index]!;
    this.#last = old;
    this.#memory[index] = applyRmw(op, old, operand);
    return old;
  }

  /** @returns the index of the word, which satisfies the guard */
  #wait(cell: Cell, mask: number, want: number): number {
    const index = this.#index(cell);
    const value = this.#memory[index]!;
    if (!guardHolds(value, mask, want, true)) throw new WouldBlock({ cell: index, value });
    return index;
  }

  #index(cell: Cell): number {
    const index = cellIndex(cell);
    if (index === 0 || index >= this.#memory.length) {
      throw new WrongAccess(`accesses word ${index}; memory has words 1 to ${this.#memory.length - 1}`);
    }
    return index;
  }
}
