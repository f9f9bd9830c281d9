import { depsMembers, depsUnion } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import { type Graph, Kind } from '../graph/graph.ts';
import { OUT_OF_THIN_AIR, type Program } from '../program/program.ts';
import { TraceCpu, TraceTooLong } from './trace-cpu.ts';

/**
 * Load buffering: an execution whose po and rf form a cycle, which exploration in po-rf order cannot reach. The reads
 * given here are to be *guessed*: their value is chosen first and their write found at the end. They are chosen so that
 * every such cycle that the model might allow goes through one of them.
 */
export interface Guesses {
  /** The values to try for a read, or undefined where it is not guessed. */
  values(thread: number, slot: number, loc: number): readonly number[] | undefined;
}

/** A read of a thread that some trace has: its place among the thread's accesses, and its location. */
interface ReadKey {
  readonly thread: number;
  readonly slot: number;
  readonly loc: number;
}

/** A read, then in program order a write: a step of a po-rf cycle. */
interface Segment {
  readonly read: string;
  readonly thread: number;
  readonly from: number;
  readonly to: number;
  /** Does preserved program order put the read before the write? A cycle of such segments only is one of hb. */
  readonly ordered: boolean;
  /** Is the read one that waits? */
  readonly waits: boolean;
}

/** So many paths of a thread, and values of a location, at most. Beyond that the analysis gives up. */
const MAX_PATHS = 1 << 12;
const MAX_VALUES = 128;
const MAX_COMBINATIONS = 1 << 12;
/** So many runs of threads in all: a second or so. */
const MAX_RUNS = 1 << 17;

/** The analysis met a limit: load buffering cannot be excluded, nor explored. */
export class TooManyTraces extends Error {}

/**
 * Throws {@link TooManyTraces} at a limit, or at the deadline (in milliseconds as `Date.now()` counts).
 * @returns the reads to guess; undefined where no load can be buffered
 */
export function findGuesses(program: Program, deadline: number): Guesses | undefined {
  return new Feedback(program, deadline).find();
}

class Feedback {
  private readonly values: Set<number>[];
  private readonly cpu: TraceCpu;
  private readonly paths: number[][][];
  private readonly keys = new Map<string, ReadKey>();
  private hasAddresses = false;
  private readonly found: [loc: number, value: number][] = [];

  private runs = 0;

  constructor(
    private readonly program: Program,
    private readonly deadline: number,
  ) {
    this.values = Array.from(program.initial, (value) => new Set([value]));
    this.cpu = new TraceCpu(program.threads.length, program.initial.length, (loc) => this.largest(loc));
    this.paths = program.threads.map(() => []);
  }

  find(): Guesses | undefined {
    if (this.program.threads.length < 2) return undefined;
    try {
      this.findPaths();
      if (this.hasAddresses) this.findValues();
      const segments = this.findSegments();
      if (badSegments(segments, new Set()).length === 0) return undefined;
      if (!this.hasAddresses) this.findValues();
      const reads = chooseReads(segments);
      this.addThinAir(new Set([...reads].map((read) => this.keys.get(read)!.loc)));
      return this.guess(reads);
    } catch (thrown) {
      if (thrown instanceof TraceTooLong) throw new TooManyTraces('a thread has too many events');
      throw thrown;
    }
  }

  /** Addresses are larger than other values: where a pointer may be null, a trace goes on with one that is not. */
  private largest(loc: number): number {
    let largest = Number.NEGATIVE_INFINITY;
    for (const value of this.values[loc]!) if (value > largest) largest = value;
    return largest;
  }

  private run(thread: number, path: readonly number[], overrides: ReadonlyMap<number, number>): Graph {
    if (++this.runs > MAX_RUNS) throw new TooManyTraces('the threads have too many traces');
    if ((this.runs & 63) === 0 && Date.now() > this.deadline) throw new TooManyTraces('out of time');
    this.cpu.begin(thread, path, overrides);
    this.program.threads[thread]!(this.cpu);
    return this.cpu.graph;
  }

