import { depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import { compileLoad, compileStore, constant, type Evaluate, type ExpressionCompiler, type Target } from './access.ts';
import { arithmetic } from './arithmetic.ts';
import type { BinaryOperator, Expression, Place } from './ast.ts';
import { compileCall } from './compile-call.ts';
import { bindingOf, cellAt, constantAddress, constantOf, convert, type Scope, same, unary } from './constant.ts';
import { during } from './here.ts';

import { ThreadFault } from './machine.ts';

/** What the expression on the left of an assignment stands for. */
export function compileTarget(scope: Scope, e: Expression): Target {
  if (e.kind === 'name') {
    const binding = bindingOf(scope, e.name);
    if (binding.kind === 'register') return { kind: 'register', slot: binding.slot };
    if (binding.kind === 'memory') return { kind: 'cell', cell: binding.location.cell };
    throw new Error(`${e.name} was not resolved`);
  }
  const address = constantAddress(scope, e);
  const cell = address === undefined ? undefined : cellAt(scope.layout, address);
  if (cell !== undefined) return { kind: 'cell', cell };
  return { kind: 'address', address: compileAddress(scope, e), place: e };
}

/** What a pointer points to. */
export function compilePointee(scope: Scope, e: Expression): Target {
  const address = constantOf(scope, e);
  const cell = address === undefined ? undefined : cellAt(scope.layout, address);
  if (cell !== undefined) return { kind: 'cell', cell };
  return { kind: 'address', address: compile(scope, e), place: e };
}

function compileAddress(scope: Scope, e: Expression): Evaluate {
  if (e.kind === 'unary') return compile(scope, e.operand);
  if (e.kind === 'index') return compileBinary('+', compile(scope, e.object), compile(scope, e.index), e);
  throw new Error(`${e.kind} has no address`);
}

/**
 * Changes a target in plain C, as `x += y` and `x++` do: memory is read and written, and the write depends on what was
 * read. @param old whether the whole has the value from before
 */
function compileChange(
  target: Target,
  operator: BinaryOperator,
  value: Evaluate,
  old: boolean,
  place: Place,
): Evaluate {
  if (target.kind === 'register') {
    const { slot } = target;
    return (m) => {
      const by = value(m);
      const before = m.frame[slot]!;
      const origin = m.origins[slot]!;
      m.deps = depsUnion(m.deps, origin);
      const after = compute(operator, before, by, place);
      m.origins[slot] = m.deps;
      m.frame[slot] = after;
      if (old) m.deps = origin;
      return old ? before : after;
    };
  }
  const address = target.kind === 'address' ? target.address : undefined;
  const fixed = target.kind === 'cell' ? target.cell : 0;
  return (m) => {
    m.deps = NO_DEPS;
    const cell = address === undefined ? fixed : m.cell(address(m), place);
    const addressDeps = m.deps;
    const by = value(m);
    const { cpu, deps } = m;
    cpu.addrDeps = addressDeps;
    const before = cpu.read(cell, Mode.Plain);
    const read = cpu.readDeps();
    const origin = depsUnion(deps, read);
    m.deps = origin;
    const after = compute(operator, before, by, place);
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = origin;
    cpu.write(cell, after, Mode.Plain);
    m.deps = old ? read : origin;
    return old ? before : after;
  };
}

function compute(operator: BinaryOperator, a: number, b: number, place: Place): number {
  const value = arithmetic(operator, a, b);
  if (value === undefined) {
    const message = operator === '/' || operator === '%' ? 'this divides by zero' : `this shifts by ${b} bits`;
    throw new ThreadFault({ place, message });
  }
  return value;
}

function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate, place: Place): Evaluate {
  switch (operator) {
    case '+':
      return (m) => {
        const a = left(m);
        const deps = m.deps;
        const b = right(m);
        m.deps = depsUnion(deps, m.deps);
        return a + b;
      };
    case '==':
      return (m) => {
        const a = left(m);
        const deps = m.deps;
        const b = right(m);
        m.deps = depsUnion(deps, m.deps);
        return a === b ? 1 : 0;
      };
    default:
      return (m) => {
        const a = left(m);
        const deps = m.deps;
        const b = right(m);
        m.deps = depsUnion(deps, m.deps);
        return compute(operator, a, b, place);
      };
  }
}

