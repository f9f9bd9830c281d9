import { depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { isPlain, Mode } from '../cpu/modes.ts';
import { Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { lkmmGiven } from './order.ts';
import { SlotSet } from './slot-set.ts';

/**
 * Where a read that was added last cannot read under the LKMM, found by one walk backwards from it along edges of hb, pb
 * and cumul-fence.
 *
 * Call *early* what comes before the read by hb, as far as ppo and external rf make it. Let a write of another thread,
 * coherence-after what the read takes, be followed by an early access of the read's own thread, or by one that a
 * strong fence puts before an early access, through cumul-fences and then at most one external rf. The read's
 * from-read to it begins a prop, and that prop closes a cycle of hb, or of pb. It is one kind of cycle of many, but
 * the one by which nearly every read that comes too late fails.
 *
 * Hot: no allocation after the first calls; benchmark bench/run.ts.
 */
export class LkmmFloor {
  private readonly early = new SlotSet();
  private readonly earlyLeft: number[] = [];
  /** Where a prop that matters may end. */
  private readonly ends = new SlotSet();
  /** What comes before such an end by cumul-fences. */
  private readonly fenced = new SlotSet();
  private readonly fencedLeft: number[] = [];
  private read = NONE;
  private highest = -1;

  /**
   * The lowest place of its location that the walk leaves to a read: below it the graph is inconsistent, whatever the read
   * reads from there. -1 where it leaves all.
   * @param enough a higher place is not looked for
   */
  lowestPlace(g: Graph, r: number, enough: number): number {
    this.highest = -1;
    if (isPlain(g.mode[r]!)) return -1;
    this.read = r;
    this.early.begin(g);
    this.ends.begin(g);
    this.fenced.begin(g);
    const { earlyLeft, fencedLeft } = this;
    this.before(g, r);
    while (this.highest < enough) {
      if (fencedLeft.length > 0) this.beforeFence(g, fencedLeft.pop()!);
      else if (earlyLeft.length > 0) this.before(g, earlyLeft.pop()!);
      else break;
    }
    while (fencedLeft.length > 0) fencedLeft.pop();
    while (earlyLeft.length > 0) earlyLeft.pop();
    return this.highest;
  }

  /** Meets what comes before an early access by one edge. */
  private before(g: Graph, e: number): void {
    const { early } = this;
    const thread = g.thread[e]!;
    const slots = g.slots[thread]!;
    const row = e * g.words;
    for (let i = 0; i < g.words; i++) {
      this.endAtSlots(g, thread, i, g.strong[row + i]!);
      for (let bits = early.addWord(thread, i, g.ppo[row + i]!); bits !== 0; bits &= bits - 1) {
        this.meetEarly(g, slots[i * 32 + 31 - Math.clz32(bits & -bits)]!);
      }
    }
    if (g.kind[e] !== Kind.Read || e === this.read) return;
    const source = this.externalSource(g, e);
    if (source >= 0 && early.add(g, source)) this.meetEarly(g, source);
    const deps = lkmmGiven(g, e);
    if (deps === NO_DEPS) return;
    for (const slot of depsMembers(deps)) if (early.add(g, slots[slot]!)) this.meetEarly(g, slots[slot]!);
  }

  private meetEarly(g: Graph, e: number): void {
    if (isPlain(g.mode[e]!)) return;
    this.earlyLeft.push(e);
    if (g.thread[e] === g.thread[this.read] && this.ends.add(g, e)) this.end(g, e);
  }

  private endAtSlots(g: Graph, thread: number, word: number, bits: number): void {
    const slots = g.slots[thread]!;
    for (let fresh = this.ends.addWord(thread, word, bits); fresh !== 0; fresh &= fresh - 1) {
      this.end(g, slots[word * 32 + 31 - Math.clz32(fresh & -fresh)]!);
    }
  }

  /** A prop that matters may end at an access: there, or by external rf. */
  private end(g: Graph, e: number): void {
    if (isPlain(g.mode[e]!)) return;
    this.fence(g, e);
    if (g.kind[e] === Kind.Read) this.fence(g, this.externalSource(g, e));
  }

  private fence(g: Graph, e: number): void {
    if (e < 0 || !this.fenced.add(g, e) || isPlain(g.mode[e]!)) return;
    this.fencedLeft.push(e);
    const { read } = this;
    if (g.kind[e] === Kind.Write && g.loc[e] === g.loc[read] && g.thread[e] !== g.thread[read]) {
      if (g.coIndex[e]! > this.highest) this.highest = g.coIndex[e]!;
    }
  }

  /** Meets what comes before an access by one cumul-fence, the rmw-sequence at its end included. */
  private beforeFence(g: Graph, e: number): void {
    for (let x = e; x >= 0 && !isPlain(g.mode[x]!); ) {
      const thread = g.thread[x]!;
      const row = x * g.words;
      const isRelease = g.mode[x] === Mode.Unlock || (g.mode[x] === Mode.Release && g.kind[x] === Kind.Write);
      const slots = g.slots[thread]!;
      for (let i = 0; i < g.words; i++) {
        this.endAtSlots(g, thread, i, isRelease ? bitsBelow(g.slot[x]! - 32 * i) : g.strong[row + i]!);
        for (let bits = this.fenced.freshOf(thread, i, g.wmb[row + i]!); bits !== 0; bits &= bits - 1) {
          this.fence(g, slots[i * 32 + 31 - Math.clz32(bits & -bits)]!);
        }
      }
      const taken = g.kind[x] === Kind.Write ? g.partner[x]! : NONE;
      x = taken === NONE ? NONE : g.rf[taken]!;
    }
  }

  /** The write of another thread that a read takes its value from, or a negative number. */
  private externalSource(g: Graph, e: number): number {
    const source = g.rf[e]!;
    return source < 0 || e === this.read || g.thread[source] === g.thread[e] ? NONE : source;
  }
}

/** The bits 0 .. `count` - 1 of a word. */
const bitsBelow = (count: number): number => (count <= 0 ? 0 : count >= 32 ? -1 : (1 << count) - 1);
