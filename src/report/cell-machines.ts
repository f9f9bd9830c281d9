import type { CellResult } from '../fronts/races/cell-result.ts';
import { machinesWords } from './execution-words.ts';

type Told = CellResult & { readonly kind: 'violated' };

/**
 * On which machines the races happen that the LKMM is needed to break: a line for each set of machines, with the races,
 * their designs where these differ, and their variants where those do.
 */
export function cellMachines(cells: readonly CellResult[]): string[] {
  const told = cells.filter((cell): cell is Told => cell.kind === 'violated' && cell.machines !== undefined);
  const lines = new Map<string, string[]>();
  for (const ofRace of groups(told, ({ scenario }) => scenario)) {
    const { scenario } = ofRace[0]!;
    const designsOf = new Map<string, string[]>();
    for (const cell of named(ofRace, scenario)) {
      const key = `${machinesWords(cell.machines!)}: ${cell.name}`;
      designsOf.set(key, [...(designsOf.get(key) ?? []), ...cell.designs]);
    }
    for (const [key, designs] of designsOf) {
      const [machines, name] = key.split(': ') as [string, string];
      lines.set(machines, [...(lines.get(machines) ?? []), `${name}${where(designs)}`]);
    }
  }
  return [...lines].map(([machines, races]) => `${machines}: ${races.join('; ')}`);
}

const where = (designs: readonly string[]): string => (designs.length === 0 ? '' : ` (${designs.join(', ')})`);

interface Named {
  readonly name: string;
  readonly machines: Told['machines'];
  /** Empty where it is so under every design. */
  readonly designs: readonly string[];
}

/** The race where all its cells agree; the race under a design where its variants do; else each variant by itself. */
function named(cells: readonly Told[], race: string): Named[] {
  const { machines } = cells[0]!;
  if (agree(cells)) return [{ name: race, machines, designs: [] }];
  return groups(cells, ({ design }) => design).flatMap((ofDesign): Named[] =>
    agree(ofDesign)
      ? [{ name: race, machines: ofDesign[0]!.machines, designs: [ofDesign[0]!.design] }]
      : ofDesign.map((cell) => ({ name: `${race} ${cell.variant}`, machines: cell.machines, designs: [cell.design] })),
  );
}

const agree = (cells: readonly Told[]): boolean =>
  cells.every(({ machines }) => machines!.join() === cells[0]!.machines!.join());

function groups<T>(of: readonly T[], key: (one: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const one of of) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return [...found.values()];
}
