import { type Counterexample, explainInTurns } from '../explain/counterexample.ts';
import { findBest } from '../explain/search.ts';
import { raceReference } from '../fronts/races/race-front.ts';
import { type RaceCase, RaceSubject } from '../fronts/races/race-subject.ts';
import type { FrameMap } from '../fronts/races/stack-place.ts';
import type { ModelName } from '../models/registry.ts';
import { atOnce } from '../program/turns.ts';

/** So long, in milliseconds, the failing execution that is easiest to believe is looked for. */
const PATIENCE = 5000;

/** One failing execution of a race that a model breaks, to be drawn; undefined where none was found in time. */
export function raceCounterexample(race: RaceCase, model: ModelName, frames: FrameMap): Counterexample | undefined {
  const subject = new RaceSubject(race, frames);
  const limits = { deadline: Date.now() + PATIENCE };
  const best = findBest(subject, model, limits);
  if (best.kind !== 'found') return undefined;
  return atOnce(explainInTurns(subject, best.shown, model, raceReference(race), limits));
}
