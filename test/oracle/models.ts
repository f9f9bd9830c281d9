import { Fence } from '../../src/cpu/modes.ts';
import type { ModelName } from '../../src/explore/contract.ts';
import type { Candidate } from './candidate.ts';
import { lkmm } from './lkmm.ts';
import {
  between,
  both,
  domain,
  isAcyclic,
  isEmpty,
  minus,
  product,
  type Relation,
  range,
  sequence,
  union,
} from './relation.ts';

/** What a model says of a candidate. */
export interface Judgement {
  readonly allowed: boolean;
  readonly flags: readonly string[];
}

const plainly = (allowed: boolean): Judgement => ({ allowed, flags: [] });

/** Sequential consistency per word: `acyclic po-loc | rf | co | fr`. */
export const coherent = ({ poLoc, rf, co, fr }: Candidate): boolean => isAcyclic(union(poLoc, rf, co, fr));

/** `empty rmw & (fre ; coe)` */
export const atomic = ({ rmw, ext, co, fr }: Candidate): boolean =>
  isEmpty(both(rmw, sequence(both(fr, ext), both(co, ext))));

/** Lamport: one order of everything explains every read. */
function sc({ po, rf, co, fr }: Candidate): Judgement {
  return plainly(isAcyclic(union(po, rf, co, fr)));
}

/**
 * x86-TSO in its axiomatic form: a write may be overtaken by later reads of its thread, unless a full fence or something
 * locked is between. Waiting for a grace period is a full fence here, and no more than that.
 */
function tso(c: Candidate): Judgement {
  const { n, reads, writes, po, ext, rmw, rf, co, fr } = c;
  const wr = product(n, writes, reads);
  const ppo = minus(between(reads | writes, po, reads | writes), wr);
  const mb = c.fence(Fence.Mb, Fence.SyncRcu, Fence.SyncSrcu, Fence.AfterSrcuReadUnlock);
  const fenced = sequence(between(writes, po, mb), between(mb, po, reads));
  const lockedRead = domain(rmw);
  const lockedWrite = range(rmw);
  const locked = union(between(writes, po, lockedRead), between(lockedWrite, po, reads));
  const implied: Relation = union(fenced, locked);
  return plainly(isAcyclic(union(ppo, implied, both(rf, ext), co, fr)));
}

const judges: Record<ModelName, (candidate: Candidate) => Judgement> = { sc, tso, lkmm };

/** Is the candidate, which is coherent and atomic, an execution of the model? */
export const judge = (model: ModelName, candidate: Candidate): Judgement => judges[model](candidate);
