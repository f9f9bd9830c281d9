import { arithmetic } from './arithmetic.ts';
import type { Cast, Expression, UnaryOperator } from './ast.ts';
import type { Wanted } from './expected-reads.ts';
import type { Here } from './here.ts';
import { addressOf, type Binding, type Layout, locate, type ThreadLayout } from './layout.ts';

/** What the names of the thread being compiled mean. */
export interface Scope {
  readonly layout: Layout;
  readonly thread: ThreadLayout;
  /** The reads that must return a certain value for the condition to hold. */
  readonly expected: ReadonlyMap<Expression, Wanted>;
  /** Kept up to date while a thread runs; undefined where nobody asks. */
  readonly here: Here | undefined;
}

/** What a name means; every name has been resolved. */
export function bindingOf(scope: Scope, name: string): Binding {
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
      return operand === undefined ? undefined : unary(e.operator, operand);
    }
    case 'binary': {
      const left = constantOf(scope, e.left);
      const right = left === undefined ? undefined : constantOf(scope, e.right);
      return right === undefined ? undefined : arithmetic(e.operator, left!, right);
    }
    case 'cast': {
      const operand = constantOf(scope, e.operand);
      return operand === undefined ? undefined : convert(e)(operand);
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
    return index === undefined ? undefined : object! + index;
  }
  return undefined;
}

/** The word of memory at an address that is known; undefined where there is none. */
export function cellAt(layout: Layout, address: number): number | undefined {
  const found = locate(layout, address);
  if (found === undefined || found.offset < 0 || found.offset >= found.location.size) return undefined;
  return found.location.cell + found.offset;
}

/** What a unary operator computes. */
export function unary(operator: UnaryOperator, a: number): number {
  switch (operator) {
    case '-':
      return 0 - a;
    case '~':
      return -1 - a;
    case '!':
      return a === 0 ? 1 : 0;
    default:
      return a;
  }
}

const NARROW: Readonly<Record<string, (a: number) => number>> = {
  char: (a) => (a << 24) >> 24,
  'signed char': (a) => (a << 24) >> 24,
  'unsigned char': (a) => a & 0xff,
  short: (a) => (a << 16) >> 16,
  'unsigned short': (a) => a & 0xffff,
  s8: (a) => (a << 24) >> 24,
  u8: (a) => a & 0xff,
  s16: (a) => (a << 16) >> 16,
  u16: (a) => a & 0xffff,
  bool: (a) => (a === 0 ? 0 : 1),
  _Bool: (a) => (a === 0 ? 0 : 1),
};

/** What a cast that keeps its value does. */
export const same = (a: number): number => a;

/** What a cast does to a value: types narrower than `int` cut it, all others keep it. */
export const convert = (e: Cast): ((a: number) => number) =>
  e.type.pointers > 0 ? same : (NARROW[e.type.base] ?? same);