  /** Every way through every thread, each branch taken both ways whatever its condition says. */
  private findPaths(): void {
    for (let t = 0; t < this.program.threads.length; t++) {
      const paths = this.paths[t]!;
      const open: number[][] = [[]];
      while (open.length > 0) {
        const given = open.pop()!;
        const g = this.run(t, given, new Map());
        const { taken, ways } = this.cpu;
        for (let i = given.length; i < taken.length; i++) {
          for (let way = 0; way < ways[i]!; way++) if (way !== taken[i]) open.push([...taken.slice(0, i), way]);
        }
        paths.push([...taken]);
        if (paths.length > MAX_PATHS) throw new TooManyTraces(`thread ${t} has more than ${MAX_PATHS} paths`);
        for (const e of g.slots[t]!) this.hasAddresses ||= g.addr[e] !== 0;
      }
    }
  }

  /**
   * The values that each location may hold, as a fixpoint. No value takes more rounds to appear than there are writes,
   * but for one that justifies itself.
   */
  private findValues(): void {
    let rounds = 1;
    // What a round finds is for the next: so a counter grows by one a round, not by one a path.
    let grown = true;
    while (grown) {
      const writes = this.findWritten();
      grown = false;
      for (const [loc, value] of this.found) grown = this.addValue(loc, value) || grown;
      if (++rounds > writes + 2) break;
    }
  }

  /** Fills `found` with what writes may write, given the present values. @returns how many writes there may be */
  private findWritten(): number {
    this.found.length = 0;
    let writes = 0;
    for (let t = 0; t < this.paths.length; t++) {
      let most = 0;
      for (const path of this.paths[t]!) {
        most = Math.max(
          most,
          this.eachEvent(t, path, (g, e, locs) => {
            if (g.kind[e] === Kind.Write)
              for (const [loc, values] of locs) for (const v of values) this.found.push([loc, v]);
          }),
        );
      }
      writes += most;
    }
    return writes;
  }

  /** Adds the value out of thin air to the guesses for those locations to which a write may carry it back. */
  private addThinAir(locs: ReadonlySet<number>): void {
    const carried = new Set<number>();
    for (const loc of locs) this.values[loc]!.add(OUT_OF_THIN_AIR);
    for (let before = -1; before < carried.size; ) {
      before = carried.size;
      this.findWritten();
      for (const [loc, value] of this.found) {
        if (value !== OUT_OF_THIN_AIR) continue;
        carried.add(loc);
        this.values[loc]!.add(value);
      }
    }
    for (const loc of locs) if (!carried.has(loc)) this.values[loc]!.delete(OUT_OF_THIN_AIR);
  }

  private addValue(loc: number, value: number): boolean {
    const values = this.values[loc]!;
    if (values.has(value)) return false;
    values.add(value);
    if (values.size > MAX_VALUES) throw new TooManyTraces(`a location may hold more than ${MAX_VALUES} values`);
    return true;
  }

  /**
   * Visits the accesses of one path, each with the locations it may go to and the values it may have there: what its
   * address and data depend on is varied. @returns how many writes the path has
   */
  private eachEvent(
    thread: number,
    path: readonly number[],
    visit: (g: Graph, e: number, locs: ReadonlyMap<number, ReadonlySet<number>>) => void,
  ): number {
    const plain = this.run(thread, path, new Map());
    const slots = plain.slots[thread]!;
    const deps = slots.map((e) => {
      const own = plain.kind[e] === Kind.Write ? depsUnion(plain.addr[e]!, plain.data[e]!) : plain.addr[e]!;
      return this.closed(plain, thread, own);
    });
    const found = slots.map((e) => new Map([[plain.loc[e]!, new Set([plain.value[e]!])]]));
    for (let slot = 0; slot < deps.length; slot++) {
      const reads = deps[slot]!;
      if (reads.length === 0) continue;
      for (const overrides of this.combinations(plain, thread, reads)) {
        const g = this.run(thread, path, overrides);
        const e = g.slots[thread]![slot];
        if (e === undefined) continue;
        const loc = g.loc[e]!;
        const values = found[slot]!.get(loc) ?? new Set<number>();
        values.add(g.value[e]!);
        found[slot]!.set(loc, values);
      }
    }
    const g = this.run(thread, path, new Map());
    let writes = 0;
    for (const e of g.slots[thread]!) {
      if (g.kind[e] === Kind.Write) writes++;
      visit(g, e, found[g.slot[e]!]!);
    }
    return writes;
  }

