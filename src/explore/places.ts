import { guardHolds, WHOLE } from '../cpu/cpu.ts';
import { GUESSED, INIT, Kind, NONE, Rmw, Wait } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../models/model.ts';
import { mayRevisit } from './maximal.ts';
import type { Reach } from './reach.ts';
import { readMode } from './rmw-mode.ts';
import { Todo, type TodoStack } from './todo.ts';

/**
 * Places in coherence: which of them a new read may take its value from, which a new write may be put at, and whether
 * the graph is consistent with it there. Place -1 is the initial value. Hot: benchmark bench/run.ts.
 */
export class Places {
  constructor(
    /** The graph that is worked on. */
    public graph: Graph,
    private readonly initial: ArrayLike<number>,
    private readonly model: Model,
    private readonly reach: Reach,
    private readonly todo: TodoStack,
  ) {}

  /** Lets a thread go on with one value of a read only. */
  ask(r: number, expected: number): void {
    const g = this.graph;
    g.waits[r] = g.rmwKind[r] === Rmw.None || this.succeedsWith(r, expected) ? Wait.Asked : Wait.AskedToFail;
    g.guardMask[r] = WHOLE;
    g.guardWant[r] = expected;
  }

  /** The place of a write that has no choice: that of an RMW, and of an unlock; else -1. */
  fixedPlace(w: number): number {
    const g = this.graph;
    const partner = g.partner[w]!;
    if (partner !== NONE) return g.rf[partner] === GUESSED ? NONE : g.sourcePlace(partner) + 1;
    const locked = g.writeUnlocked(w);
    return locked === NONE ? NONE : g.coIndex[locked]! + 1;
  }

  /** The read of another RMW that has consumed what the RMW of this write took, or NONE. */
  rivalOf(w: number): number {
    const g = this.graph;
    const partner = g.partner[w]!;
    if (partner === NONE || g.rf[partner] === GUESSED) return NONE;
    return this.consumer(g.loc[w]!, g.rf[partner]!, partner);
  }

  mayRead(r: number, value: number): boolean {
    const g = this.graph;
    return g.waits[r] === Wait.No || guardHolds(value, g.guardMask[r]!, g.guardWant[r]!, true);
  }

  /** The highest place of its location that the event's thread has already seen: it may not go back behind it. */
  coherenceFloor(e: number): number {
    const g = this.graph;
    const slots = g.slots[g.thread[e]!]!;
    const loc = g.loc[e]!;
    let floor = -1;
    for (let i = g.slot[e]! - 1; i >= 0; i--) {
      const p = slots[i]!;
      if (g.loc[p] !== loc) continue;
      floor = Math.max(floor, g.kind[p] === Kind.Write ? g.coIndex[p]! : g.sourcePlace(p));
      if (g.kind[p] === Kind.Write) break;
    }
    return floor;
  }

  private valueAt(loc: number, place: number): number {
    return place < 0 ? this.initial[loc]! : this.graph.value[this.graph.co[loc]![place]!]!;
  }

  /** Lets a read return a value whose write is found when the execution is complete. */
  guess(r: number, values: readonly number[], option: number): void {
    this.graph.option[r] = option;
    this.settle(r, GUESSED, values[option]!);
  }

  /** Lets a read take the value at a place of its location's coherence order. */
  takeFrom(r: number, place: number): void {
    const loc = this.graph.loc[r]!;
    this.settle(r, place < 0 ? INIT : this.graph.co[loc]![place]!, this.valueAt(loc, place));
  }

  private settle(r: number, write: number, value: number): void {
    const g = this.graph;
    g.setRf(r, write, value);
    const succeeds = this.succeedsWith(r, value);
    g.rmw[r] = succeeds ? 1 : 0;
    g.mode[r] = g.rmwKind[r] === Rmw.None ? g.declared[r]! : readMode(g.declared[r]!, succeeds);
    g.clearRows(r);
    this.model.order(g, r);
  }

  /** Does an RMW begin with this read, and write if the read returns this value? */
  private succeedsWith(r: number, value: number): boolean {
    const g = this.graph;
    const rmw = g.rmwKind[r]!;
    if (rmw === Rmw.None) return false;
    if (g.waits[r] !== Wait.No) return g.waits[r] !== Wait.AskedToFail && this.mayRead(r, value);
    return rmw === Rmw.Always || guardHolds(value, g.guardMask[r]!, g.guardWant[r]!, rmw === Rmw.IfEqual);
  }

  /** May an RMW fail, and then order less? */
  private isConditional(r: number): boolean {
    const g = this.graph;
    if (g.waits[r] === Wait.No) return g.rmwKind[r]! >= Rmw.IfEqual;
    return g.rmwKind[r] !== Rmw.None;
  }

  /** The read of an RMW, other than `but`, that has consumed a write (or the initial value of `loc`), or {@link NONE}. */
  private consumer(loc: number, source: number, but: number): number {
    const g = this.graph;
    for (const read of g.reads[loc]!) {
      if (g.rf[read] === source && g.partner[read] !== NONE && read !== but) return read;
    }
    return NONE;
  }

