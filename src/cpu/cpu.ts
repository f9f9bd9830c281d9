import type { Deps } from './deps.ts';
import { bitwise, IntKind, isLess, isSmall } from './integer.ts';
import { Fence, Mode, RmwOp } from './modes.ts';

/**
 * A handle on one word of simulated memory: its index in the low {@link CELL_BITS} bits, and above them the
 * *provenance* of the address, which is what {@link Cpu.provenance} returned after the read that produced it (0: none).
 * Adding a field offset to a handle keeps its provenance, as adding to a C pointer keeps an address dependency.
 */
export type Cell = number;

/** What `provenance()` throws: the value is not that of the last read, so the address would depend on another. */
export class WrongProvenance extends Error {
  constructor(value: number, last: number) {
    super(`an address was made of ${value}, and the last read returned ${last}`);
    this.name = 'WrongProvenance';
  }
}

/** How many bits of a {@link Cell} are the index of the word. */
export const CELL_BITS = 20;

/** The word that a handle points to, without its provenance. */
export const cellIndex = (cell: Cell): number => cell & ((1 << CELL_BITS) - 1);

/** A guard that compares the whole word rather than some of its bits. */
export const WHOLE = -1;

/** A guard that asks whether the word is less than `want`. */
export const LESS = -2;

/**
 * Does `value` satisfy the guard `(value & mask) === want`, or `value < want` where the mask is {@link LESS} (negated
 * unless `equal`)?
 */
export const guardHolds = (value: number, mask: number, want: number, equal: boolean): boolean =>
  (mask === LESS ? isLess(value, want) : (mask === WHOLE ? value : masked(value, mask)) === want) === equal;

/** JavaScript's own operator knows the low 32 bits, which are those of a mask of 31. */
const masked = (value: number, mask: number): number =>
  mask <= 0x7fffffff && mask > 0 && isSmall(value) ? value & mask : bitwise(IntKind.S64, '&', value, mask);

/**
 * One CPU as the kernel sees it: the primitives of the LKMM, a method each. All of `mm/`, and every litmus test,
 * touches shared state through this class alone, so the same code runs on one thread, on real threads, and in every
 * execution that a memory model allows.
 *
 * A subclass supplies the eight abstract operations; everything else is a kernel name for one of them.
 */
export abstract class Cpu {
  /** The number of this CPU, from 0. */
  abstract readonly id: number;

  // --- what an implementation supplies -------------------------------------------------------------------------
  // A label names its access in counterexamples, as the posts do (A1, B3). Nothing else depends on it.

