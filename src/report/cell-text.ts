import type { CellResult } from '../fronts/races/cell-result.ts';
import { modelInfo } from '../models/registry.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { machinesWords } from './execution-words.ts';
import { count, duration, grouped, PLAIN, type Style, wrapped } from './style.ts';

/** One cell in full, for people: the verdict, what was judged, what was counted. */
export function cellText(cell: CellResult, width = 80, style: Style = PLAIN): string {
  if (cell.kind === 'error') return cell.diagnostics.map((d) => diagnosticText(d, width, style)).join('\n');
  const lines = [`${style.bold(`${cell.scenario} ${cell.variant}, ${cell.design}`)}: ${headline(cell, style)}`];
  if (cell.kind === 'absent') return `${lines.concat(wrapped(cell.reason, width)).join('\n')}\n`;
  lines.push(...wrapped(`${cell.property}: ${cell.promise}`, width));
  if (cell.kind === 'vacuous') lines.push(...wrapped(`Vacuous: ${cell.reason}`, width));
  if (cell.kind === 'violated') lines.push(...wrapped(`Broken: ${cell.failure.message}`, width));
  if (cell.kind === 'deadlock') {
    for (const { who, code, location, value } of cell.waits)
      lines.push(...wrapped(`${who} waits without end at ${code} for ${location}, which is ${value}`, width));
  }
  const stuck = cell.blocked > 0 ? `, ${grouped(cell.blocked)} in which a thread waits without end` : '';
  lines.push(style.dim(`${count(cell.executions, 'execution')}${stuck}, ${duration(cell.seconds)}`));
  return `${lines.join('\n')}\n`;
}

function headline(cell: Exclude<CellResult, { kind: 'error' }>, style: Style): string {
  switch (cell.kind) {
    case 'holds':
      return style.green(`holds under ${modelInfo(cell.model).words}`);
    case 'vacuous':
      return style.yellow(`vacuous under ${modelInfo(cell.model).words}: nothing is claimed`);
    case 'violated': {
      const where = cell.machines === undefined ? '' : `; it happens on ${machinesWords(cell.machines)}`;
      return style.red(`broken under ${modelInfo(cell.model).words}${where}`);
    }
    case 'deadlock':
      return style.red(`deadlock, a thread waits without end under ${modelInfo(cell.model).words}`);
    case 'data-race':
      return style.red(`plain accesses race under ${modelInfo(cell.model).words}`);
    case 'bounded':
      return style.yellow('a limit was hit: nothing is claimed');
    case 'interrupted':
      return style.yellow('interrupted');
    case 'absent':
      return style.dim('the race does not exist');
  }
}
