import { availableParallelism } from 'node:os';
import { failingExecution } from '../check/cell.ts';
import { stepsOf } from '../check/steps.ts';
import { MODELS } from '../explore/contract.ts';
import { cellJson } from '../report/cell-json.ts';
import type { CellResult } from '../report/cell-result.ts';
import { cellTable, cellWord, legend } from '../report/cell-table.ts';
import { cellText } from '../report/cell-text.ts';
import { count, duration, type Style, wrapped } from '../report/style.ts';
import { EXIT } from '../report/tally.ts';
import type { CheckOptions } from './options.ts';
import type { Pool, Work } from './pool.ts';
import { Progress } from './progress.ts';
import { KERNELS, type Question, questionFrom } from './question.ts';
import { type CellSettings, type CellTask, designName, runCellUntil, scenarioOf, taskDesign } from './run-cell.ts';
import { printDiagnostic, styleOf, widthOf } from './terminal.ts';

/** For so long, in milliseconds, cells are checked in this thread: starting workers takes about as long. */
const SOON = 250;

/** `holdfast check`. @returns the exit code */
export async function checkCommand(
  race: string | undefined,
  options: CheckOptions,
  argv: readonly string[],
): Promise<number> {
  const question = await questionFrom(race, options, argv);
  if (!('cells' in question)) {
    question.forEach(printDiagnostic);
    return EXIT.badInput;
  }
  const { cells, module, decisions } = question;
  const { maxExecutions, timeout } = options;
  const settings: CellSettings = {
    models: options.model === undefined ? MODELS : [options.model],
    decisions,
    module,
    maxExecutions,
    timeout,
  };
  const start = performance.now();
  const results = await runCells(cells, settings, options.jobs);
  const known = results.filter((result) => result !== undefined);
  const seconds = (performance.now() - start) / 1000;

  const errors = known.filter((result) => result.kind === 'error');
  for (const { diagnostics } of errors) diagnostics.forEach(printDiagnostic);
  if (options.json) for (const result of known) process.stdout.write(cellJson(result));
  else if (race !== undefined && question.designs.length === 1) printCells(known, question, settings);
  else printTable(known, question, race, seconds);
  if (known.length < cells.length) {
    process.stderr.write(`Interrupted: ${cells.length - known.length} of ${cells.length} cells were not checked\n`);
  }
  return exitCode(known, cells.length, race !== undefined || options.design.length > 0);
}

function exitCode(results: readonly CellResult[], asked: number, byName: boolean): number {
  const any = (...kinds: CellResult['kind'][]): boolean => results.some(({ kind }) => kinds.includes(kind));
  if (results.length < asked || any('interrupted')) return EXIT.interrupted;
  if (any('error')) return EXIT.badInput;
  if (byName && any('violated', 'deadlock', 'data-race')) return EXIT.contradicted;
  return any('bounded') ? EXIT.bounded : EXIT.decided;
}

/** Checks every cell, here at first and then in workers. Those that Ctrl-C left unchecked have no result. */
async function runCells(
  cells: readonly CellTask[],
  settings: CellSettings,
  jobs: number | undefined,
): Promise<(CellResult | undefined)[]> {
  const results: (CellResult | undefined)[] = cells.map(() => undefined);
  const until = Date.now() + SOON;
  for (const task of cells) {
    if (Date.now() >= until) break;
    results[task.index] = runCellUntil(task, settings, until);
  }
  const late = cells.filter(({ index }) => results[index] === undefined);
  if (late.length === 0) return results;

  let done = cells.length - late.length;
  let pool: Pool<CellSettings, CellTask, CellResult> | undefined;
  const progress = new Progress(process.stderr, () => {
    return { done, total: cells.length, noun: 'cell', running: pool?.running() ?? [] };
  });
  const { Pool } = await import('./pool.ts');
  const workers = new Pool<CellSettings, CellTask, CellResult>(
    Math.min(jobs ?? availableParallelism(), late.length),
    cellWork(settings),
  );
  pool = workers;
  const interrupt = (): void => workers.stop();
  process.once('SIGINT', interrupt);
  await workers.run(late, (index, result) => {
    results[index] = result;
    done++;
  });
  process.off('SIGINT', interrupt);
  await workers.close();
  progress.stop();
  return results;
}

function cellWork(settings: CellSettings): Work<CellSettings, CellTask, CellResult> {
  const asked = ({ scenario, variant, preset }: CellTask) => {
    return { scenario, variant, design: designName(preset, settings.decisions) };
  };
  return {
    script: 'check-worker.cjs',
    settings,
    interrupted: (task, seconds, executions) => ({
      kind: 'interrupted',
      ...asked(task),
      model: settings.models.at(-1)!,
      property: scenarioOf(task, settings).property,
      executions,
      blocked: 0,
      seconds,
    }),
    failed: (task, _, diagnostic) => ({ kind: 'error', ...asked(task), diagnostics: [diagnostic] }),
  };
}

