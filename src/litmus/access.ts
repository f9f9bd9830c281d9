import { NO_DEPS } from '../cpu/deps.ts';
import { type IntKind, isAddress, wrap } from '../cpu/integer.ts';
import type { Mode } from '../cpu/modes.ts';
import type { Call, Expression, Place } from './ast.ts';
import { ThreadFault } from './frame.ts';
import { type CallbackWords, NEVER_WRITTEN } from './layout.ts';
import type { Machine } from './machine.ts';
import { keepsAddresses, type ValueType, widens } from './value-type.ts';

/** A compiled expression: returns its value, and leaves in the machine where that comes from. */
export type Evaluate = (m: Machine) => number;

/** What can be read or written: a register, a known word of memory, or whatever an address turns out to be. */
export type Target =
  | { readonly kind: 'register'; readonly slot: number; readonly type: ValueType }
  | { readonly kind: 'cell'; readonly cell: number; readonly type: ValueType }
  | {
      readonly kind: 'address';
      readonly address: Evaluate;
      readonly place: Place;
      /** The type of its value. */
      readonly type: ValueType;
      /** That with which it is accessed, where it matters that the word has the same size. */
      readonly access: ValueType | undefined;
    };

/** Compiles the parts of a call; the names in them mean what they mean in its thread. */
export interface ExpressionCompiler {
  value(e: Expression): Evaluate;
  /** The value of an expression, converted to a type. */
  as(e: Expression, type: ValueType): Evaluate;
  /** What an lvalue stands for. */
  target(e: Expression): Target;
  /** What a pointer points to. @param access undefined: the word as a whole, whatever its type */
  pointee(e: Expression, access: ValueType | undefined): Target;
  /** Repeats a load at an address until a condition on VAL, which is what the load found, holds. Has the last VAL. */
  loadUntil(load: Evaluate, call: Call, address: Expression, condition: Expression): Evaluate;
  /** The value of an expression whose plain accesses do not race. */
  unraced(e: Expression): Evaluate;
  /** The words by which a call starts a callback. */
  callback(call: Call): CallbackWords;
  typeOf(e: Expression): ValueType;
  /** The address of a new object. */
  allocate(call: Call, isZeroed: boolean): Evaluate;
  /** The type of the word that a call accesses. */
  wordType(call: Call): ValueType | undefined;
}

/**
 * Converts a value from one type to another. A part of an address is no number that anybody knows, so that is an error of the
 * test; but an `int` keeps an address whole, as in herd7.
 */
export function convert(evaluate: Evaluate, from: ValueType, to: ValueType, place: Place): Evaluate {
  const { kind, name } = to;
  if (widens(from.kind, kind)) return evaluate;
  if (keepsAddresses(kind)) return (m) => wrap(kind, evaluate(m));
  return (m) => {
    const value = evaluate(m);
    if (isAddress(value)) throw new ThreadFault({ place, message: `an address does not fit into \`${name}\`` });
    return wrap(kind, value);
  };
}

/** What a word holds, as a type has it that may differ in its sign. */
export function loaded(m: Machine, cell: number, kind: IntKind, value: number): number {
  if (value === NEVER_WRITTEN) m.unwritten();
  return m.kinds[cell] === kind ? value : wrap(kind, value);
}

/** What a word gets to hold of a value. */
export const stored = (m: Machine, cell: number, kind: IntKind, value: number): number =>
  wrap(m.kindOf(cell, kind), value);

/** Reads a target; a register has where its value came from, and memory is an access. */
export function compileLoad(target: Target, mode: Mode): Evaluate {
  if (target.kind === 'register') {
    const { slot } = target;
    return (m) => {
      m.deps = m.origins[slot]!;
      return m.frame[slot]!;
    };
  }
  const { kind } = target.type;
  if (target.kind === 'cell') {
    const { cell } = target;
    return (m) => {
      const value = m.cpu.read(cell, mode);
      m.deps = m.cpu.readDeps();
      return loaded(m, cell, kind, value);
    };
  }
  const { address, place, access } = target;
  return (m) => {
    const cell = m.cell(address(m), place, access);
    m.cpu.addrDeps = m.deps;
    const value = m.cpu.read(cell, mode);
    m.deps = m.cpu.readDeps();
    return loaded(m, cell, kind, value);
  };
}

/** Writes what `value` computes to a target, and has that value. @param value of the type of the target */
export function compileStore(target: Target, value: Evaluate, mode: Mode): Evaluate {
  if (target.kind === 'register') {
    const { slot } = target;
    return (m) => {
      const v = value(m);
      m.frame[slot] = v;
      m.origins[slot] = m.deps;
      return v;
    };
  }
  const { kind } = target.type;
  if (target.kind === 'cell') {
    const { cell } = target;
    return (m) => {
      const v = value(m);
      m.cpu.dataDeps = m.deps;
      m.cpu.write(cell, stored(m, cell, kind, v), mode);
      return v;
    };
  }
  const { address, place, access } = target;
  return (m) => {
    const cell = m.cell(address(m), place, access);
    const addressDeps = m.deps;
    const v = value(m);
    m.cpu.addrDeps = addressDeps;
    m.cpu.dataDeps = m.deps;
    m.cpu.write(cell, stored(m, cell, kind, v), mode);
    return v;
  };
}

/** The same value in every run. */
export const constant =
  (value: number): Evaluate =>
  (m) => {
    m.deps = NO_DEPS;
    return value;
  };

/** The word that a target is, leaving where its address comes from. */
export function compileCell(target: Target): Evaluate {
  if (target.kind === 'cell') return constant(target.cell);
  if (target.kind === 'register') throw new Error('a register is not in memory');
  const { address, place, access } = target;
  return (m) => m.cell(address(m), place, access);
}
