import { guardHolds } from '../cpu/cpu.ts';
import { type Deps, NO_DEPS } from '../cpu/deps.ts';
import { type Fence, Mode } from '../cpu/modes.ts';

/** What an event is; `Graph.mode` says how it is marked (a {@link Mode}, or a {@link Fence} kind). */
export enum Kind {
  Read = 0,
  Write = 1,
  Fence = 2,
  /** A choice that nothing determines; its value is what was chosen. */
  Choice = 3,
  /**
   * A wait (for a lock, say) that is not over: its thread found the write `rf`, and has to try again. Not in its thread's
   * program order: `index` is where the read will stand that ends the wait.
   */
  Overtaken = 4,
}

/** Whether a read begins an RMW, and when that RMW succeeds. */
export enum Rmw {
  None = 0,
  Always = 1,
  /** Where the guard holds. */
  IfEqual = 2,
  /** Where the guard does not hold. */
  IfNotEqual = 3,
}

/**
 * Must the guard of a read hold for its thread to go on? Where it does not, an RMW that begins with the read does not write;
 * where it does, the RMW succeeds.
 */
export enum Wait {
  No = 0,
  /** A spinlock. Its thread adds no read while the lock is held, and stands back for others. */
  Lock = 1,
  /** Any other wait. Its thread goes no further while it reads something else. */
  Blocks = 2,
  /** No wait of the program's, but only such executions are asked about. */
  Asked = 3,
  /** As `Asked`, for a value with which its RMW fails. */
  AskedToFail = 4,
}

/** In place of a write: the initial value of the word. */
export const INIT = -1;
/** In place of a write: the read's value was guessed, and its write is found when the execution is complete. */
export const GUESSED = -2;
export const NONE = -1;

/** Empties a list; setting its length to zero is slower for lists this short. */
function clear(list: number[]): void {
  while (list.length > 0) list.pop();
}

/**
 * An execution graph: events, program order, reads-from and coherence.
 *
 * Hot: typed arrays indexed by event, no allocation when an event is added. An event's number is its *stamp*, the order
 * of addition, so that going back is cutting the arrays. Within a thread an event has an `index` in program order, and a
 * memory access also a `slot`, its index among the thread's memory accesses; dependencies and the rows of the preserved
 * order are sets of slots. Benchmark: bench/run.ts.
 */
export class Graph {
  /** How many events there are. */
  n = 0;
  thread: Int32Array;
  index: Int32Array;
  slot: Int32Array;
  kind: Uint8Array;
  mode: Uint8Array;
  loc: Int32Array;
  value: Float64Array;
  /** Of a read: the write it reads from, or {@link INIT} or {@link GUESSED}. */
  rf: Int32Array;
  /** Of the read of a successful RMW its write, of that write the read; else {@link NONE}. */
  partner: Int32Array;
  readonly addr: Deps[] = [];
  readonly data: Deps[] = [];
  readonly ctrl: Deps[] = [];
  /** Whether a read waits until its guard holds ({@link Wait}). */
  waits: Uint8Array;
  guardMask: Float64Array;
  guardWant: Float64Array;
  /** The place of a write in its location's coherence order. */
  coIndex: Int32Array;
  /** A row per event, a word per thread: how many of that thread's events are in its po-rf prefix, itself included. */
  clock: Int32Array;
  /** Rows of `words` words per event, bits are slots of its own thread: what preserved program order puts before it. */
  ppo: Int32Array;
  /** As `ppo`, for strong fences only. */
  strong: Int32Array;
  /** As `ppo`, for what orders writes without being cumulative: smp_wmb(), and unlock then lock. */
  wmb: Int32Array;
  /** 1 where the event belongs to an RMW that succeeded. */
  rmw: Uint8Array;
  /** Of a read: whether it begins an RMW, and on what condition ({@link Rmw}). */
  rmwKind: Uint8Array;
  /** Of an RMW's read: how the whole RMW is marked; `mode` is what the read gets of that. */
  declared: Uint8Array;

  /** The events of each thread in program order. */
  readonly threads: number[][];
  /** The memory accesses of each thread in program order. */
  readonly slots: number[][];
  /** The writes of each location in coherence order; the initial value comes before them. */
  readonly co: number[][];
  /** The reads of each location, oldest stamp first. */
  readonly reads: number[][];
  /** The locations that have had a read or a write; those of the rest are many and empty. */
  readonly touched: number[] = [];
  private readonly isTouched: Uint8Array;
  /** The {@link Kind.Overtaken} events, oldest stamp first. */
  readonly overtaken: number[] = [];
  /** The graph of events below this stamp is acyclic in the tier-one order; `n` or more: all of it is. */
  cyclicFrom = Number.MAX_SAFE_INTEGER;

