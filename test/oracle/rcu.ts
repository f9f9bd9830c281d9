import { Fence, Mode } from '../../src/cpu/modes.ts';
import type { Candidate } from './candidate.ts';
import {
  between,
  both,
  domain,
  equal,
  identity,
  inverse,
  minus,
  nothing,
  type Relation,
  range,
  sequence,
  star,
  union,
} from './relation.ts';

/** rcu-rscs: pairs of rcu_read_lock() and the rcu_read_unlock() that matches it, nesting as parentheses do. */
export function rcuSections(c: Candidate): Relation {
  const locks = c.fence(Fence.RcuLock);
  const unlocks = c.fence(Fence.RcuUnlock);
  let matched = nothing(c.n);
  for (;;) {
    const freeLocks = locks & ~domain(matched);
    const freeUnlocks = unlocks & ~range(matched);
    const free = freeLocks | freeUnlocks;
    const freePo = between(free, c.po, free);
    const next = union(matched, minus(between(freeLocks, c.po, freeUnlocks), sequence(freePo, freePo)));
    if (equal(next, matched)) return matched;
    matched = next;
  }
}

/** srcu-rscs: srcu_read_lock() to the srcu_read_unlock() that its value reaches. */
export function srcuSections({ n, all, loc, data, rf, mode }: Candidate): Relation {
  const locks = mode('R', Mode.SrcuLock);
  const unlocks = mode('W', Mode.SrcuUnlock);
  const carrySrcuData = star(sequence(between(all, data, all & ~unlocks), rf));
  return both(sequence(identity(n, locks), carrySrcuData, between(all, data, unlocks)), loc);
}

/** rcu-order, the least relation that its equation allows, given what rcu-link is. */
export function rcuOrder(c: Candidate, link: Relation): Relation {
  const { n, loc } = c;
  const g = identity(n, c.fence(Fence.SyncRcu));
  const s = identity(n, c.fence(Fence.SyncSrcu));
  const rscsi = inverse(rcuSections(c));
  const srcuRscsi = inverse(srcuSections(c));
  let order = nothing(n);
  for (;;) {
    const next = union(
      order,
      g,
      s,
      sequence(g, link, rscsi),
      both(sequence(s, link, srcuRscsi), loc),
      sequence(rscsi, link, g),
      both(sequence(srcuRscsi, link, s), loc),
      sequence(g, link, order, link, rscsi),
      both(sequence(s, link, order, link, srcuRscsi), loc),
      sequence(rscsi, link, order, link, g),
      both(sequence(srcuRscsi, link, order, link, s), loc),
      sequence(order, link, order),
    );
    if (equal(next, order)) return order;
    order = next;
  }
}
