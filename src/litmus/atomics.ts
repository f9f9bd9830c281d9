import { guardHolds, LESS, WHOLE } from '../cpu/cpu.ts';
import { type Deps, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { bitwise, type IntKind, isLess } from '../cpu/integer.ts';
import { applyRmw, type Fence, Mode, RmwOp, typedRmw } from '../cpu/modes.ts';
import {
  compileCell,
  compileLoad,
  compileStore,
  convert,
  type Evaluate,
  loaded,
  stored,
  type Target,
} from './access.ts';
import type { Place } from './ast.ts';
import { ThreadFault } from './frame.ts';
import type { Machine } from './machine.ts';
import type { Primitive } from './primitive.ts';

/** xchg(): the operand is data, and the value that of the read. Operands of all of these have the type of the target. */
export function compileExchange(target: Target, value: Evaluate, mode: Mode): Evaluate {
  const { kind } = target.type;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const v = value(m);
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = m.deps;
    const old = cpu.rmw(cell, RmwOp.Xchg, stored(m, cell, kind, v), mode);
    m.deps = cpu.readDeps();
    return loaded(m, cell, kind, old);
  };
}

/** What an operand is once it is known which word it is for. */
export type Operand = (m: Machine, cell: number) => number;

/** An unconditional atomic, such as atomic_add() and atomic_fetch_or(). */
export function compileRmw(target: Target, operand: Operand, primitive: Primitive & { kind: 'rmw' }): Evaluate {
  const { op, mode, result, after } = primitive;
  const { kind } = target.type;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const by = operand(m, cell);
    const operandDeps = m.deps;
    const { cpu } = m;
    const typed = typedRmw(op, m.kindOf(cell, kind));
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = operandDeps;
    const old = cpu.rmw(cell, typed, by, mode);
    if (result === 'none') return 0;
    // herd7 lets the result depend on the operand as well, even where it is the old value.
    m.deps = depsUnion(cpu.readDeps(), operandDeps);
    switch (result) {
      case 'old':
        return loaded(m, cell, kind, old);
      case 'new':
        return loaded(m, cell, kind, applyRmw(typed, old, by));
      case 'newIsZero':
        return thenFence(m, applyRmw(typed, old, by) === 0, after);
      case 'newIsNegative':
        return isLess(loaded(m, cell, kind, applyRmw(typed, old, by)), 0) ? 1 : 0;
      case 'bit':
        return bitwise(m.kindOf(cell, kind), '&', old, by) === 0 ? 0 : 1;
    }
  };
}

/** Whether something holds, with a fence where it does. */
function thenFence(m: Machine, holds: boolean, fence: Fence | undefined): number {
  if (fence === undefined) return holds ? 1 : 0;
  const { deps } = m;
  if (!m.branch(holds)) return 0;
  m.cpu.fence(fence);
  m.deps = deps;
  return 1;
}

/**
 * cmpxchg(). What is expected decides whether the write happens: a control dependency. What is written is data, and the value
 * depends on the read alone.
 */
export function compileCompareExchange(target: Target, expected: Evaluate, value: Evaluate, mode: Mode): Evaluate {
  const { kind } = target.type;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const want = expected(m);
    const wantDeps = m.deps;
    const v = value(m);
    const old = guarded(m, cell, kind, { mask: WHOLE, want, equal: true }, RmwOp.Xchg, v, mode, addressDeps, wantDeps);
    m.deps = m.cpu.readDeps();
    return loaded(m, cell, kind, old);
  };
}

/** A read-modify-write of a machine whose operand is the value computed last. @returns the old value */
function guarded(
  m: Machine,
  cell: number,
  kind: IntKind,
  { mask, want, equal }: { readonly mask: number; readonly want: number; readonly equal: boolean },
  op: RmwOp,
  operand: number,
  mode: Mode,
  addressDeps: Deps,
  wantDeps: Deps,
): number {
  const { cpu, control } = m;
  cpu.addrDeps = addressDeps;
  cpu.dataDeps = m.deps;
  cpu.ctrlDeps = depsUnion(control, wantDeps);
  const typed = typedRmw(op, m.kindOf(cell, kind));
  const old = cpu.rmwIf(cell, mask, stored(m, cell, kind, want), equal, typed, stored(m, cell, kind, operand), mode);
  cpu.ctrlDeps = control;
  return old;
}

/** try_cmpxchg(): has whether it wrote; where it did not, `old` gets what was found. */
export function compileTryCompareExchange(
  target: Target,
  old: Target,
  value: Evaluate,
  mode: Mode,
  place: Place,
): Evaluate {
  const cellOf = compileCell(target);
  const { type } = target;
  const { kind } = type;
  const expected = convert(compileLoad(old, Mode.Plain), old.type, type, place);
  let found = 0;
  let foundDeps = NO_DEPS;
  const update = compileStore(
    old,
    convert(
      (m) => {
        m.deps = foundDeps;
        return found;
      },
      type,
      old.type,
      place,
    ),
    Mode.Plain,
  );
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const want = expected(m);
    const wantDeps = m.deps;
    const v = value(m);
    const word = guarded(m, cell, kind, { mask: WHOLE, want, equal: true }, RmwOp.Xchg, v, mode, addressDeps, wantDeps);
    const read = loaded(m, cell, kind, word);
    const readDeps = m.cpu.readDeps();
    const deps = depsUnion(readDeps, wantDeps);
    if (read !== want) {
      found = read;
      foundDeps = readDeps;
      const { control } = m;
      m.controlledBy(deps);
      update(m);
      m.setControl(control);
    }
    m.deps = deps;
    return read === want ? 1 : 0;
  };
}

/**
 * A conditional atomic, such as atomic_add_unless(). What the guard asks for decides whether the write happens: a control
 * dependency, as what cmpxchg() expects is one.
 */
export function compileRmwIf(
  target: Target,
  operand: Evaluate,
  want: Evaluate,
  { op, mode, guard, result }: Primitive & { kind: 'rmwIf' },
  place: Place,
): Evaluate {
  const { mask, equal } = guard;
  const { kind } = target.type;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const wanted = want(m);
    const wantDeps = m.deps;
    const by = operand(m);
    if (mask === LESS && m.kindOf(cell, kind) !== kind) {
      throw new ThreadFault({ place, message: 'this asks for the sign of a word that has none' });
    }
    const word = guarded(m, cell, kind, { mask, want: wanted, equal }, op, by, mode, addressDeps, wantDeps);
    const old = loaded(m, cell, kind, word);
    m.deps = depsUnion(m.cpu.readDeps(), wantDeps);
    switch (result) {
      case 'old':
        return old;
      case 'new':
        return loaded(m, cell, kind, applyRmw(typedRmw(op, m.kindOf(cell, kind)), word, by));
      case 'done':
        return guardHolds(old, mask, wanted, equal) ? 1 : 0;
    }
  };
}
