import { NONE } from '../graph/event.ts';
import { Graph } from '../graph/graph.ts';
import { readGraph, writeGraph } from '../graph/written-graph.ts';
import { type Model, modelOf } from '../models/model.ts';
import { rcuSteps } from '../models/rcu.ts';
import { modelInfo } from '../models/registry.ts';
import { invalidUse } from '../models/validity.ts';
import { NO_FLAGS } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import type { InTurns } from '../program/turns.ts';
import type { Execution, ExploreOptions, ExploreResult } from './contract.ts';
import { Ended, Extension } from './extension.ts';
import { OutOfTime, Stopped, TooManyTraces } from './guesses/budget.ts';
import { findGuesses } from './guesses/find-guesses.ts';
import { Guesses } from './guesses/guesses.ts';
import { Places } from './places.ts';
import { Reach } from './reach.ts';
import { Resolver } from './resolve.ts';
import type { SearchState } from './state.ts';
import { Threads } from './threads.ts';
import { Todo, TodoStack } from './todo.ts';
import { WayBack } from './way-back.ts';

/**
 * The exploration of one program: TruSt (POPL 2022) over execution graphs. A new read reads the coherence-last write and
 * a new write comes coherence-last, which is always consistent and needs no check; every other way is left on a stack.
 * docs/engine.md tells the algorithm and what is our own: tier-one bounds, guessed reads.
 *
 * What it holds between two steps is a value: {@link Explorer.state}.
 */
export class Explorer implements Execution {
  /** The graph of the execution that is visited. */
  graph: Graph;
  flags = NO_FLAGS;
  private readonly todo = new TodoStack();
  private readonly places: Places;
  private readonly threads: Threads;
  private readonly model: Model;
  private readonly reach: Reach;
  /** What kept it from being told which loads may be buffered, if anything: then nothing is proved. */
  private unguessed: SearchState['unguessed'] = null;
  private readonly resolver: Resolver;
  private readonly extension: Extension;
  private readonly wayBack: WayBack;
  private readonly complete = (graph: Graph): boolean => this.visit(graph);
  private readonly stuck = (graph: Graph): boolean => this.visitBlocked(graph);
  /** Has it been looked for loads that may be buffered? */
  private guessed = false;
  /** Of the executions of the present graph, so many were met. */
  private met = 0;
  /** Is there an execution beyond `maxExecutions`? */
  private hasMore = false;
  private executions = 0;
  private blocked = 0;

  /**
   * @param from the state that an explorer of the same program, model and `pursue` was in: goes on from there; else all is
   * left to try
   * @throws RangeError where the state is of another program, model or `pursue`
   */
  constructor(
    private readonly program: Program,
    private readonly options: ExploreOptions,
    from?: SearchState,
  ) {
    const threads = program.threads.length;
    const words = program.initial.length;
    this.model = modelOf(options.model, program);
    this.reach = new Reach(this.model.given, this.model.asksAll === true);
    if (from !== undefined) {
      mustBeOf(from, program, options);
      this.unguessed = from.unguessed;
    }
    const levels = from?.levels.map((level) => readGraph(level, threads, words)) ?? [];
    if (levels.length === 0) levels.push(new Graph(threads, words));
    this.graph = levels[0]!;
    this.resolver = new Resolver(threads, program.initial, this.model, this.reach);
    this.threads = new Threads(threads);
    this.places = new Places(this.graph, program.initial, this.model, this.reach, this.todo);
    const { model, reach, places, todo } = this;
    this.extension = new Extension(program, options, model, reach, places, this.threads, todo);
    this.wayBack = new WayBack(levels, places, this.threads, todo, this.extension, model);
    if (from === undefined) {
      todo.push(Todo.GoOn, 0, 0, 0, false);
    } else {
      todo.restore(from.todo);
      this.extension.seen = { ...from.seen };
      if (from.guesses !== null) this.extension.guesses = Guesses.read(from.guesses, threads, words);
      this.guessed = from.guessed;
      this.executions = from.executions;
      this.blocked = from.blocked;
    }
  }

