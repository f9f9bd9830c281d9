import type { CellResult } from '../fronts/races/cell-result.ts';
import { cellFindings } from './cell-findings.ts';
import { visible } from './visible.ts';

const HEAD = [
  'race',
  'variant',
  'design',
  'outcome',
  'model',
  'property',
  'executions',
  'seconds',
  'message',
] as const satisfies readonly string[];

/** A row for each cell, as RFC 4180 has it. `outcome` is the `kind` of the JSON. */
export function cellCsv(cells: readonly CellResult[]): string {
  const rows = cells.map((cell) => {
    const { scenario, variant, design, kind, model, property, executions, seconds } = cell;
    const message = cellFindings(cell)
      .map((finding) => finding.message)
      .join('; ');
    return [scenario, variant, design, kind, model, property, String(executions), seconds.toFixed(3), message];
  });
  return [HEAD, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** One line of text that no spreadsheet takes for a formula: one that it would run has a quote before it. */
function field(text: string): string {
  const shown = visible(text);
  const inert = /^\s*[-=+@＝＋－＠]/.test(shown) ? `'${shown}` : shown;
  return /[",;]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
