import { forkPin } from './fork-pin.ts';
import type { Scenario } from './scenario.ts';

/** Every race that comes with Holdfast, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [forkPin];

export const scenarioNamed = (name: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.name.toLowerCase() === name.toLowerCase());
