import { isAddress, wrap } from '../cpu/integer.ts';
import type { Mode } from '../cpu/modes.ts';
import { compute, unary } from './arithmetic.ts';
import type { Expression } from './ast.ts';
import type { Targets } from './compile-loop.ts';
import type { Wanted } from './expected-reads.ts';
import type { Here } from './here.ts';
import { addressOf, type Binding, type Layout, locate, type ThreadLayout } from './layout.ts';
import { isPointer, pointerSum, scaleOf, stepOf, typeOf } from './type-of.ts';
import { sameSize, stride, type ValueType } from './value-type.ts';

/** What the names of the thread being compiled mean. */
export interface Scope {
  readonly layout: Layout;
  readonly thread: ThreadLayout;
  /** The types of expressions that were asked for; see {@link typeOf}. */
  readonly types: Map<Expression, ValueType>;
  /** The reads that must return a certain value for the condition to hold. */
  readonly expected: ReadonlyMap<Expression, Wanted>;
  /** What plain accesses are: {@link Mode.DataRace} within data_race(). */
  readonly plain: Mode.Plain | Mode.DataRace;
  /** The most rounds of a loop. */
  readonly unroll: number;
  /** What jumps may leave. */
  readonly targets: Targets;
  /** Kept up to date while a thread runs; undefined where nobody asks. */
  readonly here: Here | undefined;
}

/** What a name means; every name has been resolved. */
export function bindingOf(scope: Pick<Scope, 'thread'>, name: string): Binding {
  const binding = scope.thread.bindings.get(name);
  if (binding === undefined) throw new Error(`${name} was not resolved`);
  return binding;
}

/** The value of an expression that is the same in every run; undefined where it is not, or need not be known. */
export function constantOf(scope: Scope, e: Expression): number | undefined {
  switch (e.kind) {
    case 'number':
      return e.value;
    case 'name': {
      const binding = bindingOf(scope, e.name);
      return binding.kind === 'address' ? binding.address : undefined;
    }
    case 'unary': {
      if (e.operator === '&') return constantAddress(scope, e.operand);
      if (e.operator === '*') return undefined;
      const operand = constantOf(scope, e.operand);
      if (operand === undefined) return undefined;
      const { kind } = typeOf(scope, e);
      return unary(e.operator, kind, e.operator === '!' ? operand : wrap(kind, operand));
    }
    case 'binary': {
      const left = constantOf(scope, e.left);
      const right = left === undefined ? undefined : constantOf(scope, e.right);
      if (right === undefined) return undefined;
      const a = typeOf(scope, e.left);
      const b = typeOf(scope, e.right);
      if ((isPointer(a) || isPointer(b)) && (e.operator === '+' || e.operator === '-')) {
        return pointerSum(scaleOf(scope, e), left!, right);
      }
      // Such a sum counts in what the address points to.
      if (isAddress(left!) || isAddress(right)) return undefined;
      return compute(e.operator, left!, a.kind, right, b.kind);
    }
    case 'cast': {
      const operand = constantOf(scope, e.operand);
      return operand === undefined ? undefined : wrap(typeOf(scope, e).kind, operand);
    }
    default:
      return undefined;
  }
}

/** The address of an lvalue, where that is the same in every run. */
export function constantAddress(scope: Scope, e: Expression): number | undefined {
  if (e.kind === 'name') {
    const binding = bindingOf(scope, e.name);
    return binding.kind === 'memory' ? addressOf(binding.location) : undefined;
  }
  if (e.kind === 'unary') return constantOf(scope, e.operand);
  if (e.kind === 'index') {
    const object = constantOf(scope, e.object);
    const index = object === undefined ? undefined : constantOf(scope, e.index);
    if (index === undefined) return undefined;
    return pointerSum({ left: 1, right: stepOf(typeOf(scope, e.object)), sign: 1, quotient: 1 }, object!, index);
  }
  return undefined;
}

/**
 * The word of memory at an address that is known; undefined where there is none, or none that is accessed as a whole.
 * @param access the type with which it is accessed; undefined: the word's own
 */
export function cellAt(layout: Layout, address: number, access: ValueType | undefined): number | undefined {
  const found = locate(layout, address);
  if (found === undefined) return undefined;
  const { location } = found;
  const offset = found.offset / stride(location.type);
  if (access !== undefined && !sameSize(access, location.type)) return undefined;
  if (offset < 0 || offset >= location.size || !Number.isInteger(offset)) return undefined;
  return location.cell + offset;
}
