/**
 * Sets and relations over at most 32 events, for the oracle: a set is a bit mask, a relation an array of masks, row `a`
 * holding every `b` with `(a, b)` in the relation. Everything is a plain loop over these; nothing is shared with the
 * engine.
 */

export type EventSet = number;
export type Relation = readonly number[];

export const MOST_EVENTS = 32;

export const has = (set: EventSet, event: number): boolean => (set & (1 << event)) !== 0;

export const setOf = (n: number, holds: (event: number) => boolean): EventSet => {
  let set = 0;
  for (let e = 0; e < n; e++) if (holds(e)) set |= 1 << e;
  return set;
};

export const relationOf = (n: number, holds: (a: number, b: number) => boolean): Relation =>
  Array.from({ length: n }, (_, a) => setOf(n, (b) => holds(a, b)));

export const nothing = (n: number): Relation => new Array<number>(n).fill(0);

/** `[set]` */
export const identity = (n: number, set: EventSet): Relation =>
  Array.from({ length: n }, (_, a) => (has(set, a) ? 1 << a : 0));

/** `from * to` */
export const product = (n: number, from: EventSet, to: EventSet): Relation =>
  Array.from({ length: n }, (_, a) => (has(from, a) ? to : 0));

export const union = (...relations: Relation[]): Relation =>
  relations[0]!.map((_, a) => relations.reduce((row, r) => row | r[a]!, 0));

export const both = (r: Relation, s: Relation): Relation => r.map((row, a) => row & s[a]!);

export const minus = (r: Relation, s: Relation): Relation => r.map((row, a) => row & ~s[a]!);

const two = (r: Relation, s: Relation): Relation =>
  r.map((row) => {
    let out = 0;
    for (let rest = row; rest !== 0; rest &= rest - 1) out |= s[31 - Math.clz32(rest & -rest)]!;
    return out;
  });

/** `r ; s ; ...` */
export const sequence = (...relations: Relation[]): Relation => relations.reduce(two);

/** `[from] ; r ; [to]` */
export const between = (from: EventSet, r: Relation, to: EventSet): Relation =>
  r.map((row, a) => (has(from, a) ? row & to : 0));

export const inverse = (r: Relation): Relation => relationOf(r.length, (a, b) => has(r[b]!, a));

/** `r?` */
export const maybe = (r: Relation): Relation => r.map((row, a) => row | (1 << a));

/** `r+` */
export const plus = (r: Relation): Relation => {
  const out = [...r];
  for (let via = 0; via < out.length; via++) {
    for (let a = 0; a < out.length; a++) if (has(out[a]!, via)) out[a]! |= out[via]!;
  }
  return out;
};

/** `r*` */
export const star = (r: Relation): Relation => maybe(plus(r));

export const isEmpty = (r: Relation): boolean => r.every((row) => row === 0);

export const isIrreflexive = (r: Relation): boolean => r.every((row, a) => !has(row, a));

export const isAcyclic = (r: Relation): boolean => isIrreflexive(plus(r));

export const domain = (r: Relation): EventSet => setOf(r.length, (a) => r[a] !== 0);

export const range = (r: Relation): EventSet => r.reduce((set, row) => set | row, 0);

export const equal = (r: Relation, s: Relation): boolean => r.every((row, a) => row === s[a]);
