import { depsMembers, depsUnion } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import { type Graph, INIT, Kind } from '../graph/graph.ts';

/**
 * What comes before an event in the tier-one order: preserved program order, and reads-from, coherence and from-reads.
 *
 * That order contains every relation whose cycles a model forbids, so a graph in which it has no cycle is consistent;
 * under SC and TSO it *is* the relation. A read or write that is added last has no successors but the writes that are
 * coherence-after it, so one walk backwards tells for all its places at once which are free of cycles: those above the
 * highest write of its location that the walk meets.
 *
 * Hot: no allocation after the first calls; benchmark bench/run.ts.
 */
export class Reach {
  private readonly stack: number[] = [];
  private seen = new Int32Array(64);
  private epoch = 0;
  private target = -1;
  private highest = -1;

  /** @param internalDeps whether a read takes over the dependencies of a write of its own thread (LKMM) */
  constructor(private readonly internalDeps: boolean) {}

  /**
   * The lowest place at which `e` may read from or be put in its location's coherence order without closing a cycle.
   * @param also a second event added together with it, or -1
   */
  lowestPlace(g: Graph, e: number, also: number): number {
    this.begin(g, g.loc[e]!);
    this.pushRow(g, e);
    if (also >= 0) this.pushRow(g, also);
    this.walk(g);
    return this.highest;
  }

  /** Does the event come before itself? */
  isCyclic(g: Graph, e: number): boolean {
    this.begin(g, -1);
    this.pushBefore(g, e);
    this.walk(g);
    return this.seen[e] === this.epoch;
  }

  private begin(g: Graph, target: number): void {
    if (this.seen.length < g.capacity) {
      this.seen = new Int32Array(g.capacity);
      this.epoch = 0;
    }
    this.epoch++;
    this.target = target;
    this.highest = -1;
  }

  private walk(g: Graph): void {
    const stack = this.stack;
    while (stack.length > 0) this.pushBefore(g, stack.pop()!);
  }

  private push(g: Graph, e: number): void {
    if (this.seen[e] === this.epoch) return;
    this.seen[e] = this.epoch;
    if (g.loc[e] === this.target && g.kind[e] === Kind.Write && g.coIndex[e]! > this.highest) {
      this.highest = g.coIndex[e]!;
    }
    this.stack.push(e);
  }

  private pushRow(g: Graph, e: number): void {
    const slots = g.slots[g.thread[e]!]!;
    const words = g.words;
    for (let i = 0; i < words; i++) {
      for (let bits = g.ppo[e * words + i]!; bits !== 0; bits &= bits - 1) {
        this.push(g, slots[i * 32 + 31 - Math.clz32(bits & -bits)]!);
      }
    }
  }

  private pushBefore(g: Graph, e: number): void {
    this.pushRow(g, e);
    if (g.kind[e] === Kind.Read) {
      const source = g.rf[e]!;
      if (source < 0) return;
      if (g.thread[source] !== g.thread[e]) this.push(g, source);
      else if (this.internalDeps && g.mode[source] !== Mode.Plain) {
        const deps = depsUnion(g.addr[source]!, g.data[source]!);
        if (deps !== 0) {
          const slots = g.slots[g.thread[e]!]!;
          for (const slot of depsMembers(deps)) this.push(g, slots[slot]!);
        }
      }
      return;
    }
    const loc = g.loc[e]!;
    const place = g.coIndex[e]!;
    const previous = place > 0 ? g.co[loc]![place - 1]! : INIT;
    if (previous >= 0) this.push(g, previous);
    for (const read of g.reads[loc]!) if (g.rf[read] === previous) this.push(g, read);
  }
}
