import { NO_DEPS } from '../cpu/deps.ts';
import type { Mode } from '../cpu/modes.ts';
import type { Expression, Place } from './ast.ts';
import type { Machine } from './machine.ts';

/** A compiled expression: returns its value, and leaves in the machine where that comes from. */
export type Evaluate = (m: Machine) => number;

/** What can be read or written: a register, a known word of memory, or whatever an address turns out to be. */
export type Target =
  | { readonly kind: 'register'; readonly slot: number }
  | { readonly kind: 'cell'; readonly cell: number }
  | { readonly kind: 'address'; readonly address: Evaluate; readonly place: Place };

/** Compiles the parts of a call; the names in them mean what they mean in its thread. */
export interface ExpressionCompiler {
  value(e: Expression): Evaluate;
  /** What an lvalue stands for. */
  target(e: Expression): Target;
  /** What a pointer points to. */
  pointee(e: Expression): Target;
}

/** Reads a target; a register has where its value came from, and memory is an access. */
export function compileLoad(target: Target, mode: Mode): Evaluate {
  if (target.kind === 'register') {
    const { slot } = target;
    return (m) => {
      m.deps = m.origins[slot]!;
      return m.frame[slot]!;
    };
  }
  if (target.kind === 'cell') {
    const { cell } = target;
    return (m) => {
      const value = m.cpu.read(cell, mode);
      m.deps = m.cpu.readDeps();
      return value;
    };
  }
  const { address, place } = target;
  return (m) => {
    const cell = m.cell(address(m), place);
    m.cpu.addrDeps = m.deps;
    const value = m.cpu.read(cell, mode);
    m.deps = m.cpu.readDeps();
    return value;
  };
}

/** Writes what `value` computes to a target, and has that value. */
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
  if (target.kind === 'cell') {
    const { cell } = target;
    return (m) => {
      const v = value(m);
      m.cpu.dataDeps = m.deps;
      m.cpu.write(cell, v, mode);
      return v;
    };
  }
  const { address, place } = target;
  return (m) => {
    const cell = m.cell(address(m), place);
    const addressDeps = m.deps;
    const v = value(m);
    m.cpu.addrDeps = addressDeps;
    m.cpu.dataDeps = m.deps;
    m.cpu.write(cell, v, mode);
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
  const { address, place } = target;
  return (m) => m.cell(address(m), place);
}
