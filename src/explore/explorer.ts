import { guardHolds, WHOLE } from '../cpu/cpu.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import { Graph, GUESSED, INIT, Kind, NONE, Rmw } from '../graph/graph.ts';
import { type Model, modelOf } from '../models/model.ts';
import { rcuSteps } from '../models/rcu.ts';
import type { Program } from '../program/program.ts';
import type { Execution, ExploreOptions, ExploreResult } from './contract.ts';
import { ExploreCpu, type Extender } from './explore-cpu.ts';
import { findGuesses, type Guesses, TooManyTraces } from './feedback.ts';
import { mayRevisit } from './maximal.ts';
import { Reach } from './reach.ts';
import { Resolver } from './resolve.ts';
import { readMode } from './rmw-mode.ts';

/** What is left to try, newest first. Six numbers each: what, level, cut, event, argument, whether to check. */
enum Todo {
  /** Let the read `event` take its value from the write `argument`. */
  ReadFrom = 0,
  /** Put the write `event` at the place `argument` of its coherence order. */
  Place = 1,
  /** Let the read `argument` take its value from the later write `event`. */
  Revisit = 2,
  /** Let the choice `event` be `argument`. */
  Choose = 3,
  /** Let the guessed read `event` return the value numbered `argument`. */
  Guess = 5,
  /** Let the waiting thread `argument` take a lock before its present holder. */
  Overtake = 4,
}

enum Status {
  Ready = 0,
  Finished = 1,
  Waiting = 2,
}

/** Thrown through a thread's body to end its run; never seen outside. */
const UNWIND = Symbol('unwind');

/**
 * The exploration of one program: TruSt (POPL 2022) over execution graphs. A new read reads the coherence-last write and
 * a new write comes coherence-last, which is always consistent and needs no check; every other way is left on a stack.
 * docs/engine.md tells the algorithm and what is our own: locks that overtake, tier-one bounds, guessed reads.
 */
export class Explorer implements Extender, Execution {
  /** The graph of the execution that is visited. */
  graph: Graph;
  /** The graph that is worked on. */
  private current: Graph;
  dataRace = false;
  mixedAccesses = false;
  private hasPlain = false;
  private hasGracePeriods = false;
  private readonly levels: Graph[];
  private level = 0;
  private readonly todo: number[] = [];
  private readonly model: Model;
  private readonly reach: Reach;
  private readonly guesses: Guesses | undefined;
  /** Set where the threads have too many traces to tell which loads may be buffered: then nothing is proved. */
  private readonly mayMissBufferedLoads: boolean = false;
  private readonly resolver: Resolver;
  private readonly visitor = (complete: Graph): boolean => this.visit(complete);
  private readonly cpu: ExploreCpu;
  private readonly status: Status[];
  private readonly results: unknown[];
  private readonly waitsFor: Int32Array;
  private readonly waitsSince: Int32Array;
  private readonly waitsForExpected: Uint8Array;
  private running = 0;
  private overtaking = false;
  private dead = false;
  private stamps = new Int32Array(64);
  private executions = 0;
  private blocked = 0;

  constructor(
    private readonly program: Program,
    private readonly options: ExploreOptions,
  ) {
    const threads = program.threads.length;
    this.current = new Graph(threads, program.initial.length);
    this.graph = this.current;
    this.levels = [this.current];
    this.model = modelOf(options.model, program.dependencies);
    this.reach = new Reach(!this.model.exact);
    if (options.model === 'lkmm' && program.dependencies === 'tracked') {
      try {
        this.guesses = findGuesses(program);
      } catch (thrown) {
        if (!(thrown instanceof TooManyTraces)) throw thrown;
        this.mayMissBufferedLoads = true;
      }
    }
    this.resolver = new Resolver(threads, program.initial, this.model, this.reach);
    this.cpu = new ExploreCpu(this, options.pursue);
    this.status = new Array<Status>(threads).fill(Status.Ready);
    this.results = new Array<unknown>(threads).fill(undefined);
    this.waitsFor = new Int32Array(threads);
    this.waitsSince = new Int32Array(threads);
    this.waitsForExpected = new Uint8Array(threads);
  }

