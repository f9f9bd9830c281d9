import { guardHolds, WHOLE } from '../cpu/cpu.ts';
import { depsUnion } from '../cpu/deps.ts';
import { Mode, RmwOp, typedRmw } from '../cpu/modes.ts';
import { compileCell, type Evaluate, type Target } from './access.ts';
import type { Operand } from './atomics.ts';

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

/** Takes a lock, and waits for that. @param mask of the bit, where the lock is one */
export function compileLock(lock: Lock, target: Target, mask: Operand): Evaluate {
  const { isSpin, take } = lock;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m, cell);
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = m.deps;
    const word = isSpin ? m.lock(cell) : cell;
    const op = typedRmw(take, m.kindOf(cell, target.type.kind));
    const busy = lock.busy === 'bit' ? bit : lock.busy;
    const operand = lock.operand === 'bit' ? bit : lock.operand;
    cpu.rmwWhen(word, busy, 0, op, operand, isSpin ? Mode.Lock : Mode.Acquire);
    if (isSpin) m.hold(word);
    return 0;
  };
}

/** Takes a lock if it is free. Has whether it did, or, where `inverted`, whether it did not. */
export function compileTrylock(lock: Lock, target: Target, mask: Operand, inverted: boolean): Evaluate {
  const { isSpin, take } = lock;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m, cell);
    const maskDeps = m.deps;
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = maskDeps;
    const word = isSpin ? m.lock(cell) : cell;
    const op = typedRmw(take, m.kindOf(cell, target.type.kind));
    const busy = lock.busy === 'bit' ? bit : lock.busy;
    const operand = lock.operand === 'bit' ? bit : lock.operand;
    const old = cpu.rmwIf(word, busy, 0, true, op, operand, isSpin ? Mode.Lock : Mode.Acquire);
    m.deps = depsUnion(cpu.readDeps(), maskDeps);
    const taken = guardHolds(old, busy, 0, true);
    if (taken && isSpin) m.hold(word);
    return taken === inverted ? 0 : 1;
  };
}

/** Releases a lock. */
export function compileUnlock(lock: Lock, target: Target, mask: Operand): Evaluate {
  const { isSpin, release } = lock;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m, cell);
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = m.deps;
    if (isSpin) cpu.write(m.release(m.lock(cell)), 0, Mode.Unlock);
    else {
      const op = typedRmw(release, m.kindOf(cell, target.type.kind));
      cpu.rmw(cell, op, lock.operand === 'bit' ? bit : lock.operand, Mode.Release);
    }
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
