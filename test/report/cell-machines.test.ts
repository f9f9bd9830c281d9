import { expect, test } from 'vitest';
import type { CellResult } from '../../src/fronts/races/cell-result.ts';
import type { ModelName } from '../../src/models/registry.ts';
import { cellMachines } from '../../src/report/cell-machines.ts';

const ARM64: readonly ModelName[] = ['arm64', 'arm64+llsc'];

/** A cell that the LKMM is needed to break, by `race variant design`. */
function broken(name: string, machines: readonly ModelName[]): CellResult {
  const [scenario = '', variant = '', design = ''] = name.split(' ');
  return {
    ...{
      scenario,
      variant,
      design,
      model: 'lkmm',
      property: 'I1',
      promise: 'it stays',
      executions: 1,
      blocked: 0,
      seconds: 0,
      asked: [],
    },
    ...{ kind: 'violated', failure: { property: 'I1', message: 'it leaks', steps: [] }, machines },
  };
}

test.each<[string, readonly CellResult[], string[]]>([
  ['a race that is the same everywhere', [broken('A a v1', ARM64), broken('A b v2', ARM64)], ['on arm64: A']],
  [
    'designs that differ',
    [broken('A a v1', ARM64), broken('A a v2', [])],
    ['on arm64: A (v1)', 'on no machine that there is a model of: A (v2)'],
  ],
  [
    'variants that differ',
    [
      broken('A a v1', ['power']),
      broken('A b v1', ['power']),
      broken('A c v1', ['riscv+queued']),
      broken('A a v2', ['power']),
    ],
    ['on Power: A a, b (v1); A (v2)', 'on RISC-V with queued spinlocks: A c (v1)'],
  ],
  ['races on the same machines', [broken('A a v1', ARM64), broken('B a v1', ARM64)], ['on arm64: A; B']],
])('what the LKMM alone breaks: %s', (_, cells, lines) => {
  expect(cellMachines(cells)).toEqual(lines);
});
