import { depsUnion } from '../cpu/deps.ts';
import { add } from '../cpu/integer.ts';
import { Mode } from '../cpu/modes.ts';
import {
  compileLoad,
  compileStore,
  constant,
  convert,
  type Evaluate,
  type ExpressionCompiler,
  type Target,
} from './access.ts';
import { arithmetic, isShift, operatingKind, unary } from './arithmetic.ts';
import type { Assignment, Binary, Expression, Statements } from './ast.ts';
import { compileCall } from './compile-call.ts';
import { compileChange, undefinedValue } from './compile-change.ts';
import { compileAllocate } from './compile-heap.ts';
import { compileInvocation } from './compile-invocation.ts';
import { compileLoop, Flow } from './compile-loop.ts';
import { compileList } from './compile-statement.ts';
import { bindingOf, cellAt, constantAddress, constantOf, isByAddress, type Scope } from './constant.ts';
import { ThreadCut } from './frame.ts';
import { during } from './here.ts';
import { MAX_CELLS } from './layout.ts';
import { registersThatMatter } from './loop-registers.ts';
import { wordsOf } from './record.ts';
import { known } from './thin-air.ts';
import { accessType, fieldOf, isPointer, pointerSum, scaleOf, typeOf, wordType } from './type-of.ts';
import { countsElements, INT, ofKind, UNTYPED, type ValueType } from './value-type.ts';

/** What the expression on the left of an assignment stands for. */
export function compileTarget(scope: Scope, e: Expression): Target {
  const access = accessType(scope, e);
  const type = access ?? UNTYPED;
  if (e.kind === 'name') {
    const binding = bindingOf(scope, e.name);
    if (binding.kind === 'register') return { kind: 'register', slot: binding.slot, type };
    if (binding.kind === 'memory') return { kind: 'cell', cell: binding.location.cell, type };
    throw new Error(`${e.name} was not resolved`);
  }
  const address = constantAddress(scope, e);
  const cell = address === undefined ? undefined : cellAt(scope.layout, address, access);
  if (cell !== undefined) return { kind: 'cell', cell, type };
  return { kind: 'address', address: compileAddress(scope, e), place: e, type, access };
}

/** What a pointer points to. @param access the type with which it is accessed; undefined: that of the word */
export function compilePointee(scope: Scope, e: Expression, access: ValueType | undefined): Target {
  const type = access ?? UNTYPED;
  const address = constantOf(scope, e);
  const cell = address === undefined ? undefined : cellAt(scope.layout, address, access);
  if (cell !== undefined) return { kind: 'cell', cell, type };
  return { kind: 'address', address: compile(scope, e), place: e, type, access };
}

function compileAddress(scope: Scope, e: Expression): Evaluate {
  if (e.kind === 'unary') return compile(scope, e.operand);
  if (e.kind === 'index') {
    const { start, end, object: left, index: right } = e;
    return compileBinary(scope, { kind: 'binary', start, end, operator: '+', left, right });
  }
  if (e.kind === 'member') {
    const object = e.arrow ? known(compile(scope, e.object)) : compileAddress(scope, e.object);
    const { offset } = fieldOf(scope, e)!;
    if (offset === 0) return object;
    return (m) => object(m) + offset;
  }
  const fixed = constantAddress(scope, e);
  if (fixed !== undefined) return constant(fixed);
  throw new Error(`${e.kind} has no address`);
}

/** Compiles an expression whose value is converted to a type, as where it is assigned. */
export const compileAs = (scope: Scope, e: Expression, type: ValueType): Evaluate =>
  convert(compile(scope, e), typeOf(scope, e), type, e);

function compileBinary(scope: Scope, e: Binary): Evaluate {
  const { operator } = e;
  const leftType = typeOf(scope, e.left);
  const rightType = typeOf(scope, e.right);
  if ((operator === '+' || operator === '-') && (isPointer(leftType) || isPointer(rightType))) {
    return compilePointerSum(scope, e);
  }
  const kind = operatingKind(operator, leftType.kind, rightType.kind);
  const loose = (operator === '+' || operator === '-') && countsElements(kind, leftType, rightType);
  const left = known(compileAs(scope, e.left, ofKind(kind)));
  const right = known(isShift(operator) ? compile(scope, e.right) : compileAs(scope, e.right, ofKind(kind)));
  switch (operator) {
    case '+':
      return (m) => {
        const a = left(m);
        const deps = m.deps;
        const b = right(m);
        m.deps = depsUnion(deps, m.deps);
        return loose ? m.looseSum(1, kind, a, b) : add(kind, a, b);
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
        if (loose) return m.looseSum(-1, kind, a, b);
        return arithmetic(operator, kind, a, b) ?? undefinedValue(operator, b, e);
      };
  }
}

/** A pointer and a number of elements, or two pointers. */
function compilePointerSum(scope: Scope, e: Binary): Evaluate {
  const left = known(compile(scope, e.left));
  const right = known(compile(scope, e.right));
  const scale = scaleOf(scope, e);
  return (m) => {
    const a = left(m);
    const deps = m.deps;
    const b = right(m);
    m.deps = depsUnion(deps, m.deps);
    return pointerSum(scale, a, b);
  };
}

