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
export type KnownFlag = (typeof FLAGS)[number];
/** Those, and what models that are read from files call theirs. */
export type Flag = string;

/** A set of flags, a bit for each. */
export type FlagSet = number;

export const NO_FLAGS: FlagSet = 0;

/** The set that has this flag alone, where it holds. */
export const flagIf = (holds: boolean, flag: KnownFlag): FlagSet => (holds ? 1 << FLAGS.indexOf(flag) : NO_FLAGS);

/** The names of flags that only a model read from a file has, in the order in which they were met. */
const others: string[] = [];
const MOST = 31;

/**
 * The set that has the flag of a name alone, whoever's flag it is.
 * @throws RangeError where models have more names for flags than a set has bits
 */
export function flagNamed(name: string): FlagSet {
  const known = (FLAGS as readonly string[]).indexOf(name);
  if (known >= 0) return 1 << known;
  let other = others.indexOf(name);
  if (other < 0) other = others.push(name) - 1;
  if (FLAGS.length + other >= MOST) throw new RangeError('models have too many names for flags');
  return 1 << (FLAGS.length + other);
}

export const hasFlag = (set: FlagSet, flag: KnownFlag): boolean => (set & flagIf(true, flag)) !== 0;

/** The members of a set, in the order of {@link FLAGS}, then those that a model has of its own. */
export const flagsOf = (set: FlagSet): Flag[] => [...FLAGS, ...others].filter((_, i) => (set & (1 << i)) !== 0);