  run(): ExploreResult {
    const { maxExecutions = Number.POSITIVE_INFINITY, deadline = Number.POSITIVE_INFINITY } = this.options;
    let steps = 0;
    do {
      if (this.extend()) {
        if (this.guesses === undefined ? this.visit(this.current) : this.resolver.each(this.current, this.visitor)) {
          return this.outcome('stopped');
        }
        if (this.executions >= maxExecutions && this.todo.length > 0) return this.outcome('bounded');
      }
      if ((++steps & 255) === 0 && Date.now() > deadline) return this.outcome('bounded');
    } while (this.next());
    return this.outcome('complete');
  }

  // --- the execution, as its visitor sees it ---------------------------------------------------------------------

  result(thread: number): unknown {
    return this.results[thread];
  }

  finalValue(cell: number): number {
    const co = this.graph.co[cell]!;
    return co.length > 0 ? this.graph.value[co[co.length - 1]!]! : this.program.initial[cell]!;
  }

  /** Visits a complete graph if it passes the axioms that filter complete ones only. @returns whether to stop */
  private visit(complete: Graph): boolean {
    if (this.hasPlain || this.hasGracePeriods) {
      const steps = this.hasGracePeriods ? rcuSteps(complete) : [];
      if (this.hasPlain || !this.reach.isAcyclicWithSections(complete, steps)) {
        const verdict = this.model.complete(complete, steps, this.hasPlain);
        if (!verdict.consistent) return false;
        this.dataRace = verdict.dataRace;
        this.mixedAccesses = verdict.mixedAccesses;
      }
    }
    this.graph = complete;
    this.executions++;
    return this.options.onExecution(this);
  }

  private outcome(kind: ExploreResult['kind']): ExploreResult {
    if (kind === 'complete' && this.mayMissBufferedLoads) return this.outcome('bounded');
    return { kind, executions: this.executions, blocked: this.blocked };
  }

  // --- running threads -------------------------------------------------------------------------------------------

  /** Runs the threads as far as they go. @returns whether the graph is a complete execution */
  private extend(): boolean {
    const { status, current: graph } = this;
    this.dead = false;
    for (;;) {
      const thread = this.pick();
      if (thread < 0) break;
      const before = graph.n;
      this.runThread(thread);
      if (this.dead) return false;
      if (graph.n > before) this.wake();
    }
    for (let t = 0; t < status.length; t++) {
      if (status[t] !== Status.Finished) {
        this.stuck();
        return false;
      }
    }
    return true;
  }

  /** The thread to run next; one whose lock was overtaken only when no other can go on; -1 if none can. */
  private pick(): number {
    const { status } = this;
    let last = -1;
    for (let t = 0; t < status.length; t++) {
      if (status[t] !== Status.Ready) continue;
      if (!this.triesAgain(t)) return t;
      if (last < 0) last = t;
    }
    return last;
  }

  /** Is the thread at a lock that was overtaken? */
  private triesAgain(thread: number): boolean {
    const g = this.current;
    for (const e of g.overtaken) {
      if (g.thread[e] === thread && g.index[e] === g.threads[thread]!.length) return true;
    }
    return false;
  }

  private runThread(thread: number): void {
    this.running = thread;
    this.cpu.begin(this.current, thread);
    try {
      this.results[thread] = this.program.threads[thread]!(this.cpu);
    } catch (thrown) {
      if (thrown !== UNWIND) throw thrown;
      return;
    }
    if (!this.cpu.atEnd()) throw new Error(`thread ${thread} of ${this.program.name} is not deterministic`);
    this.status[thread] = Status.Finished;
  }

  /** Lets those run again for whom something was written since they began to wait. */
  private wake(): void {
    for (let t = 0; t < this.status.length; t++) {
      if (this.status[t] === Status.Waiting && this.current.co[this.waitsFor[t]!]!.length !== this.waitsSince[t]) {
        this.status[t] = Status.Ready;
      }
    }
  }

  /** No thread can go on. Those that wait for a lock may still have come before its present holder. */
  private stuck(): void {
    let isBlocked = true;
    for (let t = 0; t < this.status.length; t++) {
      if (this.status[t] === Status.Waiting && this.waitsForExpected[t] === 1) isBlocked = false;
    }
    if (isBlocked) this.blocked++;
    for (let t = 0; t < this.status.length; t++) {
      if (this.status[t] === Status.Waiting) this.push(Todo.Overtake, this.current.n, NONE, t, 0);
    }
  }

  private wait(loc: number, forExpected: boolean): never {
    this.waitsForExpected[this.running] = forExpected ? 1 : 0;
    this.status[this.running] = Status.Waiting;
    this.waitsFor[this.running] = loc;
    this.waitsSince[this.running] = this.current.co[loc]!.length;
    throw UNWIND;
  }

