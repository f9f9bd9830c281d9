import { Fence, Mode } from '../../src/cpu/modes.ts';
import { type Candidate, members } from './candidate.ts';
import type { Judgement } from './models.ts';
import { rcuOrder } from './rcu.ts';
import {
  between,
  both,
  type EventSet,
  has,
  identity,
  isAcyclic,
  isIrreflexive,
  maybe,
  minus,
  nothing,
  product,
  type Relation,
  relationOf,
  sequence,
  setOf,
  star,
  union,
} from './relation.ts';

/*
 * The models of the machines, over what the kernel compiles each primitive to, as their .cat files have them: relations,
 * closed as they come. Coherence and atomicity have been checked.
 */

const FULL = [Fence.Mb, Fence.SyncRcu, Fence.SyncSrcu, Fence.BeforeAtomic, Fence.AfterAtomic];
const FULL_EVERYWHERE = [...FULL, Fence.AfterSpinlock, Fence.AfterSrcuReadUnlock];

/** What every machine's model is made of. */
function partsOf(c: Candidate) {
  const { n, nodes, po } = c;
  const R = c.reads;
  const W = c.writes & ~c.initialWrites;
  const M = R | W;
  /** Fences that stand alone: those of an RMW are the LKMM's way to say what it is. */
  const fence = (...kinds: Fence[]): EventSet => c.fence(...kinds) & setOf(n, (e) => nodes[e]!.made === undefined);
  const across = (from: EventSet, kinds: EventSet, to: EventSet): Relation =>
    between(from, sequence(between(c.all, po, kinds), po), to);
  /** Events of RMWs that are as the function says. */
  const rmws = (kind: 'R' | 'W', is: (made: NonNullable<(typeof nodes)[number]['made']>) => boolean): EventSet =>
    setOf(n, (e) => nodes[e]!.kind === kind && nodes[e]!.made !== undefined && is(nodes[e]!.made!));
  const lone = (kind: 'R' | 'W', ...modes: Mode[]): EventSet =>
    c.mode(kind, ...modes) & setOf(n, (e) => nodes[e]!.made === undefined);
  return { R, W, M, fence, across, rmws, lone, rfe: both(c.rf, c.ext), rfi: both(c.rf, c.int) };
}

/** An order of all events, in which no grace period is inside a read-side critical section. */
function ordered(c: Candidate, order: Relation): Judgement {
  if (!isAcyclic(order)) return { allowed: false, flags: [] };
  const later = star(order);
  const rcuFence = sequence(c.po, rcuOrder(c, sequence(maybe(c.po), later, c.po)), maybe(c.po));
  return { allowed: isIrreflexive(sequence(rcuFence, later)), flags: [] };
}

/** aarch64.cat: external visibility. */
export const arm64 =
  (atomics: 'lse' | 'llsc') =>
  (c: Candidate): Judgement => {
    const { po, poLoc, ext, rmw, co, fr } = c;
    const { R, W, M, fence, across, rmws, lone, rfe } = partsOf(c);
    const lse = atomics === 'lse';
    const A =
      lone('R', Mode.Acquire) |
      rmws('R', ({ mode, succeeds, asks }) =>
        succeeds
          ? mode === Mode.Acquire || mode === Mode.Lock || (mode === Mode.Full && lse)
          : asks === 'is it equal' && (mode === Mode.Acquire || (mode === Mode.Full && lse)),
      );
    const L =
      lone('W', Mode.Release, Mode.Unlock) | rmws('W', ({ mode }) => mode === Mode.Release || mode === Mode.Full);
    const AL = rmws('W', ({ mode }) => mode === Mode.Full);
    const noReturn = lse ? rmws('R', ({ mode }) => mode === Mode.Noreturn) : 0;
    const lrs = minus(between(W, poLoc, R), sequence(between(W, poLoc, W), poLoc));
    const toRegister = minus(c.data, rmw);
    const lob = union(
      between(M, poLoc, W),
      c.addr,
      c.data,
      between(R, c.ctrlPastJoin, W),
      sequence(c.addr, between(M, po, W)),
      sequence(union(c.addr, toRegister), lrs),
      rmw,
      between(c.all, sequence(rmw, lrs), A),
      across(M, fence(...FULL_EVERYWHERE), M),
      across(R & ~noReturn, fence(Fence.Rmb), M),
      across(W, fence(Fence.Wmb), W),
      between(A, po, M),
      between(M, po, L),
      between(L, po, A),
      between(AL, po, M),
      // dmb ish behind the store
      lse ? nothing(c.n) : union(between(AL, po, M), sequence(between(M, po, AL), po)),
    );
    return ordered(c, union(between(M, lob, M), rfe, both(co, ext), both(fr, ext)));
  };

