import { depsHas } from '../cpu/deps.ts';
import { Fence, isPlain as isPlainMode, Mode } from '../cpu/modes.ts';
import { Kind } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { flagIf } from '../program/flags.ts';
import type { CompleteVerdict } from './complete-verdict.ts';
import type { LkmmRelations } from './lkmm-relations.ts';
import type { RcuOrder, RcuStep } from './rcu.ts';
import { Relation } from './relation.ts';

/**
 * "Plain accesses and data races" of linux-kernel.cat (Linux 6.12), on a complete and otherwise consistent execution:
 * `plain-coherence`, and what is flagged.
 * @param relations filled for this graph
 * @param rcu the order of its grace periods and sections; undefined where it has none of one of them
 */
export function judgePlain(
  g: Graph,
  relations: LkmmRelations,
  steps: readonly RcuStep[],
  rcu: RcuOrder | undefined,
): CompleteVerdict {
  const n = relations.size;
  const event = (m: number): number => relations.event[m]!;
  const thread = (m: number): number => g.thread[event(m)]!;
  const isRead = (m: number): boolean => g.kind[event(m)] === Kind.Read;
  const isPlain = (m: number): boolean => isPlainMode(g.mode[event(m)]!);
  const isWrite = (m: number): boolean => !isRead(m);
  const readForRmb = (m: number): boolean => isRead(m) && g.mode[event(m)] !== Mode.Noreturn;
  const notNoreturn = (m: number): boolean => !isRead(m) || g.mode[event(m)] !== Mode.Noreturn;
  const index = (m: number): number => g.index[event(m)]!;
  const po = (a: number, b: number): boolean => thread(a) === thread(b) && index(a) < index(b);
  const fenced = (a: number, b: number, kinds: (e: number) => boolean): boolean => {
    if (!po(a, b)) return false;
    const list = g.threads[thread(a)]!;
    for (let i = index(a) + 1; i < index(b); i++) if (kinds(list[i]!)) return true;
    return false;
  };
  const isFence =
    (...kinds: Fence[]) =>
    (e: number): boolean =>
      g.kind[e] === Kind.Fence && kinds.includes(g.mode[e] as Fence);
  const acquires = (m: number): boolean => isAcquire(g, event(m));
  const releases = (m: number): boolean => isRelease(g, event(m));

  const marked = Relation.on(n, (m) => !isPlain(m));
  const ext = Relation.of(n, (a, b) => thread(a) !== thread(b));
  const int = Relation.of(n, (a, b) => thread(a) === thread(b));
  const rf = Relation.of(n, (a, b) => isRead(b) && g.rf[event(b)] === event(a));
  const rfe = rf.and(ext);
  const co = Relation.of(
    n,
    (a, b) =>
      isWrite(a) && isWrite(b) && g.loc[event(a)] === g.loc[event(b)] && g.coIndex[event(a)]! < g.coIndex[event(b)]!,
  );
  const fr = Relation.of(
    n,
    (a, b) =>
      isRead(a) && isWrite(b) && g.loc[event(a)] === g.loc[event(b)] && g.sourcePlace(event(a)) < g.coIndex[event(b)]!,
  );
  const addr = Relation.of(n, (a, b) => po(a, b) && depsHas(g.addr[event(b)]!, g.slot[event(a)]!));
  const hb = Relation.ofRows(n, relations.hb);
  const prop = Relation.ofRows(n, relations.prop);
  const cumulFences = Relation.ofRows(n, relations.cumul);
  let strong = Relation.ofRows(n, relations.strong);
  const pb = prop.seq(strong).seq(hb.star()).seq(marked);
  // What grace periods order across threads is in strong-fence from here on, and not in nonrw-fence.
  const nonrw = strong.or(Relation.of(n, (a, b) => po(a, b) && (acquires(a) || releases(b))));
  let rb = Relation.empty(n);
  let rcuFence = Relation.empty(n);
  if (rcu !== undefined) {
    rcuFence = fenceOfRcu(g, n, event, steps, rcu);
    strong = strong.or(rcuFence);
    rb = prop.seq(rcuFence).seq(hb.star()).seq(pb.star()).seq(marked);
  }
  const wmb = Relation.of(n, (a, b) => isWrite(a) && isWrite(b) && fenced(a, b, isFence(Fence.Wmb)));
  const rmb = Relation.of(n, (a, b) => readForRmb(a) && readForRmb(b) && fenced(a, b, isFence(Fence.Rmb)));
  const fence = nonrw.or(wmb, rmb, rcuFence);

  const xbstar = hb.or(pb, rb).star();
  const rmwSequence = rf.seq(Relation.of(n, (a, b) => g.partner[event(a)] === event(b) && isRead(a))).star();
  const vis = cumulFences
    .seq(rfe.maybe())
    .seq(marked)
    .seq(strong.seq(marked).seq(xbstar).or(xbstar.and(int)));
  const wPreBounded = marked.seq(addr.or(fence).maybe());
  const rmbFrom = Relation.of(n, (a, b) => readForRmb(a) && notNoreturn(b) && fenced(a, b, isFence(Fence.Rmb)));
  const rmbTo = Relation.of(n, (a, b) => notNoreturn(a) && readForRmb(b) && fenced(a, b, isFence(Fence.Rmb)));
  const rPreBounded = marked.seq(addr.or(nonrw, rmbFrom).maybe());
  const wPostBounded = fence.maybe().seq(marked).seq(rmwSequence);
  const rPostBounded = nonrw.or(rmbTo).maybe().seq(marked);

  const wwVis = fence.or(strong.seq(xbstar).seq(wPreBounded), wPostBounded.seq(vis).seq(wPreBounded));
  const wrVis = fence.or(strong.seq(xbstar).seq(rPreBounded), wPostBounded.seq(vis).seq(rPreBounded));
  const rwXbstar = fence.or(rPostBounded.seq(xbstar).seq(wPreBounded));

  const preRace = Relation.of(n, (a, b) => thread(a) !== thread(b) && (isPlain(a) || isPlain(b)));
  const incoherent = preRace
    .and(rf)
    .and(rwXbstar.inverse())
    .or(preRace.and(fr).and(wrVis.inverse()), preRace.and(co).and(wwVis.inverse()));
  const wwNonrace = wwVis
    .and(Relation.of(n, (a, b) => (!isPlain(a) && isWrite(b)) || rwXbstar.has(a, b)))
    .and(Relation.of(n, (a, b) => (isWrite(a) && !isPlain(b)) || wrVis.has(a, b)));
  const wwRace = preRace.and(co).minus(wwNonrace);
  const wrRace = preRace.and(co.maybe().seq(rf)).minus(wrVis).minus(rwXbstar.inverse());
  const rwRace = preRace.and(fr).minus(rwXbstar);

  // KCSAN says nothing of a race of which one side is in data_race().
  const isReported = (m: number): boolean => g.mode[event(m)] !== Mode.DataRace;
  const races = wwRace.or(wrRace, rwRace).and(Relation.of(n, (a, b) => isReported(a) && isReported(b)));

  const separates = (e: number): boolean =>
    isBarrier(g, e) || isAcquire(g, e) || isRelease(g, e) || isSrcu(g, e) || isFullRmw(g, e);
  const mixed = Relation.of(
    n,
    (a, b) =>
      po(a, b) &&
      g.loc[event(a)] === g.loc[event(b)] &&
      ((isPlain(a) && isWrite(a) && !isPlain(b)) || (isPlain(b) && isWrite(b) && !isPlain(a))) &&
      !(fenced(a, b, separates) || acquires(a) || releases(b) || isFullRmw(g, event(a)) || isFullRmw(g, event(b))),
  );
  return {
    consistent: incoherent.isEmpty(),
    flags: flagIf(!races.isEmpty(), 'data-race') | flagIf(!mixed.isEmpty(), 'mixed-accesses'),
  };
}

