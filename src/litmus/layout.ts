import { CELL_BITS } from '../cpu/cpu.ts';
import { ADDRESS_BASE, type IntKind, integerOf, isAddress, isSmall } from '../cpu/integer.ts';
import { OUT_OF_THIN_AIR } from '../program/program.ts';
import type { Call, FunctionDefinition, Place } from './ast.ts';
import type { Word } from './record.ts';
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
  /** Its words, where they are not all of one type: those of a structure, or of an array of such. */
  readonly words?: readonly Word[];
  /** The function that has this address. */
  readonly function?: string;
  /** Of what is allocated: the word that says whether it has been freed. */
  readonly state?: number;
}

/** What a word holds that nobody has written since it was allocated: no integer. */
export const NEVER_WRITTEN = -(2 ** 51) - 1.5;

/** What the state of what was allocated is, once that is freed. */
export const FREED = 1;

/** Memory that may be allocated. */
export interface HeapObject {
  readonly location: Location;
  /** The size of one of its elements, in bytes, and how many there are at most. */
  readonly element: number;
  readonly count: number;
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

/** A function that the program defines, as one thread runs it. */
export interface FunctionLayout {
  readonly definition: FunctionDefinition;
  readonly layout: ThreadLayout;
  /** Whether the thread names it, or what the thread calls; others it can only be given by another thread. */
  readonly isNamed: boolean;
}

/** How main() starts a thread: the words of memory that say whether it is started and has ended, and what it runs. */
export interface ThreadStart {
  readonly started: number;
  readonly ended: number;
  /** The address of its function, and what that is given; undefined until main() has run once, alone. */
  function: number | undefined;
  given: number;
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
  /** Of a thread that main() starts. */
  readonly startedBy?: ThreadStart;
  /** Of main(): the threads that it may start, in this order. */
  readonly starts?: readonly ThreadStart[];
  /** The objects that calls allocate: of each call one after the other. */
  readonly allocations?: ReadonlyMap<Call, readonly HeapObject[]>;
  /** The functions that the thread may call, by their names. */
  readonly functions?: ReadonlyMap<string, FunctionLayout>;
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
  /** Whether words are accessed with the sizes that they are declared with, whatever herd7 takes. */
  readonly isStrict?: boolean;
}

export const addressOf = (location: Location): number => ADDRESS_BASE + location.index * SPACING;

/** The address of an element of an array. */
export const elementAddress = (location: Location, index: number): number =>
  addressOf(location) + index * stride(location.type);

/** The word of a location that lies at an offset, from 0; -1 where there is none. */
export function wordAt({ words, type, size }: Location, offset: number): number {
  if (words !== undefined) return words.findIndex((word) => word.offset === offset);
  const index = offset / stride(type);
  return index >= 0 && index < size && Number.isInteger(index) ? index : -1;
}

/** The type of a word of a location, and where it is declared. */
export const wordOf = (location: Location, index: number): Pick<Word, 'type' | 'declared'> =>
  location.words?.[index] ?? location;

/** How a word is called. */
const wordName = ({ name, size, words }: Location, index: number): string =>
  `${name}${words?.[index]?.path ?? (size === 1 ? '' : `[${index}]`)}`;

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
  if (value === NEVER_WRITTEN) return 'never written';
  if (!isSmall(value)) return String(integerOf(value));
  const found = locate(layout, value);
  if (found === undefined) return value;
  const { location, offset } = found;
  if (offset === 0) return location.name;
  const index = wordAt(location, offset);
  if (index >= 0) return wordName(location, index);
  return `${location.name}${offset > 0 ? '+' : ''}${offset}`;
}

/** The name of a word of memory. */
export function cellName(layout: Layout, cell: number): string {
  const location = layout.locations.find((l) => cell >= l.cell && cell < l.cell + l.size);
  if (location === undefined) return `#${cell}`;
  return wordName(location, cell - location.cell);
}
