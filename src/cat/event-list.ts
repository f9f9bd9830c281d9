import { Mode } from '../cpu/modes.ts';
import { Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import type { Told } from '../models/model.ts';
import { TAGS } from './bases.ts';

/** What an event of a view is. */
export enum Sort {
  Read = 0,
  Write = 1,
  Fence = 2,
  Init = 3,
}

/** Which part of a lock an event is. */
export enum Lock {
  None = 0,
  Lkr = 1,
  Lkw = 2,
  Ul = 3,
  /** A trylock that failed. */
  Lf = 4,
  /** spin_is_locked(): it is, or is not. */
  Rl = 5,
  Ru = 6,
}

const NO_TAG = -1;
/** The tags, by the number that an event has. */
export const TAG_NAMES = [...TAGS.keys()];
const TAG_OF_FENCE = new Map([...TAGS.values()].map(({ fence }, i) => [fence, i]));
const MB = TAG_NAMES.indexOf('mb');
const ONCE = TAG_NAMES.indexOf('once');
const TAG_OF_MODE = new Map([...TAGS.values()].map(({ mode }, i) => [mode, i]));
TAG_OF_MODE.set(Mode.Full, ONCE);

/**
 * The events of a graph as a cat model sees them: initial writes, then those of each thread in program order. A fully ordered
 * RMW has a fence before and one behind it, as herd7 makes them.
 *
 * Hot: the arrays are kept and reused.
 */
export class EventList {
  /** How many events there are, and how many words a row of them has. */
  size = 0;
  words = 0;
  /** How many of them, the first, are initial writes. */
  inits = 0;
  g!: Graph;
  /** Of each event here: its event in the graph (NONE for what stands for none). */
  event = new Int32Array(64);
  thread = new Int32Array(64);
  sort = new Uint8Array(64);
  tag = new Int8Array(64);
  lock = new Uint8Array(64);
  /** The name of its location, and the word. */
  name = new Int32Array(64);
  word = new Int32Array(64);
  /** Of an event of the graph its number here. */
  number = new Int32Array(64);
  /** Of a word its initial write, and of a name. */
  readonly initOf: Int32Array;
  readonly named: Int32Array;
  readonly nameCount: number;

  constructor(
    readonly told: Told,
    /** Whether the model makes reads-from and coherence of locks itself. */
    readonly makesLocks: boolean,
  ) {
    this.nameCount = told.words ?? told.initial.length;
    this.initOf = new Int32Array(told.initial.length);
    this.named = new Int32Array(this.nameCount);
  }

  /** Lists the events of a graph. */
  fill(g: Graph): void {
    this.g = g;
    this.makeRoom(2 * g.n + g.touched.length + g.threadCount);
    this.named.fill(NONE);
    let n = 0;
    for (const word of g.touched) {
      if (g.co[word]!.length === 0 && g.reads[word]!.length === 0) continue;
      const name = word % this.nameCount;
      if (this.named[name] === NONE) {
        this.named[name] = n;
        this.put(n++, NONE, NONE, Sort.Init, NO_TAG, Lock.None, word);
      }
      this.initOf[word] = this.named[name]!;
    }
    this.inits = n;
    for (let t = 0; t < g.threadCount; t++) {
      for (const e of g.threads[t]!) n = this.add(g, e, t, n);
    }
    this.size = n;
    this.words = (n + 31) >> 5;
  }

  private add(g: Graph, e: number, t: number, at: number): number {
    const kind = g.kind[e]!;
    if (kind === Kind.Choice) return at;
    let n = at;
    if (kind === Kind.Fence) {
      const tag = TAG_OF_FENCE.get(g.mode[e]!) ?? NO_TAG;
      this.number[e] = n;
      this.put(n++, e, t, Sort.Fence, tag, Lock.None, g.loc[e]!);
      return n;
    }
    const mode = g.mode[e]!;
    const isFull = g.rmw[e] === 1 && mode === Mode.Full;
    if (isFull && kind === Kind.Read) this.put(n++, NONE, t, Sort.Fence, MB, Lock.None, NONE);
    const lock = this.lockOf(g, e);
    const tag = lock === Lock.None ? (TAG_OF_MODE.get(mode) ?? NO_TAG) : NO_TAG;
    this.number[e] = n;
    this.put(n++, e, t, kind === Kind.Read ? Sort.Read : Sort.Write, tag, lock, g.loc[e]!);
    if (isFull && kind === Kind.Write) this.put(n++, NONE, t, Sort.Fence, MB, Lock.None, NONE);
    return n;
  }

  private lockOf(g: Graph, e: number): Lock {
    const mode = g.mode[e]!;
    if (g.kind[e] === Kind.Write) return mode === Mode.Lock ? Lock.Lkw : mode === Mode.Unlock ? Lock.Ul : Lock.None;
    if (g.declared[e] === Mode.Lock) return g.rmw[e] === 1 ? Lock.Lkr : Lock.Lf;
    if (this.told.words === undefined || g.loc[e]! < this.told.words) return Lock.None;
    return g.value[e] === 0 ? Lock.Ru : Lock.Rl;
  }

  private put(n: number, e: number, t: number, sort: Sort, tag: number, lock: Lock, word: number): void {
    this.event[n] = e;
    this.thread[n] = t;
    this.sort[n] = sort;
    this.tag[n] = tag;
    this.lock[n] = lock;
    this.word[n] = word;
    this.name[n] = word < 0 ? NONE : word % this.nameCount;
  }

  private makeRoom(events: number): void {
    if (this.number.length < this.g.capacity) this.number = new Int32Array(this.g.capacity);
    if (this.event.length >= events) return;
    const room = events * 2;
    this.event = new Int32Array(room);
    this.thread = new Int32Array(room);
    this.sort = new Uint8Array(room);
    this.tag = new Int8Array(room);
    this.lock = new Uint8Array(room);
    this.name = new Int32Array(room);
    this.word = new Int32Array(room);
  }

  /** Is it half of an RMW that succeeded, be it a lock? */
  isHalf(n: number): boolean {
    const e = this.event[n]!;
    return e !== NONE && this.sort[n]! <= Sort.Write && this.g.rmw[e] === 1;
  }
}
