import type { Relation } from '../models/relation.ts';
import type { InTurns, Patience } from '../program/turns.ts';
import { onCycles } from './displaced.ts';
import type { Units } from './units.ts';

/** A cycle of program order and communication: the units that it goes through, each once. */
export type Cycle = readonly number[];

/** How many cycles of the shortest length are looked at, at most. */
const MAX_CYCLES = 64;

/** The shortest cycles of program order and communication that no two steps of program order in a row are part of. */
export function* shortestCycles(units: Units, patience: Patience): InTurns<Cycle[]> {
  const nodes = onCycles(units);
  let length = Number.POSITIVE_INFINITY;
  let found: Cycle[] = [];
  for (const start of nodes) {
    // Only through units after the start, so that each cycle is found once.
    const cycles = yield* shortestFrom(units, start, nodes, length, patience);
    const [cycle] = cycles;
    if (cycle === undefined) continue;
    if (cycle.length < length) found = [];
    length = cycle.length;
    found.push(...cycles.slice(0, MAX_CYCLES - found.length));
  }
  return found;
}

/** The shortest cycles from a unit on, all of one length. */
function* shortestFrom(
  units: Units,
  start: number,
  nodes: readonly number[],
  most: number,
  patience: Patience,
): InTurns<Cycle[]> {
  let paths: { readonly path: number[]; readonly byPo: boolean }[] = [{ path: [start], byPo: false }];
  const reached = new Set<string>();
  for (let length = 1; length <= most && paths.length > 0; length++) {
    const longer: typeof paths = [];
    const here = new Set<string>();
    const closed: Cycle[] = [];
    for (const { path, byPo } of paths) {
      yield* patience.pause();
      const from = path[path.length - 1]!;
      for (const po of [false, true]) {
        if (po && byPo) continue;
        const step: Relation = po ? units.po : units.com;
        if (path.length > 1 && step.has(from, start) && !(po && startsByPo(units, path))) {
          closed.push(path);
        }
        for (const to of nodes) {
          if (to <= start || path.includes(to) || !step.has(from, to)) continue;
          const key = `${to}:${po}:${length === 1 ? po : startsByPo(units, path)}`;
          if (reached.has(key)) continue;
          here.add(key);
          longer.push({ path: [...path, to], byPo: po });
        }
      }
    }
    if (closed.length > 0) return closed;
    for (const key of here) reached.add(key);
    paths = longer.slice(0, 4096);
  }
  return [];
}

/** Does the first step of a path follow program order? Then the cycle may not end with one that does. */
const startsByPo = ({ po, com }: Units, path: readonly number[]): boolean =>
  po.has(path[0]!, path[1]!) && !com.has(path[0]!, path[1]!);
