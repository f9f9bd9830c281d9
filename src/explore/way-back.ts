import { NONE } from '../graph/event.ts';
import { Graph } from '../graph/graph.ts';
import type { Model } from '../models/model.ts';
import type { Extension } from './extension.ts';
import type { Places } from './places.ts';
import type { Threads } from './threads.ts';
import { Todo, type TodoStack } from './todo.ts';

/**
 * Goes back: turns to what is left to try, with the graph that it belongs to. A revisit makes a graph of its own, one level
 * up; a level is used again once nothing is left of it.
 */
export class WayBack {
  /** Of the executions of the present graph, so many have been visited before. */
  visited = 0;
  private stamps = new Int32Array(64);

  constructor(
    /** The graph of each level; those above `todo.level` are room. */
    readonly levels: Graph[],
    private readonly places: Places,
    private readonly threads: Threads,
    private readonly todo: TodoStack,
    private readonly extension: Extension,
    private readonly model: Model,
  ) {}

  /** Turns to what is left to try, newest first. @returns false when nothing is left */
  next(): boolean {
    const { todo } = this;
    this.visited = 0;
    while (!todo.isEmpty()) {
      todo.pop();
      if (todo.at !== todo.level) {
        todo.level = todo.at;
        this.use(this.levels[todo.at]!);
      }
      const { graph } = this.places;
      this.threads.cutTo(graph, todo.cut);
      graph.cut(todo.cut);
      if (this.apply(todo.what, todo.event, todo.argument, todo.check)) return true;
    }
    return false;
  }

  private use(graph: Graph): void {
    this.places.graph = graph;
    this.threads.restart();
  }

  private apply(what: Todo, event: number, argument: number, check: boolean): boolean {
    const { places } = this;
    const g = places.graph;
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
        places.guess(event, this.extension.guessedValues(event)!, argument);
        return true;
      case Todo.GoOn:
        this.visited = argument;
        return true;
    }
  }

  private revisit(read: number, write: number): boolean {
    const from = this.places.graph;
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
