import { describe, expect, it } from 'vitest';
import { CellMemo } from '../../../src/fronts/races/cell-memo.ts';
import type { CellResult } from '../../../src/fronts/races/cell-result.ts';
import { checkCell } from '../../../src/fronts/races/check-cell.ts';
import { watched } from '../../../src/fronts/races/watched-design.ts';
import { designOf, PRESETS } from '../../../src/mm/design/presets.ts';
import { LADDER } from '../../../src/models/registry.ts';
import { SCENARIOS } from '../../../src/scenarios/catalog.ts';

/** All but the time that it took. */
const untimed = (cell: CellResult): CellResult => ({ ...cell, seconds: 0 });

describe('a cell that is remembered is the cell that would be explored', () => {
  const rows = SCENARIOS.filter(({ name }) => ['T0', 'T4', 'dirty-cow', 'vmsplice', 'read-pin'].includes(name)).flatMap(
    (scenario) => scenario.variants.map(({ name: variant }) => ({ scenario, variant })),
  );
  it.each(rows)('$scenario.name $variant', ({ scenario, variant }) => {
    const memo = new CellMemo();
    for (const preset of PRESETS) {
      const remembered = memo.check(scenario, variant, preset, { models: LADDER });
      expect(untimed(remembered)).toEqual(untimed(checkCell(scenario, variant, preset, { models: LADDER })));
    }
  });
});

it('a watched design knows what it was asked', () => {
  const { design, asked } = watched(designOf('v6.12'));
  expect([design.forkReads, design.put, design.forkReads]).toEqual(['flag-count', 'full', 'flag-count']);
  expect(asked()).toEqual(['forkReads', 'put']);
  expect({ ...design }).toEqual(designOf('v6.12'));
});

it('what was not decided is not remembered', () => {
  const memo = new CellMemo();
  const [scenario] = SCENARIOS;
  const preset = { name: 'v6.12', design: designOf('v6.12') };
  expect(memo.check(scenario!, 'later', preset, { models: LADDER, maxExecutions: 2 }).kind).toBe('bounded');
  expect(memo.check(scenario!, 'later', preset, { models: LADDER }).kind).toBe('holds');
});
