import { Fence, isPlain, Mode } from '../cpu/modes.ts';
import { GUESSED, Kind, NONE, type Rmw, Wait } from '../graph/event.ts';
import { Graph } from '../graph/graph.ts';
import { type Model, modelOf } from '../models/model.ts';
import { rcuSteps } from '../models/rcu.ts';
import { modelInfo } from '../models/registry.ts';
import { invalidUse, isSectionAccess, isSectionFence } from '../models/validity.ts';
import { NO_FLAGS } from '../program/flags.ts';
import { OUT_OF_THIN_AIR, type Program } from '../program/program.ts';
import type { InTurns } from '../program/turns.ts';
import type { Execution, ExploreOptions, ExploreResult } from './contract.ts';
import { ExploreCpu, type Extender } from './explore-cpu.ts';
import { OutOfTime, TooManyTraces } from './guesses/budget.ts';
import { findGuesses, type Guesses } from './guesses/find-guesses.ts';
import { mayRevisit } from './maximal.ts';
import { Places } from './places.ts';
import { Reach } from './reach.ts';
import { Resolver } from './resolve.ts';
import { Threads } from './threads.ts';
import { Todo, TodoStack } from './todo.ts';

/** See `maxAccesses` of the options. */
const MAX_ACCESSES = 4096;

/** Thrown through a thread's body to end its run; never seen outside. */
const UNWIND = Symbol('unwind');

/**
 * The exploration of one program: TruSt (POPL 2022) over execution graphs. A new read reads the coherence-last write and
 * a new write comes coherence-last, which is always consistent and needs no check; every other way is left on a stack.
 * docs/engine.md tells the algorithm and what is our own: tier-one bounds, guessed reads.
 */
export class Explorer implements Extender, Execution {
  /** The graph of the execution that is visited. */
  graph: Graph;
  /** The graph that is worked on. */
  private current: Graph;
  flags = NO_FLAGS;
  private hasPlain = false;
  private hasGracePeriods = false;
  /** Are there locks or sections, that might be used as they must not be? */
  private hasSections = false;
  private readonly levels: Graph[];
  private readonly todo = new TodoStack();
  private readonly places: Places;
  private readonly threads: Threads;
  private readonly model: Model;
  private readonly reach: Reach;
  private guesses: Guesses | undefined;
  /** Set where the threads have too many traces to tell which loads may be buffered: then nothing is proved. */
  private mayMissBufferedLoads = false;
  private outOfTime = false;
  private readonly resolver: Resolver;
  private readonly complete = (graph: Graph): boolean => this.visit(graph);
  private readonly stuck = (graph: Graph): boolean => this.visitBlocked(graph);
  private readonly cpu: ExploreCpu;
  private running = 0;
  private dead = false;
  /** A thread has made more accesses than it may: a loop without end, most likely. */
  private ranAway = false;
  private readonly maxAccesses: number;
  private stamps = new Int32Array(64);
  /** Is there an execution beyond `maxExecutions`? */
  private hasMore = false;
  private executions = 0;
  private blocked = 0;

  constructor(
    private readonly program: Program,
    private readonly options: ExploreOptions,
  ) {
    const count = program.threads.length;
    this.current = new Graph(count, program.initial.length);
    this.graph = this.current;
    this.levels = [this.current];
    this.maxAccesses = options.maxAccesses ?? MAX_ACCESSES;
    this.model = modelOf(options.model, program.dependencies);
    this.reach = new Reach(!this.model.exact);
    this.resolver = new Resolver(count, program.initial, this.model, this.reach);
    this.cpu = new ExploreCpu(this, options.pursue);
    this.threads = new Threads(count);
    this.places = new Places(this.current, program.initial, this.model, this.reach, this.todo);
  }

  /** Looks for the loads that may be buffered, if the model has any. */
  private *guess(): InTurns<void> {
    const { program, options, model } = this;
    if (!modelInfo(options.model).buffersLoads || program.dependencies !== 'tracked') return;
    try {
      // Half of the time is left to explore what does not buffer loads: that may settle a question, too.
      const half = (Date.now() + (options.deadline ?? Number.POSITIVE_INFINITY)) / 2;
      this.guesses = yield* findGuesses(program, model.order, () => Date.now() > half);
    } catch (thrown) {
      if (!(thrown instanceof TooManyTraces)) throw thrown;
      this.mayMissBufferedLoads = true;
      this.outOfTime = thrown instanceof OutOfTime;
    }
  }

