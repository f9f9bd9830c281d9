import { describe, expect, it } from 'vitest';
import { type Decision, isSame, type Why } from '../../../src/explain/decision.ts';
import { whyInTurns } from '../../../src/fronts/races/cell-why.ts';
import { checkCell } from '../../../src/fronts/races/check-cell.ts';
import { changesFrom } from '../../../src/fronts/races/design-change.ts';
import { type Design, designWith } from '../../../src/mm/design/design.ts';
import { KERNEL_PRESETS, type NamedDesign, PRESETS, presetNamed, presetWith } from '../../../src/mm/design/presets.ts';
import { LADDER } from '../../../src/models/registry.ts';
import { cellWord } from '../../../src/report/cell-table.ts';
import { scenarioNamed } from '../../../src/scenarios/catalog.ts';
import { finish } from '../../explain/protocols.ts';

const words = (set: readonly Decision[]): string => set.map(({ knob, value }) => `${knob}=${value}`).join(' ');

function why(race: string, from: string, to: string, limits: { maxExecutions?: number } = {}): Why {
  const [name = '', variant = ''] = race.split(' ');
  const scenario = scenarioNamed(name)!;
  const request = { scenario, variant, from: presetNamed(from)!, to: presetNamed(to)! };
  return finish(whyInTurns(request, { models: LADDER, ...limits }));
}

/** Race and kernels, the cells of both, every smallest set of decisions that moved it, and the commits that moved it in turn. */
const MOVED: readonly (readonly [
  race: string,
  from: string,
  to: string,
  cells: string,
  movers: string[],
  by: string[],
])[] = [
  ['T0 later', 'v5.9', 'v5.11', 'SC LKMM', ['forkSeqcount=wmb pinSeqcount=rmb'], ['57efa1fe5957']],
  ['T4 ksm-ro', 'v5.19', 'v6.1', 'LKMM holds', ['pinReadOnly=exclusive-rmb shareWmb=wmb'], ['088b8aa537c2']],
  ['dirty-cow read', 'v4.4', 'v4.20', 'SC holds', ['followForce=cow-dirty'], ['19be0eaffa3a']],
  ['T3 protected', 'v5.8', 'v6.1', 'holds holds', [], ['09854ba94c6a', '6c287605fd56']],
  ['T3 wait', 'v5.8', 'simplified-wp', 'holds SC', ['reuse=refcount'], ['09854ba94c6a']],
];

describe('what moved a cell', () => {
  it.each(MOVED)('%s, %s to %s: %s by %o', (race, from, to, cells, movers, by) => {
    const story = why(race, from, to);
    expect(`${cellWord(story.from)} ${cellWord(story.to)}`).toBe(cells);
    expect(story.movers.map(words)).toEqual(movers);
    expect(story.complete).toBe(true);
    const after = [story.from, ...story.steps.map((step) => step.after)];
    const moving = story.steps.filter((step, i) => !isSame(after[i]!, step.after));
    expect(moving.map(({ commit }) => commit?.hash)).toEqual(by);
  });

  it('alone makes the one cell the other, and nothing can be left out of it', () => {
    const { movers, to } = why('T0 first', 'v5.9', 'v5.11');
    const { design } = presetNamed('v5.9')!;
    const cell = (set: readonly Decision[]) => {
      const decided = designWith(design, Object.fromEntries(set.map(({ knob, value }) => [knob, value]))) as Design;
      return checkCell(scenarioNamed('T0')!, 'first', { name: 'it', design: decided }, { models: LADDER });
    };
    for (const set of movers) {
      expect(isSame(cell(set), to)).toBe(true);
      for (const left of set) expect(isSame(cell(set.filter((other) => other !== left)), to)).toBe(false);
    }
  });

  it('is not claimed where a limit was hit', () => {
    expect(why('T0 later', 'v5.19', 'v6.1', { maxExecutions: 3 })).toMatchObject({ movers: [], complete: false });
  });
});

describe('what lies between two designs', () => {
  const after = (from: NamedDesign, to: NamedDesign): Design => {
    const all = changesFrom(from, to).flatMap(({ decisions }) => decisions);
    return { ...from.design, ...Object.fromEntries(all.map(({ knob, value }) => [knob, value])) } as Design;
  };
  it.each(PRESETS)('leads from $name to every other', (from) => {
    for (const to of PRESETS) expect(after(from, to)).toEqual(to.design);
  });

  it('leaves alone what both take otherwise than kernels do', () => {
    const set = { pinCount: 'relaxed' };
    const [from, to] = ['v5.8', 'v6.12'].map((name) => presetWith(name, set) as NamedDesign) as [
      NamedDesign,
      NamedDesign,
    ];
    const knobs = changesFrom(from, to).flatMap(({ decisions }) => decisions.map(({ knob }) => knob));
    expect(knobs).toContain('forkPinned');
    expect(knobs).not.toContain('pinCount');
  });

  it('comes in the order of releases', () => {
    const hashes = changesFrom(KERNEL_PRESETS[0]!, KERNEL_PRESETS.at(-1)!).map(({ commit }) => commit);
    expect(hashes.indexOf('70e806e4e645')).toBeLessThan(hashes.indexOf('f3c64eda3e50'));
    expect(hashes.indexOf('f3c64eda3e50')).toBeLessThan(hashes.indexOf('57efa1fe5957'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
