import { bitsOf, IntKind, isSigned } from '../cpu/integer.ts';
import type { CType } from './ast.ts';
import type { Record } from './record.ts';

/** The type of a value or of a word of memory, as C has it on x86-64 and arm64. */
export interface ValueType {
  /** As it is written: `u16`, `int *`. */
  readonly name: string;
  /** How its values compute; addresses are signed, so that a small negative one is printed as such. */
  readonly kind: IntKind;
  /** In bytes; undefined where a litmus test need not know it, as of a lock or a structure. */
  readonly size: number | undefined;
  /** Of a pointer, what it points to. */
  readonly pointee: ValueType | undefined;
  /** Of a structure or a union. */
  readonly record?: Record;
  /** Of an array. */
  readonly array?: { readonly element: ValueType; readonly count: number };
  /** Of a function. */
  readonly signature?: Signature;
}

/** What a function is called with, and what it returns. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly returns: ValueType;
  /** Whether it takes more arguments, or nobody says what it takes. */
  readonly isOpen: boolean;
}

const integer = (name: string, kind: IntKind): ValueType => ({
  name,
  kind,
  size: kind === IntKind.Bool ? 1 : bitsOf(kind) / 8,
  pointee: undefined,
});

/** What has no size that is known: one word each, which holds what is written to it. */
const opaque = (name: string): ValueType => ({ name, kind: IntKind.S64, size: undefined, pointee: undefined });

/** The type of values that nobody declares, and herd7 takes: there is room for every one. */
export const UNTYPED = opaque('long');
/** The type of words that nobody declares. */
export const UNKNOWN: ValueType = { name: 'unknown', kind: IntKind.Any, size: undefined, pointee: undefined };
export const VOID = opaque('void');
export const INT = integer('int', IntKind.S32);
const LONG = integer('long', IntKind.S64);
export const ATOMIC = integer('atomic_t', IntKind.S32);
export const ATOMIC64 = integer('atomic64_t', IntKind.S64);

export const pointerTo = (pointee: ValueType): ValueType => ({
  name: pointee.pointee === undefined ? `${pointee.name} *` : `${pointee.name}*`,
  kind: IntKind.S64,
  size: 8,
  pointee,
});

export const arrayOf = (element: ValueType, count: number): ValueType => ({
  name: `${element.name} [${count}]`,
  kind: IntKind.S64,
  get size() {
    return stride(element) * count;
  },
  pointee: undefined,
  array: { element, count },
});

/** A structure or a union, which may have yet to be defined. */
export const recordOf = (record: Record): ValueType => ({
  name: record.name,
  kind: IntKind.S64,
  get size() {
    return record.isDefined ? record.size : undefined;
  },
  pointee: undefined,
  record,
});

export const functionOf = (signature: Signature): ValueType => ({
  name: `${signature.returns.name} ()`,
  kind: IntKind.S64,
  size: undefined,
  pointee: undefined,
  signature,
});

/** Of what an address must be a multiple. */
export function alignmentOf(type: ValueType): number {
  if (type.record !== undefined) return type.record.alignment;
  return type.array === undefined ? stride(type) : alignmentOf(type.array.element);
}

/** Is it one word, rather than several? */
export const isScalar = ({ record, array }: ValueType): boolean => record === undefined && array === undefined;

/** Kernel names of integer types, by what they hold. The kernel is built with `char` unsigned (since Linux 6.2). */
const NAMED: readonly (readonly [IntKind, string])[] = [
  [IntKind.Bool, 'bool _Bool'],
  [IntKind.S8, 's8 __s8 int8_t'],
  [IntKind.U8, 'u8 __u8 uint8_t unchar'],
  [IntKind.S16, 's16 __s16 int16_t'],
  [IntKind.U16, 'u16 __u16 uint16_t ushort'],
  [IntKind.S32, 's32 __s32 int32_t atomic_t pid_t'],
  [IntKind.U32, 'u32 __u32 uint32_t uint refcount_t gfp_t'],
  [IntKind.S64, 's64 __s64 int64_t intptr_t ssize_t ptrdiff_t loff_t ktime_t atomic64_t atomic_long_t'],
  [IntKind.U64, 'u64 __u64 uint64_t ulong uintptr_t size_t pgoff_t phys_addr_t dma_addr_t'],
  [IntKind.U64, 'pteval_t pte_t pmd_t pud_t p4d_t pgd_t'],
];
const OPAQUE = 'spinlock_t raw_spinlock_t';

