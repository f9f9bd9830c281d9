import { type Deps, depsUnion } from '../cpu/deps.ts';
import { Fence, isPlain, Mode } from '../cpu/modes.ts';
import { GUESSED, Kind, NONE, type Rmw, Wait } from '../graph/event.ts';
import type { Model } from '../models/model.ts';
import { isSectionAccess, isSectionFence } from '../models/validity.ts';
import { OUT_OF_THIN_AIR, type Program } from '../program/program.ts';
import { TooManyAccesses } from '../program/too-many-accesses.ts';
import type { ExploreOptions } from './contract.ts';
import { ExploreCpu, type Extender } from './explore-cpu.ts';
import type { Guesses } from './guesses/guesses.ts';
import { mayRevisit } from './maximal.ts';
import type { Places } from './places.ts';
import type { Reach } from './reach.ts';
import type { Threads } from './threads.ts';
import { Todo, type TodoStack } from './todo.ts';

/** See `maxAccesses` of the options. */
const MAX_ACCESSES = 4096;

/** Thrown through a thread's body to end its run; never seen outside. */
const UNWIND = Symbol('unwind');

/** How far the threads of a graph went. */
export enum Ended {
  /** No execution: what can be made of the graph is found in another way, or is none. */
  Nowhere = 0,
  /** Every thread has ended. */
  Complete = 1,
  /** Nobody can go on. */
  Stuck = 2,
}

/** What some graph of a search has had: where there was nothing of a kind, nothing of it need be looked at. */
export interface Seen {
  plain: boolean;
  gracePeriods: boolean;
  /** Locks or sections, that might be used as they must not be. */
  sections: boolean;
}

/**
 * Extends the graph that is worked on: runs its threads, and adds the events that they make. A new read takes the
 * coherence-last write and a new write comes coherence-last; every other way is left on the stack.
 */
export class Extension implements Extender {
  seen: Seen = { plain: false, gracePeriods: false, sections: false };
  /** The reads whose values are guessed, if any. */
  guesses: Guesses | undefined;
  private dead = false;
  private running = 0;
  private readonly cpu: ExploreCpu;
  private readonly maxAccesses: number;

  constructor(
    private readonly program: Program,
    options: ExploreOptions,
    private readonly model: Model,
    private readonly reach: Reach,
    private readonly places: Places,
    private readonly threads: Threads,
    private readonly todo: TodoStack,
  ) {
    this.cpu = new ExploreCpu(this, options.pursue);
    this.maxAccesses = options.maxAccesses ?? MAX_ACCESSES;
  }

  /** Runs the threads as far as they go. */
  extend(): Ended {
    const { threads } = this;
    const { graph } = this.places;
    this.dead = false;
    for (;;) {
      const thread = threads.next(graph);
      if (thread < 0) break;
      this.runThread(thread);
      if (this.dead) return Ended.Nowhere;
    }
    if (threads.haveFinished()) return Ended.Complete;
    return threads.waiting().every((t) => threads.waitsOfItsOwnAccord(t)) ? Ended.Stuck : Ended.Nowhere;
  }

  private runThread(thread: number): void {
    this.running = thread;
    this.cpu.begin(this.places.graph, thread);
    let result: unknown;
    try {
      result = this.program.threads[thread]!(this.cpu);
    } catch (thrown) {
      if (thrown !== UNWIND) throw thrown;
      return;
    }
    if (!this.cpu.atEnd()) throw new Error(`thread ${thread} of ${this.program.name} is not deterministic`);
    this.threads.finish(thread, result);
  }

  abandon(): never {
    this.threads.endUnasked(this.running);
    throw UNWIND;
  }

  /** Ends work on the graph: what can be made of it is found in another way, or is not consistent. */
  private drop(): never {
    this.dead = true;
    throw UNWIND;
  }

  addFence(kind: Fence, cell: number): void {
    this.mayAdd();
    this.places.graph.append(this.running, Kind.Fence, kind, cell);
    if (kind === Fence.SyncRcu || kind === Fence.SyncSrcu) this.seen.gracePeriods = true;
    if (isSectionFence(kind)) this.seen.sections = true;
  }

  /** @throws TooManyAccesses */
  private mayAdd(): void {
    const { graph: g } = this.places;
    const events = g.threads[this.running]!;
    if (g.slots[this.running]!.length < this.maxAccesses && events.length < 4 * this.maxAccesses) return;
    const returned = events.filter((e) => g.kind[e] === Kind.Read || g.kind[e] === Kind.Choice);
    const values = returned.map((e) => g.value[e]!);
    throw new TooManyAccesses(this.maxAccesses, this.running, events.length, values);
  }

  standStill(since: number): never {
    this.threads.standStill(this.running, since);
    throw UNWIND;
  }

