import type { Cell, CellResult, Machines } from '../fronts/races/cell-result.ts';
import { modelInfo } from '../models/registry.ts';
import { machinesWords } from './execution-words.ts';
import { diagnosticFindings, type Finding, type FindingRule } from './finding.ts';

/** `T0 first, v5.9`. */
export const cellName = ({ scenario, variant, design }: Cell): string => `${scenario} ${variant}, ${design}`;

const onMachines = ({ machines }: { readonly machines?: Machines }): string =>
  machines === undefined ? '' : `, on ${machinesWords(machines)}`;

/** What there is to be told about a cell; never empty. */
export function cellFindings(cell: CellResult): Finding[] {
  if (cell.kind === 'error') return diagnosticFindings('', cell.diagnostics);
  const one = (rule: FindingRule, level: Finding['level'], message: string): Finding[] => [
    { rule, level, title: cellName(cell), message, file: '', place: undefined, execution: undefined, patch: undefined },
  ];
  const under = `under ${modelInfo(cell.model).words}`;
  const property = `${cell.property}: ${cell.promise}`;
  switch (cell.kind) {
    case 'holds':
      return one('holds', 'note', `Holds ${under}. ${property}.`);
    case 'vacuous':
      return one('vacuous', 'warning', `Nothing is claimed ${under}: ${cell.reason}.`);
    case 'violated':
      return one(
        'failing-execution',
        'error',
        `Broken ${under}${onMachines(cell)}: ${cell.failure.message}. ${property}.`,
      );
    case 'deadlock': {
      const waits = cell.waits.map(({ who, code, location, value }) => `${who} at ${code} for ${location}=${value}`);
      return one(
        'deadlock',
        'error',
        `A thread waits without end ${under}${waits.map((wait) => `; ${wait}`).join('')}.`,
      );
    }
    case 'data-race':
      return one('failing-execution', 'error', `Plain accesses race ${under}.`);
    case 'bounded':
      return one('undecided', 'note', 'A limit was hit: nothing is claimed.');
    case 'interrupted':
      return one('undecided', 'note', 'Interrupted: nothing is claimed.');
    case 'absent':
      return one('absent', 'note', `The race does not exist: ${cell.reason}.`);
  }
}