/** riscv.cat. An atomic instruction is one event. */
export const riscv =
  (lock: 'ticket' | 'queued') =>
  (c: Candidate): Judgement => {
    const { n, nodes, po, poLoc, rmw, co, fr } = c;
    const { R, W, M, fence, across, rmws, lone, rfe, rfi } = partsOf(c);
    const isLock = (mode: Mode): boolean => mode === Mode.Lock;
    const amo = ({ mode, asks, waits }: { mode: Mode; asks: string; waits: boolean }): boolean =>
      isLock(mode) ? lock === 'ticket' && waits : asks === 'no';
    const full = (made: { mode: Mode }): boolean => made.mode === Mode.Full || (isLock(made.mode) && lock === 'ticket');
    const acquires = ({ mode }: { mode: Mode }): boolean =>
      mode === Mode.Acquire || (isLock(mode) && lock === 'queued');
    const ok = (is: (made: NonNullable<(typeof nodes)[number]['made']>) => boolean) =>
      rmws('R', (made) => made.succeeds && is(made)) | rmws('W', is);
    const amoR = ok(amo) & R;
    const amoW = ok(amo) & W;
    // Both halves are reads and writes.
    const RR = R | amoW;
    const WW = W | amoR;
    const aqrl = ok((made) => amo(made) && full(made));
    const scRl = ok((made) => !amo(made) && full(made)) & W;
    /** The last event of what a fence stands behind, the first of what it stands in front of. */
    const behind = (last: EventSet, from: EventSet, to: EventSet): Relation =>
      union(between(from & last, po, to), sequence(between(from, po, last), between(last, po, to)));
    const inFront = (first: EventSet, from: EventSet, to: EventSet): Relation =>
      union(between(from, po, to & first), sequence(between(from, po, first), between(first, po, to)));
    const acquireEnds = lone('R', Mode.Acquire) | (ok(acquires) & W);
    const fullLoopEnds = scRl;
    const releaseStores = lone('W', Mode.Release, Mode.Unlock);
    const releaseStarts = ok(({ mode }) => mode === Mode.Release) & R;
    const order0 = union(
      between(M, poLoc, WW),
      across(M, fence(...FULL_EVERYWHERE), M),
      across(RR, fence(Fence.Rmb), RR),
      across(WW, fence(Fence.Wmb), WW),
      behind(acquireEnds, RR, M),
      behind(fullLoopEnds, M, M),
      inFront(releaseStores, M, WW),
      inFront(releaseStarts, M, WW),
      between(aqrl, po, M),
      between(M, po, aqrl),
      between(M, po, scRl),
      rmw,
      c.addr,
      c.data,
      between(R, c.ctrlPastJoin, WW),
      sequence(c.addr, between(M, po, WW)),
      sequence(union(c.addr, c.data), identity(n, W), rfi),
      between(
        setOf(n, (e) => has(W, e) && nodes[e]!.made !== undefined),
        rfi,
        R,
      ),
      sameWordReads(c, R),
      co,
      rfe,
      fr,
    );
    // One event: what an AMO's halves have, its read has.
    const readOf = (e: number): number => (has(amoW, e) ? nodes.findIndex((_, r) => has(rmw[r]!, e)) : e);
    const point = Array.from({ length: n }, (_, e) => readOf(e));
    const order = relationOf(n, (a, b) =>
      point[a] === point[b]
        ? false
        : nodes.some(
            (_, x) => point[x] === point[a] && nodes.some((_, y) => point[y] === point[b] && has(order0[x]!, y)),
          ),
    );
    return ordered(c, order);
  };

/** R;po-loc;R without a write of the thread in between, and not from the same write. */
function sameWordReads(c: Candidate, R: EventSet): Relation {
  const { n, poLoc, rf } = c;
  const W = c.writes;
  const near = minus(between(R, poLoc, R), sequence(between(R, poLoc, W), poLoc));
  return relationOf(n, (a, b) => has(near[a]!, b) && !members(W).some((w) => has(rf[w]!, a) && has(rf[w]!, b)));
}

