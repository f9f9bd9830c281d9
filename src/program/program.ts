import type { Cpu } from '../cpu/cpu.ts';

/**
 * The body of a thread. It runs from its start again whenever the explorer changes what one of its reads returns, so
 * it must be deterministic in those values and keep no state outside itself.
 * What it returns is kept as the thread's result of the execution.
 */
export type ThreadBody = (cpu: Cpu) => unknown;

/**
 * A value that comes from nowhere: plain accesses may pass it round in a circle, each read justified by a write of what
 * another read (herd7 shows such a value as a symbol). No computation yields it: it is no integer.
 */
export const OUT_OF_THIN_AIR = -(2 ** 51) - 0.5;

/** What a scenario and a litmus test both become: threads over an initial memory. */
export interface Program {
  readonly name: string;
  /** The initial value of every word of memory; its length is the size of memory. */
  readonly initial: ArrayLike<number>;
  readonly threads: readonly ThreadBody[];
  /**
   * Where dependencies come from. `tracked`: the body sets `addrDeps`, `dataDeps` and `ctrlDeps` of its CPU, as compiled
   * C does, and loads may be buffered. `conservative`: addresses by their provenance, and every read controls every
   * later write of its thread. That leaves out executions in which a write is seen before an earlier read of its thread is
   * done: load buffering, and the shapes that need the same of a write (S, for one). Only where nothing that was read
   * decides whether or what is written could hardware or a compiler do that.
   */
  readonly dependencies: 'tracked' | 'conservative';
  /**
   * How many words have names of their own. Behind them lie, as many each time, words for the same names that only lock
   * operations touch, so that word `c` is about the name of `c % words`. Undefined: every word has its own.
   */
  readonly words?: number;
  /** The words, of those with names, whose final values are asked for. */
  readonly observed?: readonly number[];
  /** The name of a word, for people. */
  cellName(index: number): string;
}