  constructor(
    readonly threadCount: number,
    readonly locCount: number,
    public capacity = 64,
    /** Words per row of slots. */
    public words = 1,
  ) {
    this.thread = new Int32Array(capacity);
    this.index = new Int32Array(capacity);
    this.slot = new Int32Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.mode = new Uint8Array(capacity);
    this.loc = new Int32Array(capacity);
    this.value = new Float64Array(capacity);
    this.rf = new Int32Array(capacity);
    this.partner = new Int32Array(capacity);
    this.waits = new Uint8Array(capacity);
    this.guardMask = new Float64Array(capacity);
    this.guardWant = new Float64Array(capacity);
    this.coIndex = new Int32Array(capacity);
    this.rmw = new Uint8Array(capacity);
    this.rmwKind = new Uint8Array(capacity);
    this.declared = new Uint8Array(capacity);
    this.clock = new Int32Array(capacity * threadCount);
    this.ppo = new Int32Array(capacity * words);
    this.strong = new Int32Array(capacity * words);
    this.wmb = new Int32Array(capacity * words);
    this.isTouched = new Uint8Array(locCount);
    this.threads = Array.from({ length: threadCount }, () => []);
    this.slots = Array.from({ length: threadCount }, () => []);
    this.co = Array.from({ length: locCount }, () => []);
    this.reads = Array.from({ length: locCount }, () => []);
  }

  /** Adds an event at the end of a thread. The caller fills in what its kind needs. @returns its stamp */
  append(thread: number, kind: Kind, mode: Mode | Fence, loc: number): number {
    if (this.n === this.capacity) this.resize(this.capacity * 2, this.words);
    const e = this.n++;
    const po = this.threads[thread]!;
    const threadCount = this.threadCount;
    this.thread[e] = thread;
    this.index[e] = po.length;
    this.kind[e] = kind;
    this.mode[e] = mode;
    this.loc[e] = loc;
    this.rf[e] = INIT;
    this.partner[e] = NONE;
    this.addr[e] = NO_DEPS;
    this.data[e] = NO_DEPS;
    this.ctrl[e] = NO_DEPS;
    this.waits[e] = Wait.No;
    this.rmw[e] = 0;
    this.rmwKind[e] = Rmw.None;
    const row = e * threadCount;
    if (po.length > 0) {
      const before = po[po.length - 1]! * threadCount;
      for (let t = 0; t < threadCount; t++) this.clock[row + t] = this.clock[before + t]!;
    } else {
      this.clock.fill(0, row, row + threadCount);
    }
    po.push(e);
    this.clock[row + thread] = po.length;
    if (kind <= Kind.Write) {
      const slots = this.slots[thread]!;
      this.slot[e] = slots.length;
      slots.push(e);
      if (slots.length > this.words * 32) this.resize(this.capacity, this.words * 2);
      this.clearRows(e);
      if (this.isTouched[loc] === 0) this.touch(loc);
      if (kind === Kind.Read) this.reads[loc]!.push(e);
    } else {
      this.slot[e] = NONE;
    }
    return e;
  }

  private touch(loc: number): void {
    this.isTouched[loc] = 1;
    this.touched.push(loc);
  }

  /** Lets a read take its value from a write (or {@link INIT}, whose value is given). */
  setRf(read: number, write: number, value: number): void {
    this.rf[read] = write;
    this.value[read] = value;
    const threadCount = this.threadCount;
    const row = read * threadCount;
    const at = this.index[read]!;
    const own = this.thread[read]!;
    if (at > 0) {
      const before = this.threads[own]![at - 1]! * threadCount;
      for (let t = 0; t < threadCount; t++) this.clock[row + t] = this.clock[before + t]!;
    } else {
      this.clock.fill(0, row, row + threadCount);
    }
    if (write >= 0) {
      const from = write * threadCount;
      for (let t = 0; t < threadCount; t++) {
        const c = this.clock[from + t]!;
        if (c > this.clock[row + t]!) this.clock[row + t] = c;
      }
    }
    this.clock[row + own] = at + 1;
  }

  /** Forgets what preserved program order puts before an event. */
  clearRows(e: number): void {
    for (let i = e * this.words; i < (e + 1) * this.words; i++) {
      this.ppo[i] = 0;
      this.strong[i] = 0;
      this.wmb[i] = 0;
    }
  }

  /** Puts a write at a place of its location's coherence order; what was there and later moves up by one. */
  insertCo(write: number, place: number): void {
    const co = this.co[this.loc[write]!]!;
    co.push(write);
    for (let i = co.length - 1; i > place; i--) {
      const moved = co[i - 1]!;
      co[i] = moved;
      this.coIndex[moved] = i;
    }
    co[place] = write;
    this.coIndex[write] = place;
  }

