import { describe, expect, it } from 'vitest';
import { type Cell, cellIndex } from '../../../src/cpu/cpu.ts';
import type { Mode, RmwOp } from '../../../src/cpu/modes.ts';
import { type Counterexample, explainFailure } from '../../../src/explain/counterexample.ts';
import { findBest } from '../../../src/explain/search.ts';
import { RaceSubject } from '../../../src/fronts/races/race-subject.ts';
import { Kind } from '../../../src/graph/event.ts';
import { designOf } from '../../../src/mm/design/presets.ts';
import { DirectCpu } from '../../../src/run/direct.ts';
import { scenarioNamed } from '../../../src/scenarios/catalog.ts';

function shown(name: string, variant: string, preset: string): { subject: RaceSubject; c: Counterexample } {
  const design = { name: preset, design: designOf(preset) };
  const subject = new RaceSubject({ scenario: scenarioNamed(name)!, variant, design }, (frame) => frame);
  const best = findBest(subject, 'lkmm', {});
  if (best.kind !== 'found') throw new Error(best.kind);
  return { subject, c: explainFailure(subject, best.shown, 'lkmm', { kind: 's', name, digest: 'digest' }) };
}

/** What is told, in the order of the events. */
const told = ({ texts, folded }: Counterexample): string[] =>
  texts.filter((_, event) => !folded.includes(event)).map(({ code }) => code);

describe('the steps that are the answer are told', () => {
  it.each<[string, string, string, string[]]>([
    [
      'T3',
      'wait',
      'simplified-wp',
      [
        'try_grab_page(page, flags)',
        'ptep_set_wrprotect(src_mm, addr, src_pte)',
        'page_count(page)',
        'set_pte_at_notify(mm, address, ptep, entry)',
        'the store',
      ],
    ],
    [
      'T0',
      'first',
      'v5.9',
      [
        'atomic_set(&mm->has_pinned, 1)',
        'gup_get_pte(ptep)',
        'try_grab_compound_head(page, 1, flags)',
        'atomic_read(&src_mm->has_pinned)',
        'ptep_set_wrprotect(src_mm, addr, src_pte)',
      ],
    ],
    [
      'T4',
      'swap-ro',
      'v5.19',
      [
        'folio_ref_add(folio, GUP_PIN_COUNTING_BIAS - 1)',
        'pte_val(pte) != pte_val(*ptep)',
        'PageAnonExclusive(page)',
        'page_maybe_dma_pinned(page)',
        'ClearPageAnonExclusive(page)',
      ],
    ],
  ])('%s %s under %s', (name, variant, preset, steps) => {
    expect(told(shown(name, variant, preset).c)).toEqual(expect.arrayContaining(steps));
  });

  it('locks and the allocator are not', () => {
    expect(told(shown('T3', 'wait', 'simplified-wp').c).join('\n')).not.toMatch(/lock|alloc|vma_next|mmap_sem/);
  });
});

/** Runs alone, but for the write of one access, which is left out. */
class Forgetful extends DirectCpu {
  private at = 0;
  constructor(
    private readonly words: Float64Array,
    private readonly forgotten: number,
  ) {
    super(0, words);
  }
  private writing<R>(cell: Cell, access: () => R): R {
    const index = cellIndex(cell);
    const before = this.words[index]!;
    const result = access();
    const writes = this.words[index] !== before;
    if (writes && this.at === this.forgotten) this.words[index] = before;
    if (writes) this.at++;
    return result;
  }
  override write(cell: Cell, value: number, mode: Mode): void {
    this.writing(cell, () => super.write(cell, value, mode));
  }
  override rmw(cell: Cell, op: RmwOp, operand: number, mode: Mode): number {
    return this.writing(cell, () => super.rmw(cell, op, operand, mode));
  }
  override rmwIf(
    cell: Cell,
    mask: number,
    want: number,
    equal: boolean,
    op: RmwOp,
    operand: number,
    mode: Mode,
  ): number {
    return this.writing(cell, () => super.rmwIf(cell, mask, want, equal, op, operand, mode));
  }
  override rmwWhen(cell: Cell, mask: number, want: number, op: RmwOp, operand: number, mode: Mode): number {
    return this.writing(cell, () => super.rmwWhen(cell, mask, want, op, operand, mode));
  }
}

it('without a store that is not told, a race of one thread fails as it does', () => {
  for (const variant of ['wait', 'protected']) {
    const { subject, c } = shown('T3', variant, variant === 'wait' ? 'simplified-wp' : 'v5.9');
    const body = subject.program.threads[0]!;
    const before = Float64Array.from(subject.program.initial);
    const isTold = new Set([...c.trace.events.keys()].filter((event) => !c.folded.includes(event)));
    let nth = 0;
    let tried = 0;
    for (const [event, { kind, cell, value }] of c.trace.events.entries()) {
      if (kind !== Kind.Write) continue;
      const changes = before[cell] !== value;
      before[cell] = value;
      if (!changes) continue;
      const at = nth++;
      if (isTold.has(event) || subject.isMinor(cell)) continue;
      const memory = Float64Array.from(subject.program.initial);
      let result: unknown;
      try {
        result = body(new Forgetful(memory, at));
      } catch {
        // Something else comes of it, and no end.
        continue;
      }
      tried++;
      const judged = subject.judge({
        result: () => result,
        finalValue: (index) => memory[index]!,
        reads: () => [],
        flags: 0,
        blocked: false,
      });
      if (!/allocPage|AddNewAnonRmap|pteAlloc/.test(c.trace.events[event]!.place?.kernel?.frames.join() ?? ''))
        expect(judged.kind === 'failing' && judged.failure.message, c.texts[event]!.code).toBe(c.failure.message);
    }
    expect(tried).toBeGreaterThan(5);
  }
});
