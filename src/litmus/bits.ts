import { depsUnion } from '../cpu/deps.ts';
import { applyRmw, Mode, RmwOp } from '../cpu/modes.ts';
import { compileCell, type Evaluate, type Target } from './access.ts';
import type { Place } from './ast.ts';
import { ThreadFault } from './machine.ts';

/** The mask of a bit whose number is computed. Words have 31 bits to set: no mask is negative. */
export function bitMask(bit: Evaluate, place: Place): Evaluate {
  return (m) => {
    const n = bit(m);
    if (n < 0 || n > 30) throw new ThreadFault({ place, message: `there is no bit ${n}: bits go from 0 to 30` });
    return 1 << n;
  };
}

/** test_and_set_bit_lock(): an acquire, if the bit was clear. */
export function compileBitLock(target: Target, mask: Evaluate): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m);
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = m.deps;
    const maskDeps = m.deps;
    const old = cpu.rmwIf(cell, bit, 0, true, RmwOp.Or, bit, Mode.Acquire);
    m.deps = depsUnion(cpu.readDeps(), maskDeps);
    return (old & bit) === 0 ? 0 : 1;
  };
}

export function compileTestBit(load: Evaluate, mask: Evaluate): Evaluate {
  return (m) => {
    const bit = mask(m);
    const maskDeps = m.deps;
    const value = load(m);
    m.deps = depsUnion(m.deps, maskDeps);
    return (value & bit) === 0 ? 0 : 1;
  };
}

/** __set_bit() and its kind: not atomic. */
export function compilePlainBit(target: Target, mask: Evaluate, op: RmwOp): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m);
    const maskDeps = m.deps;
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    const old = cpu.read(cell, Mode.Plain);
    const deps = depsUnion(cpu.readDeps(), maskDeps);
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = deps;
    cpu.write(cell, applyRmw(op, old, bit), Mode.Plain);
    m.deps = deps;
    return (old & bit) === 0 ? 0 : 1;
  };
}