  removeCo(write: number): void {
    const co = this.co[this.loc[write]!]!;
    for (let i = this.coIndex[write]! + 1; i < co.length; i++) {
      const moved = co[i]!;
      co[i - 1] = moved;
      this.coIndex[moved] = i - 1;
    }
    co.pop();
  }

  /** Is `event` in the po-rf prefix of `of`, or `of` itself? */
  inPrefix(event: number, of: number): boolean {
    return this.index[event]! < this.clock[of * this.threadCount + this.thread[event]!]!;
  }

  /** The place in coherence of the write a read takes its value from; -1 for the initial value. */
  sourcePlace(read: number): number {
    const write = this.rf[read]!;
    return write < 0 ? -1 : this.coIndex[write]!;
  }

  /** Forgets every event with a stamp of `n` or more. */
  cut(n: number): void {
    for (let e = this.n - 1; e >= n; e--) {
      const thread = this.thread[e]!;
      const kind = this.kind[e]!;
      if (kind === Kind.Overtaken) {
        this.overtaken.pop();
        continue;
      }
      this.threads[thread]!.pop();
      if (kind === Kind.Write) {
        this.slots[thread]!.pop();
        this.removeCo(e);
        const read = this.partner[e]!;
        if (read !== NONE) this.partner[read] = NONE;
      } else if (kind === Kind.Read) {
        this.slots[thread]!.pop();
        this.reads[this.loc[e]!]!.pop();
      }
    }
    this.n = n;
    if (this.cyclicFrom >= n) this.cyclicFrom = Number.MAX_SAFE_INTEGER;
  }

  /**
   * Makes this graph the part of `from` that a revisit keeps: all events up to the read in stamp, and the po-rf prefix of
   * the write. Stamps are closed up; program order, coherence and reads-from among the kept events stay.
   * @param stamps receives the new stamp of each old event, {@link NONE} where it is dropped
   */
  keepFrom(from: Graph, read: number, write: number, stamps: Int32Array): void {
    if (this.capacity < from.n || this.words !== from.words) this.resize(from.capacity, from.words);
    for (let t = 0; t < this.threadCount; t++) {
      clear(this.threads[t]!);
      clear(this.slots[t]!);
    }
    for (const l of this.touched) {
      clear(this.co[l]!);
      clear(this.reads[l]!);
    }
    for (const l of from.touched) if (this.isTouched[l] === 0) this.touch(l);
    clear(this.overtaken);
    this.cyclicFrom = Number.MAX_SAFE_INTEGER;
    const threadCount = this.threadCount;
    const words = this.words;
    let n = 0;
    for (let e = 0; e < from.n; e++) stamps[e] = e <= read || from.inPrefix(e, write) ? n++ : NONE;
    for (let e = 0; e < from.n; e++) {
      const to = stamps[e]!;
      if (to === NONE) continue;
      const thread = from.thread[e]!;
      const kind = from.kind[e]!;
      this.thread[to] = thread;
      this.index[to] = from.index[e]!;
      this.slot[to] = from.slot[e]!;
      this.kind[to] = kind;
      this.mode[to] = from.mode[e]!;
      this.loc[to] = from.loc[e]!;
      this.value[to] = from.value[e]!;
      const rf = from.rf[e]!;
      this.rf[to] = rf < 0 ? rf : stamps[rf]!;
      const partner = from.partner[e]!;
      this.partner[to] = partner === NONE ? NONE : stamps[partner]!;
      this.addr[to] = from.addr[e]!;
      this.data[to] = from.data[e]!;
      this.ctrl[to] = from.ctrl[e]!;
      this.waits[to] = from.waits[e]!;
      this.rmw[to] = from.rmw[e]!;
      this.rmwKind[to] = from.rmwKind[e]!;
      this.declared[to] = from.declared[e]!;
      this.guardMask[to] = from.guardMask[e]!;
      this.guardWant[to] = from.guardWant[e]!;
      // Of a write set again below; of a guessed read or a choice its option.
      this.coIndex[to] = from.coIndex[e]!;
      for (let t = 0; t < threadCount; t++) this.clock[to * threadCount + t] = from.clock[e * threadCount + t]!;
      if (kind === Kind.Overtaken) {
        this.overtaken.push(to);
        continue;
      }
      this.threads[thread]!.push(to);
      if (kind <= Kind.Write) {
        this.slots[thread]!.push(to);
        for (let i = 0; i < words; i++) {
          this.ppo[to * words + i] = from.ppo[e * words + i]!;
          this.strong[to * words + i] = from.strong[e * words + i]!;
          this.wmb[to * words + i] = from.wmb[e * words + i]!;
        }
        if (kind === Kind.Read) this.reads[from.loc[e]!]!.push(to);
      }
    }
    this.n = n;
    for (const l of from.touched) {
      const co = this.co[l]!;
      for (const w of from.co[l]!) {
        const to = stamps[w]!;
        if (to === NONE) continue;
        this.coIndex[to] = co.length;
        co.push(to);
      }
    }
  }