  private die(): never {
    this.dead = true;
    throw UNWIND;
  }

  // --- what a thread adds ------------------------------------------------------------------------------------------

  addFence(kind: Fence, cell: number): void {
    this.current.append(this.running, Kind.Fence, kind, cell);
    if (kind === Fence.SyncRcu || kind === Fence.SyncSrcu) this.hasGracePeriods = true;
  }

  addChoice(count: number): number {
    const e = this.current.append(this.running, Kind.Choice, Mode.Once, NONE);
    this.current.value[e] = 0;
    this.current.coIndex[e] = 0;
    for (let option = count - 1; option > 0; option--) this.push(Todo.Choose, e + 1, e, option, 0);
    return 0;
  }

  addRead(cell: number, mode: Mode, rmw: Rmw, waits: boolean, mask: number, want: number): number {
    const g = this.current;
    if (mode === Mode.Plain) this.hasPlain = true;
    const r = g.append(this.running, Kind.Read, mode, cell);
    g.declared[r] = mode;
    g.rmwKind[r] = rmw;
    g.guardMask[r] = mask;
    g.guardWant[r] = want;
    g.waits[r] = waits ? 1 : 0;
    g.addr[r] = this.cpu.addrDeps;
    g.ctrl[r] = this.cpu.ctrlDeps;
    const { expected } = this.cpu;
    if (expected !== undefined) this.awaitValue(r, expected);
    const guessed = this.guessedValues(r);
    if (guessed !== undefined) {
      if (guessed.length === 0) this.die();
      for (let i = guessed.length - 1; i > 0; i--) this.push(Todo.Guess, r + 1, r, i, 0);
      this.guess(r, guessed, 0);
      return g.value[r]!;
    }
    const low = this.coherenceFloor(r);
    const last = g.co[cell]!.length - 1;
    let first = last;
    if (g.waits[r] === 1) {
      first = this.overtaking ? this.placeToOvertake(r, low, last) : this.placeThatFrees(r, low, last);
      if (first < low) {
        g.cut(r);
        this.wait(cell, expected !== undefined);
      }
    }
    this.takeFrom(r, first);
    if (this.overtaking) {
      this.overtaking = false;
      for (let place = low; place < first; place++) this.offer(r, place, true);
      return g.value[r]!;
    }
    if (first < last && !this.isConsistentAt(r)) {
      g.cut(r);
      this.wait(cell, expected !== undefined);
    }
    if (low < first) {
      const lowest = this.reach.lowestPlace(g, r, NONE);
      for (let place = low; place < first; place++) this.offer(r, place, place < lowest);
    }
    return g.value[r]!;
  }

  /** Lets a read go on with one value only, of which it is then known whether its RMW succeeds. */
  private awaitValue(r: number, expected: number): void {
    const g = this.current;
    const rmw = g.rmwKind[r]!;
    if (rmw !== Rmw.None) {
      const succeeds = rmw === Rmw.Always || this.passes(rmw, expected, g.guardMask[r]!, g.guardWant[r]!);
      g.rmwKind[r] = succeeds ? Rmw.IfEqual : Rmw.IfNotEqual;
    }
    g.waits[r] = 1;
    g.guardMask[r] = WHOLE;
    g.guardWant[r] = expected;
  }

  /** The values to guess for a read whose write is found at the end; undefined for a read that takes from one now. */
  private guessedValues(r: number): readonly number[] | undefined {
    const g = this.current;
    const values = this.guesses?.values(this.running, g.slot[r]!, g.loc[r]!);
    return values === undefined || g.waits[r] === 0 ? values : values.filter((value) => this.mayRead(r, value));
  }