  /** The read of another RMW that has consumed what stands at this place, or NONE. */
  private consumerAt(r: number, place: number): number {
    const loc = this.graph.loc[r]!;
    return this.consumer(loc, place < 0 ? INIT : this.graph.co[loc]![place]!, r);
  }

  /** May this RMW take what another has already consumed? Only where that other can be made to read something later. */
  private mayContest(r: number, place: number): boolean {
    const rival = this.consumerAt(r, place);
    return rival !== NONE && !this.comesBefore(rival, r);
  }

  /** Where an RMW has taken what another consumed: will its write be able to revisit the other, or an earlier read? */
  canWinContest(r: number): boolean {
    const g = this.graph;
    if (g.rmw[r] === 0) return true;
    const rival = this.consumer(g.loc[r]!, g.rf[r]!, r);
    if (rival === NONE) return true;
    for (const other of g.reads[g.loc[r]!]!) {
      if (other > rival) break;
      if (!g.inPrefix(other, r) && g.rf[other] !== GUESSED && mayRevisit(g, other, r)) return true;
    }
    return false;
  }

  /** Is `e` in the po-rf prefix of what comes before `r` in its thread? */
  private comesBefore(e: number, r: number): boolean {
    const g = this.graph;
    const at = g.index[r]!;
    return at > 0 && g.inPrefix(e, g.threads[g.thread[r]!]![at - 1]!);
  }

  /**
   * The lowest place below `bound` that may be consistent. Reading from further down only adds from-reads: where these
   * alone, without the reads-from, are too much at one place, they are too much at all below it.
   */
  lowestWorthTrying(r: number, low: number, bound: number): number {
    const g = this.graph;
    // A conditional RMW may order less where it fails: a lower place is not harder then.
    if (this.model.exact || this.isConditional(r) || g.wrongFrom < g.n) return low;
    if (bound <= low) return low;
    const lowest = Math.max(low, Math.min(this.model.lowestPlace?.(g, r, bound) ?? -1, bound));
    for (let place = bound - 1; place >= lowest; place--) {
      this.takeFrom(r, place);
      if (!this.model.consistent(g, r)) return place + 1;
    }
    return lowest;
  }

  /** Leaves on the stack that a read takes the value at a lower place than the first. */
  offer(r: number, place: number, beyondBound: boolean): void {
    const g = this.graph;
    const loc = g.loc[r]!;
    const value = this.valueAt(loc, place);
    if (!this.mayRead(r, value)) return;
    const conditional = this.isConditional(r);
    if (beyondBound && this.model.exact && !conditional) return;
    if (this.succeedsWith(r, value) && this.consumerAt(r, place) !== NONE && !this.mayContest(r, place)) return;
    const check = beyondBound || conditional || g.cyclicFrom < g.n;
    this.todo.push(Todo.ReadFrom, r + 1, r, place, check);
  }

  /** Leaves on the stack that a write comes lower in coherence than last. */
  offerPlaces(w: number, low: number, last: number, cut: number, reader: number): void {
    const g = this.graph;
    const lowest = this.reach.lowestPlace(g, w, reader);
    const dirty = g.cyclicFrom < g.n;
    for (let place = low; place < last; place++) {
      if (this.splitsRmw(g.loc[w]!, place, w)) continue;
      if (place <= lowest && this.model.exact) continue;
      this.todo.push(Todo.Place, cut, w, place, place <= lowest || dirty);
    }
  }

  /** Would a write at this place come between an RMW's write and the write it took its value from? */
  private splitsRmw(loc: number, place: number, w: number): boolean {
    const g = this.graph;
    const next = g.co[loc]![place]!;
    if (next === w) return false;
    const read = g.partner[next]!;
    if (read === NONE || g.rf[read] === GUESSED) return false;
    return g.sourcePlace(read) === place - 1;
  }

  isConsistentAt(e: number): boolean {
    const g = this.graph;
    if (g.cyclicFrom >= g.n && !this.reach.isCyclic(g, e)) return true;
    return this.isConsistent();
  }

  /** As {@link isConsistentAt}, for a write that was moved and the reads that take its value. */
  isConsistentAround(w: number): boolean {
    const g = this.graph;
    if (g.cyclicFrom >= g.n && !this.reach.isCyclic(g, w)) {
      let clean = true;
      for (const r of g.reads[g.loc[w]!]!) if (g.rf[r] === w && this.reach.isCyclic(g, r)) clean = false;
      if (clean) return true;
    }
    return this.isConsistent();
  }

  private isConsistent(): boolean {
    const g = this.graph;
    // What is wrong already is looked at again when that is undone, or at the end.
    if (g.wrongFrom < g.n) return true;
    if (this.model.exact || !this.model.consistent(g, NONE)) return false;
    if (g.cyclicFrom >= g.n) g.cyclicFrom = g.n - 1;
    return true;
  }
}
