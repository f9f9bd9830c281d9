import { Relation } from '../models/relation.ts';
import { isAcyclic } from '../models/rows.ts';
import type { InTurns, Patience } from '../program/turns.ts';
import { subsets } from './subsets.ts';
import type { Units } from './units.ts';

/** Accesses that take effect elsewhere than where they stand in their thread. */
export interface Displacement {
  readonly units: readonly number[];
  /** Whether they cross nothing that the model orders. If not, a store reaches different CPUs at different times. */
  readonly reordered: boolean;
}

/** What must be displaced at least, each choice of it. */
export interface Displacements {
  readonly choices: readonly Displacement[];
  /** Whether the smallest was looked for in full. */
  readonly minimal: boolean;
}

/** How many sets are tried, and how many of the smallest are kept, at most. */
const MAX_TRIED = 6000;
const MAX_KEPT = 24;
const MAX_SIZE = 5;

/**
 * The smallest sets of accesses to take out of program order so that what is left, and their effects, can be put in
 * one order. None need be displaced exactly where the execution is an interleaving.
 * @param preserved the program order that the model keeps, transitively
 */
export function* findDisplacements(units: Units, preserved: Relation, patience: Patience): InTurns<Displacements> {
  const none: Displacement = { units: [], reordered: true };
  if (fits(units, new Set(), undefined)) return { choices: [none], minimal: true };
  const candidates = onCycles(units);
  const found = yield* patience.search(smallest(units, candidates, preserved, patience));
  return found ?? { choices: [{ units: yield* greedily(units, candidates), reordered: false }], minimal: false };
}

/** The smallest that do; undefined where too many sets were tried. */
function* smallest(
  units: Units,
  candidates: readonly number[],
  preserved: Relation,
  patience: Patience,
): InTurns<Displacements | undefined> {
  for (const kept of [preserved, undefined]) {
    let tried = 0;
    for (let size = 1; size <= Math.min(MAX_SIZE, candidates.length); size++) {
      const choices: Displacement[] = [];
      for (const chosen of subsets(candidates, size)) {
        if (++tried > MAX_TRIED || choices.length === MAX_KEPT) break;
        yield* patience.pause();
        if (fits(units, new Set(chosen), kept)) choices.push({ units: chosen, reordered: kept !== undefined });
      }
      if (choices.length > 0) return { choices, minimal: kept !== undefined || tried <= MAX_TRIED };
      if (tried > MAX_TRIED) break;
    }
  }
  return undefined;
}

/** Program order without the displaced, and what communicates; `kept`: the program order that even they keep. */
export function effects(units: Units, displaced: ReadonlySet<number>, kept: Relation | undefined): Relation {
  const { list, po, com, forwarded } = units;
  return Relation.of(list.length, (a, b) => {
    if (com.has(a, b) && !(displaced.has(a) && forwarded.has(a, b))) return true;
    if (!po.has(a, b)) return false;
    return displaced.has(a) || displaced.has(b) ? kept?.has(a, b) === true : true;
  });
}

function fits(units: Units, displaced: ReadonlySet<number>, kept: Relation | undefined): boolean {
  const order = effects(units, displaced, kept);
  return isAcyclic(order.rows, order.size, order.words);
}

/** The accesses that lie on a cycle of program order and communication. */
export function onCycles({ list, po, com }: Units): number[] {
  const reach = po.or(com).star();
  const step = po.or(com);
  return [...list.keys()].filter((u) => [...list.keys()].some((v) => step.has(u, v) && reach.has(v, u)));
}

/** One after the other, until the rest fits; then those that need not be displaced are put back. */
function* greedily(units: Units, candidates: readonly number[]): InTurns<number[]> {
  const displaced = new Set<number>();
  for (const u of candidates) {
    yield;
    if (fits(units, displaced, undefined)) break;
    displaced.add(u);
  }
  for (const u of [...displaced]) {
    yield;
    displaced.delete(u);
    if (!fits(units, displaced, undefined)) displaced.add(u);
  }
  return [...displaced].sort((a, b) => a - b);
}
