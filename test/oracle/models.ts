import { Fence } from '../../src/cpu/modes.ts';
import type { BuiltInModel } from '../../src/models/registry.ts';
import type { Candidate } from './candidate.ts';
import { lkmm } from './lkmm.ts';
import { arm64, power, riscv } from './machines.ts';
import { rcuOrder } from './rcu.ts';
import {
  between,
  both,
  domain,
  isAcyclic,
  isEmpty,
  isIrreflexive,
  maybe,
  minus,
  product,
  type Relation,
  range,
  sequence,
  setOf,
  star,
  union,
} from './relation.ts';

/** What a model says of a candidate. */
export interface Judgement {
  readonly allowed: boolean;
  readonly flags: readonly string[];
}

/** Sequential consistency per word: `acyclic po-loc | rf | co | fr`. */
export const coherent = ({ poLoc, rf, co, fr }: Candidate): boolean => isAcyclic(union(poLoc, rf, co, fr));

/** `empty rmw & (fre ; coe)` */
export const atomic = ({ rmw, ext, co, fr }: Candidate): boolean =>
  isEmpty(both(rmw, sequence(both(fr, ext), both(co, ext))));

/** Is `order` an order of all events, and no grace period inside a read-side critical section in that order? */
function ordered(c: Candidate, order: Relation): Judgement {
  const anyLater = star(order);
  const rcuLink = sequence(maybe(c.po), anyLater, c.po);
  const rcuFence = sequence(c.po, rcuOrder(c, rcuLink), maybe(c.po));
  return { allowed: isAcyclic(order) && isIrreflexive(sequence(rcuFence, anyLater)), flags: [] };
}

/** Lamport: one order of everything explains every read. */
function sc(c: Candidate): Judgement {
  return ordered(c, union(c.po, c.rf, c.co, c.fr));
}

/**
 * x86-TSO in its axiomatic form: a write may be overtaken by later reads of its thread, unless a full fence or something
 * locked is between. Waiting for a grace period is a full fence, too.
 */
function tso(c: Candidate): Judgement {
  const { n, nodes, reads, writes, po, ext, rmw, rf, co, fr } = c;
  const wr = product(n, writes, reads);
  const ppo = minus(between(reads | writes, po, reads | writes), wr);
  const mb = c.fence(Fence.Mb, Fence.SyncRcu, Fence.SyncSrcu, Fence.AfterSrcuReadUnlock);
  const fenced = sequence(between(writes, po, mb), between(mb, po, reads));
  const failed = setOf(n, (e) => nodes[e]!.locked);
  const locked = union(between(writes, po, domain(rmw) | failed), between(range(rmw) | failed, po, reads));
  // Nothing on x86, but the LKMM promises it of an RMW that failed, too.
  const RMW = setOf(n, (e) => nodes[e]!.atomic);
  const promised = union(
    sequence(
      between(writes, po, c.fence(Fence.BeforeAtomic)),
      between(c.fence(Fence.BeforeAtomic), po, RMW),
      maybe(po),
    ),
    sequence(maybe(po), between(RMW, po, c.fence(Fence.AfterAtomic)), between(c.fence(Fence.AfterAtomic), po, reads)),
  );
  const wrPromised = both(promised, wr);
  return ordered(c, union(ppo, fenced, locked, wrPromised, both(rf, ext), co, fr));
}

const judges: Record<BuiltInModel, (candidate: Candidate) => Judgement> = {
  sc,
  tso,
  arm64: arm64('lse'),
  'arm64+llsc': arm64('llsc'),
  riscv: riscv('ticket'),
  'riscv+queued': riscv('queued'),
  power,
  lkmm,
};

/** Is the candidate, which is coherent and atomic, an execution of the model? */
export const judge = (model: BuiltInModel, candidate: Candidate): Judgement => judges[model](candidate);