/** Does an event stand for `barrier()` at least? The fences that complete a lock's ordering are not said to. */
const isBarrier = (g: Graph, e: number): boolean =>
  g.kind[e] === Kind.Fence &&
  g.mode[e] !== Fence.AfterSpinlock &&
  g.mode[e] !== Fence.AfterUnlockLock &&
  g.mode[e] !== Fence.AfterSrcuReadUnlock;

const isAcquire = (g: Graph, e: number): boolean =>
  g.kind[e] === Kind.Read && (g.mode[e] === Mode.Acquire || g.mode[e] === Mode.Lock);

const isRelease = (g: Graph, e: number): boolean =>
  g.kind[e] === Kind.Write && (g.mode[e] === Mode.Release || g.mode[e] === Mode.Unlock);

const isSrcu = (g: Graph, e: number): boolean =>
  g.kind[e]! <= Kind.Write && (g.mode[e] === Mode.SrcuLock || g.mode[e] === Mode.SrcuUnlock);

const isFullRmw = (g: Graph, e: number): boolean => g.rmw[e] === 1 && g.mode[e] === Mode.Full;

/** `rcu-fence = po ; rcu-order ; po?`, between accesses. */
function fenceOfRcu(
  g: Graph,
  n: number,
  event: (m: number) => number,
  steps: readonly RcuStep[],
  rcu: RcuOrder,
): Relation {
  const made = Relation.empty(n);
  for (let b = 0; b < steps.length; b++) {
    for (let a = 0; a < steps.length; a++) {
      if ((rcu.order[b * rcu.words + (a >> 5)]! & (1 << (a & 31))) === 0) continue;
      const from = steps[a]!;
      const to = steps[b]!;
      for (let x = 0; x < n; x++) {
        if (g.thread[event(x)] !== from.enterThread || g.index[event(x)]! >= from.enterIndex) continue;
        for (let y = 0; y < n; y++) {
          if (g.thread[event(y)] === to.leaveThread && g.index[event(y)]! >= to.leaveIndex) made.add(x, y);
        }
      }
    }
  }
  return made;
}
