import { depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { INIT, Kind } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import type { GivenSource } from '../models/order.ts';
import type { RcuStep } from '../models/rcu.ts';
import { SlotSet } from '../models/slot-set.ts';

/** The least section that contains two. */
const spanning = (a: RcuStep, b: RcuStep): RcuStep => ({
  ...a,
  leaveIndex: Math.min(a.leaveIndex, b.leaveIndex),
  enterIndex: Math.max(a.enterIndex, b.enterIndex),
});

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
  private readonly seen = new SlotSet();
  private target = -1;
  private highest = -1;
  /** Of an event itself, or of the section it is in. */
  private group = new Int32Array(64);
  private color = new Uint8Array(64);

  constructor(
    private readonly given: GivenSource | undefined,
    /** Whether all of program order counts, whatever the model preserves of it. */
    private readonly allOfProgramOrder = false,
  ) {}

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
    return this.seen.has(g, e);
  }

  /**
   * Is the tier-one order still acyclic when each critical section is one point in time? Then every grace period can be
   * put before or after each section, and the rcu axiom holds. If not, nothing is known.
   */
  isAcyclicWithSections(g: Graph, steps: readonly RcuStep[]): boolean {
    const sections: RcuStep[] = [];
    for (const step of steps) {
      if (step.isGracePeriod) continue;
      if (step.enterThread !== step.leaveThread) return false;
      // Sections of a thread that overlap are taken as one: what contains another alone counts.
      const same = sections.findIndex(
        (s) => s.enterThread === step.enterThread && s.leaveIndex < step.enterIndex && step.leaveIndex < s.enterIndex,
      );
      if (same < 0) sections.push(step);
      else sections[same] = spanning(sections[same]!, step);
    }
    // A grace period within a section waits for itself.
    for (const s of sections) {
      for (const gp of steps) {
        if (
          gp.isGracePeriod &&
          gp.enterThread === s.enterThread &&
          s.leaveIndex < gp.enterIndex &&
          gp.enterIndex < s.enterIndex
        ) {
          return false;
        }
      }
    }
    const size = g.n + sections.length;
    if (this.group.length < size) {
      this.group = new Int32Array(size * 2);
      this.color = new Uint8Array(size * 2);
    }
    this.color.fill(0, 0, size);
    for (let e = 0; e < g.n; e++) this.group[e] = e;
    sections.forEach((s, i) => {
      const po = g.threads[s.enterThread]!;
      for (let at = s.leaveIndex; at < s.enterIndex; at++) this.group[po[at]!] = g.n + i;
    });
    for (let e = 0; e < g.n; e++) {
      if (g.kind[e]! <= Kind.Write && this.color[this.group[e]!] === 0 && !this.visit(g, sections, this.group[e]!)) {
        return false;
      }
    }
    return true;
  }

  /** Depth first: 1 is on the way, 2 is done. @returns false where the way comes back to itself */
  private visit(g: Graph, sections: readonly RcuStep[], node: number): boolean {
    this.color[node] = 1;
    const before: number[] = [];
    if (node < g.n) {
      this.collect(g, node, before);
      sections.forEach((s, i) => {
        if (s.enterThread === g.thread[node] && s.enterIndex < g.index[node]!) before.push(g.n + i);
      });
    } else {
      const s = sections[node - g.n]!;
      const po = g.threads[s.enterThread]!;
      for (let at = 0; at < s.enterIndex; at++) {
        const e = po[at]!;
        if (g.kind[e]! > Kind.Write) continue;
        if (this.group[e] === node) this.collect(g, e, before);
        else before.push(this.group[e]!);
      }
    }
    for (const p of before) {
      if (p === node || this.color[p] === 2) continue;
      if (this.color[p] === 1 || !this.visit(g, sections, p)) return false;
    }
    this.color[node] = 2;
    return true;
  }

  private collect(g: Graph, e: number, into: number[]): void {
    this.begin(g, -1);
    this.pushBefore(g, e);
    while (this.stack.length > 0) into.push(this.group[this.stack.pop()!]!);
  }

  private begin(g: Graph, target: number): void {
    this.seen.begin(g);
    this.target = target;
    this.highest = -1;
  }

  private walk(g: Graph): void {
    const stack = this.stack;
    while (stack.length > 0) this.pushBefore(g, stack.pop()!);
  }

  private push(g: Graph, e: number): void {
    if (this.seen.add(g, e)) this.meet(g, e);
  }

  private meet(g: Graph, e: number): void {
    if (g.loc[e] === this.target && g.kind[e] === Kind.Write && g.coIndex[e]! > this.highest) {
      this.highest = g.coIndex[e]!;
    }
    this.stack.push(e);
  }

  private pushRow(g: Graph, e: number): void {
    const thread = g.thread[e]!;
    const slots = g.slots[thread]!;
    if (this.allOfProgramOrder) {
      if (g.slot[e]! > 0) this.push(g, slots[g.slot[e]! - 1]!);
      return;
    }
    const words = g.words;
    for (let i = 0; i < words; i++) {
      for (let bits = this.seen.addWord(thread, i, g.ppo[e * words + i]!); bits !== 0; bits &= bits - 1) {
        this.meet(g, slots[i * 32 + 31 - Math.clz32(bits & -bits)]!);
      }
    }
  }

  private pushBefore(g: Graph, e: number): void {
    this.pushRow(g, e);
    if (g.kind[e] === Kind.Read) {
      const source = g.rf[e]!;
      if (source >= 0 && g.thread[source] !== g.thread[e]) this.push(g, source);
      if (this.given === undefined) return;
      const deps = this.given(g, e);
      if (deps === NO_DEPS) return;
      const slots = g.slots[g.thread[e]!]!;
      for (const slot of depsMembers(deps)) this.push(g, slots[slot]!);
      return;
    }
    const loc = g.loc[e]!;
    const place = g.coIndex[e]!;
    const previous = place > 0 ? g.co[loc]![place - 1]! : INIT;
    if (previous >= 0) this.push(g, previous);
    for (const read of g.reads[loc]!) if (g.rf[read] === previous) this.push(g, read);
  }
}
