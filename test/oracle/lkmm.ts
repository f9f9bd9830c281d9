import { Fence, Mode } from '../../src/cpu/modes.ts';
import type { Candidate } from './candidate.ts';
import { id } from './candidate.ts';
import type { Judgement } from './models.ts';
import { rcuOrder } from './rcu.ts';
import {
  between,
  both,
  type EventSet,
  identity,
  inverse,
  isAcyclic,
  isEmpty,
  isIrreflexive,
  maybe,
  minus,
  product,
  type Relation,
  sequence,
  setOf,
  star,
  union,
} from './relation.ts';

/** tools/memory-model/linux-kernel.cat of Linux 6.12, line by line; coherence and atomicity have been checked. */
export function lkmm(c: Candidate): Judgement {
  const { n, nodes, po, poLoc, int, ext, rmw, rf, co, fr } = c;
  const rfi = both(rf, int);
  const rfe = both(rf, ext);
  const R = c.reads;
  const W = c.writes;
  const M = R | W;
  const IW = c.initialWrites;
  const fencerel = (set: EventSet): Relation => sequence(between(c.all, po, set), po);

  // linux-kernel.bell
  const Acquire = c.mode('R', Mode.Acquire, Mode.Lock);
  const Release = c.mode('W', Mode.Release, Mode.Unlock);
  const Noreturn = c.mode('R', Mode.Noreturn);
  const RMW = setOf(n, (e) => nodes[e]!.atomic);
  const LKR = c.mode('R', Mode.Lock);
  const LKW = c.mode('W', Mode.Lock);
  const UL = c.mode('W', Mode.Unlock);
  const srcuLocks = c.mode('R', Mode.SrcuLock);
  const srcuUnlocks = c.mode('W', Mode.SrcuUnlock);
  const Plain = setOf(n, (e) => nodes[e]!.kind !== 'F' && nodes[e]!.mode === Mode.Plain);
  const Marked = c.all & ~Plain;
  const notSrcuUnlock = c.all & ~srcuUnlocks;
  const carryDep = star(sequence(between(c.all, c.data, notSrcuUnlock), rfi));
  const addr = sequence(carryDep, c.addr);
  const ctrl = sequence(carryDep, c.ctrl);
  const data = sequence(carryDep, c.data);

  // Basic relations
  const acqPo = between(Acquire, po, M);
  const poRel = between(M, po, Release);
  const poUnlockLockPo = sequence(po, identity(n, UL), union(po, rf), identity(n, LKR), po);
  const R4rmb = R & ~Noreturn;
  const rmbFence = fencerel(c.fence(Fence.Rmb));
  const rmb = between(R4rmb, rmbFence, R4rmb);
  const wmb = between(W, fencerel(c.fence(Fence.Wmb)), W);
  const fromM = identity(n, M);
  const mb = union(
    between(M, fencerel(c.fence(Fence.Mb)), M),
    sequence(between(M, fencerel(c.fence(Fence.BeforeAtomic)), RMW), maybe(po), fromM),
    sequence(fromM, maybe(po), between(RMW, fencerel(c.fence(Fence.AfterAtomic)), M)),
    sequence(fromM, maybe(po), between(LKW, fencerel(c.fence(Fence.AfterSpinlock)), M)),
    sequence(fromM, poUnlockLockPo, identity(n, c.fence(Fence.AfterUnlockLock)), po, fromM),
    sequence(fromM, maybe(po), between(srcuUnlocks, fencerel(c.fence(Fence.AfterSrcuReadUnlock)), M)),
  );
  const rcuGp = c.fence(Fence.SyncRcu);
  const srcuGp = c.fence(Fence.SyncSrcu);
  const gp = sequence(po, identity(n, rcuGp | srcuGp), maybe(po));
  const strongFence0 = union(mb, gp);
  const nonrwFence = union(strongFence0, poRel, acqPo);
  const fence0 = union(nonrwFence, wmb, rmb);

  // Instruction execution ordering
  const marked = identity(n, Marked);
  const dep = union(addr, data);
  const rwdep = between(c.all, union(dep, ctrl), W);
  const overwrite = union(co, fr);
  const toW = union(rwdep, both(overwrite, int), sequence(addr, identity(n, Plain), wmb));
  const toR = union(between(c.all, addr, R), sequence(dep, marked, rfi));
  const ppo = union(toR, toW, both(fence0, int), both(poUnlockLockPo, int));

  const rmwSequence = star(sequence(rf, rmw));
  const aCumul = (r: Relation): Relation => sequence(maybe(sequence(rfe, marked)), r);
  const cumulFence = sequence(
    marked,
    union(aCumul(union(strongFence0, poRel)), wmb, poUnlockLockPo),
    marked,
    rmwSequence,
  );
  const prop = sequence(marked, maybe(both(overwrite, ext)), star(cumulFence), marked, maybe(rfe), marked);
  const hb = between(Marked, union(ppo, rfe, both(minus(prop, id(c)), int)), Marked);
  if (!isAcyclic(hb)) return { allowed: false, flags: [] };

  // Write and fence propagation ordering
  const hbStar = star(hb);
  const pb = sequence(prop, strongFence0, hbStar, marked);
  if (!isAcyclic(pb)) return { allowed: false, flags: [] };

  // RCU
  const pbStar = star(pb);
  const rcuLink = sequence(maybe(po), hbStar, pbStar, prop, po);
  const order = rcuOrder(c, rcuLink);
  const rcuFence = sequence(po, order, maybe(po));
  const fence = union(fence0, rcuFence);
  const strongFence = union(strongFence0, rcuFence);
  const rb = sequence(prop, rcuFence, hbStar, pbStar, marked);
  if (!isIrreflexive(rb)) return { allowed: false, flags: [] };
  if (Plain === 0) return { allowed: true, flags: [] };

  // Plain accesses and data races
  const barrier = union(
    fencerel(
      c.fence(
        Fence.Barrier,
        Fence.Rmb,
        Fence.Wmb,
        Fence.Mb,
        Fence.SyncRcu,
        Fence.SyncSrcu,
        Fence.BeforeAtomic,
        Fence.AfterAtomic,
        Fence.RcuLock,
        Fence.RcuUnlock,
      ) |
        Acquire |
        Release |
        srcuLocks |
        srcuUnlocks,
    ),
    between(c.all, po, Release),
    between(Acquire, po, c.all),
  );
  const sameRegion = minus(poLoc, barrier);
  const mixed = union(between(Plain & W, sameRegion, Marked), between(Marked, sameRegion, Plain & W));

  const xbStar = star(union(hb, pb, rb));
  const vis = sequence(
    star(cumulFence),
    maybe(rfe),
    marked,
    union(sequence(strongFence, marked, xbStar), both(xbStar, int)),
  );
  const wPreBounded = sequence(marked, maybe(union(addr, fence)));
  const rPreBounded = sequence(marked, maybe(union(addr, nonrwFence, between(R4rmb, rmbFence, c.all & ~Noreturn))));
  const wPostBounded = sequence(maybe(fence), marked, rmwSequence);
  const rPostBounded = sequence(maybe(union(nonrwFence, between(c.all & ~Noreturn, rmbFence, R4rmb))), marked);
  const wwVis = union(fence, sequence(strongFence, xbStar, wPreBounded), sequence(wPostBounded, vis, wPreBounded));
  const wrVis = union(fence, sequence(strongFence, xbStar, rPreBounded), sequence(wPostBounded, vis, rPreBounded));
  const rwXbStar = union(fence, sequence(rPostBounded, xbStar, wPreBounded));

  const preRace = both(ext, union(product(n, Plain, M), product(n, M & ~IW, Plain)));
  const wrIncoherent = both(both(preRace, rf), inverse(rwXbStar));
  const rwIncoherent = both(both(preRace, fr), inverse(wrVis));
  const wwIncoherent = both(both(preRace, co), inverse(wwVis));
  if (!isEmpty(union(wrIncoherent, rwIncoherent, wwIncoherent))) return { allowed: false, flags: [] };

  const wwNonrace = both(both(wwVis, union(product(n, Marked, W), rwXbStar)), union(product(n, W, Marked), wrVis));
  const wwRace = minus(both(preRace, co), wwNonrace);
  const wrRace = minus(minus(both(preRace, sequence(maybe(co), rf)), wrVis), inverse(rwXbStar));
  const rwRace = minus(both(preRace, fr), rwXbStar);
  const flags: string[] = [];
  if (!isEmpty(union(wwRace, wrRace, rwRace))) flags.push('data-race');
  if (!isEmpty(mixed)) flags.push('mixed-accesses');
  return { allowed: true, flags };
}
