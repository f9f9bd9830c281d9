import { machinesWith } from '../../explain/consistency.ts';
import { replay, unlocated } from '../../explain/trace.ts';
import type { Outcome } from '../../judge/outcome.ts';
import { LADDER, MACHINES, type ModelName, modelInfo } from '../../models/registry.ts';
import type { InTurns } from '../../program/turns.ts';
import type { RaceFailure, RaceJudge } from './race-judge.ts';

/**
 * The machines on which a race fails that has failed under the LKMM, as it did there. Those that allow the execution that
 * was found need not be asked; what holds on a machine holds on those that are stronger.
 * @param ask explores the race on a machine
 * @returns undefined where a limit was hit before it was known of each
 */
export function* machinesOf(
  judge: RaceJudge,
  found: Outcome<RaceFailure>,
  ask: (machine: ModelName) => InTurns<Outcome<RaceFailure>>,
): InTurns<readonly ModelName[] | undefined> {
  // Those of the ladder have been asked already.
  const others = MACHINES.filter((machine) => !LADDER.includes(machine));
  const choices = 'choices' in found ? found.choices : undefined;
  const again = choices === undefined ? undefined : replay(unlocated(judge), choices);
  const fails = new Set(again === undefined ? [] : machinesWith(judge.program, again.trace));
  const holds = new Set<ModelName>();
  for (const machine of [...others].reverse()) {
    if (fails.has(machine) || holds.has(machine)) continue;
    const { kind } = yield* ask(machine);
    if (kind === 'bounded' || kind === 'stopped') return undefined;
    if (kind === found.kind) fails.add(machine);
    if (kind === 'holds') for (const stronger of modelInfo(machine).stronger) holds.add(stronger);
  }
  return others.filter((machine) => fails.has(machine));
}
