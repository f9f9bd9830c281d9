import { type Design, KNOBS, type KnobName } from '../../mm/design/design.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { CellResult } from './cell-result.ts';
import { type CellOptions, checkCell } from './check-cell.ts';

const KNOB_NAMES = Object.keys(KNOBS) as KnobName[];

/** A design that knows which of its decisions were asked for. */
export function watched(design: Design): { readonly design: Design; readonly asked: () => readonly KnobName[] } {
  const asked = new Set<KnobName>();
  const watching = {} as Record<KnobName, string>;
  for (const knob of KNOB_NAMES) {
    Object.defineProperty(watching, knob, {
      enumerable: true,
      get() {
        asked.add(knob);
        return design[knob];
      },
    });
  }
  return { design: watching as Design, asked: () => [...asked] };
}

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
    const { design, asked } = watched(named.design);
    const result = checkCell(scenario, variant, { name: named.name, design }, options);
    if (result.kind !== 'bounded' && result.kind !== 'interrupted' && result.kind !== 'error') {
      const decisions = Object.fromEntries(asked().map((knob) => [knob, named.design[knob]])) as Partial<Design>;
      this.#known.set(key, [...known, { decisions, result }]);
    }
    return result;
  }
}