/** ppc.cat. */
export function power(c: Candidate): Judgement {
  const { n, nodes, po, poLoc, ext, co, fr } = c;
  const { R, W, M, fence, across, rmws, lone, rfe, rfi } = partsOf(c);
  const fre = both(fr, ext);
  const coe = both(co, ext);
  const isFull = ({ mode }: { mode: Mode }): boolean => mode === Mode.Full;
  const began = (is: (made: { mode: Mode; succeeds: boolean }) => boolean): EventSet => rmws('R', is);
  const stored = (is: (made: { mode: Mode }) => boolean): EventSet => rmws('W', is);

  /** A fence in front of these, or behind these. */
  const inFront = (first: EventSet): Relation => union(between(M, po, first), sequence(between(M, po, first), po));
  const behind = (last: EventSet): Relation =>
    union(between(last, po, M), sequence(between(M, po, last), between(last, po, M)));
  const strong = between(
    M,
    union(
      across(M, fence(...FULL_EVERYWHERE, Fence.AfterUnlockLock), M),
      inFront(began(isFull)),
      behind(stored(isFull)),
    ),
    M,
  );
  const lwsync = between(
    M,
    union(
      across(M, fence(Fence.Rmb, Fence.Wmb), M),
      behind(lone('R', Mode.Acquire)),
      inFront(lone('W', Mode.Release, Mode.Unlock)),
      inFront(began(({ mode }) => mode === Mode.Release)),
      behind(stored(({ mode }) => mode === Mode.Acquire || mode === Mode.Lock)),
    ),
    M,
  );
  const light = minus(lwsync, product(n, W, R));
  const order = union(strong, light);

  // What was read decides whether to store; what is stored, whether it was.
  const asks = rmws('R', ({ asks: how, waits }) => how !== 'no' || waits);
  const branch = union(
    c.ctrlPastJoin,
    between(asks, po, M),
    sequence(c.ctrlPastJoin, between(asks, po, M)),
    sequence(between(R, c.data, rmwWrites(c)), between(rmwWrites(c), po, M)),
  );
  const dd = union(c.addr, c.data);
  const rdw = both(poLoc, sequence(fre, rfe));
  const detour = both(poLoc, sequence(coe, rfe));
  const cc0 = union(dd, poLoc, branch, sequence(c.addr, po));
  let ci: Relation = detour;
  let ii: Relation = union(dd, rfi, rdw);
  let cc: Relation = cc0;
  let ic: Relation = nothing(n);
  for (let size = -1; ; ) {
    ci = union(ci, sequence(ci, ii), sequence(cc, ci));
    ii = union(ii, ci, sequence(ic, ci), sequence(ii, ii));
    cc = union(cc, ci, sequence(ci, ic), sequence(cc, cc));
    ic = union(ic, ii, cc, sequence(ic, cc), sequence(ii, ic));
    const now = [ci, ii, cc, ic].flat().reduce((sum, row) => sum + members(row).length, 0);
    if (now === size) break;
    size = now;
  }
  const ppo = union(between(R, ii, R), between(R, ic, W));
  const hb = union(ppo, order, rfe);
  if (!isAcyclic(hb)) return { allowed: false, flags: [] };
  const hbStar = star(hb);
  const propBase = sequence(union(order, sequence(rfe, order)), hbStar);
  const chapo = union(rfe, fre, coe, sequence(fre, rfe), sequence(coe, rfe));
  const prop = union(between(W, propBase, W), sequence(maybe(chapo), star(propBase), strong, hbStar));
  if (!isAcyclic(union(co, prop))) return { allowed: false, flags: [] };
  if (!isIrreflexive(sequence(fre, prop, hbStar))) return { allowed: false, flags: [] };
  const X = setOf(n, (e) => nodes[e]!.made !== undefined && nodes[e]!.kind !== 'F');
  if (!isAcyclic(union(co, between(X, po, X)))) return { allowed: false, flags: [] };

  // The rcu axiom, with these for hb, pb and prop.
  const reached = sequence(maybe(union(fre, coe)), star(propBase), maybe(rfe));
  const pbStar = star(sequence(reached, strong, hbStar));
  const link = sequence(maybe(po), hbStar, pbStar, reached, po);
  const rcuFence = sequence(po, rcuOrder(c, link), maybe(po));
  return { allowed: isIrreflexive(sequence(reached, rcuFence, hbStar, pbStar)), flags: [] };
}

const rmwWrites = (c: Candidate): EventSet =>
  setOf(c.n, (e) => c.nodes[e]!.kind === 'W' && c.nodes[e]!.made !== undefined);
