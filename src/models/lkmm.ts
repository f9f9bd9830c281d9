import type { Graph } from '../graph/graph.ts';
import { CLEAN, type CompleteVerdict, INCONSISTENT } from './complete-verdict.ts';
import { LkmmRelations } from './lkmm-relations.ts';
import { judgePlain } from './races.ts';
import { composed, type RcuOrder, type RcuStep, rcuMatters, rcuOrder, star, violatesRcu } from './rcu.ts';
import { isAcyclic } from './rows.ts';

const relations = new LkmmRelations();

/**
 * happens-before and propagation of the LKMM, on a graph that is coherent and whose RMWs are atomic. The two are acyclic
 * exactly when `hb | prop ; strong-fence` is: a cycle of that is one of hb, or one of pb.
 */
export function lkmmConsistent(g: Graph, unsourced: number): boolean {
  const r = relations;
  r.relate(g, unsourced);
  r.strongPropagation();
  const length = r.size * r.words;
  for (let i = 0; i < length; i++) r.pb[i] = r.pb[i]! | r.hb[i]!;
  return isAcyclic(r.pb, r.size, r.words);
}

/**
 * The axioms that only filter complete executions: rcu, which does not survive that an execution grows, and
 * plain-coherence.
 * @param hasPlain whether the execution has plain accesses
 */
export function lkmmComplete(g: Graph, steps: readonly RcuStep[], hasPlain: boolean): CompleteVerdict {
  const matters = rcuMatters(steps);
  if (!matters && !hasPlain) return CLEAN;
  const r = relations;
  r.relate(g);
  let rcu: RcuOrder | undefined;
  if (matters) {
    r.strongPropagation();
    const hbStar = star(r.hb, r.size, r.words);
    const pbStar = star(composed(r.pb, hbStar, r.size, r.words), r.size, r.words);
    const before = composed(composed(hbStar, pbStar, r.size, r.words), r.prop, r.size, r.words);
    // prop is reflexive on marked accesses only; rcu-link may also go from a step to a step by program order alone.
    rcu = rcuOrder(g, steps, before, r.words, r.first);
    if (violatesRcu(rcu, steps.length)) return INCONSISTENT;
  }
  if (!hasPlain) return CLEAN;
  return judgePlain(g, r, steps, rcu);
}
