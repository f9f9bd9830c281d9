import { isAddress, wrap } from '../cpu/integer.ts';
import type { Mode } from '../cpu/modes.ts';
import { compute, unary } from './arithmetic.ts';
import type { Expression } from './ast.ts';
import type { Callable } from './compile-invocation.ts';
import type { Targets } from './compile-loop.ts';
import type { Wanted } from './expected-reads.ts';
import type { Here } from './here.ts';
import { addressOf, type Binding, type Layout, locate, type ThreadLayout, wordAt, wordOf } from './layout.ts';
import { accessType, fieldOf, isPointer, pointerSum, scaleOf, stepOf, type Typing, typeOf } from './type-of.ts';
import { sameSize, type ValueType } from './value-type.ts';
import { someNode } from './walk.ts';

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
  /** What is called by its name, or through a pointer. */
  readonly callables: ReadonlyMap<string, Callable>;
  /** What the function returns that is being compiled. */
  readonly returns: ValueType;
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
      if (binding.kind === 'memory')
        return isByAddress(binding.location.type) ? addressOf(binding.location) : undefined;
      return binding.kind === 'address' ? binding.address : undefined;
    }
    case 'index':
    case 'member': {
      const type = accessType(scope, e);
      return type !== undefined && isByAddress(type) ? constantAddress(scope, e) : undefined;
    }
    case 'unary': {
      if (e.operator === '&') return constantAddress(scope, e.operand);
      if (e.operator === '*') {
        const type = accessType(scope, e);
        return type !== undefined && isByAddress(type) ? constantOf(scope, e.operand) : undefined;
      }
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
    case 'logical': {
      const left = constantOf(scope, e.left);
      if (left === undefined) return undefined;
      if ((left !== 0) === (e.operator === '||')) return left === 0 ? 0 : 1;
      const right = constantOf(scope, e.right);
      return right === undefined ? undefined : right === 0 ? 0 : 1;
    }
    case 'conditional': {
      const condition = constantOf(scope, e.condition);
      if (condition === undefined) return undefined;
      const value = constantOf(scope, condition === 0 ? e.otherwise : e.then);
      return value === undefined ? undefined : wrap(typeOf(scope, e).kind, value);
    }
    case 'cast': {
      const operand = constantOf(scope, e.operand);
      return operand === undefined ? undefined : wrap(typeOf(scope, e).kind, operand);
    }
    default:
      return undefined;
  }
}

/** The value of an expression in which no variable stands; undefined where one does. */
export function fixedValue({ thread, types }: Typing, e: Expression): number | undefined {
  const scope = { thread, types, layout: NOWHERE } as unknown as Scope;
  return someNode(e, ({ kind }) => kind === 'name' || kind === 'invocation') ? undefined : constantOf(scope, e);
}

const NOWHERE: Layout = { locations: [], byName: new Map(), memory: [], kinds: [], threads: [] };

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
  if (e.kind === 'member') {
    const object = e.arrow ? constantOf(scope, e.object) : constantAddress(scope, e.object);
    return object === undefined ? undefined : object + fieldOf(scope, e)!.offset;
  }
  return undefined;
}

/** Is the value of what has this type its address? */
export const isByAddress = (type: ValueType): boolean => type.array !== undefined || type.signature !== undefined;

/**
 * The word of memory at an address that is known; undefined where there is none, or none that is accessed as a whole.
 * @param access the type with which it is accessed; undefined: the word's own
 */
export function cellAt(layout: Layout, address: number, access: ValueType | undefined): number | undefined {
  const found = locate(layout, address);
  if (found === undefined) return undefined;
  const { location } = found;
  const word = wordAt(location, found.offset);
  if (word < 0) return undefined;
  if (access !== undefined && !sameSize(access, wordOf(location, word).type, layout.isStrict)) return undefined;
  return location.cell + word;
}
