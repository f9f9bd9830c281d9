import { describe, expect, it } from 'vitest';
import { type Settings, settingsFrom } from '../../../src/ask/options.ts';
import { repairRace } from '../../../src/ask/repair-race.ts';
import { type DecisionMends, isHolding } from '../../../src/explain/decision.ts';
import { checkCell } from '../../../src/fronts/races/check-cell.ts';
import { decisionMendsInTurns } from '../../../src/fronts/races/decision-mends.ts';
import { type Design, type KnobName, knobValues } from '../../../src/mm/design/design.ts';
import { presetNamed } from '../../../src/mm/design/presets.ts';
import { scenarioNamed } from '../../../src/scenarios/catalog.ts';
import { finish } from '../../explain/protocols.ts';

interface Limits {
  readonly maxEdits?: number;
  readonly maxExecutions?: number;
  readonly deadline?: number;
}

const variantsOf = (race: string): string[] => scenarioNamed(race)!.variants.map(({ name }) => name);

function mendsOf(race: string, design: string, variants = variantsOf(race), limits: Limits = {}): DecisionMends {
  const request = { scenario: scenarioNamed(race)!, variants, design: presetNamed(design)! };
  return finish(decisionMendsInTurns(request, { model: 'lkmm', maxEdits: 2, ...limits }));
}

type Set = DecisionMends['mends'][number]['decisions'];
const words = (set: Set): string =>
  set
    .map(({ knob, value }) => `${knob}=${value}`)
    .sort()
    .join(' ');

function holds(race: string, variant: string, preset: string, taken: Readonly<Record<string, string>>): boolean {
  const design = { ...presetNamed(preset)!.design, ...taken } as Design;
  return checkCell(scenarioNamed(race)!, variant, { name: 'it', design }, { models: ['lkmm'] }).kind === 'holds';
}

/** Race, kernel, and what mends all of its forms: the kernel that it is taken from, the decisions. */
const MENDS: readonly (readonly [race: string, design: string, mends: string[]])[] = [
  ['dirty-cow', 'v4.4', ['v4.20: followForce=cow-dirty']],
  ['T3', 'v5.9', ['v5.19: anonExclusive=tracked reuse=exclusive', ': reuse=mapcount']],
  ['khugepaged', 'v5.19', ['v6.0: pmdRecheck=check', ': collapseSync=ipi', ': tlbFlush=ipi']],
];

describe('other decisions that mend a race', () => {
  it.each(MENDS)('%s under %s: %o', (race, design, expected) => {
    const { mends, complete } = mendsOf(race, design);
    expect(mends.map(({ kernel = '', decisions }) => `${kernel}: ${words(decisions)}`)).toEqual(expected);
    expect(complete).toBe(true);
    for (const { decisions, after } of mends) {
      expect(after.every(({ answer }) => isHolding(answer))).toBe(true);
      const all = Object.fromEntries(decisions.map(({ knob, value }) => [knob, value]));
      const hold = (taken: Readonly<Record<string, string>>): boolean =>
        variantsOf(race).every((variant) => holds(race, variant, design, taken));
      expect(hold(all)).toBe(true);
      for (const { knob } of decisions) {
        expect(hold(Object.fromEntries(Object.entries(all).filter(([other]) => other !== knob)))).toBe(false);
      }
    }
  });

  it('are all that there are of one decision', () => {
    const { design } = presetNamed('v5.19')!;
    const single: string[] = [];
    for (const knob of Object.keys(design) as KnobName[]) {
      for (const value of knobValues(knob)) {
        const isOther = value !== design[knob];
        if (isOther && holds('khugepaged', 'first', 'v5.19', { [knob]: value })) single.push(`${knob}=${value}`);
      }
    }
    const { mends } = mendsOf('khugepaged', 'v5.19', ['first'], { maxEdits: 1 });
    expect(mends.map(({ decisions }) => words(decisions)).sort()).toEqual(single.sort());
  });

  it('mend what can be mended, and say what stays broken', () => {
    const { mends } = mendsOf('writeback-dma', 'v6.12', ['stable', 'notify'], { maxEdits: 1 });
    expect(mends.map(({ decisions }) => words(decisions))).toContain('stablePages=change');
    for (const { after } of mends) {
      expect(after.map(({ variant, answer }) => `${variant} ${answer.kind}`)).toEqual([
        'stable holds',
        'notify violated',
      ]);
    }
  });

  it('say which commit brought them, and where no kernel has them', () => {
    const { mends } = mendsOf('T0', 'v6.12', ['first'], { maxEdits: 1 });
    const kernels = mends.flatMap(({ decisions }) => decisions.map((d) => [d.knob, d.kernels.length, d.machine]));
    expect(kernels).toContainEqual(['forkSeqcount', 0, undefined]);
    expect(kernels).toContainEqual(['pageTableLock', 0, 'x86']);
    const [first] = mendsOf('dirty-cow', 'v4.4').mends;
    expect(first!.decisions[0]!.kernels[0]!.commits[0]!.hash).toBe('19be0eaffa3a');
  });

  it.each([{ maxExecutions: 1 }, { deadline: 1 }])('are not claimed where a limit was hit: %o', (limits) => {
    const { mends, complete } = mendsOf('T0', 'v6.12', ['first'], limits);
    expect(mends).toEqual([]);
    expect(complete).toBe(false);
  });
});

describe('the repair of a race', () => {
  const SETTINGS: Settings = {
    ...settingsFrom({ model: 'lkmm' }),
    ...{ maxEdits: 1, maxRepairs: 1 },
  };
  const repaired = (race: string, design: string, variants: readonly string[]) => {
    const asked = variants.map((variant) => {
      const made = { scenario: scenarioNamed(race)!, variant, design: presetNamed(design)! };
      return {
        kind: 'race',
        race: made,
        frames: (frame: { name: string; file: string; line: number; column: number }) => frame,
      } as const;
    });
    return finish(repairRace(asked, SETTINGS, {}));
  };

  it('strengthens what stands there, in all forms', () => {
    const found = repaired('T0', 'v6.12', ['first', 'large-later']);
    if (found.kind !== 'repairs') throw new Error(found.kind);
    const [{ edits, elsewhere } = { edits: [], elsewhere: [] }] = found.repairs;
    expect(edits.map((e) => e.words)).toEqual(['smp_mb() for smp_wmb()']);
    expect(elsewhere!.map(({ variant, answer }) => `${variant} ${answer.kind}`)).toEqual(['large-later holds']);
  });

  it('is of the first form that is broken', () => {
    const found = repaired('T3', 'v5.9', ['wait', 'protected']);
    expect(found).toMatchObject({ kind: 'repairs', name: 'T3 protected under v5.9', interleaving: true });
  });

  it('is not needed where all forms hold', () => {
    expect(repaired('T3', 'v6.12', ['wait', 'protected'])).toMatchObject({ kind: 'holds', name: 'T3 under v6.12' });
  });
});