/**
 * Compiles an expression. Operands are evaluated from left to right. What `&&`, `||` and `?:` leave out is not
 * evaluated; what they do evaluate is controlled by their condition, and so depends their value on it.
 */
export function compile(scope: Scope, e: Expression): Evaluate {
  const evaluate = during(scope.here, e, compileBare(scope, e));
  const want = scope.expected.get(e);
  if (want === undefined) return evaluate;
  return (m) => {
    m.cpu.expect(want.value, want.by);
    return evaluate(m);
  };
}

function compileBare(scope: Scope, e: Expression): Evaluate {
  const known = constantOf(scope, e);
  if (known !== undefined) return constant(known);
  switch (e.kind) {
    case 'name':
      return compileLoad(compileTarget(scope, e), Mode.Plain);
    case 'index':
      return compileLoad(compileTarget(scope, e), Mode.Plain);
    case 'unary': {
      const { operator } = e;
      if (operator === '*') return compileLoad(compilePointee(scope, e.operand), Mode.Plain);
      if (operator === '&') return compileAddress(scope, e.operand);
      const operand = compile(scope, e.operand);
      return (m) => unary(operator, operand(m));
    }
    case 'binary':
      return compileBinary(e.operator, compile(scope, e.left), compile(scope, e.right), e);
    case 'logical':
      return compileLogical(e.operator === '||', compile(scope, e.left), compile(scope, e.right));
    case 'conditional':
      return compileConditional(compile(scope, e.condition), compile(scope, e.then), compile(scope, e.otherwise));
    case 'assignment': {
      const target = compileTarget(scope, e.target);
      const value = compile(scope, e.value);
      if (e.operator === undefined) return compileStore(target, value, Mode.Plain);
      return compileChange(target, e.operator, value, false, e);
    }
    case 'update': {
      return compileChange(compileTarget(scope, e.target), '+', constant(e.by), e.postfix, e);
    }
    case 'call':
      return compileCall(compilerIn(scope), e);
    case 'cast': {
      const conversion = convert(e);
      const operand = compile(scope, e.operand);
      return conversion === same ? operand : (m) => conversion(operand(m));
    }
    case 'comma': {
      const left = compile(scope, e.left);
      const right = compile(scope, e.right);
      return (m) => {
        left(m);
        return right(m);
      };
    }
    default:
      throw new Error(`${e.kind} was not resolved`);
  }
}

const compilerIn = (scope: Scope): ExpressionCompiler => ({
  value: (e) => compile(scope, e),
  target: (e) => compileTarget(scope, e),
  pointee: (e) => compilePointee(scope, e),
});

/** @param on the value of the left operand, as a truth, that settles the whole */
function compileLogical(on: boolean, left: Evaluate, right: Evaluate): Evaluate {
  return (m) => {
    const a = m.branch(left(m) !== 0);
    if (a === on) return on ? 1 : 0;
    const { deps, control } = m;
    m.controlledBy(deps);
    const b = right(m);
    m.setControl(control);
    m.deps = depsUnion(deps, m.deps);
    return b === 0 ? 0 : 1;
  };
}

function compileConditional(condition: Evaluate, then: Evaluate, otherwise: Evaluate): Evaluate {
  return (m) => {
    const arm = m.branch(condition(m) !== 0) ? then : otherwise;
    const { deps, control } = m;
    m.controlledBy(deps);
    const value = arm(m);
    m.setControl(control);
    m.deps = depsUnion(deps, m.deps);
    return value;
  };
}
