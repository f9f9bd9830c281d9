import type { Kernel } from '../memory/kernel.ts';
import type { Memory } from '../observe/inspect.ts';
import type { KernelOps } from './ops.ts';

/** What is known of an execution when a property of one's own is judged: before anything comes after the race. */
export interface OwnEnding {
  readonly k: Kernel;
  /** The final memory. */
  readonly memory: Memory;
  /** What each thread of the race returned, by its name. */
  readonly results: Readonly<Record<string, unknown>>;
}

/** What must hold at the end of every execution of every race under a design. */
export interface OwnProperty {
  /** The property, as one sentence. */
  readonly doc: string;
  /** What is wrong, as one sentence with the values that show it; undefined where nothing is. */
  broken(ending: OwnEnding): string | undefined;
}

/** What a design of one's own has besides its decisions. */
export interface Patch {
  /** Functions in the place of those of the memory manager. */
  readonly functions: Partial<KernelOps>;
  readonly properties: Readonly<Record<string, OwnProperty>>;
  /** The stack of the call of design(), which says where the design stands. */
  readonly origin: string;
}
