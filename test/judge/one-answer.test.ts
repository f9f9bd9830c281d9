import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/ask/analyse.ts';
import type { Settings } from '../../src/ask/options.ts';
import type { Analysis } from '../../src/explain/analysis.ts';
import { checkCell } from '../../src/fronts/races/check-cell.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { LADDER, type ModelName } from '../../src/models/registry.ts';
import { finish } from '../explain/protocols.ts';
import { RACES } from './races.ts';

const V612 = { name: 'v6.12', design: designOf('v6.12') };
const OPTIONS: Settings = {
  model: 'lkmm',
  otherModel: 'lkmm',
  unroll: 2,
  architecture: 'any',
  maxEdits: 1,
  maxRepairs: 1,
  mend: false,
};

/** What an analysis says that its race means, and under which model. */
function meaningOf(a: Analysis): string {
  switch (a.kind) {
    case 'execution':
    case 'repairs':
      return `${a.counterexample.failure.kind} ${a.counterexample.model}`;
    case 'deadlock':
      return `deadlock ${a.counterexample?.model}`;
    case 'difference':
      return a.difference.first;
    case 'barriers':
      return 'holds';
    default:
      return a.kind;
  }
}

describe.each<[keyof typeof RACES, meaning: string, model: ModelName | '']>([
  ['holds', 'holds', ''],
  ['violated', 'violated', 'sc'],
  ['race', 'data-race', 'lkmm'],
  ['race and violation', 'violated', 'sc'],
  ['deadlock', 'deadlock', 'sc'],
  ['deadlock always', 'deadlock', 'sc'],
  ['deadlock and violation', 'violated', 'sc'],
  ['deadlock and race', 'data-race', 'lkmm'],
  ['deadlock under SC, violation under the LKMM only', 'violated', 'lkmm'],
])('%s', (name, meaning, model) => {
  const of = RACES[name];
  const asked = {
    kind: 'race',
    race: { scenario: of, variant: 'only', design: V612 },
    frames: <F>(frame: F) => frame,
  } as const;
  const ask = (analysis: 'show' | 'barriers' | 'repair' | 'diff', sides: number): string =>
    meaningOf(finish(analyse(analysis, new Array<typeof asked>(sides).fill(asked), OPTIONS, {})));

  it('check', () => {
    const cell = checkCell(of, 'only', V612, { models: LADDER });
    expect(cell).toMatchObject({ kind: meaning, ...(model === '' ? {} : { model }) });
  });

  it.each(['show', 'barriers', 'repair'] as const)('%s', (analysis) => {
    expect(ask(analysis, 1)).toBe(`${meaning} ${model}`.trim());
  });

  it('diff', () => {
    expect(ask('diff', 2).split(' ')[0]).toBe(meaning);
  });
});

describe('a limit', () => {
  const limits = { maxExecutions: 1 };
  it.each<[keyof typeof RACES, string]>([
    ['holds', 'bounded'],
    ['race', 'data-race'],
  ])('does not undo what was found: %s is %s', (name, meaning) => {
    expect(checkCell(RACES[name], 'only', V612, { models: LADDER, ...limits }).kind).toBe(meaning);
  });
});

it('of a deadlock it is said who waits with what, and for what', () => {
  expect(checkCell(RACES.deadlock, 'only', V612, { models: LADDER })).toMatchObject({
    waits: [
      { who: 'one', code: 'B1 spin_lock(mm1.has_pinned)', location: 'mm1.has_pinned', value: '1' },
      { who: 'two', code: 'spin_lock(mm0.has_pinned)', location: 'mm0.has_pinned', value: '1' },
    ],
  });
});
