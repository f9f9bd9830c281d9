import { depsMembers, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Fence, isPlain, Mode } from '../cpu/modes.ts';
import { Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { close, eachBit, orRow, orShifted, orUpTo, setBit } from './rows.ts';

/**
 * The relations of linux-kernel.cat (Linux 6.12) on one graph, as *predecessor* rows: bit `i` of row `j` says that `i` is
 * related to `j`. Memory accesses are numbered thread by thread, so that a row of slots is shifted into its place.
 *
 * Hot: the arrays are kept and reused; benchmark bench/run.ts. Filled by {@link relate}.
 */
export class LkmmRelations {
  /** How many memory accesses there are, and how many words a row has. */
  size = 0;
  words = 0;
  /** The number of each thread's first access. */
  first = new Int32Array(8);
  /** The event of each number. */
  event = new Int32Array(64);
  marked = new Int32Array(2);
  own = new Int32Array(128);
  hb = new Int32Array(128);
  strong = new Int32Array(128);
  cumul = new Int32Array(128);
  prop = new Int32Array(128);
  over = new Int32Array(128);
  pb = new Int32Array(128);

  private unsourced = NONE;

  /** The write of another thread that a read takes its value from, or a negative number. */
  private external(g: Graph, read: number): number {
    const source = g.rf[read]!;
    return source < 0 || read === this.unsourced || g.thread[source] === g.thread[read] ? NONE : source;
  }

  /** The number of an event that is a memory access. */
  number(g: Graph, e: number): number {
    return this.first[g.thread[e]!]! + g.slot[e]!;
  }

  /** Fills `hb` (ppo, rfe and internal prop), `strong`, `cumul` (reflexive and transitive) and `prop`. */
  relate(g: Graph, unsourced = NONE): void {
    this.unsourced = unsourced;
    this.layOut(g);
    this.threadLocal(g);
    this.lockHandovers(g);
    this.accumulate(g);
    this.overwrites(g);
    this.propagate(g);
  }

  private layOut(g: Graph): void {
    let size = 0;
    if (this.first.length <= g.threadCount) this.first = new Int32Array(g.threadCount + 1);
    for (let t = 0; t < g.threadCount; t++) {
      this.first[t] = size;
      size += g.slots[t]!.length;
    }
    this.size = size;
    const words = (size + 31) >> 5;
    this.words = words;
    if (this.hb.length < size * words) {
      const length = size * words * 2;
      this.own = new Int32Array(length);
      this.hb = new Int32Array(length);
      this.strong = new Int32Array(length);
      this.cumul = new Int32Array(length);
      this.prop = new Int32Array(length);
      this.over = new Int32Array(length);
      this.pb = new Int32Array(length);
    } else {
      const length = size * words;
      this.own.fill(0, 0, length);
      this.hb.fill(0, 0, length);
      this.strong.fill(0, 0, length);
      this.cumul.fill(0, 0, length);
      this.prop.fill(0, 0, length);
      this.over.fill(0, 0, length);
      this.pb.fill(0, 0, length);
    }
    if (this.event.length < size) this.event = new Int32Array(size * 2);
    if (this.marked.length < words) this.marked = new Int32Array(words * 2);
    this.marked.fill(0);
    for (let t = 0; t < g.threadCount; t++) {
      for (const e of g.slots[t]!) {
        const m = this.number(g, e);
        this.event[m] = e;
        if (!isPlain(g.mode[e]!)) setBit(this.marked, 0, m);
      }
    }
  }

  private threadLocal(g: Graph): void {
    const { words } = this;
    for (let m = 0; m < this.size; m++) {
      const e = this.event[m]!;
      const t = g.thread[e]!;
      const off = this.first[t]!;
      const base = m * words;
      orShifted(this.hb, base, g.ppo, e * g.words, g.words, off, words);
      orShifted(this.strong, base, g.strong, e * g.words, g.words, off, words);
      orShifted(this.cumul, base, g.wmb, e * g.words, g.words, off, words);
      orUpTo(this.own, base, off, off + g.slots[t]!.length - 1);
      if (g.kind[e] !== Kind.Read) continue;
      const source = g.rf[e]!;
      if (source < 0 || e === this.unsourced) continue;
      if (g.thread[source] !== t) {
        setBit(this.hb, base, this.number(g, source));
      } else if (!isPlain(g.mode[source]!)) {
        const deps = depsUnion(g.addr[source]!, g.data[source]!);
        if (deps !== NO_DEPS) for (const slot of depsMembers(deps)) setBit(this.hb, base, off + slot);
      }
    }
  }

  /**
   * po-unlock-lock-po between threads, and smp_mb__after_unlock_lock() after it: what came before the unlock is ordered
   * before what comes after the lock.
   */
  private lockHandovers(g: Graph): void {
    for (let t = 0; t < g.threadCount; t++) {
      for (const lock of g.slots[t]!) {
        if (g.kind[lock] !== Kind.Read || g.mode[lock] !== Mode.Lock) continue;
        const unlock = g.rf[lock]!;
        if (unlock < 0 || g.thread[unlock] === t) continue;
        const from = this.first[g.thread[unlock]!]!;
        const to = from + g.slot[unlock]! - 1;
        let full = false;
        const po = g.threads[t]!;
        for (let i = g.index[lock]! + 1; i < po.length; i++) {
          const e = po[i]!;
          if (g.kind[e] === Kind.Fence) full ||= g.mode[e] === Fence.AfterUnlockLock;
          if (g.kind[e]! > Kind.Write) continue;
          const base = this.number(g, e) * this.words;
          orUpTo(this.cumul, base, from, to);
          if (full) {
            orUpTo(this.strong, base, from, to);
            orUpTo(this.hb, base, from, to);
          }
        }
      }
    }
  }

  /** cumul-fence, then its reflexive and transitive closure. */
  private accumulate(g: Graph): void {
    const { words, size, cumul, strong, marked } = this;
    for (let m = 0; m < size; m++) {
      const e = this.event[m]!;
      const base = m * words;
      const off = this.first[g.thread[e]!]!;
      const releases = g.mode[e] === Mode.Unlock || (g.mode[e] === Mode.Release && g.kind[e] === Kind.Write);
      if (releases) orUpTo(cumul, base, off, off + g.slot[e]! - 1);
      for (let i = 0; i < words; i++) {
        // A-cumul: also the external write that an access before the fence reads.
        for (let bits = strong[base + i]! | (releases ? cumul[base + i]! : 0); bits !== 0; bits &= bits - 1) {
          const j = i * 32 + 31 - Math.clz32(bits & -bits);
          setBit(cumul, base, j);
          const p = this.event[j]!;
          if (g.kind[p] !== Kind.Read || isPlain(g.mode[p]!)) continue;
          const source = this.external(g, p);
          if (source >= 0) setBit(cumul, base, this.number(g, source));
        }
      }
      for (let i = 0; i < words; i++) {
        cumul[base + i] = isBit(marked, m) ? cumul[base + i]! & marked[i]! : 0;
      }
    }
    for (const l of g.touched) {
      for (const w of g.co[l]!) {
        // rmw-sequence: in coherence order, so that the write an RMW took has its own sequence already.
        const read = g.partner[w]!;
        if (read === NONE || g.rf[read]! < 0) continue;
        orRow(cumul, this.number(g, w) * words, cumul, this.number(g, g.rf[read]!) * words, words);
      }
    }
    close(cumul, size, words);
    for (let m = 0; m < size; m++) setBit(cumul, m * words, m);
  }

  /** `overwrite & ext`, between marked accesses. */
  private overwrites(g: Graph): void {
    const { words, over, own, marked } = this;
    const earlier = this.pb;
    for (const l of g.touched) {
      const co = g.co[l]!;
      if (co.length === 0) continue;
      const reads = g.reads[l]!;
      for (let i = 0; i < words; i++) earlier[i] = 0;
      for (let place = -1; place < co.length; place++) {
        const w = place < 0 ? -1 : co[place]!;
        if (w >= 0) {
          const m = this.number(g, w);
          if (isBit(marked, m)) {
            for (let i = 0; i < words; i++) {
              over[m * words + i] = over[m * words + i]! | (earlier[i]! & ~own[m * words + i]! & marked[i]!);
            }
          }
          setBit(earlier, 0, m);
        }
        for (const r of reads) if (g.rf[r] === w) setBit(earlier, 0, this.number(g, r));
      }
    }
    for (let i = 0; i < words; i++) earlier[i] = 0;
  }

  private propagate(g: Graph): void {
    const { words, size, cumul, prop, over, hb, own, marked } = this;
    for (let m = 0; m < size; m++) {
      if (!isBit(marked, m)) continue;
      const base = m * words;
      for (let i = 0; i < words; i++) {
        for (let bits = cumul[base + i]!; bits !== 0; bits &= bits - 1) {
          const j = i * 32 + 31 - Math.clz32(bits & -bits);
          setBit(prop, base, j);
          orRow(prop, base, over, j * words, words);
        }
      }
    }
    // rfe at the end. A read's own row is still without it when another read is looked up: sources are writes.
    for (let m = 0; m < size; m++) {
      const e = this.event[m]!;
      if (g.kind[e] !== Kind.Read || !isBit(marked, m)) continue;
      const source = this.external(g, e);
      if (source >= 0) {
        orRow(prop, m * words, prop, this.number(g, source) * words, words);
      }
    }
    for (let m = 0; m < size; m++) {
      const base = m * words;
      const isMarked = isBit(marked, m);
      for (let i = 0; i < words; i++) {
        const itself = i === m >> 5 ? 1 << (m & 31) : 0;
        const inner = prop[base + i]! & own[base + i]! & ~itself;
        hb[base + i] = isMarked ? (hb[base + i]! | inner) & marked[i]! : 0;
      }
    }
  }

  /** Adds `prop ; strong-fence` to `pb`, without the trailing hb*. */
  strongPropagation(): void {
    const { words, size, pb, strong, prop, marked } = this;
    for (let m = 0; m < size; m++) {
      if (!isBit(marked, m)) continue;
      eachBit(strong, m * words, words, (j) => {
        if (isBit(marked, j)) orRow(pb, m * words, prop, j * words, words);
      });
    }
  }
}

const isBit = (row: Int32Array, bit: number): boolean => (row[bit >> 5]! & (1 << (bit & 31))) !== 0;