  abstract read(cell: Cell, mode: Mode, label?: string): number;
  abstract write(cell: Cell, value: number, mode: Mode, label?: string): void;
  /** An unconditional read-modify-write. @returns the old value */
  abstract rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode, label?: string): number;
  /**
   * A read-modify-write that happens only where the old value passes the guard (see {@link guardHolds}); where it
   * fails, the read alone happens and orders nothing. @returns the old value
   */
  abstract rmwIf(
    cell: Cell,
    mask: number,
    want: number,
    equal: boolean,
    op: RmwOp,
    operand: number,
    mode: Mode,
    label?: string,
  ): number;
  /** As {@link rmwIf} with an equality guard, but waits until the guard holds. @returns the old value */
  abstract rmwWhen(
    cell: Cell,
    mask: number,
    want: number,
    op: RmwOp,
    operand: number,
    mode: Mode,
    label?: string,
  ): number;
  /** Waits until `(word & mask) === want`, and reads it. @returns the word */
  abstract readWhen(cell: Cell, mask: number, want: number, mode: Mode, label?: string): number;
  /** @param cell the srcu_struct, for SyncSrcu only */
  abstract fence(kind: Fence, cell?: Cell): void;
  /** One of `0 .. count-1`: an input that nothing in the program determines. Every one is explored. */
  abstract choose(count: number): number;
  /**
   * The provenance of a value, to be added to a {@link Cell} whose index was computed from it.
   * @param value what the last read returned
   * @throws WrongProvenance where the last read returned something else
   */
  abstract provenance(value: number): number;

  /**
   * Told of every branch whose condition depends on what was read; the way to take is what it returns. A program whose
   * dependencies are `tracked` must ask at each such branch, or load buffering through it is missed.
   */
  branch(taken: boolean): boolean {
    return taken;
  }

  /**
   * Told that executions in which the next read returns anything else are of no interest: a filter drops them, or they do
   * not satisfy the condition asked about. An explorer that was asked to (see `ExploreOptions.pursue`) leaves them out;
   * others take no notice.
   */
  expect(_value: number, _by: 'filter' | 'condition'): void {}

  /**
   * Told that the thread ends here, since it did what has no meaning.
   * @param _deps the reads that decided it
   */
  faulted(_deps: Deps): void {}

  // --- single accesses -----------------------------------------------------------------------------------------

  readOnce(cell: Cell, label?: string): number {
    return this.read(cell, Mode.Once, label);
  }
  writeOnce(cell: Cell, value: number, label?: string): void {
    this.write(cell, value, Mode.Once, label);
  }
  readPlain(cell: Cell, label?: string): number {
    return this.read(cell, Mode.Plain, label);
  }
  writePlain(cell: Cell, value: number, label?: string): void {
    this.write(cell, value, Mode.Plain, label);
  }
  smpLoadAcquire(cell: Cell, label?: string): number {
    return this.read(cell, Mode.Acquire, label);
  }
  smpStoreRelease(cell: Cell, value: number, label?: string): void {
    this.write(cell, value, Mode.Release, label);
  }

  // --- atomics; `mode` is Once (_relaxed), Acquire, Release or Full ------------------------------------------------

  /** atomic_add(): relaxed, returns nothing. */
  atomicAdd(cell: Cell, n: number, label?: string): void {
    this.rmw(cell, RmwOp.Add, n, Mode.Noreturn, label);
  }
  atomicSub(cell: Cell, n: number, label?: string): void {
    this.rmw(cell, RmwOp.Sub, n, Mode.Noreturn, label);
  }
  atomicAddReturn(cell: Cell, n: number, mode: Mode = Mode.Full, label?: string): number {
    return this.rmw(cell, RmwOp.Add, n, mode, label) + n;
  }
  atomicSubReturn(cell: Cell, n: number, mode: Mode = Mode.Full, label?: string): number {
    return this.rmw(cell, RmwOp.Sub, n, mode, label) - n;
  }
  /** atomic_add_unless(): full when it adds, orders nothing when it does not. */
  atomicAddUnless(cell: Cell, n: number, unless: number, mode: Mode = Mode.Full, label?: string): boolean {
    return this.rmwIf(cell, WHOLE, unless, false, RmwOp.Add, n, mode, label) !== unless;
  }
  xchg(cell: Cell, value: number, mode: Mode = Mode.Full, label?: string): number {
    return this.rmw(cell, RmwOp.Xchg, value, mode, label);
  }
  /** @returns the old value; the store happened where it equals `expected` */
  cmpxchg(cell: Cell, expected: number, value: number, mode: Mode = Mode.Full, label?: string): number {
    return this.rmwIf(cell, WHOLE, expected, true, RmwOp.Xchg, value, mode, label);
  }
  /** set_bit(), for a mask: relaxed, returns nothing. */
  setBits(cell: Cell, mask: number, label?: string): void {
    this.rmw(cell, RmwOp.Or, mask, Mode.Noreturn, label);
  }
  /** clear_bit(), for a mask: relaxed, returns nothing. */
  clearBits(cell: Cell, mask: number, label?: string): void {
    this.rmw(cell, RmwOp.Andnot, mask, Mode.Noreturn, label);
  }
  /** test_and_set_bit(): full. @returns whether any bit of the mask was set */
  testAndSetBits(cell: Cell, mask: number, label?: string): boolean {
    return (this.rmw(cell, RmwOp.Or, mask, Mode.Full, label) & mask) !== 0;
  }
  /** test_and_clear_bit(): full. @returns whether any bit of the mask was set */
  testAndClearBits(cell: Cell, mask: number, label?: string): boolean {
    return (this.rmw(cell, RmwOp.Andnot, mask, Mode.Full, label) & mask) !== 0;
  }

  // --- barriers ------------------------------------------------------------------------------------------------

  smpMb(): void {
    this.fence(Fence.Mb);
  }
  smpRmb(): void {
    this.fence(Fence.Rmb);
  }
  smpWmb(): void {
    this.fence(Fence.Wmb);
  }
  smpMbBeforeAtomic(): void {
    this.fence(Fence.BeforeAtomic);
  }
  smpMbAfterAtomic(): void {
    this.fence(Fence.AfterAtomic);
  }
  smpMbAfterSpinlock(): void {
    this.fence(Fence.AfterSpinlock);
  }
  smpMbAfterUnlockLock(): void {
    this.fence(Fence.AfterUnlockLock);
  }

  // --- locks: 0 is unlocked ----------------------------------------------------------------------------------------

  spinLock(cell: Cell, label?: string): void {
    this.rmwWhen(cell, WHOLE, 0, RmwOp.Xchg, 1, Mode.Lock, label);
  }
  spinUnlock(cell: Cell, label?: string): void {
    this.write(cell, 0, Mode.Unlock, label);
  }
  spinTrylock(cell: Cell, label?: string): boolean {
    return this.rmwIf(cell, WHOLE, 0, true, RmwOp.Xchg, 1, Mode.Lock, label) === 0;
  }
  spinIsLocked(cell: Cell, label?: string): boolean {
    return this.read(cell, Mode.Once, label) !== 0;
  }

  /** Waits for a bit of a flags word and sets it (folio_lock()): an acquire. */
  bitLock(cell: Cell, bit: number, label?: string): void {
    this.rmwWhen(cell, bit, 0, RmwOp.Or, bit, Mode.Acquire, label);
  }
  bitTrylock(cell: Cell, bit: number, label?: string): boolean {
    return (this.rmwIf(cell, bit, 0, true, RmwOp.Or, bit, Mode.Acquire, label) & bit) === 0;
  }
  bitUnlock(cell: Cell, bit: number, label?: string): void {
    this.rmw(cell, RmwOp.Andnot, bit, Mode.Release, label);
  }

  /** A rw_semaphore: readers add {@link READER}, a writer sets the lowest bit. */
  downRead(cell: Cell, label?: string): void {
    this.rmwWhen(cell, WRITER, 0, RmwOp.Add, READER, Mode.Acquire, label);
  }
  /** @returns whether no writer held it, and it is held now */
  downReadTrylock(cell: Cell, label?: string): boolean {
    return (this.rmwIf(cell, WRITER, 0, true, RmwOp.Add, READER, Mode.Acquire, label) & WRITER) === 0;
  }
  upRead(cell: Cell, label?: string): void {
    this.rmw(cell, RmwOp.Sub, READER, Mode.Release, label);
  }
  downWrite(cell: Cell, label?: string): void {
    this.rmwWhen(cell, WHOLE, 0, RmwOp.Xchg, WRITER, Mode.Acquire, label);
  }
  /** @returns whether nobody held it, and it is held now */
  downWriteTrylock(cell: Cell, label?: string): boolean {
    return this.rmwIf(cell, WHOLE, 0, true, RmwOp.Xchg, WRITER, Mode.Acquire, label) === 0;
  }
  upWrite(cell: Cell, label?: string): void {
    this.rmw(cell, RmwOp.Sub, WRITER, Mode.Release, label);
  }

  // --- RCU ----------------------------------------------------------------------------------------------------

  rcuReadLock(): void {
    this.fence(Fence.RcuLock);
  }
  rcuReadUnlock(): void {
    this.fence(Fence.RcuUnlock);
  }
  synchronizeRcu(): void {
    this.fence(Fence.SyncRcu);
  }
}

/**
 * A CPU that is told where addresses, values and branches come from. The fields describe the next access: `addrDeps` and
 * `dataDeps` are used up by it, `ctrlDeps` stays until it is set again (at the branch, and back at the join), and
 * `branchedOn` has what any branch before depended on: a CPU, unlike a compiler, knows no join.
 */
export interface TrackedCpu extends Cpu {
  addrDeps: Deps;
  dataDeps: Deps;
  ctrlDeps: Deps;
  branchedOn: Deps;
  /** The read that returned last, as the one member of a set. */
  readDeps(): Deps;
  /**
   * Ends the run, which belongs to no execution: what its reads returned makes no sense together. (An explorer may come
   * back with other values of these reads.)
   */
  abandon(): never;
  /** How many events the thread has made since it began. */
  readonly made: number;
  /**
   * Told that a round of a loop has left the thread as it was, so that all it did may be to wait. Where it has changed
   * nothing in memory either, whatever the thread does from here it could do without that round; an explorer then ends
   * the run (docs/engine.md, "Waits and locks"). Others go on.
   * @param since what `made` was when the round began
   */
  standsStill(since: number): void;
}

const WRITER = 1;
const READER = 2;
