/**
 * What a model may flag in an execution: the test is then not one that the model can be asked about. The names are those
 * of Linux 6.12 (linux-kernel.cat, linux-kernel.bell and lock.cat of tools/memory-model), in the order in which herd7
 * prints them.
 */
export const FLAGS = [
  'data-race',
  'invalid-sleep',
  'lock-final',
  'mixed-accesses',
  'mixed-lock-accesses',
  'multiple-srcu-matches',
  'srcu-bad-value-match',
  'unmatched-rcu-lock',
  'unmatched-rcu-unlock',
  'unmatched-srcu-lock',
  'unmatched-srcu-unlock',
  'unmatched-unlock',
] as const;
export type Flag = (typeof FLAGS)[number];

/** A set of flags, a bit for each. */
export type FlagSet = number;

export const NO_FLAGS: FlagSet = 0;

/** The set that has this flag alone, where it holds. */
export const flagIf = (holds: boolean, flag: Flag): FlagSet => (holds ? 1 << FLAGS.indexOf(flag) : NO_FLAGS);

export const hasFlag = (set: FlagSet, flag: Flag): boolean => (set & flagIf(true, flag)) !== 0;

/** The members of a set, in the order of {@link FLAGS}. */
export const flagsOf = (set: FlagSet): Flag[] => FLAGS.filter((flag) => hasFlag(set, flag));
