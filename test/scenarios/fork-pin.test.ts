import { describe, expect, it } from 'vitest';
import { checkCell } from '../../src/fronts/races/check-cell.ts';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { LADDER } from '../../src/models/registry.ts';
import { forkPin } from '../../src/scenarios/fork-pin.ts';

/** The strongest model that breaks the race, or `holds`. */
function weakest(design: Design, variant: string): string {
  const cell = checkCell(forkPin, variant, { name: 'it', design }, { models: LADDER });
  return cell.kind === 'violated' ? cell.model : cell.kind;
}

const changed = (preset: string, decisions: Partial<Design>): Design => {
  const design = designWith(designOf(preset), decisions);
  if ('kind' in design) throw new Error(`no such decision: ${JSON.stringify(decisions)}`);
  return design;
};

/** The table of "has_pinned ordering", September 2020: fork protects first, then reads; herd7 gives the same answers. */
describe('protect first, then look', () => {
  it.each<[string, Partial<Design>, 'holds' | 'lkmm']>([
    ['flag, then count', { forkReads: 'flag-count' }, 'lkmm'],
    ['count, then flag', { forkReads: 'count-flag' }, 'lkmm'],
    ['count, rmb, flag', { forkReads: 'count-rmb-flag' }, 'lkmm'],
    ['mb, count, flag', { forkBarrier: 'mb', forkReads: 'count-flag' }, 'holds'],
    ['mb, count, rmb, flag', { forkBarrier: 'mb', forkReads: 'count-rmb-flag' }, 'holds'],
    ['mb, flag, count', { forkBarrier: 'mb', forkReads: 'flag-count' }, 'holds'],
    ['mb, the pin counts relaxed', { forkBarrier: 'mb', pinCount: 'relaxed' }, 'lkmm'],
    ['mb, the pin counts in two steps', { forkBarrier: 'mb', pinCount: 'two-step' }, 'lkmm'],
    ['mb, the pin counts in two steps and a barrier', { forkBarrier: 'mb', pinCount: 'two-step-mb' }, 'holds'],
  ])('%s: %o is %s', (_, decisions, expected) => {
    // Its own reference after the check, as the post has no such step before.
    const design = changed('has-pinned-review', { forkReference: 'after-check', ...decisions });
    expect(weakest(design, 'first')).toBe(expected);
  });
});

describe('check first, then protect', () => {
  it('v5.9 is broken by an interleaving', () => {
    expect(weakest(designOf('v5.9'), 'first')).toBe('sc');
    expect(weakest(designOf('v5.9'), 'later')).toBe('sc');
  });
});
