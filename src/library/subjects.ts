import type { AskedC } from '../fronts/c/c-front.ts';
import type { AskedTest } from '../fronts/litmus/litmus-front.ts';
import type { AskedRace } from '../fronts/races/race-front.ts';
import { nearest } from '../litmus/nearest.ts';
import { DEFAULT_PRESET } from '../mm/design/default-preset.ts';
import { PRESETS, presetWith } from '../mm/design/presets.ts';
import { SCENARIOS, scenarioNamed } from '../scenarios/catalog.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { sourceFrame } from './frames.ts';

/** A litmus test, to be asked about. @param path what people call it: the file of diagnostics, the name in ids */
export const litmus = (text: string, path = 'test.litmus'): AskedTest => ({ kind: 'litmus', path, text });

/** What a file of C may include besides our own headers, by path, and the macros that are defined from outside. */
export type COptions = Pick<AskedC, 'files' | 'defines'>;

/** A file of kernel C, to be asked about. @param path what people call it: files that it includes are beside it */
export const kernelC = (text: string, path = 'test.c', options: COptions = {}): AskedC => ({
  kind: 'c',
  path,
  text,
  ...options,
});

/** Which form of a race, under which design. */
export interface RaceOptions {
  /** The first unless said. */
  readonly variant?: string | undefined;
  /** A kernel or a proposal; v6.12 unless said. */
  readonly design?: string | undefined;
  /** Decisions of the design that are taken otherwise. */
  readonly set?: Readonly<Record<string, string>> | undefined;
}

/**
 * A race, to be asked about.
 * @param race its name, or one that `scenario({ ... })` made
 * @throws RangeError for a name that there is not
 */
export function races(race: string | Scenario, options: RaceOptions = {}): AskedRace {
  const { design: preset = DEFAULT_PRESET, set = {} } = options;
  const scenario = typeof race === 'string' ? scenarioNamed(race) : race;
  if (scenario === undefined) throw unknown('race', String(race), names(SCENARIOS));
  const variants = names(scenario.variants);
  const { variant = variants[0] ?? '' } = options;
  if (!variants.includes(variant)) throw unknown(`variant of ${scenario.name}`, variant, variants);
  const design = presetWith(preset, set);
  if (design === undefined) throw unknown('design', preset, names(PRESETS));
  if ('kind' in design) {
    const { knob } = design;
    throw design.kind === 'unknown-knob'
      ? unknown('knob', knob, design.knobs)
      : unknown(`value of ${knob}`, design.value, design.values);
  }
  return { kind: 'race', race: { scenario, variant, design }, frames: sourceFrame };
}

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

function unknown(what: string, name: string, all: readonly string[]): RangeError {
  const near = nearest(name, all);
  const help = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `one of ${all.join(', ')}`;
  return new RangeError(`no such ${what}: '${name}'; ${help}`);
}
