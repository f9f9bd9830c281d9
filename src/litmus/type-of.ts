import { add, divide, IntKind, multiply } from '../cpu/integer.ts';
import { isComparison, operatingKind } from './arithmetic.ts';
import type { Binary, Call, Expression, Member } from './ast.ts';
import { primitiveNamed } from './c-primitives.ts';
import type { ThreadLayout } from './layout.ts';
import type { Primitive } from './primitive.ts';
import { atomicWord } from './primitives.ts';
import type { Field } from './record.ts';
import {
  ATOMIC,
  ATOMIC64,
  common,
  INT,
  ofKind,
  pointerTo,
  promoted,
  type Signature,
  stride,
  UNKNOWN,
  UNTYPED,
  type ValueType,
  VOID,
  valueTypeOf,
} from './value-type.ts';

/** What types are found from: the names of a thread, and what was found already. */
export interface Typing {
  readonly thread: ThreadLayout;
  readonly types: Map<Expression, ValueType>;
}

export const isPointer = (type: ValueType): boolean => type.pointee !== undefined;

/** The type of an expression. What herd7 takes and C does not, such as to follow an integer, is a `long`. */
export function typeOf(typing: Typing, e: Expression): ValueType {
  const known = typing.types.get(e);
  if (known !== undefined) return known;
  const type = find(typing, e);
  typing.types.set(e, type);
  return type;
}

function find(typing: Typing, e: Expression): ValueType {
  switch (e.kind) {
    case 'number':
      return ofKind(e.integer);
    case 'name':
    case 'index':
    case 'member':
      return decayed(accessType(typing, e) ?? UNTYPED);
    case 'unary': {
      if (e.operator === '*') return decayed(accessType(typing, e) ?? UNTYPED);
      if (e.operator === '&') return pointerTo(accessType(typing, e.operand) ?? VOID);
      return e.operator === '!' ? INT : ofKind(promoted(typeOf(typing, e.operand).kind));
    }
    case 'binary':
      return binaryType(typing, e);
    case 'logical':
      return INT;
    case 'conditional': {
      const then = typeOf(typing, e.then);
      const otherwise = typeOf(typing, e.otherwise);
      if (isPointer(then) && !(isVoidPointer(then) && isPointer(otherwise))) return then;
      return isPointer(otherwise) ? otherwise : ofKind(common(then.kind, otherwise.kind));
    }
    case 'assignment':
    case 'update':
      return typeOf(typing, e.target);
    case 'call':
      return callType(typing, e);
    case 'cast':
      return valueTypeOf(e.type);
    case 'comma':
      return typeOf(typing, e.right);
    case 'invocation':
      return signatureOf(typing, e.function)?.returns ?? UNTYPED;
    case 'statements': {
      const last = e.body.at(-1);
      return last?.kind === 'expression' ? typeOf(typing, last.expression) : VOID;
    }
    case 'text':
    case 'list':
      return UNTYPED;
  }
}

const isVoidPointer = ({ pointee }: ValueType): boolean => pointee === VOID;

/** The value of an array is the address of its first element, and that of a function its own. */
export const decayed = (type: ValueType): ValueType =>
  type.array !== undefined ? pointerTo(type.array.element) : type.signature !== undefined ? pointerTo(type) : type;

/** What a function takes and returns; undefined of what is no function. */
export function signatureOf(typing: Typing, e: Expression): Signature | undefined {
  const type = typeOf(typing, e);
  return type.signature ?? type.pointee?.signature;
}

/** The member that an expression names; undefined where there is none. */
export function fieldOf(typing: Typing, e: Member): Field | undefined {
  const type = e.arrow ? typeOf(typing, e.object).pointee : accessType(typing, e.object);
  return type === undefined ? undefined : fieldIn(type, e.field);
}

/** A member of a type. The kernel's atomic types are structures of one member, and words all the same. */
export function fieldIn(type: ValueType, name: string): Field | undefined {
  if (name !== 'counter' || type.record !== undefined) return type.record?.field(name);
  if (type !== ATOMIC && type !== ATOMIC64 && type.name !== 'atomic_long_t') return undefined;
  return { name, type: type === ATOMIC ? INT : ofKind(IntKind.S64), offset: 0, place: { start: 0, end: 0 } };
}

