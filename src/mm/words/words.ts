/** What the functions of the memory manager, and their accesses, are called in the kernel: the form of the tables beside. */

import { compareReleases, type Release } from '../design/release.ts';

/** A name, or one for each stretch of releases, the oldest first. Before the first release there is none. */
export type Names = string | readonly (readonly [since: Release, name: string])[];

/**
 * What a function of src/mm is in the kernel. With neither `name` nor `call` it is a part of the function that calls it.
 */
export interface FunctionWords {
  /** The call of a program, a driver or a kernel thread that it stands for: `fork()`, `a store`. */
  readonly program?: Names;
  /** The kernel function that it is, and its file. */
  readonly name?: Names;
  readonly file?: Names;
  /** It is a helper, and whatever it accesses is this call of it, as its callers in the kernel write it. */
  readonly call?: Names;
  /**
   * How the kernel writes single steps: by the name that a step has in src/mm (`B1`), by what it does to which word
   * (`read pte`, `rmw refcount`, `unlock rwsem`), or by the helper that makes it (`ptepSetWrprotect`).
   */
  readonly steps?: Readonly<Record<string, Names>>;
}

export type WordTable = Readonly<Record<string, FunctionWords>>;

/** The name in a release; undefined where there is none yet. */
export function nameIn(names: Names | undefined, release: Release): string | undefined {
  if (names === undefined || typeof names === 'string') return names;
  return names.filter(([since]) => compareReleases(since, release) <= 0).at(-1)?.[1];
}

/** A function of the kernel in a file. */
export const within = (
  file: Names,
  name: Names,
  more: Pick<FunctionWords, 'program' | 'steps'> = {},
): FunctionWords => {
  return { name, file, ...more };
};

/** A helper that is one step. */
export const call = (names: Names): FunctionWords => ({ call: names });

/** A part of whatever calls it. */
export const part = (steps: FunctionWords['steps'] = {}): FunctionWords => ({ steps });
