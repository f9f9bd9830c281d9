/**
 * A set of events of one thread, by their index in program order: where a value, an address or a branch comes from.
 *
 * Most threads are short, so a set of indices below 31 is a bit mask, the number itself. A set that reaches further is
 * the complement (`~`) of its place in a table of all such sets, which are made once and never twice.
 */
export type Deps = number;

export const NO_DEPS: Deps = 0;

const large: number[][] = [];
const places = new Map<string, number>();

function intern(indices: number[]): Deps {
  const last = indices.length > 0 ? indices[indices.length - 1]! : 0;
  if (last < 31) return indices.reduce((mask, i) => mask | (1 << i), 0);
  const key = indices.join();
  let place = places.get(key);
  if (place === undefined) {
    place = large.length;
    large.push(indices);
    places.set(key, place);
  }
  return ~place;
}

/** The members of a set, ascending. */
export function depsMembers(deps: Deps): readonly number[] {
  if (deps < 0) return large[~deps]!;
  const indices: number[] = [];
  for (let rest = deps; rest !== 0; rest &= rest - 1) indices.push(31 - Math.clz32(rest & -rest));
  return indices;
}

export const depsOf = (index: number): Deps => (index < 31 ? 1 << index : intern([index]));

export function depsUnion(a: Deps, b: Deps): Deps {
  if (a === b || b === 0) return a;
  if (a === 0) return b;
  if (a > 0 && b > 0) return a | b;
  return intern([...new Set([...depsMembers(a), ...depsMembers(b)])].sort((x, y) => x - y));
}