  /** The slots of the reads that decide an address or a value, with those that decide where these read. */
  private closed(g: Graph, thread: number, deps: number): number[] {
    const all = new Set<number>();
    const add = (d: number): void => {
      for (const slot of depsMembers(d)) {
        if (all.has(slot)) continue;
        all.add(slot);
        add(g.addr[g.slots[thread]![slot]!]!);
      }
    };
    add(deps);
    return [...all].sort((a, b) => a - b);
  }

  private combinations(g: Graph, thread: number, reads: readonly number[]): Map<number, number>[] {
    let made: Map<number, number>[] = [new Map()];
    for (const slot of reads) {
      const values = this.valuesRead(g, g.slots[thread]![slot]!);
      if (made.length * values.length > MAX_COMBINATIONS) throw new TooManyTraces('too many values to combine');
      made = made.flatMap((m) => values.map((v) => new Map(m).set(slot, v)));
    }
    return made;
  }

  /** What a read may return: by its location, or by any if its address is computed. */
  private valuesRead(g: Graph, e: number): number[] {
    if (g.addr[e] === 0) return [...this.values[g.loc[e]!]!];
    const all = new Set<number>();
    for (const values of this.values) for (const v of values) all.add(v);
    return [...all];
  }

  private findSegments(): Map<string, Segment> {
    const segments = new Map<string, Segment>();
    for (let t = 0; t < this.paths.length; t++) {
      for (const path of this.paths[t]!) {
        const locsOf: number[][] = [];
        this.eachEvent(t, path, (_, __, locs) => locsOf.push([...locs.keys()]));
        const g = this.cpu.graph;
        const before = closedOrder(g, t, locsOf);
        const slots = g.slots[t]!;
        for (let r = 0; r < slots.length; r++) {
          if (g.kind[slots[r]!] !== Kind.Read) continue;
          for (let w = r + 1; w < slots.length; w++) {
            if (g.kind[slots[w]!] !== Kind.Write) continue;
            this.addSegments(segments, t, r, locsOf[r]!, locsOf[w]!, before[w]!.has(r), g.waits[slots[r]!] === 1);
          }
        }
      }
    }
    return segments;
  }

  private addSegments(
    segments: Map<string, Segment>,
    thread: number,
    slot: number,
    from: readonly number[],
    to: readonly number[],
    ordered: boolean,
    waits: boolean,
  ): void {
    for (const a of from) {
      const read = `${thread}:${slot}:${a}`;
      if (!this.keys.has(read)) this.keys.set(read, { thread, slot, loc: a });
      for (const b of to) {
        const key = `${read}>${b}${ordered ? '' : '!'}`;
        if (!segments.has(key)) segments.set(key, { read, thread, from: a, to: b, ordered, waits });
      }
    }
  }

  private guess(reads: ReadonlySet<string>): Guesses {
    const threads = this.program.threads.length;
    const byPlace = new Map<number, readonly number[]>();
    const place = (thread: number, slot: number, loc: number): number =>
      (slot * threads + thread) * this.values.length + loc;
    for (const read of reads) {
      const { thread, slot, loc } = this.keys.get(read)!;
      byPlace.set(place(thread, slot, loc), [...this.values[loc]!]);
    }
    return { values: (thread, slot, loc) => byPlace.get(place(thread, slot, loc)) };
  }
}