  /** Looks for the loads that may be buffered, if the model has any. Where it is stopped, that is still to be done. */
  private *guess(): InTurns<void> {
    const { program, options, model } = this;
    this.guessed = true;
    if (!modelInfo(options.model).buffersLoads || program.dependencies !== 'tracked') return;
    try {
      // Half of the time is left to explore what does not buffer loads: that may settle a question, too.
      const half = (Date.now() + (options.deadline ?? Number.POSITIVE_INFINITY)) / 2;
      this.extension.guesses = yield* findGuesses(program, model, () => Date.now() > half);
    } catch (thrown) {
      if (!(thrown instanceof TooManyTraces)) throw thrown;
      if (thrown instanceof Stopped) this.guessed = false;
      else this.unguessed = thrown instanceof OutOfTime ? 'time' : 'traces';
    }
  }

  /** @throws TooManyAccesses */
  *run(): InTurns<ExploreResult> {
    const { places, extension, todo } = this;
    const { deadline = Number.POSITIVE_INFINITY } = this.options;
    if (!this.guessed) yield* this.guess();
    if (!this.guessed) return this.outcome('stopped');
    let work = 0;
    this.hasMore = false;
    while (this.wayBack.next()) {
      const ended = extension.extend();
      if (ended !== Ended.Nowhere) {
        this.met = 0;
        const visit = ended === Ended.Complete ? this.complete : this.stuck;
        if (extension.guesses === undefined ? visit(places.graph) : this.resolver.each(places.graph, visit)) {
          // One that was not visited for want of a place is the next.
          todo.push(Todo.GoOn, places.graph.n, 0, this.hasMore ? this.met - 1 : this.met, false);
          return this.outcome(this.hasMore ? 'bounded' : 'stopped');
        }
      }
      // A step's work grows with the graph: a long one is not to hide the clock.
      work += places.graph.n + 8;
      if (work > 256) {
        work = 0;
        if (Date.now() > deadline) return this.outcome('bounded');
        if ((yield) === true) return this.outcome('stopped');
      }
    }
    return this.outcome('complete');
  }

  /**
   * What is left to try, and what was counted: a value that can be written as JSON. An explorer that is made of it goes on
   * from here, in another process too. To be asked between two steps: before the first, when {@link run} yields or has
   * returned. This explorer may then go on as well, by another call of `run`.
   */
  state(): SearchState {
    const { todo, wayBack, program, options, executions, blocked } = this;
    const cuts = todo.cuts();
    // Nothing is lost by cutting now what would be cut when its turn comes. All threads have to run again then.
    const levels = cuts.map((cut, level) => {
      const graph = wayBack.levels[level]!;
      graph.cut(cut);
      return writeGraph(graph);
    });
    todo.level = NONE;
    return {
      program: program.name,
      model: options.model,
      pursue: options.pursue ?? null,
      guessed: this.guessed,
      guesses: this.extension.guesses?.written() ?? null,
      unguessed: this.unguessed,
      seen: { ...this.extension.seen },
      executions,
      blocked,
      levels,
      todo: todo.written(),
    };
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
    const { plain, gracePeriods } = this.extension.seen;
    this.flags = NO_FLAGS;
    if (this.model.asksAll === true) {
      const { consistent, flags } = this.model.complete(ended, [], plain);
      this.flags = flags;
      return consistent;
    }
    if (!plain && !gracePeriods) return true;
    const steps = gracePeriods ? rcuSteps(ended) : [];
    if (!plain && this.reach.isAcyclicWithSections(ended, steps)) return true;
    const verdict = this.model.complete(ended, steps, plain);
    this.flags = verdict.flags;
    return verdict.consistent;
  }

  /** Visits an execution in which every thread has ended. @returns whether to stop */
  private visit(complete: Graph): boolean {
    if (++this.met <= this.wayBack.visited || !this.passes(complete)) return false;
    if (this.extension.seen.sections && this.model.asksAll !== true) this.flags |= invalidUse(complete, this.program);
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
    if (++this.met <= this.wayBack.visited) return false;
    if (!this.threads.waitForGood(blocked) || !this.passes(blocked)) return false;
    this.graph = blocked;
    this.blocked++;
    return this.options.onBlocked?.(this) === true;
  }

  private outcome(kind: ExploreResult['kind']): ExploreResult {
    if (kind === 'complete' && this.unguessed !== null) return this.outcome('bounded');
    const { executions, blocked } = this;
    return this.unguessed === 'time' ? { kind, executions, blocked, outOfTime: true } : { kind, executions, blocked };
  }
}

function mustBeOf(state: SearchState, program: Program, options: ExploreOptions): void {
  const same =
    state.program === program.name && state.model === options.model && state.pursue === (options.pursue ?? null);
  if (!same) throw new RangeError(`the state is of ${state.program} under ${state.model}, not of ${program.name}`);
}
