import type { CellResult } from '../fronts/races/cell-result.ts';
import type { TableRace } from './cell-table.ts';

/** What was asked, as far as the results do not say it. */
export interface Asked {
  readonly races: readonly { readonly name: string; readonly title: string }[];
  /** The columns, as results name designs. Other designs are proposals. */
  readonly designs: readonly string[];
  /** What there is to say about the designs, a sentence each. */
  readonly notes: readonly string[];
  /** The command that explains a cell. */
  readonly command: (cell: CellResult) => string;
}

/** Races by designs. */
export interface Matrix {
  readonly designs: readonly string[];
  /** Those that exist under one of the designs, with the variants that do. */
  readonly races: readonly TableRace[];
  readonly proposals: readonly CellResult[];
  readonly cell: (race: string, variant: string, design: string) => CellResult | undefined;
}

/** Cells as a matrix. Where nothing is known of what was asked, every design is a column, and no race has a title. */
export function matrixOf(cells: readonly CellResult[], asked?: Asked): Matrix {
  const designs = asked?.designs ?? [...new Set(cells.map(({ design }) => design))];
  const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
  const found = new Map(cells.map((cell) => [keyOf(cell.scenario, cell.variant, cell.design), cell]));
  const races = new Map<string, Set<string>>();
  for (const { kind, scenario, variant, design } of cells) {
    if (kind === 'absent' || !designs.includes(design)) continue;
    races.set(scenario, (races.get(scenario) ?? new Set()).add(variant));
  }
  return {
    designs,
    races: [...races].map(([name, variants]) => {
      const title = asked?.races.find((race) => race.name === name)?.title ?? '';
      return { name, title, variants: [...variants] };
    }),
    proposals: cells.filter(({ design }) => !designs.includes(design)),
    cell: (race, variant, design) => found.get(keyOf(race, variant, design)),
  };
}
