import { describe, expect, it } from 'vitest';
import { type BarriersOutcome, findBarriers } from '../../../src/explain/barriers.ts';
import { judge } from '../../../src/explain/consistency.ts';
import { explainFailure, type Reference } from '../../../src/explain/counterexample.ts';
import { findDifference } from '../../../src/explain/difference.ts';
import { decodeExecution, parseId } from '../../../src/explain/execution-id.ts';
import { findRepairs } from '../../../src/explain/repair.ts';
import { findAny, findBest } from '../../../src/explain/search.ts';
import { endingOf, replay } from '../../../src/explain/trace.ts';
import { RaceProtocol } from '../../../src/fronts/races/race-protocol.ts';
import { designWith } from '../../../src/mm/design/design.ts';
import { presetNamed } from '../../../src/mm/design/presets.ts';
import { scenarioNamed } from '../../../src/scenarios/catalog.ts';
import { finish } from '../../explain/protocols.ts';

const REFERENCE: Reference = { kind: 's', name: 'race', digest: 'AAAAAA' };

function race(name: string, variant: string, preset: string, decisions: Record<string, string> = {}): RaceProtocol {
  const design = designWith(presetNamed(preset)!.design, decisions);
  if ('kind' in design) throw new Error(design.kind);
  const scenario = scenarioNamed(name)!;
  return new RaceProtocol({ scenario, variant, design: { name: preset, design } }, (frame) => frame, 'lkmm');
}

describe('a failing race', () => {
  it.each([
    ['T0', 'first', 'v5.9', 'sc', 'interleaving'],
    ['T0', 'first', 'v5.9-rc', 'lkmm', 'unordered'],
    ['T4', 'ksm-ro', 'v5.19', 'lkmm', 'unordered'],
  ] as const)('%s %s under %s needs %s: %s', (name, variant, preset, model, reason) => {
    const protocol = race(name, variant, preset);
    const best = findBest(protocol, 'lkmm', {});
    if (best.kind !== 'found') throw new Error(best.kind);
    const c = explainFailure(protocol, best.shown, 'lkmm', REFERENCE);
    expect(c.model).toBe(model);
    expect(c.reason.kind).toBe(reason);
    expect(c.drawing.displaced > 0).toBe(model !== 'sc');
    // Every step stands in the memory manager, in a function with a name.
    for (const { place } of c.texts) {
      expect(place?.file).toMatch(/^src\/mm\/[\w/-]+\.ts$/);
      expect(place?.function).toMatch(/^[a-z_]\w*$/);
    }
    // Its id leads back to it, on another prepared race as well.
    const id = parseId(c.id!);
    if (typeof id === 'string') throw new Error(id);
    const other = race(name, variant, preset);
    const { choices } = decodeExecution(other.program, id.execution)!;
    const again = replay(other.recording(), choices)!;
    expect(again.trace.events.map((e) => [e.cell, e.value, e.rf])).toEqual(
      c.trace.events.map((e) => [e.cell, e.value, e.rf]),
    );
    const ending = { ...endingOf(other.program, again), flags: 0 };
    expect(other.judge(ending)).toMatchObject({ kind: 'failing', failure: { message: c.failure.message } });
  });

  it('names the two steps of fork that are not ordered, as September 2020 did', () => {
    const protocol = race('T0', 'first', 'v5.9-rc');
    const best = findBest(protocol, 'lkmm', {});
    if (best.kind !== 'found') throw new Error(best.kind);
    const { reason, trace, texts } = explainFailure(protocol, best.shown, 'lkmm', REFERENCE);
    if (reason.kind !== 'unordered') throw new Error(reason.kind);
    const missing = reason.cycle.filter((step) => step.missing);
    expect(missing.map(({ from, to }) => [trace.events[from]!.label, trace.events[to]!.label])).toEqual([
      ['f1', 'flag'],
    ]);
    expect(missing.map(({ from, to }) => [texts[from]!.code, texts[to]!.code])).toEqual([
      ['ptep_set_wrprotect(src_mm, addr, src_pte)', 'atomic_read(&src_mm->has_pinned)'],
    ]);
    expect(missing[0]!.order).toBe('none');
  });
});