/** The table, the proposals, what the words mean, what was done, and how to see more. */
function printTable(
  results: readonly CellResult[],
  { scenarios, designs, decisions }: Question,
  race: string | undefined,
  seconds: number,
): void {
  const style = styleOf(process.stdout);
  const columns = designs.map((design) => designName(design, decisions));
  const exists = (name: string, variant: string): boolean =>
    results.some(
      ({ kind, scenario, variant: own, design }) =>
        scenario === name && own === variant && kind !== 'absent' && columns.includes(design),
    );
  const races = scenarios
    .map(({ name, title, variants }) => ({
      name,
      title,
      variants: variants.map((variant) => variant.name).filter((variant) => exists(name, variant)),
    }))
    .filter(({ variants }) => variants.length > 0);
  const lines = [cellTable(races, columns, results, widthOf(process.stdout), style)];
  const proposals = results.filter(({ design }) => !columns.includes(design));
  if (proposals.length > 0)
    lines.push(`${style.bold('Proposals')}\n${proposalLines(proposals, widthOf(process.stdout)).join('\n')}\n`);
  lines.push(`${legend(results).join('\n')}\n`);
  const executions = results.reduce((sum, cell) => sum + ('executions' in cell ? cell.executions : 0), 0);
  lines.push(`${count(results.length, 'cell')}, ${count(executions, 'execution')} in ${duration(seconds)}`);
  const broken = results.find((cell) => cell.kind === 'violated');
  if (broken !== undefined) {
    const design = KERNELS.find((kernel) => broken.design === designName(kernel, decisions)) ?? broken.design;
    const name = race ?? broken.scenario;
    lines.push(`One failing execution: holdfast check ${name} --design ${design} --variant ${broken.variant}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A line for each proposal and race: its verdict, or which variants have which. */
function proposalLines(results: readonly CellResult[], width: number): string[] {
  const rows = new Map<string, CellResult[]>();
  for (const cell of results) {
    const key = `${cell.scenario}  ${cell.design}`;
    rows.set(key, [...(rows.get(key) ?? []), cell]);
  }
  const left = INDENT + Math.max(...[...rows.keys()].map((key) => key.length)) + 2;
  return [...rows].flatMap(([key, cells]) => {
    const variants = new Map<string, string[]>();
    for (const cell of cells) variants.set(cellWord(cell), [...(variants.get(cellWord(cell)) ?? []), cell.variant]);
    const words = [...variants].map(([word, names]) => `${word}: ${names.join(', ')}`);
    const text = variants.size === 1 ? [...variants.keys()][0]! : words.join('; ');
    const [first = '', ...rest] = wrapped(text, Math.max(20, width - left));
    return [(' '.repeat(INDENT) + key).padEnd(left) + first, ...rest.map((line) => ' '.repeat(left) + line)];
  });
}

/** Each cell in full, with one failing execution of the first that is broken. */
function printCells(results: readonly CellResult[], { cells }: Question, settings: CellSettings): void {
  const style = styleOf(process.stdout);
  let shown = false;
  for (const result of results) {
    process.stdout.write(`${cellText(result, widthOf(process.stdout), style)}\n`);
    if (result.kind !== 'violated' || shown) continue;
    shown = true;
    const task = cells.find(({ scenario, variant }) => scenario === result.scenario && variant === result.variant)!;
    printExecution(task, settings, result.model, style);
  }
}

function printExecution(task: CellTask, settings: CellSettings, model: (typeof MODELS)[number], style: Style): void {
  const found = failingExecution(scenarioOf(task, settings), task.variant, taskDesign(task, settings).design, model);
  if (found === undefined) return;
  const { prepared, execution, failure } = found;
  const { layout } = prepared.k;
  const show = (cell: number, value: number): string => layout.showValue(cell, value);
  const steps = stepsOf(execution.graph, show, (cell) => prepared.program.cellName(cell));
  const lines = [prepared.roles.map((role) => style.bold(role.padEnd(COLUMN))).join('')];
  for (const { thread, text } of steps) lines.push(' '.repeat(COLUMN * thread) + text);
  if (failure.steps.length > 0) lines.push('', style.bold('afterwards'));
  for (const { who, what, value } of failure.steps) lines.push(`${who} ${what}${value === '' ? '' : `: ${value}`}`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

const COLUMN = 40;
const INDENT = 4;
