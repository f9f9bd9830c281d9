import type { Design, KnobName } from '../../mm/design/design.ts';
import type { Patch } from '../../mm/design/patch.ts';
import type { NamedDesign } from '../../mm/design/presets.ts';
import { atOnce, type InTurns } from '../../program/turns.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { CellResult } from './cell-result.ts';
import { type CellOptions, checkCellInTurns } from './check-cell.ts';

interface Known {
  /** The decisions that were asked for on the way to the result. */
  readonly decisions: Partial<Design>;
  readonly patch: Patch | undefined;
  readonly result: CellResult;
}

/**
 * Remembers cells. A race is deterministic in the decisions that it asks for, so two designs that agree on all that were
 * asked for under one of them have the same result: most kernels differ from the one before in what most races never ask.
 */
export class CellMemo {
  readonly #known = new Map<string, Known[]>();

  /** As checkCell(). */
  check(...asked: Parameters<CellMemo['checkInTurns']>): CellResult {
    return atOnce(this.checkInTurns(...asked));
  }

  /** As checkCellInTurns(). */
  *checkInTurns(
    scenario: Scenario,
    variant: string,
    named: Pick<NamedDesign, 'name' | 'design' | 'patch'>,
    options: CellOptions,
  ): InTurns<CellResult> {
    const key = `${scenario.name} ${variant} ${options.models.join()} ${options.machines === true}`;
    const known = this.#known.get(key) ?? [];
    const found = known.find(
      ({ decisions, patch }) =>
        patch === named.patch &&
        (Object.keys(decisions) as KnobName[]).every((knob) => decisions[knob] === named.design[knob]),
    );
    if (found !== undefined) return { ...found.result, design: named.name };
    const result = yield* checkCellInTurns(scenario, variant, named, options);
    if (result.kind !== 'bounded' && result.kind !== 'interrupted' && result.kind !== 'error') {
      const decisions = Object.fromEntries(result.asked.map((knob) => [knob, named.design[knob]])) as Partial<Design>;
      this.#known.set(key, [...known, { decisions, patch: named.patch, result }]);
    }
    return result;
  }
}
