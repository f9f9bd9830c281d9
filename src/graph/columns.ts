import type { Deps } from '../cpu/deps.ts';

/** How much room the columns have. */
class Room {
  constructor(
    readonly threadCount: number,
    /** How many events there are. */
    public capacity: number,
    /** Words per row of slots. */
    public words: number,
  ) {}
}

/** What is known of each event, by its stamp: a column is a line here, and all else goes over these fields. */
class Fields extends Room {
  thread = new Int32Array(this.capacity);
  /** In program order. */
  index = new Int32Array(this.capacity);
  /** Of a memory access, its index among those of its thread; else NONE. */
  slot = new Int32Array(this.capacity);
  kind = new Uint8Array(this.capacity);
  mode = new Uint8Array(this.capacity);
  loc = new Int32Array(this.capacity);
  value = new Float64Array(this.capacity);
  /** Of a read: the write it reads from, or INIT or GUESSED. */
  rf = new Int32Array(this.capacity);
  /** Of the read of a successful RMW its write, of that write the read; else NONE. */
  partner = new Int32Array(this.capacity);
  /** The slots that its address, its data, and its being made at all depend on. */
  addr: Deps[] = [];
  data: Deps[] = [];
  ctrl: Deps[] = [];
  /** Whether a read waits until its guard holds (Wait). */
  waits = new Uint8Array(this.capacity);
  guardMask = new Float64Array(this.capacity);
  guardWant = new Float64Array(this.capacity);
  /** The place of a write in its location's coherence order. */
  coIndex = new Int32Array(this.capacity);
  /** Of a choice, or of a guessed read, the number of what was taken; that of the first is 0. */
  option = new Int32Array(this.capacity);
  /** 1 where the event belongs to an RMW that succeeded. */
  rmw = new Uint8Array(this.capacity);
  /** Of a read: whether it begins an RMW, and on what condition (Rmw). */
  rmwKind = new Uint8Array(this.capacity);
  /** Of an RMW's read: how the whole RMW is marked; `mode` is what the read gets of that. */
  declared = new Uint8Array(this.capacity);
  /** A row per event, a word per thread: how many of that thread's events are in its po-rf prefix, itself included. */
  clock = new Int32Array(this.capacity * this.threadCount);
  /** Rows of `words` words per event, bits are slots of its own thread: what preserved program order puts before it. */
  ppo = new Int32Array(this.capacity * this.words);
  /** As `ppo`, for strong fences only. */
  strong = new Int32Array(this.capacity * this.words);
  /** As `ppo`, for what orders writes without being cumulative: smp_wmb(), and unlock then lock. */
  wmb = new Int32Array(this.capacity * this.words);
}

export type ColumnName = Exclude<keyof Fields, keyof Room>;
type Numbers = Int32Array | Uint8Array | Float64Array;

/** The names of the columns: how long each is in room for one event, with two words of slots, of three threads, tells what it is. */
const SAMPLE = new Fields(3, 1, 2);
const namesOf = (is: (column: object) => boolean): readonly ColumnName[] =>
  (Object.keys(SAMPLE) as ColumnName[]).filter((name) => is(Object(SAMPLE[name])));
const holding = (type: new (length: number) => Numbers, length: number): readonly ColumnName[] =>
  namesOf((column) => column instanceof type && column.length === length);
const INT32 = holding(Int32Array, 1);
const UINT8 = holding(Uint8Array, 1);
const FLOAT64 = holding(Float64Array, 1);
const SLOT_ROWS = holding(Int32Array, 2);
const THREAD_ROWS = holding(Int32Array, 3);
const SETS = namesOf(Array.isArray);

/** The columns, and how many cells each has for an event. */
export const COLUMNS: readonly { readonly name: ColumnName; readonly width: (room: Room) => number }[] = [
  ...[...INT32, ...UINT8, ...FLOAT64, ...SETS].map((name) => ({ name, width: () => 1 })),
  ...SLOT_ROWS.map((name) => ({ name, width: ({ words }: Room) => words })),
  ...THREAD_ROWS.map((name) => ({ name, width: ({ threadCount }: Room) => threadCount })),
];

/**
 * The columns of a graph, with room for as many events as it has. Hot: an array for each thing, typed where it can be, and
 * nothing allocated when an event is added. Benchmark: bench/run.ts.
 */