/** The type of what an lvalue stands for; undefined where its address is no pointer, and it is whatever is there. */
export function accessType(typing: Typing, e: Expression): ValueType | undefined {
  if (e.kind === 'name') {
    const binding = typing.thread.bindings.get(e.name);
    if (binding?.kind !== 'memory') return binding?.type;
    return binding.location.type === UNKNOWN ? undefined : binding.location.type;
  }
  if (e.kind === 'unary') return pointeeType(typing, e.operand);
  if (e.kind === 'member') return fieldOf(typing, e)?.type;
  return e.kind === 'index' ? pointeeType(typing, e.object) : undefined;
}

/** The type of what a pointer points to; undefined where it is no pointer, or one to nothing that is known. */
export function pointeeType(typing: Typing, pointer: Expression): ValueType | undefined {
  const pointee = typeOf(typing, pointer).pointee;
  return pointee === undefined || pointee === VOID ? undefined : pointee;
}

function binaryType(typing: Typing, e: Binary): ValueType {
  if (isComparison(e.operator)) return INT;
  const left = typeOf(typing, e.left);
  const right = typeOf(typing, e.right);
  if (e.operator === '+' || e.operator === '-') {
    if (isPointer(left) && isPointer(right)) return ofKind(left.kind);
    if (isPointer(left)) return left;
    if (isPointer(right)) return right;
  }
  return ofKind(operatingKind(e.operator, left.kind, right.kind));
}

/** How far a pointer goes with 1, in bytes; 1 of a number. */
export const stepOf = ({ pointee }: ValueType): number =>
  pointee === undefined || pointee === VOID ? 1 : stride(pointee);

/** Pointers count in what they point to: what the operands of a sum are multiplied by, and its value is divided by. */
export interface Scale {
  readonly left: number;
  readonly right: number;
  readonly sign: 1 | -1;
  readonly quotient: number;
}

export function scaleOf(typing: Typing, e: Binary): Scale {
  const left = typeOf(typing, e.left);
  const right = typeOf(typing, e.right);
  const sign = e.operator === '-' ? -1 : 1;
  if (isPointer(left) && isPointer(right)) return { left: 1, right: 1, sign, quotient: sign < 0 ? stepOf(left) : 1 };
  return { left: stepOf(right), right: stepOf(left), sign, quotient: 1 };
}

/** A sum or a difference in which there is a pointer. */
export function pointerSum({ left, right, sign, quotient }: Scale, a: number, b: number): number {
  const x = multiply(IntKind.S64, a, left);
  const y = multiply(IntKind.S64, b, right * sign);
  return divide(IntKind.S64, add(IntKind.S64, x, y), quotient);
}

function callType(typing: Typing, call: Call): ValueType {
  const primitive = primitiveNamed(call.callee.name);
  if (primitive === undefined) return UNTYPED;
  if (primitive.kind === 'allocate') return pointerTo(VOID);
  if (primitive.kind === 'dataRace') return typeOf(typing, call.arguments[0]!);
  return returnsWord(primitive) ? (wordType(typing, call) ?? UNTYPED) : INT;
}

/**
 * The type of the word that a primitive accesses: atomic_t and its kind have theirs, all others that of what is pointed to;
 * undefined where that is not known.
 */
export function wordType(typing: Typing, call: Call): ValueType | undefined {
  const primitive = primitiveNamed(call.callee.name)!;
  const atomic = atomicWord(call.callee.name);
  if (atomic !== undefined) return atomic;
  const lvalue = lvalueOf(primitive, call);
  if (lvalue !== undefined) return accessType(typing, lvalue);
  const pointer = call.arguments[primitive.parameters.search(/[pd]/)];
  return pointer === undefined ? undefined : pointeeType(typing, pointer);
}

/** What a call accesses, where that is not what a pointer points to. */
export function lvalueOf({ parameters }: Primitive, call: Call): Expression | undefined {
  const [first] = call.arguments;
  if (first === undefined) return undefined;
  return parameters.startsWith('l') || (parameters.startsWith('d') && first.kind !== 'name') ? first : undefined;
}

function returnsWord(primitive: Primitive): boolean {
  switch (primitive.kind) {
    case 'load':
    case 'loadUntil':
    case 'xchg':
    case 'cmpxchg':
      return true;
    case 'rmw':
    case 'rmwIf':
      return primitive.result === 'old' || primitive.result === 'new';
    default:
      return false;
  }
}
