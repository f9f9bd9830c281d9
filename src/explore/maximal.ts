import { GUESSED, Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * May `write` revisit `read`? Only if everything that the revisit drops, and the read itself, was added in the one way
 * that counts as first (TruSt, POPL 2022, "maximal extension"): then of all the graphs that lead to the same revisited
 * graph exactly one is let through.
 */
export function mayRevisit(g: Graph, read: number, write: number): boolean {
  if (!wasAddedFirstWay(g, read, write)) return false;
  for (let e = read + 1; e < write; e++) {
    if (!g.inPrefix(e, write) && !wasAddedFirstWay(g, e, write)) return false;
  }
  return true;
}

/**
 * Seen from `e` and the prefix of `write`: a write is coherence-last and unread; a read reads the coherence-last write; a
 * choice, or a guess, is its first option.
 */
function wasAddedFirstWay(g: Graph, e: number, write: number): boolean {
  const kind = g.kind[e]!;
  if (kind === Kind.Fence) return true;
  if (kind === Kind.Choice) return g.option[e] === 0;
  const loc = g.loc[e]!;
  let place: number;
  if (kind === Kind.Write) {
    for (const read of g.reads[loc]!) {
      if (g.rf[read] === e && (read < e || g.inPrefix(read, write))) return false;
    }
    place = g.coIndex[e]!;
    const after = g.writeUnlocked(e);
    if (after !== NONE) return followsAtOnce(g, e, after, write);
  } else {
    const source = g.rf[e]!;
    if (source === GUESSED) return g.option[e] === 0;
    if (source > e && !g.inPrefix(source, write)) return false;
    place = g.sourcePlace(e);
  }
  const co = g.co[loc]!;
  for (let i = place + 1; i < co.length; i++) {
    const later = co[i]!;
    if (later === write || (later > e && !g.inPrefix(later, write))) continue;
    return false;
  }
  return true;
}

/** Does no write that stays stand between an unlock and the write that it comes right after? That place is its only one. */
function followsAtOnce(g: Graph, unlock: number, after: number, write: number): boolean {
  const co = g.co[g.loc[unlock]!]!;
  for (let i = g.coIndex[unlock]! - 1; i > g.coIndex[after]!; i--) {
    const between = co[i]!;
    if (between < unlock || g.inPrefix(between, write)) return false;
  }
  return true;
}
