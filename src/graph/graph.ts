import { guardHolds } from '../cpu/cpu.ts';
import { NO_DEPS } from '../cpu/deps.ts';
import { type Fence, Mode } from '../cpu/modes.ts';
import { Columns } from './columns.ts';
import { INIT, Kind, NONE, Rmw, Wait } from './event.ts';

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
export class Graph extends Columns {
  /** How many events there are. */
  n = 0;

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
  /** The old stamps of what {@link keepFrom} keeps. */
  private kept = new Int32Array(64);
  /** The graph of events below this stamp is acyclic in the tier-one order; `n` or more: all of it is. */
  cyclicFrom = Number.MAX_SAFE_INTEGER;
  /** The stamp of an event with which the graph became one that no execution extends as it is; `n` or more: none. */
  wrongFrom = Number.MAX_SAFE_INTEGER;

  constructor(
    threadCount: number,
    readonly locCount: number,
    capacity = 64,
    words = 1,
  ) {
    super(threadCount, capacity, words);
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
    this.option[e] = 0;
    this.rmw[e] = 0;
    this.rmwKind[e] = Rmw.None;
    this.startClock(e, po, po.length);
    po.push(e);
    this.clock[e * this.threadCount + thread] = po.length;
    if (kind <= Kind.Write) {
      const slots = this.slots[thread]!;
      this.slot[e] = slots.length;
      slots.push(e);
      if (slots.length > this.words * 32) this.resize(this.capacity, this.words * 2);
      this.clearRows(e);
      this.touch(loc);
      if (kind === Kind.Read) this.reads[loc]!.push(e);
    } else {
      this.slot[e] = NONE;
    }
    return e;
  }

  /** The prefix of an event begins with that of the one before it in program order. */
  private startClock(e: number, po: readonly number[], at: number): void {
    const { clock, threadCount } = this;
    const row = e * threadCount;
    if (at === 0) {
      clock.fill(0, row, row + threadCount);
      return;
    }
    const before = po[at - 1]! * threadCount;
    for (let t = 0; t < threadCount; t++) clock[row + t] = clock[before + t]!;
  }

  /** The location has had an access. */
  touch(loc: number): void {
    if (this.isTouched[loc] === 1) return;
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
    this.startClock(read, this.threads[own]!, at);
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
    if (this.wrongFrom >= n) this.wrongFrom = Number.MAX_SAFE_INTEGER;
  }

  /**
   * Makes this graph the part of `from` that a revisit keeps: all events up to the read in stamp, and the po-rf prefix of
   * the write. Stamps are closed up; program order, coherence and reads-from among the kept events stay.
   * @param stamps receives the new stamp of each old event, {@link NONE} where it is dropped
   */
  keepFrom(from: Graph, read: number, write: number, stamps: Int32Array): void {
    if (this.capacity < from.n || this.words !== from.words) this.resize(from.capacity, from.words);
    if (this.kept.length < from.n) this.kept = new Int32Array(from.capacity);
    for (let t = 0; t < this.threadCount; t++) {
      clear(this.threads[t]!);
      clear(this.slots[t]!);
    }
    for (const l of this.touched) {
      clear(this.co[l]!);
      clear(this.reads[l]!);
    }
    for (const l of from.touched) this.touch(l);
    this.cyclicFrom = Number.MAX_SAFE_INTEGER;
    this.wrongFrom = Number.MAX_SAFE_INTEGER;
    let n = 0;
    for (let e = 0; e < from.n; e++) {
      const stays = e <= read || from.inPrefix(e, write);
      stamps[e] = stays ? n : NONE;
      if (stays) this.kept[n++] = e;
    }
    this.take(from, this.kept, n);
    for (let e = 0; e < n; e++) {
      const source = this.rf[e]!;
      if (source >= 0) this.rf[e] = stamps[source]!;
      const partner = this.partner[e]!;
      if (partner !== NONE) this.partner[e] = stamps[partner]!;
    }
    this.list(n);
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

  /** Enters the first `n` events into the lists, which are empty; but not the writes into `co`. */
  list(n: number): void {
    this.n = n;
    for (let e = 0; e < n; e++) {
      const kind = this.kind[e]!;
      const thread = this.thread[e]!;
      this.threads[thread]!.push(e);
      if (kind > Kind.Write) continue;
      this.slots[thread]!.push(e);
      if (kind === Kind.Read) this.reads[this.loc[e]!]!.push(e);
    }
  }

  /** Did a read find what its thread does not go on with? */
  isBlocked(read: number): boolean {
    if (this.waits[read]! < Wait.Blocks) return false;
    return !guardHolds(this.value[read]!, this.guardMask[read]!, this.guardWant[read]!, true);
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
}