  block(read: number): never {
    const { threads, running } = this;
    const g = this.places.graph;
    if (g.waits[read] === Wait.Blocks && g.value[read] !== OUT_OF_THIN_AIR) threads.standStill(running, g.index[read]!);
    else threads.endUnasked(running);
    throw UNWIND;
  }

  addChoice(count: number): number {
    this.mayAdd();
    const e = this.places.graph.append(this.running, Kind.Choice, Mode.Once, NONE);
    this.places.graph.value[e] = 0;
    for (let option = count - 1; option > 0; option--) this.todo.push(Todo.Choose, e + 1, e, option, false);
    return 0;
  }

  addRead(cell: number, mode: Mode, rmw: Rmw, waits: boolean, mask: number, want: number): number {
    const { places } = this;
    const g = places.graph;
    if (isPlain(mode)) this.seen.plain = true;
    if (isSectionAccess(mode)) this.seen.sections = true;
    this.mayAdd();
    const r = g.append(this.running, Kind.Read, mode, cell);
    g.declared[r] = mode;
    g.rmwKind[r] = rmw;
    g.guardMask[r] = mask;
    g.guardWant[r] = want;
    g.waits[r] = waits ? Wait.Blocks : Wait.No;
    g.addr[r] = this.cpu.addrDeps;
    g.ctrl[r] = this.control();
    const { expected } = this.cpu;
    if (expected !== undefined) places.ask(r, expected);
    const guessed = this.guessedValues(r);
    if (guessed !== undefined) {
      if (guessed.length === 0) this.drop();
      for (let i = guessed.length - 1; i > 0; i--) this.todo.push(Todo.Guess, r + 1, r, i, false);
      places.guess(r, guessed, 0);
      return g.value[r]!;
    }
    const low = places.coherenceFloor(r);
    const last = g.co[cell]!.length - 1;
    places.takeFrom(r, last);
    if (low < last) {
      const lowest = this.reach.lowestPlace(g, r, NONE);
      const from = places.lowestWorthTrying(r, low, Math.min(lowest, last));
      if (g.sourcePlace(r) !== last) places.takeFrom(r, last);
      for (let place = from; place < last; place++) places.offer(r, place, place < lowest);
    }
    if (g.isBlocked(r)) this.block(r);
    return g.value[r]!;
  }

  /** What the next access is controlled by. */
  private control(): Deps {
    const { ctrlDeps, branchedOn } = this.cpu;
    return this.model.controlsPastJoin ? depsUnion(ctrlDeps, branchedOn) : ctrlDeps;
  }

  /** The values to guess for a read whose write is found at the end; undefined for a read that takes from one now. */
  guessedValues(r: number): readonly number[] | undefined {
    const { places } = this;
    const g = places.graph;
    const values = this.guesses?.values(g.thread[r]!, g.slot[r]!, g.loc[r]!);
    return values === undefined || g.waits[r] === Wait.No ? values : values.filter((value) => places.mayRead(r, value));
  }

  addWrite(cell: number, value: number, mode: Mode, partner: number): void {
    const { places } = this;
    const g = places.graph;
    if (isPlain(mode)) this.seen.plain = true;
    if (isSectionAccess(mode)) this.seen.sections = true;
    this.mayAdd();
    const w = g.append(this.running, Kind.Write, mode, cell);
    g.value[w] = value;
    g.addr[w] = this.cpu.addrDeps;
    g.data[w] = this.cpu.dataDeps;
    g.ctrl[w] = this.control();
    if (partner !== NONE) {
      g.rmw[w] = 1;
      g.partner[w] = partner;
      g.partner[partner] = w;
    }
    this.model.order(g, w);
    const fixed = places.fixedPlace(w);
    if (fixed >= 0) {
      g.insertCo(w, fixed);
    } else {
      const low = places.coherenceFloor(w) + 1;
      const last = g.co[cell]!.length;
      g.insertCo(w, last);
      if (low < last) places.offerPlaces(w, low, last, g.n, NONE);
    }
    const rival = places.rivalOf(w);
    for (const r of g.reads[cell]!) {
      if (g.inPrefix(r, w) || g.rf[r] === GUESSED) continue;
      if (mayRevisit(g, r, w)) this.todo.push(Todo.Revisit, g.n, w, r, false);
    }
    if (rival !== NONE) this.drop();
    if (fixed >= 0 && fixed < g.co[cell]!.length - 1 && !places.isConsistentAt(w)) {
      // An unlock has one way only. With guessed reads that may be wrong as long as another event stands as it was added
      // first, and a later revisit may undo that one.
      if (this.guesses === undefined || mode !== Mode.Unlock) this.drop();
      g.wrongFrom = Math.min(g.wrongFrom, w);
    }
  }
}