  addWrite(cell: number, value: number, mode: Mode, partner: number): void {
    const g = this.current;
    if (mode === Mode.Plain) this.hasPlain = true;
    const w = g.append(this.running, Kind.Write, mode, cell);
    g.value[w] = value;
    g.addr[w] = this.cpu.addrDeps;
    g.data[w] = this.cpu.dataDeps;
    g.ctrl[w] = this.cpu.ctrlDeps;
    if (partner !== NONE) {
      g.rmw[w] = 1;
      g.partner[w] = partner;
      g.partner[partner] = w;
    }
    this.model.order(g, w);
    const fixed = this.fixedPlace(w);
    if (fixed >= 0) {
      g.insertCo(w, fixed);
    } else {
      const low = this.coherenceFloor(w) + 1;
      const last = g.co[cell]!.length;
      g.insertCo(w, last);
      if (low < last) this.offerPlaces(w, low, last, g.n, NONE);
    }
    const rival = this.rivalOf(w);
    for (const r of g.reads[cell]!) {
      if (g.inPrefix(r, w) || g.rf[r] === GUESSED) continue;
      // A lock that may not read the write is overtaken by it: by an RMW that takes what the lock took, or a plain store.
      const overtakes = r === rival || (partner === NONE && g.rmwKind[r] !== Rmw.None);
      if ((overtakes || this.mayRead(r, value)) && mayRevisit(g, r, w)) this.push(Todo.Revisit, g.n, w, r, 0);
    }
    if (rival !== NONE) this.die();
    if (fixed >= 0 && fixed < g.co[cell]!.length - 1 && !this.isConsistentAt(w)) this.die();
  }

  /** The place of a write that has no choice: that of an RMW, and of an unlock; else -1. */
  private fixedPlace(w: number): number {
    const g = this.current;
    const partner = g.partner[w]!;
    if (partner !== NONE) return g.rf[partner] === GUESSED ? NONE : g.sourcePlace(partner) + 1;
    if (g.mode[w] !== Mode.Unlock) return NONE;
    const slots = g.slots[g.thread[w]!]!;
    for (let i = g.slot[w]! - 1; i >= 0; i--) {
      const e = slots[i]!;
      if (g.kind[e] === Kind.Write && g.loc[e] === g.loc[w]) return g.coIndex[e]! + 1;
    }
    return NONE;
  }

  /** The read of another RMW that has consumed what the RMW of this write took, or NONE. */
  private rivalOf(w: number): number {
    const g = this.current;
    const partner = g.partner[w]!;
    if (partner === NONE || g.rf[partner] === GUESSED) return NONE;
    return g.consumer(g.loc[w]!, g.rf[partner]!, partner);
  }

  private mayRead(r: number, value: number): boolean {
    const g = this.current;
    return g.waits[r] === 0 || guardHolds(value, g.guardMask[r]!, g.guardWant[r]!, true);
  }

  /** The highest place of its location that the event's thread has already seen: it may not go back behind it. */
  private coherenceFloor(e: number): number {
    const g = this.current;
    const slots = g.slots[g.thread[e]!]!;
    const loc = g.loc[e]!;
    let floor = -1;
    for (const p of g.overtaken) {
      if (g.loc[p] === loc && g.thread[p] === g.thread[e] && g.index[p]! <= g.index[e]!) {
        floor = Math.max(floor, g.sourcePlace(p));
      }
    }
    for (let i = g.slot[e]! - 1; i >= 0; i--) {
      const p = slots[i]!;
      if (g.loc[p] !== loc) continue;
      floor = Math.max(floor, g.kind[p] === Kind.Write ? g.coIndex[p]! : g.sourcePlace(p));
      if (g.kind[p] === Kind.Write) break;
    }
    return floor;
  }

  private valueAt(loc: number, place: number): number {
    return place < 0 ? this.program.initial[loc]! : this.current.value[this.current.co[loc]![place]!]!;
  }

  /** Lets a read return a value whose write is found when the execution is complete. */
  private guess(r: number, values: readonly number[], option: number): void {
    this.current.coIndex[r] = option;
    this.settle(r, GUESSED, values[option]!);
  }

  /** Lets a read take the value at a place of its location's coherence order. */
  private takeFrom(r: number, place: number): void {
    const loc = this.current.loc[r]!;
    this.settle(r, place < 0 ? INIT : this.current.co[loc]![place]!, this.valueAt(loc, place));
  }

  private settle(r: number, write: number, value: number): void {
    const g = this.current;
    g.setRf(r, write, value);
    const rmw = g.rmwKind[r]!;
    const succeeds =
      rmw === Rmw.Always || (rmw !== Rmw.None && this.passes(rmw, value, g.guardMask[r]!, g.guardWant[r]!));
    g.rmw[r] = succeeds ? 1 : 0;
    g.mode[r] = rmw === Rmw.None ? g.declared[r]! : readMode(g.declared[r]!, succeeds);
    g.clearRows(r);
    this.model.order(g, r);
  }

  private passes(rmw: Rmw, value: number, mask: number, want: number): boolean {
    return guardHolds(value, mask, want, rmw === Rmw.IfEqual);
  }

