import { waitWords } from '../explain/waits.ts';
import {
  brokenPromise,
  contradiction,
  firedIn,
  type LitmusResult,
  limitWords,
  messageOf,
  type States,
} from '../fronts/litmus/litmus-result.ts';
import { modelInfo } from '../models/registry.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { flagClause } from './flag-entries.ts';
import { count, duration, grouped, PLAIN, type Style, wrapped } from './style.ts';
import { visible } from './visible.ts';

type Explored = Extract<LitmusResult, { states: States }>;

/** No more states than this in the text; `--format herd` and `json` have them all. */
const MOST_ROWS = 32;

/** One test in full, for people: the verdict, the condition, the states, and what was counted. */
export function litmusText(result: LitmusResult, width = 80, style: Style = PLAIN): string {
  if (result.kind === 'error') return result.diagnostics.map((d) => diagnosticText(d, width, style)).join('\n');
  const { name, condition, flags, seconds } = result;
  const lines = [
    `${style.bold(visible(name))}: ${headline(result, style)} ${style.dim(`(${duration(seconds)})`)}`,
    // A test that was never read has none.
    ...(condition.text === '' ? [] : [condition.text, '']),
  ];
  lines.push(...stateLines(result.states, width, style));
  lines.push(...wrapped(counts(result), width));
  if (result.waits.length > 0)
    lines.push(
      ...wrapped(`${result.kind === 'deadlock' ? '' : 'In a blocked one, '}${waitWords(result.waits)}.`, width),
    );
  for (const flag of flags) lines.push(...wrapped(`${style.yellow(flag)}: ${flagClause(flag)}`, width));
  for (const words of firedIn(result)) lines.push(...wrapped(`Fails: ${visible(words)}.`, width).map(style.red));
  const wrong = brokenPromise(result);
  if (wrong !== undefined) lines.push(style.red(`Contradicted: ${wrong}.`));
  return `${lines.join('\n')}\n`;
}

/** One test among many: the verdict, the path, and what is remarkable. */
export function litmusLine(result: LitmusResult, width = 80, style: Style = PLAIN): string {
  if (result.kind === 'error') return result.diagnostics.map((d) => diagnosticText(d, width, style)).join('\n');
  const word = result.kind === 'decided' ? result.verdict : result.kind;
  const remarks: string[] = [];
  remarks.push(...result.flags);
  if (result.kind === 'decided' && result.blocked > 0) remarks.push(`${grouped(result.blocked)} blocked`);
  if (result.warnings.length > 0) remarks.push(count(result.warnings.length, 'warning'));
  const wrong = contradiction(result);
  if (wrong !== undefined) remarks.push(style.red(visible(wrong)));
  else if (result.kind !== 'decided' && result.kind !== 'deadlock') remarks.push(style.yellow(messageOf(result) ?? ''));
  if (result.seconds >= 1) remarks.push(duration(result.seconds));
  const colour = result.kind === 'decided' ? style.bold : result.kind === 'deadlock' ? style.red : style.yellow;
  const remark = remarks.length === 0 ? '' : `  (${remarks.join('; ')})`;
  return `${colour(word.padEnd(11))} ${visible(result.path)}${remark}\n`;
}

function headline(result: Explored, style: Style): string {
  const under = `under ${modelInfo(result.model).words}`;
  switch (result.kind) {
    case 'decided':
      return `${style.bold(result.verdict)} ${under}`;
    case 'deadlock':
      return `${style.red('deadlock')}, no execution completes ${under}`;
    case 'bounded':
    case 'interrupted':
      return `${style.yellow('no verdict')}, ${limitWords(result)}`;
  }
}

function counts(result: Explored): string {
  const { kind, question, states, positive, negative, executions, blocked, every } = result;
  const found = `${count(states.rows.length, 'state')}${states.satisfies.includes(true) ? ' (<- satisfies the condition)' : ''}`;
  if (kind === 'bounded' || kind === 'interrupted') return `${found} so far, ${visited(executions, blocked)}.`;
  if (kind === 'deadlock') return `Every execution blocks: ${grouped(blocked)} visited.`;
  if (question === 'decide') return `Decided by a search that went through ${visits(executions, blocked)}.`;
  if (!every) return `${found}, from ${visited(executions, blocked)}; --executions counts every one.`;
  const split = `${grouped(positive)} with the condition, ${grouped(negative)} without`;
  return `${found}; every one of ${visited(executions, blocked)}: ${split}.`;
}

const visits = (executions: number, blocked: number): string =>
  `${count(executions, 'execution')}${blocked > 0 ? ` and ${grouped(blocked)} blocked` : ''}`;

const visited = (executions: number, blocked: number): string => `${visits(executions, blocked)} visited`;

/** A table where it fits, else a line for each state; those that satisfy the condition first. */
function stateLines({ observed, rows, satisfies }: States, width: number, style: Style): string[] {
  if (rows.length === 0 || observed.length === 0) return [];
  const order = rows.map((_, i) => i).sort((a, b) => Number(satisfies[b]) - Number(satisfies[a]) || a - b);
  const shown = order.slice(0, MOST_ROWS);
  const columns = observed.map((name, i) => Math.max(name.length, ...shown.map((r) => String(rows[r]![i]).length)));
  const mark = (row: number): string => (satisfies[row] ? style.green('  <-') : '');
  const lines: string[] = [];
  if (columns.reduce((sum, n) => sum + n + 2, 4) <= width) {
    lines.push(style.dim(observed.map((name, i) => `  ${name.padStart(columns[i]!)}`).join('')));
    for (const row of shown) {
      lines.push(`${rows[row]!.map((value, i) => `  ${String(value).padStart(columns[i]!)}`).join('')}${mark(row)}`);
    }
  } else {
    for (const row of shown) {
      const [first, ...rest] = wrapped(rows[row]!.map((value, i) => `${observed[i]}=${value};`).join(' '), width - 8);
      lines.push(`  ${first}`, ...rest.map((line) => `    ${line}`));
      lines[lines.length - 1] += mark(row);
    }
  }
  const more = order.length - shown.length;
  if (more > 0) lines.push(style.dim(`  and ${count(more, 'more state')} (--format herd or json has all)`));
  return [...lines, ''];
}
