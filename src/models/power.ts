import { depsMembers } from '../cpu/deps.ts';
import { Kind, NONE, Rmw } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { CLEAN, type CompleteVerdict, INCONSISTENT } from './complete-verdict.ts';
import { branchesBefore } from './order-power.ts';
import { composed, type RcuStep, rcuMatters, rcuOrder, star, violatesRcu } from './rcu.ts';
import { isAcyclic, orRow, orShifted, setBit } from './rows.ts';

/**
 * The relations of Power (ppc.cat, herd7 7.58; Alglave, Maranget and Tautschnig, Herding cats, 2014) on one graph, as
 * predecessor rows over its accesses, numbered thread by thread: bit `i` of row `j` says that `i` is related to `j`.
 *
 * Stores reach other CPUs one at a time, so that there is no single order of all: `hb` is about each CPU by itself, and
 * `prop` about the order in which stores reach the others.
 */
class PowerRelations {
  readonly size: number;
  readonly words: number;
  readonly first: Int32Array;
  private readonly event: number[] = [];
  private readonly sync: Int32Array;
  private readonly fence: Int32Array;
  private readonly rfe: Int32Array;
  private readonly fre: Int32Array;
  private readonly coe: Int32Array;
  private readonly co: Int32Array;
  private readonly hbStar: Int32Array;
  private readonly hb: Int32Array;
  private readonly propBase: Int32Array;
  private readonly prop: Int32Array;

  constructor(
    private readonly g: Graph,
    private readonly unsourced: number,
    private readonly conservative: boolean,
  ) {
    this.first = new Int32Array(g.threadCount);
    for (let t = 0; t < g.threadCount; t++) {
      this.first[t] = this.event.length;
      this.event.push(...g.slots[t]!);
    }
    this.size = this.event.length;
    this.words = (this.size + 31) >> 5;
    this.sync = this.ofThread(g.strong);
    this.fence = this.or(this.sync, this.ofThread(g.wmb));
    this.rfe = this.none();
    this.fre = this.none();
    this.coe = this.none();
    this.co = this.none();
    this.communicate();
    this.hb = this.or(this.preserved(), this.fence, this.rfe);
    this.hbStar = star(this.hb, this.size, this.words);
    const cumulative = this.or(this.fence, this.sequence(this.rfe, this.fence));
    this.propBase = this.sequence(cumulative, this.hbStar);
    this.prop = this.propagation();
  }

  /** No thin air, observation, propagation, and what lwarx and stwcx. of one thread are to each other. */
  isConsistent(): boolean {
    const { hb, co, prop, size, words } = this;
    if (!isAcyclic(hb, size, words)) return false;
    if (!isAcyclic(this.or(co, prop), size, words)) return false;
    if (!isAcyclic(this.or(co, this.exclusives()), size, words)) return false;
    // fre ; prop ; hb*: the write that a read is before, before that read
    const seen = this.sequence(prop, this.hbStar);
    const overwritten = this.sequence(this.fre, seen);
    for (let m = 0; m < size; m++) if (this.has(overwritten, m, m)) return false;
    return true;
  }

  /** The rcu axiom, with the relations that stand here for the LKMM's hb, pb and prop. */
  allowsGracePeriods(steps: readonly RcuStep[]): boolean {
    const { size, words, hbStar } = this;
    const own = star(this.propBase, size, words);
    const reached = this.or(own, this.sequence(own, this.rfe));
    const prop = this.or(reached, this.sequence(this.or(this.fre, this.coe), reached));
    const pbStar = star(this.sequence(this.sequence(prop, this.sync), hbStar), size, words);
    const before = this.sequence(this.sequence(hbStar, pbStar), prop);
    return !violatesRcu(rcuOrder(this.g, steps, before, words, this.first), steps.length);
  }

  private number(e: number): number {
    return this.first[this.g.thread[e]!]! + this.g.slot[e]!;
  }

  private has(rows: Int32Array, row: number, bit: number): boolean {
    return (rows[row * this.words + (bit >> 5)]! & (1 << (bit & 31))) !== 0;
  }

  private add(rows: Int32Array, from: number, to: number): void {
    setBit(rows, to * this.words, from);
  }

  private none(): Int32Array {
    return new Int32Array(this.size * this.words);
  }

  private or(...all: readonly Int32Array[]): Int32Array {
    const made = this.none();
    for (const rows of all) orRow(made, 0, rows, 0, made.length);
    return made;
  }

  private sequence(a: Int32Array, b: Int32Array): Int32Array {
    return composed(a, b, this.size, this.words);
  }

  /** Rows of slots, as rows of numbers. */
  private ofThread(rows: Int32Array): Int32Array {
    const { g, words } = this;
    const made = this.none();
    for (const [m, e] of this.event.entries()) {
      orShifted(made, m * words, rows, e * g.words, g.words, this.first[g.thread[e]!]!, words);
    }
    return made;
  }

  private communicate(): void {
    const { g } = this;
    for (const l of g.touched) {
      const earlier: number[] = [];
      for (const [place, w] of [NONE, ...g.co[l]!].entries()) {
        if (place > 0) {
          const to = this.number(w);
          for (const from of earlier) {
            const e = this.event[from]!;
            const isExternal = g.thread[e] !== g.thread[w];
            if (g.kind[e] === Kind.Write) {
              this.add(this.co, from, to);
              if (isExternal) this.add(this.coe, from, to);
            } else if (isExternal) {
              this.add(this.fre, from, to);
            }
          }
          earlier.push(to);
        }
        for (const r of g.reads[l]!) {
          if (g.rf[r] !== w) continue;
          earlier.push(this.number(r));
          if (place > 0 && r !== this.unsourced && g.thread[w] !== g.thread[r]) {
            this.add(this.rfe, this.number(w), this.number(r));
          }
        }
      }
    }
  }