  *run(): InTurns<ExploreResult> {
    const { deadline = Number.POSITIVE_INFINITY } = this.options;
    yield* this.guess();
    let work = 0;
    do {
      const visit = this.extend();
      if (visit !== undefined) {
        if (this.guesses === undefined ? visit(this.current) : this.resolver.each(this.current, visit)) {
          return this.outcome(this.hasMore ? 'bounded' : 'stopped');
        }
      }
      if (this.ranAway) return this.outcome('bounded');
      // A step's work grows with the graph: a long one is not to hide the clock.
      work += this.current.n + 8;
      if (work > 256) {
        work = 0;
        if (Date.now() > deadline) return this.outcome('bounded');
        if ((yield) === true) return this.outcome('stopped');
      }
    } while (this.next());
    return this.outcome('complete');
  }

  // --- the execution, as its visitor sees it ---------------------------------------------------------------------

  result(thread: number): unknown {
    return this.threads.results[thread];
  }

  finalValue(cell: number): number {
    const co = this.graph.co[cell]!;
    return co.length > 0 ? this.graph.value[co[co.length - 1]!]! : this.program.initial[cell]!;
  }

  /** Does a graph to which nothing is added pass the axioms that filter such ones only? */
  private passes(ended: Graph): boolean {
    this.flags = NO_FLAGS;
    if (!this.hasPlain && !this.hasGracePeriods) return true;
    const steps = this.hasGracePeriods ? rcuSteps(ended) : [];
    if (!this.hasPlain && this.reach.isAcyclicWithSections(ended, steps)) return true;
    const verdict = this.model.complete(ended, steps, this.hasPlain);
    this.flags = verdict.flags;
    return verdict.consistent;
  }

  /** Visits an execution in which every thread has ended. @returns whether to stop */
  private visit(complete: Graph): boolean {
    if (!this.passes(complete)) return false;
    if (this.hasSections) this.flags |= invalidUse(complete, this.program);
    if (this.executions === this.options.maxExecutions) {
      this.hasMore = true;
      return true;
    }
    this.graph = complete;
    this.executions++;
    return this.options.onExecution(this);
  }

  /** Visits an execution in which nobody can go on. @returns whether to stop */
  private visitBlocked(blocked: Graph): boolean {
    if (!this.threads.waitForGood(blocked) || !this.passes(blocked)) return false;
    this.graph = blocked;
    this.blocked++;
    return this.options.onBlocked?.(this) === true;
  }

  private outcome(kind: ExploreResult['kind']): ExploreResult {
    if (kind === 'complete' && this.mayMissBufferedLoads) return this.outcome('bounded');
    const { executions, blocked } = this;
    return this.outOfTime ? { kind, executions, blocked, outOfTime: true } : { kind, executions, blocked };
  }

  // --- running threads -------------------------------------------------------------------------------------------

  /** Runs the threads as far as they go. @returns what visits the execution that came of it; undefined for none */
  private extend(): ((graph: Graph) => boolean) | undefined {
    const { threads, current: graph } = this;
    this.dead = false;
    for (;;) {
      const thread = threads.next(graph);
      if (thread < 0) break;
      this.runThread(thread);
      if (this.dead) return undefined;
    }
    if (threads.haveFinished()) return this.complete;
    return threads.waiting().every((t) => threads.waitsOfItsOwnAccord(t)) ? this.stuck : undefined;
  }

