import type { CellResult, Machines } from '../fronts/races/cell-result.ts';
import { machinesWords } from './execution-words.ts';

type Told = CellResult & { readonly kind: 'violated' };

/**
 * On which machines the races happen that the LKMM is needed to break: a line for each set of machines, with the races,
 * their designs where these differ, and their variants where those do.
 */
export function cellMachines(cells: readonly CellResult[]): string[] {
  const told = cells.filter((cell): cell is Told => cell.kind === 'violated' && cell.machines !== undefined);
  const named = groups(told, ({ scenario }) => scenario).flatMap(namesOf);
  return groups(named, ({ machines }) => machines.join()).map((same) => {
    const races = groups(same, ({ race, designs }) => `${race} ${designs.join()}`).map((ofRace) => {
      const { race, designs } = ofRace[0]!;
      const variants = ofRace.flatMap(({ variant }) => (variant === undefined ? [] : [variant])).join(', ');
      return `${race}${variants === '' ? '' : ` ${variants}`}${where(designs)}`;
    });
    return `on ${machinesWords(same[0]!.machines)}: ${races.join('; ')}`;
  });
}

const where = (designs: readonly string[]): string => (designs.length === 0 ? '' : ` (${designs.join(', ')})`);

/** A race, or one variant of it, and designs under which it happens on the same machines. */
interface Named {
  readonly race: string;
  /** Undefined where all variants agree. */
  readonly variant: string | undefined;
  readonly machines: Machines;
  /** Empty where it is so under every design. */
  readonly designs: readonly string[];
}

/** The race where all its cells agree; else the race under the designs where its variants do, and each variant by itself. */
function namesOf(cells: readonly Told[]): Named[] {
  const { scenario: race, machines } = cells[0]!;
  if (agree(cells)) return [{ race, variant: undefined, machines: machines!, designs: [] }];
  const single = groups(cells, ({ design }) => design).flatMap((ofDesign) =>
    agree(ofDesign)
      ? [{ variant: undefined, cell: ofDesign[0]! }]
      : ofDesign.map((cell): { variant: string | undefined; cell: Told } => ({ variant: cell.variant, cell })),
  );
  return groups(single, ({ variant, cell }) => `${variant} ${cell.machines!.join()}`).map((same) => {
    const { variant, cell } = same[0]!;
    return { race, variant, machines: cell.machines!, designs: same.map((one) => one.cell.design) };
  });
}

const agree = (cells: readonly Told[]): boolean =>
  cells.every(({ machines }) => machines!.join() === cells[0]!.machines!.join());

function groups<T>(of: readonly T[], key: (one: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const one of of) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return [...found.values()];
}
