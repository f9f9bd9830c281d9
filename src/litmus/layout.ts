import { CELL_BITS } from '../cpu/cpu.ts';
import { ADDRESS_BASE, type IntKind, integerOf, isAddress, isSmall } from '../cpu/integer.ts';
import { OUT_OF_THIN_AIR } from '../program/program.ts';
import type { Call, Place } from './ast.ts';
import { stride, type ValueType } from './value-type.ts';

/**
 * How far locations are apart, in bytes: each has so much to itself that arithmetic on a pointer never reaches another.
 * Addresses are far above the integers that a test computes with ({@link ADDRESS_BASE}).
 */
export const SPACING = 2 ** 20;

/** The most words of memory that a test may have: with those of its locks, for 128 threads, {@link CELL_BITS} suffice. */
export const MAX_CELLS = Math.floor((1 << CELL_BITS) / 130);

/** A location: one word of memory, or the words of an array. */
export interface Location {
  readonly name: string;
  /** Its place among the locations: what its address is made of. */
  readonly index: number;
  /** Its first word of memory. */
  readonly cell: number;
  /** How many words. */
  readonly size: number;
  /** Of each of its words. */
  readonly type: ValueType;
  /** Where that type is written; undefined where nobody says it. */
  readonly declared: Place | undefined;
}

/** What a name means in a thread. */
export type Binding =
  | { readonly kind: 'register'; readonly slot: number; readonly type: ValueType }
  /** A parameter that is never assigned to, or a location: its address. The type is that of the pointer. */
  | { readonly kind: 'address'; readonly address: number; readonly type: ValueType }
  /** A variable that lies in memory: a location named without a pointer, or a local whose address is taken. */
  | { readonly kind: 'memory'; readonly location: Location };

/** The words of memory by which a thread starts a callback: that it was called, and what it is given, where it asks for that. */
export interface CallbackWords {
  readonly called: number;
  readonly head: number | undefined;
}

/** How a callback is begun. */
export interface BegunBy {
  readonly words: CallbackWords;
  /** Its name. */
  readonly place: Place;
  /** The slot of the register that gets what it is given, where it asks for that. */
  readonly head: number;
}

export interface ThreadLayout {
  readonly bindings: ReadonlyMap<string, Binding>;
  /** The callbacks that the thread may start. */
  readonly calls: ReadonlyMap<Call, CallbackWords>;
  /** Of a callback. */
  readonly begunBy: BegunBy | undefined;
  /** The value of each register at the start; index 0 is not a register, but tells how the thread ended. */
  readonly initial: readonly number[];
}

/** Where everything is: what the resolver found out about the names of a test. */
export interface Layout {
  readonly locations: readonly Location[];
  readonly byName: ReadonlyMap<string, Location>;
  /** The initial value of every word of memory. */
  readonly memory: readonly number[];
  /** What each word of memory holds. */
  readonly kinds: readonly IntKind[];
  readonly threads: readonly ThreadLayout[];
}

export const addressOf = (location: Location): number => ADDRESS_BASE + location.index * SPACING;

/** The address of an element of an array. */
export const elementAddress = (location: Location, index: number): number =>
  addressOf(location) + index * stride(location.type);

/** The location that a value points into, and how many bytes from its start; undefined where it is no address. */
export function locate(layout: Layout, value: number): { location: Location; offset: number } | undefined {
  if (!isAddress(value)) return undefined;
  const index = Math.round((value - ADDRESS_BASE) / SPACING);
  const location = layout.locations[index];
  return location === undefined ? undefined : { location, offset: value - addressOf(location) };
}

/**
 * A value for people: the name of what it points to, or the number, as text where it is beyond the numbers of JavaScript; one
 * that comes from nowhere is S1.
 */
export function showValue(layout: Layout, value: number): number | string {
  if (value === OUT_OF_THIN_AIR) return 'S1';
  if (!isSmall(value)) return String(integerOf(value));
  const found = locate(layout, value);
  if (found === undefined) return value;
  const { location, offset } = found;
  if (offset === 0) return location.name;
  const index = offset / stride(location.type);
  if (index > 0 && index < location.size && Number.isInteger(index)) return `${location.name}[${index}]`;
  return `${location.name}${offset > 0 ? '+' : ''}${offset}`;
}

/** The name of a word of memory. */
export function cellName(layout: Layout, cell: number): string {
  const location = layout.locations.find((l) => cell >= l.cell && cell < l.cell + l.size);
  if (location === undefined) return `#${cell}`;
  return location.size === 1 ? location.name : `${location.name}[${cell - location.cell}]`;
}
