/**
 * A set of accesses of one thread, by their index among its accesses: where a value, an address or a branch comes from.
 *
 * Most threads are short, so a set of indices below 31 is a bit mask, the number itself. A set that reaches further is its
 * words of 32 bits, lowest first. It is never changed once it is made, so sets may share it; the last word is never 0.
 */
export type Deps = number | readonly number[];

export const NO_DEPS: Deps = 0;

/** What fits a mask: an index of 31 would be the sign. */
const SMALL = 31;

/** The members of a set, ascending. */
export function depsMembers(deps: Deps): readonly number[] {
  const indices: number[] = [];
  if (typeof deps === 'number') addMembers(indices, deps, 0);
  else for (let i = 0; i < deps.length; i++) addMembers(indices, deps[i]!, i * 32);
  return indices;
}

function addMembers(indices: number[], word: number, first: number): void {
  for (let rest = word; rest !== 0; rest &= rest - 1) indices.push(first + 31 - Math.clz32(rest & -rest));
}

export function depsOf(index: number): Deps {
  if (index < SMALL) return 1 << index;
  const words = new Array<number>((index >> 5) + 1).fill(0);
  words[index >> 5] = 1 << (index & 31);
  return words;
}

export function depsHas(deps: Deps, index: number): boolean {
  const word = typeof deps !== 'number' ? (deps[index >> 5] ?? 0) : index < SMALL ? deps : 0;
  return (word & (1 << (index & 31))) !== 0;
}

export function depsUnion(a: Deps, b: Deps): Deps {
  if (a === b || b === 0) return a;
  if (a === 0) return b;
  if (typeof a === 'number') return typeof b === 'number' ? a | b : withSmall(b, a);
  return typeof b === 'number' ? withSmall(a, b) : withLarge(a, b);
}

function withSmall(large: readonly number[], small: number): Deps {
  if ((large[0]! | small) === large[0]) return large;
  const words = large.slice();
  words[0] = words[0]! | small;
  return words;
}

function withLarge(a: readonly number[], b: readonly number[]): Deps {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  let same = true;
  for (let i = 0; i < short.length; i++) if ((long[i]! | short[i]!) !== long[i]) same = false;
  if (same) return long;
  const words = long.slice();
  for (let i = 0; i < short.length; i++) words[i] = words[i]! | short[i]!;
  return words;
}
