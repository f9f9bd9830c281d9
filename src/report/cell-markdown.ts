import type { CellResult } from '../fronts/races/cell-result.ts';
import { cellMachines } from './cell-machines.ts';
import { type Asked, matrixOf } from './cell-matrix.ts';
import { proposalRows } from './cell-proposals.ts';
import { agreeing, cellWord, wordMeanings } from './cell-table.ts';
import { diagnosticFindings } from './finding.ts';
import { count } from './style.ts';
import { visible } from './visible.ts';

/** Text as it stands in a cell, or behind other text, of Markdown: nothing in it is a mark, and it stays one line. */
const inMarkdown = (text: string): string =>
  visible(text).replace(/[\\|`*[\]<>&~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&');

/** The tables of the text as tables of GitHub's Markdown, and what their words mean. */
export function cellMarkdown(cells: readonly CellResult[], asked?: Asked): string {
  const { designs, races, proposals, cell } = matrixOf(cells, asked);
  const rows = races.flatMap(({ name, title, variants }) => {
    const wordsOf = (variant: string): string[] => designs.map((design) => cellWord(cell(name, variant, design)));
    const own = agreeing(variants, wordsOf);
    return own.map((same, i) => [
      i === 0 ? `${name} ${title}`.trimEnd() : '',
      own.length > 1 ? same.join(', ') : '',
      ...wordsOf(same[0]!),
    ]);
  });
  const parts = [table(['Race', 'Variants', ...designs], rows)];
  const proposed = proposalRows(proposals).map(({ race, design, words }) => [race, design, words]);
  if (proposed.length > 0) parts.push('**Proposals**', table(['Race', 'Proposal', 'Outcome'], proposed));
  const meanings = wordMeanings(cells).map(([word, meaning]) => `**${inMarkdown(word)}**: ${inMarkdown(meaning)}`);
  parts.push(list([...meanings, ...(asked?.notes ?? []).map(inMarkdown)]));
  const machines = cellMachines(cells);
  if (machines.length > 0) parts.push('**What the LKMM alone breaks**', list(machines.map(inMarkdown)));
  const wrong = cells.flatMap((each) => (each.kind === 'error' ? diagnosticFindings('', each.diagnostics) : []));
  const messages = [...new Set(wrong.map(({ title, message }) => `${title}: ${message}`))];
  if (messages.length > 0) parts.push('**What is wrong**', list(messages.map(inMarkdown)));
  const executions = cells.reduce((sum, { executions }) => sum + executions, 0);
  parts.push(`${count(cells.length, 'cell')}, ${count(executions, 'execution')}`);
  const shown = cells.find(({ kind }) => kind === 'violated' || kind === 'deadlock' || kind === 'data-race');
  if (shown !== undefined && asked !== undefined) parts.push(`A cell explained: ${inMarkdown(asked.command(shown))}`);
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const marked = (cells: readonly string[]): string => line(cells.map(inMarkdown));
  return [marked(head), line(head.map(() => '---')), ...rows.map(marked)].join('\n');
}

const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