  private runThread(thread: number): void {
    this.running = thread;
    this.cpu.begin(this.current, thread);
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

  // --- what a thread adds ------------------------------------------------------------------------------------------

  addFence(kind: Fence, cell: number): void {
    this.current.append(this.running, Kind.Fence, kind, cell);
    if (kind === Fence.SyncRcu || kind === Fence.SyncSrcu) this.hasGracePeriods = true;
    if (isSectionFence(kind)) this.hasSections = true;
  }

  standStill(since: number): never {
    this.threads.standStill(this.running, since);
    throw UNWIND;
  }

  block(read: number): never {
    const { current: g, threads, running } = this;
    if (g.waits[read] === Wait.Blocks && g.value[read] !== OUT_OF_THIN_AIR) threads.standStill(running, g.index[read]!);
    else threads.endUnasked(running);
    throw UNWIND;
  }

  addChoice(count: number): number {
    const e = this.current.append(this.running, Kind.Choice, Mode.Once, NONE);
    this.current.value[e] = 0;
    for (let option = count - 1; option > 0; option--) this.todo.push(Todo.Choose, e + 1, e, option, false);
    return 0;
  }

  addRead(cell: number, mode: Mode, rmw: Rmw, waits: boolean, mask: number, want: number): number {
    const { current: g, places } = this;
    if (isPlain(mode)) this.hasPlain = true;
    if (isSectionAccess(mode)) this.hasSections = true;
    const r = g.append(this.running, Kind.Read, mode, cell);
    if (g.slot[r]! >= this.maxAccesses) {
      this.ranAway = true;
      this.drop();
    }
    g.declared[r] = mode;
    g.rmwKind[r] = rmw;
    g.guardMask[r] = mask;
    g.guardWant[r] = want;
    g.waits[r] = waits ? Wait.Blocks : Wait.No;
    g.addr[r] = this.cpu.addrDeps;
    g.ctrl[r] = this.cpu.ctrlDeps;
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

  /** The values to guess for a read whose write is found at the end; undefined for a read that takes from one now. */
  private guessedValues(r: number): readonly number[] | undefined {
    const { current: g, places } = this;
    const values = this.guesses?.values(g.thread[r]!, g.slot[r]!, g.loc[r]!);
    return values === undefined || g.waits[r] === Wait.No ? values : values.filter((value) => places.mayRead(r, value));
  }

  addWrite(cell: number, value: number, mode: Mode, partner: number): void {
    const { current: g, places } = this;
    if (isPlain(mode)) this.hasPlain = true;
    if (isSectionAccess(mode)) this.hasSections = true;
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

  // --- going back ------------------------------------------------------------------------------------------------

  /** Turns to what is left to try, newest first. @returns false when nothing is left */
  private next(): boolean {
    const { todo } = this;
    while (!todo.isEmpty()) {
      todo.pop();
      if (todo.at !== todo.level) {
        todo.level = todo.at;
        this.use(this.levels[todo.at]!);
      }
      this.threads.cutTo(this.current, todo.cut);
      this.current.cut(todo.cut);
      if (this.apply(todo.what, todo.event, todo.argument, todo.check)) return true;
    }
    return false;
  }

  private use(graph: Graph): void {
    this.current = graph;
    this.places.graph = graph;
    this.threads.restart();
  }

  private apply(what: Todo, event: number, argument: number, check: boolean): boolean {
    const { current: g, places } = this;
    switch (what) {
      case Todo.ReadFrom:
        this.threads.ready(g.thread[event]!);
        places.takeFrom(event, argument);
        return places.canWinContest(event) && (!check || places.isConsistentAt(event));
      case Todo.Place:
        g.removeCo(event);
        g.insertCo(event, argument);
        return !check || places.isConsistentAround(event);
      case Todo.Revisit:
        return this.revisit(argument, event);
      case Todo.Choose:
        this.threads.ready(g.thread[event]!);
        g.value[event] = argument;
        g.option[event] = argument;
        return true;
      case Todo.Guess:
        this.threads.ready(g.thread[event]!);
        places.guess(event, this.guessedValues(event)!, argument);
        return true;
    }
  }

  private revisit(read: number, write: number): boolean {
    const from = this.current;
    if (this.stamps.length < from.capacity) this.stamps = new Int32Array(from.capacity);
    const { places } = this;
    const level = ++this.todo.level;
    let g = this.levels[level];
    if (g === undefined) {
      g = new Graph(from.threadCount, from.locCount, from.capacity, from.words);
      this.levels[level] = g;
    }
    g.keepFrom(from, read, write, this.stamps);
    this.use(g);
    if (from.cyclicFrom < from.n) g.cyclicFrom = 0;
    const w = this.stamps[write]!;
    const isFixed = places.fixedPlace(w) >= 0;
    if (!isFixed) {
      g.removeCo(w);
      g.insertCo(w, g.co[g.loc[w]!]!.length);
    }
    places.takeFrom(read, g.coIndex[w]!);
    if (from.wrongFrom < from.n && !this.model.consistent(g, NONE)) g.wrongFrom = 0;
    if (places.rivalOf(w) !== NONE) return false;
    const isLast = g.coIndex[w] === g.co[g.loc[w]!]!.length - 1;
    const floor = places.coherenceFloor(read);
    if (isFixed) {
      return g.coIndex[w]! >= floor && (isLast || places.isConsistentAround(w));
    }
    const low = Math.max(floor, places.coherenceFloor(w)) + 1;
    const last = g.coIndex[w]!;
    if (low < last) places.offerPlaces(w, low, last, g.n, read);
    return true;
  }
}
