import type { CellResult } from '../fronts/races/cell-result.ts';
import type { CellData } from './schema/cell.ts';
import { jsonLine } from './visible.ts';

/** One line of JSON for a cell, as schema/cell.ts declares it: every key is there, what is not known is null. */
export function cellJson(cell: CellResult): string {
  const { scenario, variant, design, model, kind, property, executions, blocked, seconds } = cell;
  const data: CellData = {
    version: 1,
    scenario,
    variant,
    design,
    model,
    kind,
    property,
    executions,
    blocked,
    seconds,
    failure: cell.kind === 'violated' ? cell.failure : null,
    machines: cell.kind === 'violated' ? (cell.machines ?? null) : null,
    waits: cell.kind === 'deadlock' ? cell.waits : [],
    reason: cell.kind === 'absent' || cell.kind === 'vacuous' ? cell.reason : null,
    diagnostics: cell.kind === 'error' ? cell.diagnostics : [],
  };
  return jsonLine(data);
}
