import { guardHolds, WHOLE } from '../cpu/cpu.ts';
import { depsUnion } from '../cpu/deps.ts';
import { Mode, RmwOp, typedRmw } from '../cpu/modes.ts';
import { compileCell, type Evaluate, type Target } from './access.ts';
import type { Operand } from './atomics.ts';
import type { Machine } from './machine.ts';

/** How a lock is taken and released: a word of which some bits are 0 while it may be taken. `bit`: the mask of a bit. */
export interface Lock {
  /** Whether the LKMM knows it as a lock: {@link Machine.lock} has the word. */
  readonly isSpin: boolean;
  /** The bits that must be 0. */
  readonly busy: number | 'bit';
  readonly take: RmwOp;
  readonly operand: number | 'bit';
  /** How what is taken is given back; of a spinlock, 0 is written. */
  readonly release: RmwOp;
}

/** A spinlock as the LKMM has it; a mutex is one as well. */
export const SPIN: Lock = { isSpin: true, busy: WHOLE, take: RmwOp.Xchg, operand: 1, release: RmwOp.Xchg };
/** One side of a lock with readers and a writer, as {@link Cpu.downRead} and {@link Cpu.downWrite} have them. */
export const READER: Lock = { isSpin: false, busy: 1, take: RmwOp.Add, operand: 2, release: RmwOp.Sub };
export const WRITER: Lock = { isSpin: false, busy: WHOLE, take: RmwOp.Xchg, operand: 1, release: RmwOp.Sub };
/** A bit among others. */
export const BIT: Lock = { isSpin: false, busy: 'bit', take: RmwOp.Or, operand: 'bit', release: RmwOp.Andnot };

/** What an operation on a lock accesses: the cell of the lock, the word that stands for it, and the mask of its bit. */
interface Word {
  cell: number;
  word: number;
  bit: number;
}

/** Finds the word of a lock and the mask of its bit, where it is one, and leaves what the operation on it depends on. */
function compileWord({ isSpin }: Lock, target: Target, mask: Operand): (m: Machine) => Word {
  const cellOf = compileCell(target);
  const found: Word = { cell: 0, word: 0, bit: 0 };
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    found.cell = cell;
    found.bit = mask(m, cell);
    m.cpu.addrDeps = addressDeps;
    m.cpu.dataDeps = m.deps;
    found.word = isSpin ? m.lock(cell) : cell;
    return found;
  };
}

/** The operation that a {@link Lock} names, as the type of its word computes it. */
const opOn = (m: Machine, op: RmwOp, cell: number, { type }: Target): RmwOp => typedRmw(op, m.kindOf(cell, type.kind));

/** Takes a lock, and waits for that. @param mask of the bit, where the lock is one */
export function compileLock(lock: Lock, target: Target, mask: Operand): Evaluate {
  const { isSpin, take, busy, operand } = lock;
  const wordOf = compileWord(lock, target, mask);
  const mode = isSpin ? Mode.Lock : Mode.Acquire;
  return (m) => {
    const { cell, word, bit } = wordOf(m);
    const by = operand === 'bit' ? bit : operand;
    m.cpu.rmwWhen(word, busy === 'bit' ? bit : busy, 0, opOn(m, take, cell, target), by, mode);
    if (isSpin) m.hold(word);
    return 0;
  };
}

/** Takes a lock if it is free. Has whether it did, or, where `inverted`, whether it did not. */
export function compileTrylock(lock: Lock, target: Target, mask: Operand, inverted: boolean): Evaluate {
  const { isSpin, take, operand } = lock;
  const wordOf = compileWord(lock, target, mask);
  const mode = isSpin ? Mode.Lock : Mode.Acquire;
  return (m) => {
    const { cell, word, bit } = wordOf(m);
    const maskDeps = m.deps;
    const busy = lock.busy === 'bit' ? bit : lock.busy;
    const by = operand === 'bit' ? bit : operand;
    const old = m.cpu.rmwIf(word, busy, 0, true, opOn(m, take, cell, target), by, mode);
    m.deps = depsUnion(m.cpu.readDeps(), maskDeps);
    const taken = guardHolds(old, busy, 0, true);
    if (taken && isSpin) m.hold(word);
    return taken === inverted ? 0 : 1;
  };
}

/** Releases a lock. */
export function compileUnlock(lock: Lock, target: Target, mask: Operand): Evaluate {
  const { isSpin, release, operand } = lock;
  const wordOf = compileWord(lock, target, mask);
  return (m) => {
    const { cell, word, bit } = wordOf(m);
    if (isSpin) m.cpu.write(m.release(word), 0, Mode.Unlock);
    else m.cpu.rmw(word, opOn(m, release, cell, target), operand === 'bit' ? bit : operand, Mode.Release);
    return 0;
  };
}

/** Whether somebody holds a lock. */
export function compileIsLocked({ isSpin }: Lock, target: Target): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const { cpu } = m;
    let value: number;
    if (isSpin) value = m.readLock(m.lock(cell));
    else {
      cpu.addrDeps = m.deps;
      value = cpu.read(cell, Mode.Once);
    }
    m.deps = cpu.readDeps();
    return value === 0 ? 0 : 1;
  };
}
