import { depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { GUESSED, INIT, Kind, NONE } from '../graph/event.ts';
import { Graph } from '../graph/graph.ts';
import type { Model } from '../models/model.ts';
import { OUT_OF_THIN_AIR } from '../program/program.ts';
import type { Reach } from './reach.ts';

/**
 * Finds, for a complete graph with guessed reads, every way to let each of them read from a write of the value that it
 * returned. Nothing is kept between calls but the arrays.
 */
export class Resolver {
  private readonly view: Graph;
  private readonly reads: number[] = [];
  private stamps = new Int32Array(64);

  constructor(
    threadCount: number,
    private readonly initial: ArrayLike<number>,
    private readonly model: Model,
    private readonly reach: Reach,
  ) {
    this.view = new Graph(threadCount, initial.length);
  }

  /**
   * @param visit gets a consistent graph without guessed reads, valid during the call; returns true to stop
   * @returns whether it was stopped
   */
  each(g: Graph, visit: (resolved: Graph) => boolean): boolean {
    this.reads.length = 0;
    for (let e = 0; e < g.n; e++) if (g.kind[e] === Kind.Read && g.rf[e] === GUESSED) this.reads.push(e);
    this.copy(g);
    return this.assign(g, 0, visit);
  }

  private copy(g: Graph): void {
    if (this.stamps.length < g.n) this.stamps = new Int32Array(g.capacity);
    this.view.keepFrom(g, g.n - 1, g.n - 1, this.stamps);
    this.view.cyclicFrom = g.cyclicFrom;
  }

  private assign(g: Graph, at: number, visit: (resolved: Graph) => boolean): boolean {
    const { view, reads } = this;
    if (at === reads.length) {
      const carries = this.carriesDependency();
      if (carries) this.orderAgain();
      const stop = !this.justifiesItself() && this.isConsistent() && visit(view);
      if (carries) this.restoreRows(g);
      return stop;
    }
    const r = reads[at]!;
    const loc = view.loc[r]!;
    const co = view.co[loc]!;
    const value = view.value[r]!;
    for (let place = -1; place < co.length; place++) {
      if ((place < 0 ? this.initial[loc] : view.value[co[place]!]) !== value) continue;
      if (!this.isCoherent(r, place)) continue;
      view.setRf(r, place < 0 ? INIT : co[place]!, value);
      if (this.assign(g, at + 1, visit)) return true;
      view.setRf(r, GUESSED, value);
    }
    return false;
  }

  /** May the read take what stands at this place, given what its thread sees of the location before and after? */
  private isCoherent(r: number, place: number): boolean {
    const { view } = this;
    const written = view.partner[r]!;
    if (written !== NONE && view.coIndex[written] !== place + 1) return false;
    for (const e of view.slots[view.thread[r]!]!) {
      if (e === r || view.loc[e] !== view.loc[r]) continue;
      if (view.kind[e] === Kind.Write) {
        if (view.index[e]! < view.index[r]! ? view.coIndex[e]! > place : view.coIndex[e]! <= place) return false;
      } else if (view.rf[e] !== GUESSED) {
        const seen = view.sourcePlace(e);
        if (view.index[e]! < view.index[r]! ? seen > place : seen < place) return false;
      }
    }
    return true;
  }

  /**
   * Does the value of some read come from itself alone, round a circle of reads-from and data? Then it might as well be
   * any other: as herd7 does, only the one that says so ({@link OUT_OF_THIN_AIR}) is an execution.
   */
  private justifiesItself(): boolean {
    const { view } = this;
    for (const r of this.reads) {
      if (view.value[r] !== OUT_OF_THIN_AIR && this.flowsFrom(r, r, new Set())) return true;
    }
    return false;
  }

  private flowsFrom(origin: number, read: number, seen: Set<number>): boolean {
    const { view } = this;
    const write = view.rf[read]!;
    if (write < 0 || seen.has(write)) return false;
    seen.add(write);
    const slots = view.slots[view.thread[write]!]!;
    return depsMembers(view.data[write]!).some((slot) => {
      const e = slots[slot]!;
      return e === origin || this.flowsFrom(origin, e, seen);
    });
  }

  private isConsistent(): boolean {
    const { view } = this;
    let clean = view.cyclicFrom >= view.n;
    for (const r of this.reads) clean &&= !this.reach.isCyclic(view, r);
    return clean || this.model.consistent(view, NONE);
  }

  /** A dependency that is carried through a guessed read is known only now, and orders what comes after the read. */
  private carriesDependency(): boolean {
    const { view } = this;
    for (const r of this.reads) {
      const source = view.rf[r]!;
      if (source >= 0 && view.thread[source] === view.thread[r] && view.data[source] !== NO_DEPS) return true;
    }
    return false;
  }

  private orderAgain(): void {
    const { view } = this;
    for (const r of this.reads) {
      for (const e of view.slots[view.thread[r]!]!) {
        if (view.slot[e]! <= view.slot[r]!) continue;
        view.clearRows(e);
        this.model.order(view, e);
      }
    }
  }

  private restoreRows(g: Graph): void {
    const { view } = this;
    view.ppo.set(g.ppo.subarray(0, g.n * g.words));
    view.strong.set(g.strong.subarray(0, g.n * g.words));
    view.wmb.set(g.wmb.subarray(0, g.n * g.words));
    for (let e = 0; e < g.n; e++) {
      view.addr[e] = g.addr[e]!;
      view.data[e] = g.data[e]!;
      view.ctrl[e] = g.ctrl[e]!;
    }
  }
}
