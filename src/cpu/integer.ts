/**
 * The integers of C, in the doubles that words of memory are. One of at most 53 bits is itself. Any other, which only a
 * 64-bit type has, is a *large* one: a double far outside of that range which stands for it alone. So two words are
 * equal exactly where their values are.
 */

/** The integer types of C where `long` has 64 bits, by what they hold. */
export enum IntKind {
  /** No type of C: an integer of up to 53 bits that nothing wraps. */
  Any = 0,
  S8 = 1,
  U8 = 2,
  S16 = 3,
  U16 = 4,
  S32 = 5,
  U32 = 6,
  S64 = 7,
  U64 = 8,
  Bool = 9,
}

/** How many bits a value of each kind has. */
const BITS: readonly number[] = [53, 8, 8, 16, 16, 32, 32, 64, 64, 1];
const SIGNED: readonly boolean[] = [true, true, false, true, false, true, false, true, false, false];

export const bitsOf = (kind: IntKind): number => BITS[kind]!;
export const isSigned = (kind: IntKind): boolean => SIGNED[kind]!;

/** The signed type of the same size. */
export const signedKind = (kind: IntKind): IntKind => (isSigned(kind) || kind === IntKind.Bool ? kind : kind - 1);

/**
 * Where the addresses of a litmus test begin, and how far they reach at most. No arithmetic of small integers, shift or
 * mask comes near. The low 32 bits of the first are 0, so pointers may carry tags.
 */
export const ADDRESS_BASE = 0x14_c0de * 2 ** 32;
const ADDRESSES = 2 ** 36;

export const isAddress = (v: number): boolean => v > ADDRESS_BASE - 2 ** 19 && v < ADDRESS_BASE + ADDRESSES;

const MAX = Number.MAX_SAFE_INTEGER;
/**
 * The large integers that have been met, the same for all programs of a process: a word is a number wherever it is computed
 * with. Where one stands in this list means nothing outside: what leaves a process (ids, states, results) has the integer itself.
 */
const large: bigint[] = [];
const places = new Map<bigint, number>();
/** Multiples of the step around the base are exact, and no difference of two numbers that are not large. */
const LARGE_BASE = -(2 ** 60);
const LARGE_STEP = 2 ** 12;

/** Does a double stand for itself? */
export const isSmall = (v: number): boolean => v >= -MAX && v <= MAX;

/** The integer that a word holds. A value from nowhere is taken for an integer like others. */
export function integerOf(v: number): bigint {
  return isSmall(v) ? BigInt(Math.trunc(v)) : large[(LARGE_BASE - v) / LARGE_STEP]!;
}

/** The word that holds an integer. */
export function wordOf(integer: bigint): number {
  if (integer >= -BigInt(MAX) && integer <= BigInt(MAX)) return Number(integer);
  let place = places.get(integer);
  if (place === undefined) {
    place = large.length;
    large.push(integer);
    places.set(integer, place);
  }
  return LARGE_BASE - place * LARGE_STEP;
}

/** An integer as a type of C holds it: what does not fit wraps. */
function held(kind: IntKind, integer: bigint): number {
  if (kind === IntKind.Bool) return integer === 0n ? 0 : 1;
  if (kind === IntKind.Any) return wordOf(integer);
  return wordOf(isSigned(kind) ? BigInt.asIntN(bitsOf(kind), integer) : BigInt.asUintN(bitsOf(kind), integer));
}

/**
 * The value that a conversion to a type has. What is no number keeps its value: one from nowhere in every type, an
 * address in those of at most 32 bits (of 64, it has its own).
 */
export function wrap(kind: IntKind, v: number): number {
  switch (kind) {
    case IntKind.Any:
      return v;
    case IntKind.S8:
      return (v << 24) >> 24 === v ? v : wrapOther(kind, v);
    case IntKind.U8:
      return (v & 0xff) === v ? v : wrapOther(kind, v);
    case IntKind.S16:
      return (v << 16) >> 16 === v ? v : wrapOther(kind, v);
    case IntKind.U16:
      return (v & 0xffff) === v ? v : wrapOther(kind, v);
    case IntKind.S32:
      return (v | 0) === v ? v : wrapOther(kind, v);
    case IntKind.U32:
      return v >>> 0 === v ? v : wrapOther(kind, v);
    case IntKind.S64:
      return isSmall(v) ? v : wrapOther(kind, v);
    case IntKind.U64:
      return v >= 0 && v <= MAX ? v : wrapOther(kind, v);
    case IntKind.Bool:
      return v === 0 ? 0 : 1;
  }
}

function wrapOther(kind: IntKind, v: number): number {
  if (!Number.isInteger(v) || isAddress(v)) return v;
  return held(kind, integerOf(v));
}

export function add(kind: IntKind, a: number, b: number): number {
  const r = a + b;
  return isSmall(r) && isSmall(a) ? wrap(kind, r) : held(kind, integerOf(a) + integerOf(b));
}

export function subtract(kind: IntKind, a: number, b: number): number {
  const r = a - b;
  return isSmall(r) && isSmall(a) ? wrap(kind, r) : held(kind, integerOf(a) - integerOf(b));
}

export function multiply(kind: IntKind, a: number, b: number): number {
  const r = a * b + 0;
  return isSmall(r) && isSmall(a) && isSmall(b) ? wrap(kind, r) : held(kind, integerOf(a) * integerOf(b));
}

/** The quotient, rounded towards 0. @param b not 0 */
export function divide(kind: IntKind, a: number, b: number): number {
  if (isSmall(a) && isSmall(b)) return wrap(kind, Math.trunc(a / b) + 0);
  return held(kind, integerOf(a) / integerOf(b));
}

/** What division leaves: it has the sign of `a`. @param b not 0 */
export function remainder(kind: IntKind, a: number, b: number): number {
  if (isSmall(a) && isSmall(b)) return wrap(kind, (a % b) + 0);
  return held(kind, integerOf(a) % integerOf(b));
}

/** @param count from 0 to 63 */
export function shiftLeft(kind: IntKind, a: number, count: number): number {
  const r = a * 2 ** count;
  return isSmall(r) && isSmall(a) ? wrap(kind, r) : held(kind, integerOf(a) << BigInt(count));
}

/** Arithmetic of signed types. @param count from 0 to 63 */
export function shiftRight(kind: IntKind, a: number, count: number): number {
  return isSmall(a) ? wrap(kind, Math.floor(a / 2 ** count)) : held(kind, integerOf(a) >> BigInt(count));
}

const isInt32 = (v: number): boolean => (v | 0) === v;

export function bitwise(kind: IntKind, operator: '&' | '|' | '^', a: number, b: number): number {
  if (isInt32(a) && isInt32(b)) return wrap(kind, operator === '&' ? a & b : operator === '|' ? a | b : a ^ b);
  const x = integerOf(a);
  const y = integerOf(b);
  return held(kind, operator === '&' ? x & y : operator === '|' ? x | y : x ^ y);
}

/** `~a`. */
export const complement = (kind: IntKind, a: number): number => subtract(kind, -1, a);

/** Is `a < b`, both of one type? */
export const isLess = (a: number, b: number): boolean =>
  isSmall(a) && isSmall(b) ? a < b : integerOf(a) < integerOf(b);