describe('what mends a race', () => {
  it('a barrier after the write-protection of fork, September 2020', () => {
    const options = { architecture: 'any', maxEdits: 2, maxRepairs: 3 } as const;
    const outcome = finish(findRepairs(race('T0', 'first', 'v5.9-rc'), 'lkmm', REFERENCE, options));
    if (outcome.kind !== 'repairs') throw new Error(outcome.kind);
    expect(outcome.repairs.map(({ edits }) => edits.map((e) => e.words))).toEqual([
      ['ptep_set_wrprotect(src_mm, addr, src_pte): full barrier'],
      ['smp_mb__after_atomic() after ptep_set_wrprotect(src_mm, addr, src_pte)'],
      ['smp_mb() before atomic_read(&src_mm->has_pinned)'],
    ]);
  });

  it('no barrier, where fork looks before it protects', () => {
    const options = { architecture: 'any', maxEdits: 3, maxRepairs: 1 } as const;
    expect(finish(findRepairs(race('T0', 'first', 'v5.9'), 'lkmm', REFERENCE, options)).kind).toBe('interleaving');
  });
});

describe('the barriers of clearing PG_anon_exclusive, September 2022', () => {
  const verdict = (outcome: BarriersOutcome, words: string, where: string): string | undefined => {
    if (outcome.kind !== 'barriers') return outcome.kind;
    return outcome.items.find((item) => item.words === words && item.place.function === where)?.verdict.kind;
  };
  const protocol = race('T4', 'ksm-ro', 'v6.1');
  const outcome = finish(findBarriers(protocol, 'lkmm', REFERENCE, {}));

  it.each([
    ['smp_rmb()', 'gup_must_unshare', 'needed'],
    ['smp_mb__after_atomic()', 'page_try_share_anon_rmap', 'too-strong'],
    ['spin_lock(ptl)', 'page_vma_mapped_walk', 'not-needed'],
  ])('%s in %s() is %s', (words, where, expected) => {
    expect(verdict(outcome, words, where)).toBe(expected);
  });

  it('the TLB flush and the barrier after it do the same work; locks and books come after', () => {
    if (outcome.kind !== 'barriers') throw new Error(outcome.kind);
    const { items } = outcome;
    const at = (words: string, where: string): number =>
      items.findIndex((item) => item.words === words && item.place.function === where);
    const flush = at('ptep_clear_flush(vma, pvmw.address, pvmw.pte)', 'page_vma_mapped_walk');
    const barrier = at('smp_mb()', 'page_try_share_anon_rmap');
    const because = (n: number) => {
      const { verdict } = items[n]!;
      return verdict.kind === 'not-needed' ? verdict.because?.sets : undefined;
    };
    expect(because(barrier)).toEqual([[flush]]);
    expect(because(flush)).toContainEqual([barrier]);
    expect(items.filter(({ isMinor }) => isMinor).map(({ words }) => words)).toEqual(
      expect.arrayContaining(['spin_lock(ptl)', 'local_irq_save(flags)', 'folio_trylock(folio), acquire']),
    );
    for (const { isMinor, verdict } of items) if (isMinor) expect(verdict).not.toHaveProperty('because');
  });

  it('each that is not needed was proved not to be, each other has an execution', () => {
    if (outcome.kind !== 'barriers') throw new Error(outcome.kind);
    const orderings = protocol.orderings();
    for (const [i, { verdict }] of outcome.items.entries()) {
      const [weakest] = orderings[i]!.weaker;
      const without = protocol.edited([weakest!.edit])!;
      expect('failure' in finish(findAny(without, 'lkmm', {})).outcome).toBe(verdict.kind !== 'not-needed');
      if (verdict.kind === 'not-needed' || verdict.kind === 'unknown') continue;
      if (!('trace' in verdict.without)) throw new Error('no execution');
      expect(judge(without.program, verdict.without.trace, 'lkmm').consistent).toBe(true);
    }
  });
});

describe('two designs', () => {
  it('v5.9 lets fork share a pinned page, and v5.11 does not', () => {
    const side = (preset: string) => ({
      subject: race('T0', 'first', preset),
      model: 'sc' as const,
      reference: REFERENCE,
    });
    const outcome = findDifference(side('v5.9'), side('v5.11'), {});
    if (outcome.kind !== 'difference') throw new Error(outcome.kind);
    const broken = outcome.difference.outcomes.filter(({ fails }) => fails);
    expect(broken.map(({ allowedBy }) => allowedBy)).toEqual(['first']);
    expect(broken[0]!.values).toContain("verdict=I5'");
    expect(broken[0]!.example?.reason.kind).toBe('interleaving');
  });
});