/** Which slots preserved program order puts before which, with its transitive closure. */
function closedOrder(g: Graph, thread: number, locsOf: readonly (readonly number[])[]): Set<number>[] {
  const before: Set<number>[] = [];
  for (const e of g.slots[thread]!) {
    const slot = g.slot[e]!;
    const all = new Set<number>();
    for (let i = 0; i < slot; i++) {
      const p = g.slots[thread]![i]!;
      if ((g.ppo[e * g.words + (i >> 5)]! & (1 << (i & 31))) === 0) continue;
      // hb is between marked accesses.
      if (g.mode[p] === Mode.Plain || g.mode[e] === Mode.Plain) continue;
      // Being at the same location orders only where it is certain to be the same.
      const certain = locsOf[i]!.length === 1 && locsOf[slot]!.length === 1;
      if (!certain && g.loc[p] === g.loc[e] && !depends(g, e, i)) continue;
      all.add(i);
      for (const earlier of before[i]!) all.add(earlier);
    }
    before.push(all);
  }
  return before;
}

const depends = (g: Graph, e: number, slot: number): boolean =>
  depsMembers(depsUnion(depsUnion(g.addr[e]!, g.data[e]!), g.ctrl[e]!)).includes(slot);

/** The unordered segments that lie on a cycle, when the given reads are guessed. */
const badSegments = (segments: ReadonlyMap<string, Segment>, guessed: ReadonlySet<string>): Segment[] =>
  segmentsOnCycles(segments, guessed).filter((s) => !s.ordered);

function segmentsOnCycles(segments: ReadonlyMap<string, Segment>, guessed: ReadonlySet<string>): Segment[] {
  const live = [...segments.values()].filter((s) => !guessed.has(s.read));
  // A node is a thread that writes a location; an edge leads on to a segment of another thread that reads it.
  const nodes = new Map<string, number>();
  for (const s of live) nodes.set(`${s.thread}:${s.to}`, nodes.size);
  const ids = new Map([...nodes.keys()].map((key, i) => [key, i]));
  const reach = Array.from({ length: ids.size }, () => new Set<number>());
  const writers = new Map<number, { thread: number; id: number }[]>();
  for (const [key, id] of ids) {
    const [thread, loc] = key.split(':').map(Number) as [number, number];
    writers.set(loc, [...(writers.get(loc) ?? []), { thread, id }]);
  }
  const into = (s: Segment): number[] =>
    (writers.get(s.from) ?? []).filter((w) => w.thread !== s.thread).map((w) => w.id);
  const next = Array.from({ length: ids.size }, () => new Set<number>());
  for (const s of live) for (const id of into(s)) next[id]!.add(ids.get(`${s.thread}:${s.to}`)!);
  for (let id = 0; id < reach.length; id++) {
    const open = [id];
    while (open.length > 0) {
      for (const to of next[open.pop()!]!) {
        if (reach[id]!.has(to)) continue;
        reach[id]!.add(to);
        open.push(to);
      }
    }
  }
  return live.filter((s) => {
    const to = ids.get(`${s.thread}:${s.to}`)!;
    return into(s).some((id) => reach[to]!.has(id));
  });
}

/**
 * Reads to guess, one after the other the one that leaves the fewest unordered segments on cycles. Reads that wait are
 * not guessed: every cycle through one leaves its segment by an ordered way, or goes on to a read that does not wait.
 */
function chooseReads(segments: ReadonlyMap<string, Segment>): Set<string> {
  const guessed = new Set<string>();
  let bad = badSegments(segments, guessed);
  while (bad.length > 0) {
    let best: { read: string; left: Segment[] } | undefined;
    const candidates = segmentsOnCycles(segments, guessed).filter((s) => !s.waits);
    for (const read of new Set(candidates.map((s) => s.read))) {
      const left = badSegments(segments, new Set([...guessed, read]));
      if (best === undefined || left.length < best.left.length) best = { read, left };
    }
    if (best === undefined) throw new TooManyTraces('only reads that wait could be guessed');
    guessed.add(best.read);
    bad = best.left;
  }
  return guessed;
}
