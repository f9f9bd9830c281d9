import type { Reference } from '../../explain/counterexample.ts';
import { digestOf } from '../../explain/execution-id.ts';
import { type Design, KNOBS, type KnobName } from '../../mm/design/design.ts';
import type { Diagnostic } from '../../program/diagnostic.ts';
import type { TooManyAccesses } from '../../program/too-many-accesses.ts';
import type { FrontEnd } from '../front-end.ts';
import { RaceProtocol } from './race-protocol.ts';
import type { RaceCase } from './race-subject.ts';
import type { FrameMap } from './stack-place.ts';

/** A race under a design. */
export interface AskedRace {
  readonly kind: 'race';
  readonly race: RaceCase;
  readonly frames: FrameMap;
}

/** Races over the memory manager, by their names. */
export const RACE: FrontEnd<AskedRace> = {
  pathOf: ({ race }) => raceName(race),

  prepare({ race, frames }, { model }) {
    const { scenario, design, variant } = race;
    const absent = scenario.absent(design.design, variant);
    if (absent !== undefined) return [noSuchRace(raceName(race), absent)];
    const protocol = new RaceProtocol(race, frames, model);
    const endless = (found: TooManyAccesses): never => {
      // A function of a scenario that does not come to its end is said to be one, with its place, where it is called.
      throw found;
    };
    return { path: raceName(race), protocol, reference: raceReference(race), endless };
  },
};

/** `T4/ksm-ro/v6.1`: what the id of an execution says that it is of. */
const raceName = ({ scenario, variant, design }: RaceCase): string =>
  [scenario.name, variant, design.name.replaceAll(' ', ',')].join('/');

/** What the ids of executions of a race say. */
export const raceReference = (race: RaceCase): Reference => {
  const { design, patch } = race.design;
  const own = patch === undefined ? {} : { isPrivate: true as const };
  return { kind: 's', name: raceName(race), digest: digestOf(decisionsText(design)), ...own };
};

/**
 * Decisions that came after ids had been given out. Kernels had taken them all along, so they are not part of the digest: ids
 * of executions stay what they are. Where one is taken otherwise the name of the design says so.
 */
const LATER: readonly KnobName[] = [
  'touchPmd',
  'mremapFlush',
  'mremapTable',
  'retractLock',
  'faultLock',
  'forkVmaLock',
  'clearRefs',
  'reuseHuge',
  'splitLock',
  'pteMappedThp',
  'mprotectWrite',
  'forkExclusive',
  'forkBatch',
  'reuseLarge',
  'ksmFlush',
  'pinMovable',
];

/** The decisions of a design that v4.4 takes otherwise: a knob that is new says nothing of what was decided before. */
const decisionsText = (design: Design): string =>
  (Object.keys(design).sort() as KnobName[])
    .filter((knob) => !LATER.includes(knob) && design[knob] !== KNOBS[knob].history.first)
    .map((knob) => `${knob}=${design[knob]}`)
    .join(' ');

const noSuchRace = (file: string, reason: string): Diagnostic => ({
  code: 'HF955',
  severity: 'error',
  message: `this race does not exist under this design: ${reason}`,
  ...{ file, line: 0, column: 0, length: 1, sourceLine: '' },
  help: 'holdfast list has the designs; --design names one.',
});
