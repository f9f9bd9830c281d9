import { Fence, Mode } from '../../src/cpu/modes.ts';
import { type Candidate, id } from './candidate.ts';
import { rcuSections, srcuSections } from './rcu.ts';
import {
  between,
  both,
  domain,
  identity,
  inverse,
  isEmpty,
  minus,
  type Relation,
  range,
  relationOf,
  sequence,
} from './relation.ts';

/**
 * What linux-kernel.bell and lock.cat of Linux 6.12 flag, line by line, but for what needs to know which words are locks.
 * @param tracked whether it is known where values come from
 */
export function invalidUse(c: Candidate, tracked: boolean): string[] {
  const { n, nodes, po, poLoc } = c;
  const flags: string[] = [];
  const flag = (isRaised: boolean, name: string): void => {
    if (isRaised) flags.push(name);
  };
  const rcu = rcuSections(c);
  flag((c.fence(Fence.RcuLock) & ~domain(rcu)) !== 0, 'unmatched-rcu-lock');
  flag((c.fence(Fence.RcuUnlock) & ~range(rcu)) !== 0, 'unmatched-rcu-unlock');
  const sleeps: Relation = sequence(po, identity(n, c.fence(Fence.SyncSrcu)), po);
  flag(!isEmpty(both(rcu, sleeps)), 'invalid-sleep');
  if (tracked) {
    const srcu = srcuSections(c);
    flag((c.mode('R', Mode.SrcuLock) & ~domain(srcu)) !== 0, 'unmatched-srcu-lock');
    flag((c.mode('W', Mode.SrcuUnlock) & ~range(srcu)) !== 0, 'unmatched-srcu-unlock');
    flag(!isEmpty(minus(sequence(inverse(srcu), srcu), id(c))), 'multiple-srcu-matches');
    const different = relationOf(n, (a, b) => nodes[a]!.value !== nodes[b]!.value);
    flag(!isEmpty(both(srcu, different)), 'srcu-bad-value-match');
  }
  const LKW = c.mode('W', Mode.Lock);
  const UL = c.mode('W', Mode.Unlock);
  const critical = minus(between(LKW, poLoc, UL), sequence(between(c.all, poLoc, LKW | UL), poLoc));
  flag((UL & ~range(critical)) !== 0, 'unmatched-unlock');
  return flags;
}
