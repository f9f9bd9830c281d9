import { describe, expect, it } from 'vitest';
import { checkLitmus } from '../../src/fronts/litmus/check-litmus.ts';
import { checkCell } from '../../src/fronts/races/check-cell.ts';
import { type Design, designWith, type KnobName, knobValues } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { LADDER, type ModelName } from '../../src/models/registry.ts';
import { exclusivePin } from '../../src/scenarios/exclusive-pin.ts';
import { forkPin } from '../../src/scenarios/fork-pin.ts';
import { freePin } from '../../src/scenarios/free-pin.ts';
import { lazyfree } from '../../src/scenarios/lazyfree.ts';
import { mirror } from '../../src/scenarios/mirror.ts';
import type { Scenario } from '../../src/scenarios/scenario.ts';
import { uffdMove } from '../../src/scenarios/uffd-move.ts';

/** What a kernel says: is its condition ever true? */
function kernelBroken(text: string, model: ModelName): boolean {
  const result = checkLitmus('kernel.litmus', text, {
    model,
    question: 'decide',
    unroll: 2,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Number.POSITIVE_INFINITY,
    onExecution: undefined,
  });
  if (result.kind !== 'decided') throw new Error(`not decided: ${JSON.stringify(result)}`);
  return result.verdict !== 'Never';
}

function scenarioBroken(scenario: Scenario, variant: string, design: Design, model: ModelName): boolean {
  const cell = checkCell(scenario, variant, { name: 'it', design }, { models: [model] });
  if (cell.kind !== 'holds' && cell.kind !== 'violated') throw new Error(`not decided: ${JSON.stringify(cell)}`);
  return cell.kind === 'violated';
}

/** A design, and each that differs from it in one of these knobs. */
function around(preset: string, knobs: readonly KnobName[]): [string, Design][] {
  const base = designOf(preset);
  const others = knobs.flatMap((knob) =>
    knobValues(knob)
      // What that leaves behind is a leak, of which these texts say nothing.
      .filter((value) => value !== base[knob] && value !== 'before-check-kept')
      .map((value): [string, Design] => [`${preset} ${knob}=${value}`, designWith(base, { [knob]: value }) as Design]),
  );
  return [[preset, base], ...others];
}

const PIN: readonly KnobName[] = ['pinCount', 'tryGet', 'pteRecheck'];
const FORK: readonly KnobName[] = [
  'forkPinned',
  'forkOrder',
  'forkBarrier',
  'forkReads',
  'forkReference',
  'forkSeqcount',
  'forkSeqEnd',
  'pageTableLock',
  'pinFlag',
  'pinSeqcount',
];
const FREE: readonly KnobName[] = ['put', 'rmapDrop', 'flushBarrier', 'tlbFlush'];
const MOVE: readonly KnobName[] = ['uffdMove', 'flushBarrier', 'tlbFlush'];
const DROP: readonly KnobName[] = ['lazyfree', 'flushBarrier', 'tlbFlush', 'unmapFlush', 'put'];
const SHARE: readonly KnobName[] = [
  'shareMb',
  'shareWmb',
  'ksmObserver',
  'unmapFlush',
  'migrateFlush',
  'flushBarrier',
  'pinReadOnly',
];

const ALL: readonly (readonly [string, Design])[] = PRESETS.map(({ name, design }) => [name, design]);

const CASES: readonly [Scenario, readonly string[], readonly (readonly [string, Design])[]][] = [
  [
    forkPin,
    ['first', 'later', 'large-first', 'large-later'],
    ['has-pinned-review', 'v5.11', 'v6.1'].flatMap((preset) => around(preset, [...PIN, ...FORK])),
  ],
  [freePin, ['zap'], ['v5.9', 'v6.1'].flatMap((preset) => around(preset, [...PIN, ...FREE]))],
  [
    exclusivePin,
    ['ksm-rw', 'ksm-ro', 'swap-rw', 'swap-ro', 'migrate-rw', 'migrate-ro'],
    ['v5.19', 'v6.1'].flatMap((preset) => around(preset, [...PIN, ...SHARE])),
  ],
  [lazyfree, ['pin', 'unpin'], ['v5.14', 'v6.12'].flatMap((preset) => around(preset, [...PIN, ...DROP]))],
  [mirror, ['zap', 'migrate', 'fork'], around('v6.12', ['mirrorRetry', 'mirrorWait'])],
  [uffdMove, ['one', 'first', 'second'], around('v6.12', [...PIN, ...MOVE])],
];

function agree(scenario: Scenario, variant: string, design: Design, models: readonly ModelName[]): void {
  if (scenario.absent(design, variant) !== undefined) return;
  const text = scenario.litmus(design, variant);
  if (text === undefined) {
    expect(design.pinDetect).not.toBe('none');
    return;
  }
  const kernel = models.filter((model) => kernelBroken(text, model));
  const race = models.filter((model) => scenarioBroken(scenario, variant, design, model));
  expect(kernel).toEqual(race);
}

describe.each(CASES)('the kernel of $name says what the race says', (scenario, variants, designs) => {
  describe.each(variants)('%s', (variant) => {
    it.each(ALL)('%s, under every model', (_, design) => agree(scenario, variant, design, LADDER));

    it.each(designs)('%s, under the LKMM', (_, design) => agree(scenario, variant, design, ['lkmm']));
  });
});
