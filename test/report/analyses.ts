import { readFileSync } from 'node:fs';
import { analyse, analyseWhy, type RacePair, replayExecution } from '../../src/ask/analyse.ts';
import type { Settings } from '../../src/ask/options.ts';
import { repairRace } from '../../src/ask/repair-race.ts';
import type { Analysis, AnalysisName } from '../../src/explain/analysis.ts';
import { parseId } from '../../src/explain/execution-id.ts';
import type { AskedRace } from '../../src/fronts/races/race-front.ts';
import type { Frame } from '../../src/fronts/races/stack-place.ts';
import { designWith } from '../../src/mm/design/design.ts';
import { presetNamed } from '../../src/mm/design/presets.ts';
import { LADDER } from '../../src/models/registry.ts';
import { scenarioNamed } from '../../src/scenarios/catalog.ts';
import { finish } from '../explain/protocols.ts';
import { litmus, SHAPES } from '../explain/shapes.ts';

const OPTIONS: Settings = {
  model: 'lkmm',
  otherModel: 'lkmm',
  unroll: 2,
  architecture: 'any',
  maxEdits: 4,
  maxRepairs: 3,
  mend: true,
};

const test = (name: string, text: string) => ({ kind: 'litmus', path: `tests/${name}.litmus`, text }) as const;
const SB = litmus('SB', SHAPES.SB);
const FENCED = SB.replace('r0 = READ_ONCE(*y)', 'smp_mb();\n\tr0 = READ_ONCE(*y)').replace(
  'r0 = READ_ONCE(*x)',
  'smp_mb();\n\tr0 = READ_ONCE(*x)',
);
const IRIW = litmus('IRIW', SHAPES.IRIW);
const CLEARING = readFileSync(new URL('../../examples/anon-exclusive.litmus', import.meta.url), 'utf8');
const RCU = litmus('MP', SHAPES.MP)
  .replace('WRITE_ONCE(*y, 1);', 'smp_mb();\n\tsmp_mb();\n\tWRITE_ONCE(*y, 1);')
  .replace('READ_ONCE(*y)', 'smp_load_acquire(y)');

type Question = Exclude<AnalysisName, 'why' | 'replay'>;

function answer(analysis: Question, tests: readonly ReturnType<typeof test>[], more: Partial<Settings> = {}): Analysis {
  return settled(finish(analyse(analysis, tests, { ...OPTIONS, ...more }, {})));
}

/** Without what differs from run to run. */
const settled = (a: Analysis): Analysis => ({ ...a, seconds: 0.012 });

function race(): Analysis {
  const design = designWith(presetNamed('v5.9')!.design, {});
  if ('kind' in design) throw new Error(design.kind);
  const frames = (frame: { name: string; file: string; line: number; column: number }) => ({
    ...frame,
    line: 1,
    column: 1,
  });
  const asked = { scenario: scenarioNamed('T0')!, variant: 'first', design: { name: 'v5.9', design } };
  return settled(finish(analyse('show', [{ kind: 'race', race: asked, frames }], { ...OPTIONS, maxEdits: 1 }, {})));
}

/** A race under two kernels. */
function between(from: string, to: string): RacePair {
  const [scenario, variant] = [scenarioNamed('dirty-cow')!, 'untouched'];
  const frames = (frame: Frame): Frame => frame;
  const under = (name: string): AskedRace => {
    return { kind: 'race', race: { scenario, variant, design: presetNamed(name)! }, frames };
  };
  return [under(from), under(to)];
}

const shown = answer('show', [test('SB', SB)]);
const every = {
  analysis: 'show',
  path: 'tests/SB.litmus',
  name: 'SB',
  promise: 'no execution satisfies it',
  model: 'lkmm',
  seconds: 0.012,
} as const;

function replayed(text: string): Analysis {
  const id = parseId(shown.kind === 'execution' ? shown.counterexample.id! : '');
  if (typeof id === 'string') throw new Error(id);
  return settled(finish(replayExecution(id, test('SB', text), {})));
}

/** The second side was searched in full, the first was not. */
const whole = answer('diff', [test('SB', SB), test('SB+mbs', FENCED)]);
if (whole.kind !== 'difference') throw new Error(whole.kind);
const partly: Analysis = {
  ...{ ...every, analysis: 'diff', kind: 'interrupted', executions: 7, blocked: 0 },
  partial: { other: whole.other, difference: { ...whole.difference, first: 'stopped' } },
};

/** An answer of every kind, and of what else tells one from another. */
export const ANALYSES: Readonly<Record<string, Analysis>> = {
  shown,
  'shown, four threads': answer('show', [test('IRIW', IRIW)], { mend: false }),
  'shown, a race': race(),
  'shown, accesses that race': answer('show', [
    test('race', litmus('race', SHAPES.MP).replace('WRITE_ONCE(*x, 1)', '*x = 1').replace('1:r1=0', '1:r1=5')),
  ]),
  'shown again': replayed(SB),
  'shown again, after a change': replayed(`${SB}\n`),
  'shown again, after a repair': replayed(FENCED),
  holds: answer('show', [test('SB+mbs', FENCED)]),
  barriers: answer('barriers', [test('anon-exclusive', CLEARING)]),
  'barriers, some too many': answer('barriers', [test('MP', RCU)]),
  'barriers of what is broken': answer('barriers', [test('SB', SB)]),
  repairs: answer('repair', [test('MP', litmus('MP', SHAPES.MP))]),
  'no repair': answer('repair', [test('ISA2', litmus('ISA2', SHAPES.ISA2))], { maxEdits: 1 }),
  'no repair of an interleaving': answer('repair', [
    test('CoWR', litmus('MP+turned', { ...SHAPES.MP, exists: '1:r0=1 /\\ 1:r1=1' })),
  ]),
  'repairs of a race': settled(finish(repairRace([between('v4.4', 'v4.20')[0]], { ...OPTIONS, maxEdits: 1 }, {}))),
  difference: answer('diff', [test('SB', SB), test('SB+mbs', FENCED)]),
  'difference of models': answer('diff', [test('SB', SB), test('SB', SB)], { otherModel: 'sc' }),
  'no difference': answer('diff', [test('SB', SB), test('SB', SB)]),
  why: settled(finish(analyseWhy([between('v4.4', 'v4.20')], { models: LADDER }))),
  deadlock: answer('show', [
    test('SB', SB.replace('r0 = READ_ONCE(*y)', 'spin_lock(y);\n\tspin_lock(y);\n\tr0 = READ_ONCE(*y)')),
  ]),
  'a deadlock that was not seen': { ...every, kind: 'deadlock', counterexample: undefined },
  bounded: { ...every, kind: 'bounded', executions: 3, blocked: 1, partial: undefined },
  interrupted: { ...every, kind: 'interrupted', executions: 0, blocked: 0, partial: undefined },
  'difference, one side in full': partly,
  error: answer('show', [test('bad', SB.replace('WRITE_ONCE', 'WRITE_ONE'))]),
};