/**
 * Compiles an expression. Operands are evaluated from left to right. What `&&`, `||` and `?:` leave out is not
 * evaluated; what they do evaluate is controlled by their condition, and their value depends on it.
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
  const fixed = constantOf(scope, e);
  if (fixed !== undefined) return constant(fixed);
  switch (e.kind) {
    case 'name':
      return compileLoad(compileTarget(scope, e), scope.plain);
    case 'index':
    case 'member':
      return compileContent(scope, e);
    case 'unary': {
      const { operator } = e;
      if (operator === '*') return compileContent(scope, e);
      if (operator === '&') return compileAddress(scope, e.operand);
      const operand = known(compile(scope, e.operand));
      const { kind } = typeOf(scope, e);
      return (m) => unary(operator, kind, operand(m));
    }
    case 'binary':
      return compileBinary(scope, e);
    case 'logical':
      return compileLogical(e.operator === '||', known(compile(scope, e.left)), known(compile(scope, e.right)));
    case 'conditional':
      return compileConditional(
        known(compile(scope, e.condition)),
        compileAs(scope, e.then, typeOf(scope, e)),
        compileAs(scope, e.otherwise, typeOf(scope, e)),
      );
    case 'invocation':
      return compileInvocation(scope, e);
    case 'statements':
      return compileStatements(scope, e);
    case 'assignment': {
      const record = accessType(scope, e.target)?.record;
      if (record !== undefined)
        return compileCopy(scope, e, compileAddress(scope, e.target), compileAddress(scope, e.value));
      const target = compileTarget(scope, e.target);
      if (e.operator === undefined) return compileStore(target, compileAs(scope, e.value, target.type), scope.plain);
      return compileChange(
        scope.plain,
        target,
        e.operator,
        known(compile(scope, e.value)),
        typeOf(scope, e.value),
        false,
        e,
      );
    }
    case 'update':
      return compileChange(scope.plain, compileTarget(scope, e.target), '+', constant(e.by), INT, e.postfix, e);
    case 'call':
      return compileCall(compilerIn(scope), e);
    case 'cast':
      return compileAs(scope, e.operand, typeOf(scope, e));
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

/** What an lvalue holds; of an array that is its address. */
function compileContent(scope: Scope, e: Expression): Evaluate {
  const type = accessType(scope, e);
  return type !== undefined && isByAddress(type)
    ? compileAddress(scope, e)
    : compileLoad(compileTarget(scope, e), scope.plain);
}

/** A structure is assigned to word by word. */
function compileCopy(scope: Scope, e: Assignment, to: Evaluate, from: Evaluate): Evaluate {
  const words = wordsOf(accessType(scope, e.target)!, undefined, MAX_CELLS).map(({ offset, type }): Evaluate => {
    const target = (base: Evaluate): Target => {
      return { kind: 'address', address: (m) => base(m) + offset, place: e, type, access: type };
    };
    return compileStore(target(to), compileLoad(target(from), scope.plain), scope.plain);
  });
  return (m) => {
    for (const word of words) word(m);
    return 0;
  };
}

/** Runs statements, of which none may jump out of them, and has the value of the last. */
function compileStatements(scope: Scope, { body }: Statements): Evaluate {
  const last = body.at(-1);
  const value = last?.kind === 'expression' ? compile(scope, last.expression) : constant(0);
  const before = compileList(scope, last?.kind === 'expression' ? body.slice(0, -1) : body);
  return (m) => {
    if (before(m) === Flow.Cut) throw new ThreadCut();
    return value(m);
  };
}

const compilerIn = (scope: Scope): ExpressionCompiler => ({
  value: (e) => compile(scope, e),
  as: (e, type) => compileAs(scope, e, type),
  target: (e) => compileTarget(scope, e),
  pointee: (e, access) => compilePointee(scope, e, access),
  unraced: (e) => compile({ ...scope, plain: Mode.DataRace }, e),
  callback: (call) => scope.thread.calls.get(call)!,
  allocate: (call, isZeroed) =>
    compileAllocate(call, scope.thread.allocations?.get(call), compile(scope, call.arguments[0]!), isZeroed),
  typeOf: (e) => typeOf(scope, e),
  wordType: (call) => wordType(scope, call),
  loadUntil: (load, call, address, condition) => compileLoadUntil(scope, load, call, address, condition),
});

/** Stands for `do VAL = load; while (!(condition));`, and has VAL. */
function compileLoadUntil(
  scope: Scope,
  load: Evaluate,
  call: Expression,
  address: Expression,
  condition: Expression,
): Evaluate {
  const { start, end } = call;
  const val: Expression = { kind: 'name', start, end, name: 'VAL' };
  const target = compileTarget(scope, val);
  const word = typeOf(scope, call);
  const store = compileStore(target, convert(load, word, target.type, call), Mode.Plain);
  const holds = compile(scope, condition);
  const assignment: Expression = { kind: 'assignment', start, end, operator: undefined, target: val, value: address };
  const loop = compileLoop(
    scope.targets,
    scope.unroll,
    (m) => (holds(m) === 0 ? 1 : 0),
    (m) => {
      store(m);
      return Flow.Next;
    },
    undefined,
    true,
    registersThatMatter(scope.thread, [assignment, condition]),
    undefined,
  );
  const value = convert(compileLoad(target, Mode.Plain), target.type, word, call);
  return (m) => {
    if (loop(m) === Flow.Cut) throw new ThreadCut();
    return value(m);
  };
}

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