  /** Turns a read that is its thread's last event into one that found what it waits for not there, but this write. */
  overtake(read: number, write: number): void {
    const thread = this.thread[read]!;
    this.setRf(read, write, 0);
    this.kind[read] = Kind.Overtaken;
    this.threads[thread]!.pop();
    this.slots[thread]!.pop();
    const reads = this.reads[this.loc[read]!]!;
    reads.splice(reads.indexOf(read), 1);
    this.overtaken.push(read);
    this.overtaken.sort((a, b) => a - b);
  }

  /** Turns a wait that is not over, and is its thread's last event, back into a read. Its reads-from is to be set. */
  resume(wait: number): void {
    const thread = this.thread[wait]!;
    this.kind[wait] = Kind.Read;
    this.threads[thread]!.push(wait);
    this.slots[thread]!.push(wait);
    const reads = this.reads[this.loc[wait]!]!;
    reads.push(wait);
    reads.sort((a, b) => a - b);
    this.overtaken.splice(this.overtaken.indexOf(wait), 1);
  }

  /** Did a read find what its thread does not go on with? */
  isBlocked(read: number): boolean {
    if (this.waits[read]! < Wait.Blocks) return false;
    return !guardHolds(this.value[read]!, this.guardMask[read]!, this.guardWant[read]!, true);
  }

  /** The read of an RMW, other than `but`, that has consumed a write (or the initial value of `loc`), or {@link NONE}. */
  consumer(loc: number, source: number, but: number): number {
    for (const read of this.reads[loc]!) {
      if (this.rf[read] === source && this.partner[read] !== NONE && read !== but) return read;
    }
    return NONE;
  }

  /** Of an unlock: the write of its thread that took the lock, which it comes right after in coherence; or {@link NONE}. */
  writeUnlocked(unlock: number): number {
    if (this.mode[unlock] !== Mode.Unlock) return NONE;
    const slots = this.slots[this.thread[unlock]!]!;
    const loc = this.loc[unlock]!;
    for (let i = this.slot[unlock]! - 1; i >= 0; i--) {
      const e = slots[i]!;
      if (this.kind[e] === Kind.Write && this.loc[e] === loc) return e;
    }
    return NONE;
  }

  private resize(capacity: number, words: number): void {
    const wider = (old: Int32Array, oldRow: number, row: number): Int32Array => {
      const made = new Int32Array(capacity * row);
      for (let e = 0; e < this.n && e < this.capacity; e++) {
        for (let i = 0; i < oldRow && i < row; i++) made[e * row + i] = old[e * oldRow + i]!;
      }
      return made;
    };
    const copied = <T extends Int32Array | Uint8Array | Float64Array>(made: T, old: T): T => {
      made.set(old.subarray(0, Math.min(old.length, made.length)) as never);
      return made;
    };
    this.ppo = wider(this.ppo, this.words, words);
    this.strong = wider(this.strong, this.words, words);
    this.wmb = wider(this.wmb, this.words, words);
    this.clock = wider(this.clock, this.threadCount, this.threadCount);
    this.thread = copied(new Int32Array(capacity), this.thread);
    this.index = copied(new Int32Array(capacity), this.index);
    this.slot = copied(new Int32Array(capacity), this.slot);
    this.kind = copied(new Uint8Array(capacity), this.kind);
    this.mode = copied(new Uint8Array(capacity), this.mode);
    this.loc = copied(new Int32Array(capacity), this.loc);
    this.value = copied(new Float64Array(capacity), this.value);
    this.rf = copied(new Int32Array(capacity), this.rf);
    this.partner = copied(new Int32Array(capacity), this.partner);
    this.waits = copied(new Uint8Array(capacity), this.waits);
    this.rmw = copied(new Uint8Array(capacity), this.rmw);
    this.rmwKind = copied(new Uint8Array(capacity), this.rmwKind);
    this.declared = copied(new Uint8Array(capacity), this.declared);
    this.guardMask = copied(new Float64Array(capacity), this.guardMask);
    this.guardWant = copied(new Float64Array(capacity), this.guardWant);
    this.coIndex = copied(new Int32Array(capacity), this.coIndex);
    this.capacity = capacity;
    this.words = words;
  }
}
