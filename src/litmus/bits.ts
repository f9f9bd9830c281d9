import { depsUnion } from '../cpu/deps.ts';
import { bitsOf, bitwise, type IntKind, shiftLeft } from '../cpu/integer.ts';
import { applyRmw, Mode, type RmwOp, typedRmw } from '../cpu/modes.ts';
import { compileCell, type Evaluate, type Target } from './access.ts';
import type { Place } from './ast.ts';
import type { Operand } from './atomics.ts';
import { ThreadFault } from './frame.ts';

/** The mask of a bit whose number is computed, in the type of its word. @param access that with which it is accessed */
export function bitMask(bit: Evaluate, access: IntKind, place: Place): Operand {
  return (m, cell) => {
    const n = bit(m);
    const kind = m.kindOf(cell, access);
    if (n < 0 || n >= bitsOf(kind)) {
      throw new ThreadFault({ place, message: `there is no bit ${n}: bits go from 0 to ${bitsOf(kind) - 1}` });
    }
    return shiftLeft(kind, 1, n);
  };
}

/** test_bit(): the bit of a word that is read alone. */
export function compileTestBit(target: Target, mask: Operand, mode: Mode): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m, cell);
    const maskDeps = m.deps;
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    const value = cpu.read(cell, mode);
    m.deps = depsUnion(cpu.readDeps(), maskDeps);
    return bitwise(m.kindOf(cell, target.type.kind), '&', value, bit) === 0 ? 0 : 1;
  };
}

/** __set_bit() and its kind: not atomic. */
export function compilePlainBit(target: Target, mask: Operand, op: RmwOp): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m, cell);
    const maskDeps = m.deps;
    const { cpu } = m;
    const kind = m.kindOf(cell, target.type.kind);
    cpu.addrDeps = addressDeps;
    const old = cpu.read(cell, Mode.Plain);
    const deps = depsUnion(cpu.readDeps(), maskDeps);
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = deps;
    cpu.write(cell, applyRmw(typedRmw(op, kind), old, bit), Mode.Plain);
    m.deps = deps;
    return bitwise(kind, '&', old, bit) === 0 ? 0 : 1;
  };
}
