import type { CellResult } from '../fronts/races/cell-result.ts';
import { cellFindings, cellName } from './cell-findings.ts';
import { cellMachines } from './cell-machines.ts';
import { type Asked, type Matrix, matrixOf } from './cell-matrix.ts';
import { cellWord, wordMeanings } from './cell-table.ts';
import { escaped } from './markup.ts';
import { page } from './page.ts';
import { count } from './style.ts';
import { visible } from './visible.ts';

const STYLE = `
td.bad { color: var(--hot); } td.odd { color: var(--mark); } td.none { color: var(--dim); }
.matrix td, .matrix th { padding: .15rem .5rem; white-space: nowrap; }`;

/** Cells as a page: the matrix, each cell with what is known of it and the command that explains it, and the words. */
export function cellHtml(cells: readonly CellResult[], asked?: Asked): string {
  const matrix = matrixOf(cells, asked);
  const { designs, proposals } = matrix;
  const columns = designs.map((design) => `<th>${shown(design)}</th>`).join('');
  const rows = matrix.races.flatMap((race) => raceRows(race, matrix, asked));
  const parts = [box(`<tr><th>Race</th>${columns}</tr>`, rows)];
  if (proposals.length > 0) {
    const proposed = proposals.map(
      (cell) =>
        `<tr><th>${shown(`${cell.scenario} ${cell.variant}`)}</th><td>${shown(cell.design)}</td>${td(cell, asked)}</tr>`,
    );
    parts.push('<h2>Proposals</h2>', box('<tr><th>Race</th><th>Proposal</th><th>Outcome</th></tr>', proposed));
  }
  const meanings = wordMeanings(cells).map(([word, text]) => `<dt>${shown(word)}</dt><dd>${shown(text)}</dd>`);
  parts.push(`<h2>What the words mean</h2>\n<dl>${meanings.join('')}</dl>`, ...(asked?.notes ?? []).map(paragraph));
  const machines = cellMachines(cells);
  if (machines.length > 0) parts.push('<h2>What the LKMM alone breaks</h2>', ...machines.map(paragraph));
  const executions = cells.reduce((sum, { executions }) => sum + executions, 0);
  parts.push(paragraph(`${count(cells.length, 'cell')}, ${count(executions, 'execution')}`));
  return page('holdfast check', STYLE, parts.join('\n'), '');
}

const shown = (text: string): string => escaped(visible(text));
const paragraph = (text: string): string => `<p>${shown(text)}</p>`;

/** A table that scrolls by itself where the page is narrow. */
const box = (head: string, rows: readonly string[]): string =>
  `<div class="steps matrix"><table><thead>${head}</thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;

function raceRows({ name, title, variants }: Matrix['races'][number], matrix: Matrix, asked?: Asked): string[] {
  const { designs, cell } = matrix;
  const heading = `<tr class="call"><td colspan="${designs.length + 1}">${shown(`${name} ${title}`.trimEnd())}</td></tr>`;
  const rows = variants.map((variant) => {
    const own = designs.map((design) => td(cell(name, variant, design), asked));
    return `<tr><th>${shown(variant)}</th>${own.join('')}</tr>`;
  });
  return [heading, ...rows];
}

function td(cell: CellResult | undefined, asked: Asked | undefined): string {
  if (cell === undefined) return '<td></td>';
  const lines = [cellName(cell), ...cellFindings(cell).map(({ message }) => message)];
  if (asked !== undefined && cell.kind !== 'absent' && cell.kind !== 'error') lines.push(asked.command(cell));
  const title = lines.map((line) => shown(line)).join('&#10;');
  return `<td class="${kindOf(cell)}" title="${title}">${shown(cellWord(cell))}</td>`;
}

function kindOf({ kind }: CellResult): 'good' | 'odd' | 'none' | 'bad' {
  if (kind === 'holds') return 'good';
  if (kind === 'absent') return 'none';
  return kind === 'bounded' || kind === 'interrupted' || kind === 'vacuous' ? 'odd' : 'bad';
}
