import { type Deps, depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import { Kind, NONE, Rmw } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import type { Told } from '../models/model.ts';
import { orUpTo, setBit } from '../models/rows.ts';
import { setOfTag, TAGS } from './bases.ts';

/** What an event of a view is. */
enum Sort {
  Read = 0,
  Write = 1,
  Fence = 2,
  Init = 3,
}

/** Which part of a lock an event is. */
enum Lock {
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

/** What an execution has beyond events, program order and dependencies. */
const COMMUNICATION: ReadonlySet<string> = new Set(['rf', 'rf-plain', 'co', 'fr']);

/** So many shapes are remembered at most; then all are forgotten. */
export const MAX_SHAPES = 256;

const NO_TAG = -1;
const TAG_NAMES = [...TAGS.keys()];
const TAG_OF_FENCE = new Map([...TAGS.values()].map(({ fence }, i) => [fence, i]));
const MB = TAG_NAMES.indexOf('mb');
const ONCE = TAG_NAMES.indexOf('once');
const TAG_OF_MODE = new Map([...TAGS.values()].map(({ mode }, i) => [mode, i]));
TAG_OF_MODE.set(Mode.Full, ONCE);

/**
 * The events of a graph as a cat model sees them: initial writes, then those of each thread in program order. A fully ordered
 * RMW has a fence before and one behind it, as herd7 makes them. Relations are predecessor rows ({@link setBit}).
 *
 * Hot: the arrays are kept and reused.
 */
export class View {
  /** How many events there are, and how many words a row has. */
  size = 0;
  words = 0;
  /** The same number where all but reads-from, coherence and values is the same; {@link MAX_SHAPES} are remembered. */
  shape = -1;
  private inits = 0;
  private g!: Graph;
  /** Is nothing known of reads-from and coherence? */
  private isAlone = false;
  /** Of each event of the view: its event in the graph (NONE for what stands for none). */
  private event = new Int32Array(64);
  private thread = new Int32Array(64);
  private sort = new Uint8Array(64);
  private tag = new Int8Array(64);
  private lock = new Uint8Array(64);
  /** The name of its location, and the word. */
  private name = new Int32Array(64);
  private word = new Int32Array(64);
  /** Of an event of the graph its number here. */
  private number = new Int32Array(64);
  /** Of a word its initial write, and of a name. */
  private readonly initOf: Int32Array;
  private readonly named: Int32Array;
  /** The shapes that there were, by a hash of all that is asked of one. */
  private readonly shapes = new Map<number, { readonly text: Int32Array; readonly shape: number }[]>();
  private shapeCount = 0;
  private written: Int32Array = new Int32Array(256);
  private readonly nameCount: number;

  constructor(
    private readonly told: Told,
    /** Whether the model makes reads-from and coherence of locks itself. */
    private readonly makesLocks: boolean,
  ) {
    this.nameCount = told.words ?? told.initial.length;
    this.initOf = new Int32Array(told.initial.length);
    this.named = new Int32Array(this.nameCount);
  }

  /** Looks at a graph. @param isAlone leaves out what it has of reads-from and coherence */
  look(g: Graph, isAlone = false): void {
    this.g = g;
    this.isAlone = isAlone;
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
    this.compare();
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

  /** Finds which of the shapes that there were this is, or makes it a new one. */
  private compare(): void {
    const { g, size } = this;
    let at = 0;
    let hash = 0x811c9dc5;
    const add = (word: number): void => {
      if (at === this.written.length) this.written = grown(this.written);
      this.written[at++] = word;
      hash = Math.imul(hash ^ word, 0x01000193);
    };
    const addDeps = (deps: Deps): void => {
      if (typeof deps === 'number') add(deps);
      else for (const word of deps) add(word);
    };
    for (let n = 0; n < size; n++) {
      add(this.key(n));
      add(this.word[n]!);
      add(this.halves(n));
      const e = this.event[n]!;
      if (e === NONE || this.sort[n]! > Sort.Write) continue;
      addDeps(g.addr[e]!);
      addDeps(g.data[e]!);
      addDeps(g.ctrl[e]!);
    }
    const alike = this.shapes.get(hash) ?? [];
    const known = alike.find(({ text }) => text.length === at && text.every((word, i) => word === this.written[i]));
    if (known !== undefined) {
      this.shape = known.shape;
      return;
    }
    if (this.shapeCount % MAX_SHAPES === 0) this.shapes.clear();
    this.shape = this.shapeCount++;
    this.shapes.set(hash, [...(this.shapes.get(hash) ?? []), { text: this.written.slice(0, at), shape: this.shape }]);
  }

  private key(n: number): number {
    return ((this.thread[n]! + 1) << 16) | (this.sort[n]! << 12) | (this.lock[n]! << 8) | (this.tag[n]! + 1);
  }

  /** Whether it is half of an RMW, which other half, and whether it might have been. */
  private halves(n: number): number {
    const e = this.event[n]!;
    if (e === NONE || this.sort[n]! > Sort.Write) return 0;
    const partner = this.g.partner[e]!;
    return ((partner === NONE ? 0 : this.number[partner]! + 1) << 4) | (this.g.rmw[e]! << 3) | this.g.rmwKind[e]!;
  }

  // --- sets -----------------------------------------------------------------------------------------------------

  /** Writes a set of events, as a row. */
  set(name: string, row: Int32Array): void {
    if (name === 'FW') {
      this.finals(row);
      return;
    }
    const holds = this.tester(name);
    for (let n = 0; n < this.size; n++) if (holds(n)) setBit(row, 0, n);
  }

  private tester(name: string): (n: number) => boolean {
    const { sort, lock } = this;
    const isOpen = (n: number): boolean => !this.makesLocks || lock[n] === Lock.None;
    switch (name) {
      case '_':
        return () => true;
      case 'R':
        return (n) => sort[n] === Sort.Read && isOpen(n);
      case 'W':
        return (n) => sort[n] === Sort.Init || (sort[n] === Sort.Write && isOpen(n));
      case 'M':
        return (n) => sort[n] !== Sort.Fence && isOpen(n);
      case 'IW':
        return (n) => sort[n] === Sort.Init;
      case 'F':
        return (n) => sort[n] === Sort.Fence && this.tag[n] !== TAG_NAMES.indexOf('sync-srcu');
      case 'RMW':
        return (n) => this.isAtomic(n);
      case 'Failed-RMW':
        return (n) => this.isAtomic(n) && this.g.rmw[this.event[n]!] === 0;
      case 'Failed-cmpxchg':
        return (n) =>
          this.isAtomic(n) && this.g.rmw[this.event[n]!] === 0 && this.g.rmwKind[this.event[n]!] === Rmw.IfEqual;
      case 'rmw-reads':
        return (n) => sort[n] === Sort.Read && this.isHalf(n) && isOpen(n);
      case 'rmw-writes':
        return (n) => sort[n] === Sort.Write && this.isHalf(n) && isOpen(n);
      case 'LKR':
        return (n) => lock[n] === Lock.Lkr;
      case 'LKW':
        return (n) => lock[n] === Lock.Lkw;
      case 'UL':
        return (n) => lock[n] === Lock.Ul;
      case 'LF':
        return (n) => lock[n] === Lock.Lf;
      case 'RL':
        return (n) => lock[n] === Lock.Rl;
      case 'RU':
        return (n) => lock[n] === Lock.Ru;
      default: {
        const tag = TAG_NAMES.findIndex((each) => setOfTag(each) === name);
        return tag < 0 ? () => false : (n) => this.tag[n] === tag;
      }
    }
  }

  private isHalf(n: number): boolean {
    const e = this.event[n]!;
    return e !== NONE && this.sort[n]! <= Sort.Write && this.g.rmw[e] === 1;
  }

  /** Does it belong to an RMW that is no lock, be it one that failed? */
  private isAtomic(n: number): boolean {
    const e = this.event[n]!;
    if (e === NONE || this.sort[n]! > Sort.Write) return false;
    const { g } = this;
    return this.sort[n] === Sort.Read
      ? g.rmwKind[e] !== Rmw.None && g.declared[e] !== Mode.Lock
      : g.rmw[e] === 1 && g.mode[e] !== Mode.Lock;
  }

  /** The last write of each location whose final value is asked for. */
  private finals(row: Int32Array): void {
    const { observed } = this.told;
    for (const word of this.g.touched) {
      const name = word % this.nameCount;
      if (observed !== undefined && !observed.includes(name)) continue;
      if (this.told.words !== undefined && word >= this.told.words) {
        if (this.named[name] !== NONE) setBit(row, 0, this.named[name]!);
        continue;
      }
      const co = this.g.co[word]!;
      if (co.length > 0) setBit(row, 0, this.number[co[co.length - 1]!]!);
      else if (this.named[name] !== NONE) setBit(row, 0, this.named[name]!);
    }
  }

  // --- relations ------------------------------------------------------------------------------------------------

  /** Writes a relation. */
  relation(name: string, rows: Int32Array): void {
    if (this.isAlone && COMMUNICATION.has(name)) return;
    switch (name) {
      case 'po':
        this.po(rows);
        return;
      case 'loc':
        this.pairs(rows, (a, b) => this.name[a] === this.name[b] && this.name[a] !== NONE);
        return;
      case 'int':
        this.pairs(rows, (a, b) => this.thread[a] === this.thread[b] && this.thread[a] !== NONE);
        return;
      case 'ext':
        this.pairs(rows, (a, b) => this.thread[a] !== this.thread[b]);
        return;
      case 'id':
        for (let n = 0; n < this.size; n++) setBit(rows, n * this.words, n);
        return;
      case 'addr':
        this.dependencies(rows, this.g.addr);
        return;
      case 'data':
        this.dependencies(rows, this.g.data);
        return;
      case 'ctrl':
        if (this.told.dependencies === 'conservative') this.everyControl(rows);
        else this.dependencies(rows, this.g.ctrl);
        return;
      case 'rmw':
        this.rmw(rows);
        return;
      case 'rf':
        this.rf(rows, true);
        return;
      case 'rf-plain':
        this.rf(rows, false);
        return;
      case 'co':
        this.co(rows);
        return;
      case 'fr':
        this.fr(rows);
        return;
      case 'different-values':
        this.pairs(rows, (a, b) => this.isAccess(a) && this.isAccess(b) && this.valueOf(a) !== this.valueOf(b));
        return;
      default:
        throw new Error(`no relation ${name}`);
    }
  }

  private pairs(rows: Int32Array, holds: (a: number, b: number) => boolean): void {
    const { size, words } = this;
    for (let b = 0; b < size; b++) for (let a = 0; a < size; a++) if (holds(a, b)) setBit(rows, b * words, a);
  }

  private po(rows: Int32Array): void {
    const { size, words, thread } = this;
    let first = this.inits;
    for (let n = this.inits; n < size; n++) {
      if (thread[n] !== thread[first]) first = n;
      if (n > first) orUpTo(rows, n * words, first, n - 1);
    }
  }

  private dependencies(rows: Int32Array, column: readonly Deps[]): void {
    const { g, size, words } = this;
    for (let n = this.inits; n < size; n++) {
      const e = this.event[n]!;
      if (e === NONE || this.sort[n]! > Sort.Write) continue;
      const deps = column[e]!;
      if (deps === NO_DEPS) continue;
      const slots = g.slots[this.thread[n]!]!;
      for (const slot of depsMembers(deps)) setBit(rows, n * words, this.number[slots[slot]!]!);
    }
  }

  private everyControl(rows: Int32Array): void {
    this.pairs(
      rows,
      (a, b) => a < b && this.thread[a] === this.thread[b] && this.sort[a] === Sort.Read && this.sort[b] === Sort.Write,
    );
  }

  private rmw(rows: Int32Array): void {
    const { g, size, words } = this;
    for (let n = this.inits; n < size; n++) {
      if (this.sort[n] !== Sort.Write || (this.makesLocks && this.lock[n] !== Lock.None)) continue;
      const partner = g.partner[this.event[n]!]!;
      if (partner !== NONE) setBit(rows, n * words, this.number[partner]!);
    }
  }

  private rf(rows: Int32Array, locks: boolean): void {
    const { g, size, words } = this;
    for (let n = this.inits; n < size; n++) {
      if (this.sort[n] !== Sort.Read || (!locks && this.lock[n] !== Lock.None)) continue;
      const source = this.sourceOf(g, this.event[n]!);
      if (source !== NONE) setBit(rows, n * words, source);
    }
  }

  private sourceOf(g: Graph, r: number): number {
    const source = g.rf[r]!;
    return source >= 0 ? this.number[source]! : source === -1 ? this.initOf[g.loc[r]!]! : NONE;
  }

  /** An unlock without a lock has a word of its own, which is in no order. */
  private isStray(word: number): boolean {
    return this.told.words !== undefined && word >= 2 * this.told.words;
  }

  private co(rows: Int32Array): void {
    const { g, words } = this;
    for (const word of g.touched) {
      if (this.isStray(word)) continue;
      const co = g.co[word]!;
      for (let i = 0; i < co.length; i++) {
        const base = this.number[co[i]!]! * words;
        setBit(rows, base, this.initOf[word]!);
        for (let k = 0; k < i; k++) setBit(rows, base, this.number[co[k]!]!);
      }
    }
  }

  private fr(rows: Int32Array): void {
    const { g, words } = this;
    for (const word of g.touched) {
      if (this.isStray(word)) continue;
      const co = g.co[word]!;
      for (const r of g.reads[word]!) {
        const source = g.rf[r]!;
        if (source < -1) continue;
        for (let i = g.sourcePlace(r) + 1; i < co.length; i++)
          setBit(rows, this.number[co[i]!]! * words, this.number[r]!);
      }
    }
  }

  private isAccess(n: number): boolean {
    return this.sort[n] !== Sort.Fence;
  }

  private valueOf(n: number): number {
    const e = this.event[n]!;
    return e === NONE ? this.told.initial[this.word[n]!]! : this.g.value[e]!;
  }

  // --- for whoever asks about a thread ----------------------------------------------------------------------------

  /** The number of an access of the graph. */
  numberOf(e: number): number {
    return this.number[e]!;
  }

  /** Has the execution an RMW, other than a lock, that a model must say is atomic? */
  hasRmw(): boolean {
    for (let n = this.inits; n < this.size; n++) if (this.isHalf(n)) return true;
    return false;
  }
}

function grown(old: Int32Array): Int32Array {
  const made = new Int32Array(old.length * 2);
  made.set(old);
  return made;
}
