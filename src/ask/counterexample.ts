import { type Counterexample, explainFailure } from '../explain/counterexample.ts';
import { findBest } from '../explain/search.ts';
import { raceReference } from '../fronts/races/race-front.ts';
import { type RaceCase, RaceSubject } from '../fronts/races/race-subject.ts';
import type { FrameMap } from '../fronts/races/stack-place.ts';
import type { ModelName } from '../models/registry.ts';

/** So long, in milliseconds, the failing execution that is easiest to believe is looked for. */
const PATIENCE = 5000;

/** One failing execution of a race that a model breaks, to be drawn; undefined where none was found in time. */
export function raceCounterexample(race: RaceCase, model: ModelName, frames: FrameMap): Counterexample | undefined {
  const subject = new RaceSubject(race, frames);
  const best = findBest(subject, model, { deadline: Date.now() + PATIENCE });
  if (best.kind !== 'found') return undefined;
  return explainFailure(subject, best.shown, model, raceReference(race));
}
