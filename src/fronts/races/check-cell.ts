import { replay, unlocated } from '../../explain/trace.ts';
import { waitTexts } from '../../explain/waits.ts';
import type { Choices } from '../../judge/choices.ts';
import { isWorse } from '../../judge/judgement.ts';
import type { Outcome } from '../../judge/outcome.ts';
import { type Limits, searchInTurns } from '../../judge/search.ts';
import type { NamedDesign } from '../../mm/design/presets.ts';
import { isWeakest, MODELS, type ModelName, modelInfo } from '../../models/registry.ts';
import { now } from '../../program/clock.ts';
import { atOnce, type InTurns } from '../../program/turns.ts';
import { Happenings } from '../../scenarios/happenings.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { CellResult, CellWait } from './cell-result.ts';
import { prepareRace } from './prepare-race.ts';
import { alone, type RaceFailure, RaceJudge } from './race-judge.ts';
import { machinesOf } from './race-machines.ts';
import { watched } from './watched-design.ts';

export interface CellOptions extends Limits {
  /** The models to ask, any of them. */
  readonly models: readonly ModelName[];
  /** Of what the LKMM alone breaks, on which machines does it happen? Each may be explored, too. */
  readonly machines?: boolean;
}

/**
 * Checks a race under a design. What holds under the weakest model holds under all; how it fails is said by the weakest
 * as well, and of the others the strongest is looked for under which it fails so.
 */
export const checkCell = (...asked: Parameters<typeof checkCellInTurns>): CellResult =>
  atOnce(checkCellInTurns(...asked));

/** As {@link checkCell}. */
export function* checkCellInTurns(
  scenario: Scenario,
  variant: string,
  named: Pick<NamedDesign, 'name' | 'design' | 'patch'>,
  { models, machines = false, ...limits }: CellOptions,
): InTurns<CellResult> {
  const start = now();
  const weakest = MODELS.filter((model) => models.includes(model)).at(-1) ?? models.at(-1);
  if (weakest === undefined) throw new RangeError('no model to check');
  const cell = { scenario: scenario.name, variant, design: named.name };
  const { design: watching, asked } = watched(named.design);
  const reason = scenario.absent(watching, variant);
  if (reason !== undefined) {
    const { property } = scenario;
    const none = { executions: 0, blocked: 0, seconds: 0 };
    const promise = scenario.promise(property);
    return { kind: 'absent', ...cell, model: weakest, property, promise, ...none, asked: asked(), reason };
  }

  const happenings = new Happenings();
  const judge = new RaceJudge(
    prepareRace(scenario, variant, { design: watching, patch: named.patch }, alone),
    happenings,
  );
  let executions = 0;
  let blocked = 0;
  const ask = function* (model: ModelName): InTurns<Outcome<RaceFailure>> {
    const searched = yield* searchInTurns(judge, { ...limits, model });
    executions += searched.executions;
    blocked += searched.blocked;
    return searched.outcome;
  };

  const first = yield* ask(weakest);
  let model: ModelName = weakest;
  let outcome = first;
  if ('failure' in first || first.kind === 'bounded') {
    for (const stronger of modelInfo(weakest).stronger.filter((model) => models.includes(model))) {
      const other = yield* ask(stronger);
      if (!('failure' in other)) continue;
      if (
        'failure' in outcome &&
        (isWorse(outcome.kind, other.kind) || (outcome !== first && outcome.kind === other.kind))
      )
        continue;
      model = stronger;
      outcome = other;
      if (outcome.kind === first.kind) break;
    }
  }
  const end = { property: scenario.property, ...endOf(outcome, judge, happenings) };
  const promise = named.patch?.properties[end.property]?.doc ?? scenario.promise(end.property);
  const isWeakestAlone = end.kind === 'violated' && isWeakest(model);
  const happensOn = machines && isWeakestAlone ? yield* machinesOf(judge, outcome, ask) : undefined;
  const seconds = (now() - start) / 1000;
  return {
    ...end,
    promise,
    ...(happensOn && { machines: happensOn }),
    ...cell,
    model,
    executions,
    blocked,
    seconds,
    asked: asked(),
  };
}

function endOf(outcome: Outcome<RaceFailure>, judge: RaceJudge, { vacuous: reason }: Happenings) {
  if (outcome.kind === 'holds' && reason !== undefined) return { kind: 'vacuous', reason } as const;
  if (!('failure' in outcome)) return { kind: outcome.kind === 'stopped' ? 'interrupted' : outcome.kind } as const;
  const { failure, choices } = outcome;
  if (failure.kind === 'deadlock') return { kind: failure.kind, waits: waitsOf(judge, choices) };
  if (failure.kind === 'data-race') return { kind: failure.kind };
  const { broken } = failure;
  return { kind: 'violated', failure: broken, property: broken.property } as const;
}

/** Who waits in an execution. The places are left to whoever draws it. */
function waitsOf(judge: RaceJudge, choices: Choices | undefined): CellWait[] {
  const again = choices === undefined ? undefined : replay(unlocated(judge), choices);
  if (again === undefined) return [];
  return waitTexts(judge, again.trace).map(({ who, code, location, value, label }) => {
    return { who, code: label === undefined ? code : `${label} ${code}`, location, value };
  });
}