export class Columns extends Fields {
  /** The columns, to go over them: those with a number, a row of slots, a row of threads, a set for each event. */
  private int32: readonly Int32Array[] = this.all(INT32);
  private uint8: readonly Uint8Array[] = this.all(UINT8);
  private float64: readonly Float64Array[] = this.all(FLOAT64);
  private slotRows: readonly Int32Array[] = this.all(SLOT_ROWS);
  private threadRows: readonly Int32Array[] = this.all(THREAD_ROWS);
  private readonly sets: readonly Deps[][] = this.all(SETS);

  private all<C>(names: readonly ColumnName[]): C[] {
    return names.map((name) => this[name] as C);
  }

  /** Makes room for so many events, and rows of so many words. */
  protected resize(capacity: number, words: number): void {
    const columns = this as unknown as Record<ColumnName, Numbers>;
    const { threadCount } = this;
    for (const name of [...INT32, ...UINT8, ...FLOAT64]) columns[name] = resized(columns[name], 1, capacity, 1);
    for (const name of SLOT_ROWS) columns[name] = resized(columns[name], this.words, capacity, words);
    for (const name of THREAD_ROWS) columns[name] = resized(columns[name], threadCount, capacity, threadCount);
    this.capacity = capacity;
    this.words = words;
    this.int32 = this.all(INT32);
    this.uint8 = this.all(UINT8);
    this.float64 = this.all(FLOAT64);
    this.slotRows = this.all(SLOT_ROWS);
    this.threadRows = this.all(THREAD_ROWS);
  }

  /** Takes over the first `n` events of a list from another graph with as many words a row, closing up their stamps. */
  protected take(from: Columns, kept: Int32Array, n: number): void {
    const { words, threadCount } = this;
    for (let i = 0; i < this.int32.length; i++) pickInt32(this.int32[i]!, from.int32[i]!, kept, n);
    for (let i = 0; i < this.uint8.length; i++) pickUint8(this.uint8[i]!, from.uint8[i]!, kept, n);
    for (let i = 0; i < this.float64.length; i++) pickFloat64(this.float64[i]!, from.float64[i]!, kept, n);
    for (let i = 0; i < this.slotRows.length; i++) pickRows(this.slotRows[i]!, from.slotRows[i]!, kept, n, words);
    for (let i = 0; i < this.threadRows.length; i++)
      pickRows(this.threadRows[i]!, from.threadRows[i]!, kept, n, threadCount);
    for (let i = 0; i < this.sets.length; i++) pickSets(this.sets[i]!, from.sets[i]!, kept, n);
  }
}

// Each for arrays of one kind alone: one function for all kinds makes an exploration six times as long.
function pickInt32(to: Int32Array, from: Int32Array, kept: Int32Array, n: number): void {
  for (let e = 0; e < n; e++) to[e] = from[kept[e]!]!;
}
function pickUint8(to: Uint8Array, from: Uint8Array, kept: Int32Array, n: number): void {
  for (let e = 0; e < n; e++) to[e] = from[kept[e]!]!;
}
function pickFloat64(to: Float64Array, from: Float64Array, kept: Int32Array, n: number): void {
  for (let e = 0; e < n; e++) to[e] = from[kept[e]!]!;
}
function pickSets(to: Deps[], from: Deps[], kept: Int32Array, n: number): void {
  for (let e = 0; e < n; e++) to[e] = from[kept[e]!]!;
}

function pickRows(to: Int32Array, from: Int32Array, kept: Int32Array, n: number, width: number): void {
  if (width === 1) pickInt32(to, from, kept, n);
  else for (let e = 0; e < n; e++) for (let i = 0; i < width; i++) to[e * width + i] = from[kept[e]! * width + i]!;
}

/** A column with other room. */
function resized<C extends Numbers>(old: C, width: number, capacity: number, newWidth: number): C {
  const made = new (old.constructor as new (length: number) => C)(capacity * newWidth);
  const events = Math.min(old.length / width, capacity);
  const both = Math.min(width, newWidth);
  for (let e = 0; e < events; e++) for (let i = 0; i < both; i++) made[e * newWidth + i] = old[e * width + i]!;
  return made;
}