  /** The read of another RMW that has consumed what stands at this place, or NONE. */
  private consumerAt(r: number, place: number): number {
    const loc = this.current.loc[r]!;
    return this.current.consumer(loc, place < 0 ? INIT : this.current.co[loc]![place]!, r);
  }

  /** Where a read that waits may go on: the last value that lets it, unless somebody else has taken that. */
  private placeThatFrees(r: number, low: number, last: number): number {
    const g = this.current;
    const loc = g.loc[r]!;
    for (let place = last; place >= low; place--) {
      if (!this.mayRead(r, this.valueAt(loc, place))) continue;
      return g.rmwKind[r] !== Rmw.None && this.consumerAt(r, place) !== NONE ? low - 1 : place;
    }
    return low - 1;
  }

  private placeToOvertake(r: number, low: number, last: number): number {
    for (let place = last; place >= low; place--) {
      if (this.mayRead(r, this.valueAt(this.current.loc[r]!, place)) && this.mayContest(r, place)) return place;
    }
    return low - 1;
  }

  /** May this RMW take what another has already consumed? Only where that other can be made to read something later. */
  private mayContest(r: number, place: number): boolean {
    const rival = this.consumerAt(r, place);
    return rival !== NONE && !this.comesBefore(rival, r);
  }

  /** Where an RMW has taken what another consumed: will its write be able to revisit the other, or an earlier read? */
  private canWinContest(r: number): boolean {
    const g = this.current;
    if (g.rmw[r] === 0) return true;
    const rival = g.consumer(g.loc[r]!, g.rf[r]!, r);
    if (rival === NONE) return true;
    for (const other of g.reads[g.loc[r]!]!) {
      if (other > rival) break;
      if (!g.inPrefix(other, r) && g.rf[other] !== GUESSED && mayRevisit(g, other, r)) return true;
    }
    return false;
  }

  /** Is `e` in the po-rf prefix of what comes before `r` in its thread? */
  private comesBefore(e: number, r: number): boolean {
    const g = this.current;
    const at = g.index[r]!;
    return at > 0 && g.inPrefix(e, g.threads[g.thread[r]!]![at - 1]!);
  }

  /** Leaves on the stack that a read takes the value at a lower place than the first. */
  private offer(r: number, place: number, beyondBound: boolean): void {
    const g = this.current;
    const loc = g.loc[r]!;
    const value = this.valueAt(loc, place);
    if (!this.mayRead(r, value)) return;
    const rmw = g.rmwKind[r]!;
    const conditional = rmw >= Rmw.IfEqual && g.waits[r] === 0;
    if (beyondBound && this.model.exact && !conditional) return;
    if (rmw !== Rmw.None && (rmw === Rmw.Always || this.passes(rmw, value, g.guardMask[r]!, g.guardWant[r]!))) {
      if (this.consumerAt(r, place) !== NONE && !this.mayContest(r, place)) return;
    }
    const check = beyondBound || conditional || g.cyclicFrom < g.n;
    this.push(Todo.ReadFrom, r + 1, r, place, check ? 1 : 0);
  }

  /** Leaves on the stack that a write comes lower in coherence than last. */
  private offerPlaces(w: number, low: number, last: number, cut: number, reader: number): void {
    const g = this.current;
    const lowest = this.reach.lowestPlace(g, w, reader);
    const dirty = g.cyclicFrom < g.n;
    for (let place = low; place < last; place++) {
      if (this.splitsRmw(g.loc[w]!, place, w)) continue;
      if (place <= lowest && this.model.exact) continue;
      this.push(Todo.Place, cut, w, place, place <= lowest || dirty ? 1 : 0);
    }
  }

  /** Would a write at this place come between an RMW's write and the write it took its value from? */
  private splitsRmw(loc: number, place: number, w: number): boolean {
    const g = this.current;
    const next = g.co[loc]![place]!;
    if (next === w) return false;
    const read = g.partner[next]!;
    if (read === NONE || g.rf[read] === GUESSED) return false;
    return g.sourcePlace(read) === place - 1;
  }

  // --- going back ------------------------------------------------------------------------------------------------

  private push(what: Todo, cut: number, event: number, argument: number, check: number): void {
    this.todo.push(what, this.level, cut, event, argument, check);
  }

