import type { Design, KnobName } from '../../mm/design/design.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { CellResult } from './cell-result.ts';
import { type CellOptions, checkCell } from './check-cell.ts';

interface Known {
  /** The decisions that were asked for on the way to the result. */
  readonly decisions: Partial<Design>;
  readonly result: CellResult;
}

/**
 * Remembers cells. A race is deterministic in the decisions that it asks for, so two designs that agree on all that were
 * asked for under one of them have the same result: most kernels differ from the one before in what most races never ask.
 */
export class CellMemo {
  readonly #known = new Map<string, Known[]>();

  /** As {@link checkCell}. */
  check(
    scenario: Scenario,
    variant: string,
    named: { readonly name: string; readonly design: Design },
    options: CellOptions,
  ): CellResult {
    const key = `${scenario.name} ${variant} ${options.models.join()}`;
    const known = this.#known.get(key) ?? [];
    const found = known.find(({ decisions }) =>
      (Object.keys(decisions) as KnobName[]).every((knob) => decisions[knob] === named.design[knob]),
    );
    if (found !== undefined) return { ...found.result, design: named.name };
    const result = checkCell(scenario, variant, named, options);
    if (result.kind !== 'bounded' && result.kind !== 'interrupted' && result.kind !== 'error') {
      const decisions = Object.fromEntries(result.asked.map((knob) => [knob, named.design[knob]])) as Partial<Design>;
      this.#known.set(key, [...known, { decisions, result }]);
    }
    return result;
  }
}