  /** ppo: by the least `ii`, `ic`, `ci` and `cc`, from the start (i) or the end (c) of one access to those of another. */
  private preserved(): Int32Array {
    const { g, event, size, words } = this;
    const ii = this.none();
    const cc = this.none();
    const ci = this.none();
    for (const [to, e] of event.entries()) {
      const first = this.first[g.thread[e]!]!;
      const isWrite = g.kind[e] === Kind.Write;
      const isExternal = !isWrite && g.rf[e]! >= 0 && e !== this.unsourced && g.thread[g.rf[e]!] !== g.thread[e];
      for (const slot of depsMembers(g.addr[e]!)) {
        this.add(ii, first + slot, to);
        this.add(cc, first + slot, to);
      }
      if (isWrite) {
        for (const slot of depsMembers(g.data[e]!)) {
          this.add(ii, first + slot, to);
          this.add(cc, first + slot, to);
        }
      } else if (g.rf[e]! >= 0 && e !== this.unsourced && !isExternal) {
        this.add(ii, this.number(g.rf[e]!), to);
      }
      for (const slot of depsMembers(branchesBefore(g, e))) this.add(cc, first + slot, to);
      for (let from = first; from < to; from++) {
        const p = event[from]!;
        for (const slot of depsMembers(g.addr[p]!)) this.add(cc, first + slot, to);
        if (this.conservative && isWrite && g.kind[p] === Kind.Read) this.add(cc, from, to);
        if (g.loc[p] !== g.loc[e]) continue;
        this.add(cc, from, to);
        if (!isExternal) continue;
        const source = this.number(g.rf[e]!);
        if (this.has(this.fre, source, from)) this.add(ii, from, to);
        if (this.has(this.coe, source, from)) this.add(ci, from, to);
      }
    }
    const ic = this.none();
    for (let grown = true; grown; ) {
      const grow = (rows: Int32Array, ...more: readonly Int32Array[]): boolean => {
        let changed = false;
        for (const other of more) {
          for (let i = 0; i < rows.length; i++) {
            if ((other[i]! & ~rows[i]!) === 0) continue;
            rows[i] = rows[i]! | other[i]!;
            changed = true;
          }
        }
        return changed;
      };
      grown = grow(ci, this.sequence(ci, ii), this.sequence(cc, ci));
      grown = grow(ii, ci, this.sequence(ic, ci), this.sequence(ii, ii)) || grown;
      grown = grow(cc, ci, this.sequence(ci, ic), this.sequence(cc, cc)) || grown;
      grown = grow(ic, ii, cc, this.sequence(ic, cc), this.sequence(ii, ic)) || grown;
    }
    const ppo = this.none();
    for (let to = 0; to < size; to++) {
      const rows = g.kind[event[to]!] === Kind.Write ? ic : ii;
      for (let from = 0; from < size; from++) {
        if (g.kind[event[from]!] === Kind.Read && this.has(rows, to, from)) setBit(ppo, to * words, from);
      }
    }
    return ppo;
  }

  private propagation(): Int32Array {
    const { g, event, size, propBase, hbStar, rfe, fre, coe } = this;
    const strong = this.sequence(this.sequence(star(propBase, size, this.words), this.sync), hbStar);
    const chapo = this.or(rfe, fre, coe, this.sequence(fre, rfe), this.sequence(coe, rfe));
    const prop = this.or(strong, this.sequence(chapo, strong));
    for (let to = 0; to < size; to++) {
      if (g.kind[event[to]!] !== Kind.Write) continue;
      for (let from = 0; from < size; from++) {
        if (g.kind[event[from]!] === Kind.Write && this.has(propBase, to, from)) this.add(prop, from, to);
      }
    }
    return prop;
  }

  /** Program order between the loads and stores of RMWs. */
  private exclusives(): Int32Array {
    const { g, event } = this;
    const rows = this.none();
    const isExclusive = (e: number): boolean => (g.kind[e] === Kind.Read ? g.rmwKind[e] !== Rmw.None : g.rmw[e] === 1);
    for (const [to, e] of event.entries()) {
      if (!isExclusive(e)) continue;
      for (let from = this.first[g.thread[e]!]!; from < to; from++) {
        if (isExclusive(event[from]!)) this.add(rows, from, to);
      }
    }
    return rows;
  }
}

/** Is a graph consistent under Power, given that it is coherent and its RMWs are atomic? */
export const powerConsistent =
  (conservative: boolean) =>
  (g: Graph, unsourced: number): boolean =>
    new PowerRelations(g, unsourced, conservative).isConsistent();

/** Grace periods: that axiom is asked of complete executions. */
export const powerComplete =
  (conservative: boolean) =>
  (g: Graph, steps: readonly RcuStep[]): CompleteVerdict =>
    !rcuMatters(steps) || new PowerRelations(g, NONE, conservative).allowsGracePeriods(steps) ? CLEAN : INCONSISTENT;
