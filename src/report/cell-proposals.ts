import type { CellResult } from '../fronts/races/cell-result.ts';
import { cellWord } from './cell-table.ts';

/** What comes of a race under a proposal. */
export interface ProposalRow {
  readonly race: string;
  readonly design: string;
  /** One word of a cell, or which variants have which. */
  readonly words: string;
}

/** A row for each proposal and race. */
export function proposalRows(cells: readonly CellResult[]): ProposalRow[] {
  const rows = new Map<string, CellResult[]>();
  for (const cell of cells) {
    const key = JSON.stringify([cell.scenario, cell.design]);
    rows.set(key, [...(rows.get(key) ?? []), cell]);
  }
  return [...rows.values()].map((own) => {
    const variants = new Map<string, string[]>();
    for (const cell of own) variants.set(cellWord(cell), [...(variants.get(cellWord(cell)) ?? []), cell.variant]);
    const { scenario: race, design } = own[0]!;
    const words = [...variants].map(([word, names]) => `${word}: ${names.join(', ')}`);
    return { race, design, words: variants.size === 1 ? [...variants.keys()][0]! : words.join('; ') };
  });
}