const BASES = new Map<string, ValueType>();
for (const [kind, names] of NAMED) for (const name of names.split(' ')) BASES.set(name, integer(name, kind));
for (const name of OPAQUE.split(' ')) BASES.set(name, opaque(name));
for (const type of [VOID, INT, ATOMIC, ATOMIC64]) BASES.set(type.name, type);

/** The names of types that are one word of their own. */
export const namedTypes = (): Iterable<string> => BASES.keys();

/** What words such as `unsigned long int` mean together; undefined where they mean nothing. */
export function arithmeticType(words: readonly string[]): ValueType | undefined {
  const count = (word: string): number => words.filter((w) => w === word).length;
  const [ints, chars, shorts, longs] = [count('int'), count('char'), count('short'), count('long')];
  const [unsigned, signed] = [count('unsigned'), count('signed')];
  if (ints > 1 || chars > 1 || shorts > 1 || longs > 2 || unsigned + signed > 1) return undefined;
  if (chars + shorts + Math.min(longs, 1) > 1 || chars + ints > 1) return undefined;
  const name = words.join(' ');
  if (chars === 1) return integer(name, signed === 1 ? IntKind.S8 : IntKind.U8);
  if (shorts === 1) return integer(name, unsigned === 1 ? IntKind.U16 : IntKind.S16);
  if (longs > 0) return integer(name, unsigned === 1 ? IntKind.U64 : IntKind.S64);
  if (name === 'int') return INT;
  return integer(name, unsigned === 1 ? IntKind.U32 : IntKind.S32);
}

/** A type of one name that is a word of its own. */
export const namedType = (name: string): ValueType | undefined => BASES.get(name);

/** The type that a declaration means. */
export function valueTypeOf({ base, pointers, value }: CType): ValueType {
  if (value !== undefined) return value;
  let type = BASES.get(base);
  if (type === undefined) {
    if (base.startsWith('enum ')) type = integer(base, IntKind.U32);
    else type = arithmeticType(base.split(' ')) ?? opaque(base);
  }
  for (let i = 0; i < pointers; i++) type = pointerTo(type);
  return type;
}

/** An integer type of C by its kind, as the promotions make them. */
const OF_KIND = new Map([
  [IntKind.S32, INT],
  [IntKind.U32, integer('unsigned int', IntKind.U32)],
  [IntKind.S64, LONG],
  [IntKind.U64, integer('unsigned long', IntKind.U64)],
]);
export const ofKind = (kind: IntKind): ValueType => OF_KIND.get(kind) ?? INT;

/** The integer promotions: what is narrower than `int` becomes one. */
export const promoted = (kind: IntKind): IntKind => (bitsOf(kind) < 32 ? IntKind.S32 : kind);

/** The usual arithmetic conversions: the type in which two operands meet. */
export function common(a: IntKind, b: IntKind): IntKind {
  const x = promoted(a);
  const y = promoted(b);
  if (x === y || bitsOf(x) > bitsOf(y)) return x;
  if (bitsOf(y) > bitsOf(x)) return y;
  return isSigned(x) ? y : x;
}

/** Does every value of one type keep its value in the other? */
export function widens(from: IntKind, to: IntKind): boolean {
  if (from === to) return true;
  if (to === IntKind.Bool) return false;
  if (isSigned(from)) return isSigned(to) && bitsOf(to) >= bitsOf(from);
  return bitsOf(to) - (isSigned(to) ? 1 : 0) >= bitsOf(from);
}

/**
 * Is an access of one type to a word of another no access to a part of it, or to more? herd7 has words of one size, and its
 * tests keep addresses in what is declared an `int`: that is the whole word.
 */
export function sameSize(access: ValueType, word: ValueType, isStrict = false): boolean {
  if (access.size === word.size || access.size === undefined || word.size === undefined) return true;
  if (isStrict) return false;
  return (access === INT && word.pointee !== undefined) || (word === INT && access.pointee !== undefined);
}

/** Has a type room for an address, or asks but whether it is null? An `int` has, as in herd7. */
export const keepsAddresses = (kind: IntKind): boolean =>
  kind === IntKind.S32 || kind === IntKind.Bool || kind === IntKind.Any || bitsOf(kind) === 64;

/**
 * May a sum have an address in it that C would not have there, in an `int` or in what nobody declares? Then it counts in what
 * is pointed to, as pointers do.
 */
export const countsElements = (kind: IntKind, left: ValueType, right: ValueType): boolean =>
  kind === IntKind.S32 || left === UNTYPED || right === UNTYPED;

/** How far the elements of an array are apart, in bytes. */
export const stride = (type: ValueType): number => type.size ?? 8;
