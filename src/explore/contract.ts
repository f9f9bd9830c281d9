import type { Graph } from '../graph/graph.ts';
import type { ModelName } from '../models/registry.ts';
import type { FlagSet } from '../program/flags.ts';

/** A complete execution, as its visitor sees it. Valid during the visit only: the arrays behind it are reused. */
export interface Execution {
  /** What the body of a thread returned in this execution. */
  result(thread: number): unknown;
  /** The final value of a word: its coherence-last write, or its initial value. */
  finalValue(cell: number): number;
  /** What the model flags in this execution. */
  readonly flags: FlagSet;
  /** The execution itself: events, program order, reads-from, coherence. */
  readonly graph: Graph;
}

export interface ExploreOptions {
  readonly model: ModelName;
  /** Called once for each execution, distinct in reads-from and coherence. Return true to stop. */
  onExecution(execution: Execution): boolean;
  /**
   * Called once for each execution in which nothing lets any thread go on: those that wait have no result, and what they
   * wait with is no event of the graph. Return true to stop.
   */
  onBlocked?(execution: Execution): boolean;
  /** Leave out executions in which a read returns anything but what a filter, or a condition too, expects of it. */
  readonly pursue?: 'filter' | 'condition';
  /** Stop with `bounded` after so many executions. */
  readonly maxExecutions?: number;
  /** Throw TooManyAccesses at a thread that wants more accesses in one execution: it may never end. Default 4096. */
  readonly maxAccesses?: number;
  /** Stop with `bounded` at this time, in milliseconds as `Date.now()` counts. */
  readonly deadline?: number;
}

export interface ExploreResult {
  /** `complete`: all were visited. `stopped`: the visitor said so. `bounded`: a limit was hit, which proves nothing. */
  readonly kind: 'complete' | 'stopped' | 'bounded';
  readonly executions: number;
  /** Executions in which some thread waits and nothing lets it go on. */
  readonly blocked: number;
  /** Of a `bounded` one: its share of the time was not enough for the search for buffered loads. */
  readonly outOfTime?: boolean;
}