  /** Turns to what is left to try, newest first. @returns false when nothing is left */
  private next(): boolean {
    const { todo } = this;
    while (todo.length > 0) {
      const check = todo.pop()! === 1;
      const argument = todo.pop()!;
      const event = todo.pop()!;
      const cut = todo.pop()!;
      const level = todo.pop()!;
      const what = todo.pop()! as Todo;
      if (level !== this.level) {
        this.level = level;
        this.current = this.levels[level]!;
        this.status.fill(Status.Ready);
      }
      this.cutTo(cut);
      if (this.apply(what, event, argument, check)) return true;
    }
    return false;
  }

  private cutTo(n: number): void {
    const g = this.current;
    for (let e = n; e < g.n; e++) this.status[g.thread[e]!] = Status.Ready;
    g.cut(n);
    for (let t = 0; t < this.status.length; t++) {
      if (this.status[t] === Status.Waiting) this.status[t] = Status.Ready;
    }
  }

  private apply(what: Todo, event: number, argument: number, check: boolean): boolean {
    const g = this.current;
    switch (what) {
      case Todo.ReadFrom:
        this.status[g.thread[event]!] = Status.Ready;
        this.takeFrom(event, argument);
        return this.canWinContest(event) && (!check || this.isConsistentAt(event));
      case Todo.Place:
        g.removeCo(event);
        g.insertCo(event, argument);
        return !check || this.isConsistentAround(event);
      case Todo.Revisit:
        return this.revisit(argument, event);
      case Todo.Choose:
        this.status[g.thread[event]!] = Status.Ready;
        g.value[event] = argument;
        g.coIndex[event] = argument;
        return true;
      case Todo.Guess:
        this.status[g.thread[event]!] = Status.Ready;
        this.guess(event, this.guesses!.values(g.thread[event]!, g.slot[event]!, g.loc[event]!)!, argument);
        return true;
      case Todo.Overtake:
        return this.overtake(argument);
    }
  }

  private overtake(thread: number): boolean {
    this.overtaking = true;
    this.dead = false;
    const before = this.current.n;
    this.runThread(thread);
    this.overtaking = false;
    return !this.dead && this.current.n > before;
  }

  private revisit(read: number, write: number): boolean {
    const from = this.current;
    if (this.stamps.length < from.capacity) this.stamps = new Int32Array(from.capacity);
    this.level++;
    let g = this.levels[this.level];
    if (g === undefined) {
      g = new Graph(from.threadCount, from.locCount, from.capacity, from.words);
      this.levels[this.level] = g;
    }
    g.keepFrom(from, read, write, this.stamps);
    this.current = g;
    this.status.fill(Status.Ready);
    if (from.cyclicFrom < from.n) g.cyclicFrom = 0;
    const w = this.stamps[write]!;
    const isFixed = this.fixedPlace(w) >= 0;
    if (!isFixed) {
      g.removeCo(w);
      g.insertCo(w, g.co[g.loc[w]!]!.length);
    }
    if (this.mayRead(read, g.value[w]!)) this.takeFrom(read, g.coIndex[w]!);
    else g.overtake(read, w);
    if (this.rivalOf(w) !== NONE) return false;
    if (g.kind[read] === Kind.Overtaken && !isFixed) return true;
    const floor = this.coherenceFloor(read);
    if (isFixed) return g.coIndex[w]! >= floor && this.isConsistentAround(w);
    const low = Math.max(floor, this.coherenceFloor(w)) + 1;
    const last = g.coIndex[w]!;
    if (low < last) this.offerPlaces(w, low, last, g.n, read);
    return true;
  }

  // --- consistency ------------------------------------------------------------------------------------------------

  private isConsistentAt(e: number): boolean {
    const g = this.current;
    if (g.cyclicFrom >= g.n && !this.reach.isCyclic(g, e)) return true;
    return this.isConsistent();
  }

  /** As {@link isConsistentAt}, for a write that was moved and the reads that take its value. */
  private isConsistentAround(w: number): boolean {
    const g = this.current;
    if (g.cyclicFrom >= g.n && !this.reach.isCyclic(g, w)) {
      let clean = true;
      for (const r of g.reads[g.loc[w]!]!) if (g.rf[r] === w && this.reach.isCyclic(g, r)) clean = false;
      if (clean) return true;
    }
    return this.isConsistent();
  }

  private isConsistent(): boolean {
    const g = this.current;
    if (this.model.exact || !this.model.consistent(g, NONE)) return false;
    if (g.cyclicFrom >= g.n) g.cyclicFrom = g.n - 1;
    return true;
  }
}
