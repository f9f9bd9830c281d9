import { depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { IntKind, isAddress, multiply, wrap } from '../cpu/integer.ts';
import type { Mode } from '../cpu/modes.ts';
import { OUT_OF_THIN_AIR } from '../program/program.ts';
import { type Evaluate, loaded, stored, type Target } from './access.ts';
import { compute, whyUndefined } from './arithmetic.ts';
import type { BinaryOperator, Place } from './ast.ts';
import { ThreadFault } from './frame.ts';
import type { Machine } from './machine.ts';
import { countsElements, stride, type ValueType } from './value-type.ts';

/**
 * Changes a target in plain C, as `x += y` and `x++` do: memory is read and written, and the write depends on what was
 * read. @param old whether the whole has the value from before
 */
export function compileChange(
  plain: Mode,
  target: Target,
  operator: BinaryOperator,
  value: Evaluate,
  valueType: ValueType,
  old: boolean,
  place: Place,
): Evaluate {
  const { type } = target;
  const step = type.pointee === undefined ? 1 : stride(type.pointee);
  const loose = (operator === '+' || operator === '-') && countsElements(type.kind, type, type);
  const change = (m: Machine, before: number, by: number): number => {
    if (loose && isAddress(before)) return m.looseSum(operator === '+' ? 1 : -1, type.kind, before, by);
    const after = compute(operator, before, type.kind, multiply(IntKind.S64, by, step), valueType.kind);
    return wrap(type.kind, after ?? undefinedValue(operator, by, place));
  };
  if (target.kind === 'register') {
    const { slot } = target;
    return (m) => {
      const by = value(m);
      const before = m.frame[slot]!;
      if (before === OUT_OF_THIN_AIR) m.cpu.abandon();
      const origin = m.origins[slot]!;
      m.deps = depsUnion(m.deps, origin);
      m.frame[slot] = change(m, before, by);
      m.origins[slot] = m.deps;
      if (old) m.deps = origin;
      return old ? before : m.frame[slot]!;
    };
  }
  const address = target.kind === 'address' ? target.address : undefined;
  const access = target.kind === 'address' ? target.access : undefined;
  const fixed = target.kind === 'cell' ? target.cell : 0;
  return (m) => {
    m.deps = NO_DEPS;
    const cell = address === undefined ? fixed : m.cell(address(m), place, access);
    const addressDeps = m.deps;
    const by = value(m);
    const { cpu, deps } = m;
    cpu.addrDeps = addressDeps;
    const before = loaded(m, cell, type.kind, cpu.read(cell, plain));
    if (before === OUT_OF_THIN_AIR) cpu.abandon();
    const read = cpu.readDeps();
    const origin = depsUnion(deps, read);
    m.deps = origin;
    const after = change(m, before, by);
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = origin;
    cpu.write(cell, stored(m, cell, type.kind, after), plain);
    m.deps = old ? read : origin;
    return old ? before : after;
  };
}

export function undefinedValue(operator: BinaryOperator, b: number, place: Place): never {
  throw new ThreadFault({ place, message: whyUndefined(operator, b) });
}
