import { availableParallelism } from 'node:os';
import { raceCounterexample } from '../check/counterexample.ts';
import { MODELS } from '../explore/contract.ts';
import { cellJson } from '../report/cell-json.ts';
import type { CellResult } from '../report/cell-result.ts';
import { cellTable, cellWord, legend } from '../report/cell-table.ts';
import { cellText } from '../report/cell-text.ts';
import { executionText } from '../report/execution-text.ts';
import { count, duration, type Style, wrapped } from '../report/style.ts';
import { EXIT } from '../report/tally.ts';
import { bundleFrames } from './frame-map.ts';
import type { CheckOptions } from './options.ts';
import type { Pool, Work } from './pool.ts';
import { Progress } from './progress.ts';
import { KERNELS, type Question, questionFrom } from './question.ts';
import {
  type CellSettings,
  type CellTask,
  designFor,
  designName,
  failedCell,
  namedScenario,
  runCellsUntil,
} from './run-cell.ts';
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
  if (!('tasks' in question)) {
    question.forEach(printDiagnostic);
    return EXIT.badInput;
  }
  const { tasks, module, decisions } = question;
  const { maxExecutions, timeout } = options;
  const settings: CellSettings = {
    models: options.model === undefined ? MODELS : [options.model],
    decisions,
    module,
    maxExecutions,
    timeout,
  };
  const start = performance.now();
  const known = await checkAll(tasks, settings, options.jobs);
  const asked = tasks.reduce((sum, { presets }) => sum + presets.length, 0);
  const seconds = (performance.now() - start) / 1000;

  const errors = known.filter((result) => result.kind === 'error');
  for (const { diagnostics } of errors) diagnostics.forEach(printDiagnostic);
  if (options.json) for (const result of known) process.stdout.write(cellJson(result));
  else if (race !== undefined && question.designs.length === 1) printCells(known, question, settings);
  else printTable(known, question, race, seconds);
  if (known.length < asked) {
    process.stderr.write(`Interrupted: ${asked - known.length} of ${count(asked, 'cell')} were not checked\n`);
  }
  return exitCode(known, asked, race !== undefined || options.design.length > 0);
}

function exitCode(results: readonly CellResult[], asked: number, byName: boolean): number {
  const any = (...kinds: CellResult['kind'][]): boolean => results.some(({ kind }) => kinds.includes(kind));
  if (results.length < asked || any('interrupted')) return EXIT.interrupted;
  if (any('error')) return EXIT.badInput;
  if (byName && results.some(isFailing)) return EXIT.contradicted;
  return any('bounded') ? EXIT.bounded : EXIT.decided;
}

/** Is something wrong with the race under the design? */
const isFailing = ({ kind }: CellResult): boolean => kind === 'violated' || kind === 'deadlock' || kind === 'data-race';

/** Checks every cell, here at first and then in workers. Those that Ctrl-C left unchecked have no result. */
async function checkAll(
  tasks: readonly CellTask[],
  settings: CellSettings,
  jobs: number | undefined,
): Promise<CellResult[]> {
  const results: CellResult[][] = tasks.map(() => []);
  const until = Date.now() + SOON;
  const late: CellTask[] = [];
  for (const task of tasks) {
    const early = runCellsUntil(task, settings, until);
    results[task.index] = early;
    if (early.length < task.presets.length) late.push({ ...task, presets: task.presets.slice(early.length) });
  }
  if (late.length > 0) await checkInWorkers(late, settings, jobs, (index, cells) => results[index]!.push(...cells));
  return results.flat();
}

async function checkInWorkers(
  tasks: readonly CellTask[],
  settings: CellSettings,
  jobs: number | undefined,
  answer: (index: number, cells: readonly CellResult[]) => void,
): Promise<void> {
  let done = 0;
  let pool: Pool<CellSettings, CellTask, CellResult[]> | undefined;
  const progress = new Progress(process.stderr, () => {
    return { done, total: tasks.length, noun: 'race', running: pool?.running() ?? [] };
  });
  const { Pool } = await import('./pool.ts');
  const size = Math.min(jobs ?? availableParallelism(), tasks.length);
  const workers = new Pool<CellSettings, CellTask, CellResult[]>(size, cellWork(settings));
  pool = workers;
  const interrupt = (): void => workers.stop();
  process.once('SIGINT', interrupt);
  await workers.run(tasks, (index, cells) => {
    answer(index, cells);
    done++;
  });
  process.off('SIGINT', interrupt);
  await workers.close();
  progress.stop();
}

function cellWork(settings: CellSettings): Work<CellSettings, CellTask, CellResult[]> {
  return {
    script: 'check-worker.cjs',
    settings,
    // What was done of the task is not known here.
    interrupted: () => [],
    failed: (task, _, diagnostic) => task.presets.map((preset) => failedCell(task, preset, settings, diagnostic)),
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
  const executions = results.reduce((sum, cell) => sum + cell.executions, 0);
  lines.push(`${count(results.length, 'cell')}, ${count(executions, 'execution')} in ${duration(seconds)}`);
  const broken = results.find(isFailing);
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
function printCells(results: readonly CellResult[], { designs }: Question, settings: CellSettings): void {
  const style = styleOf(process.stdout);
  let shown = false;
  for (const result of results) {
    process.stdout.write(`${cellText(result, widthOf(process.stdout), style)}\n`);
    if (!isFailing(result) || shown) continue;
    shown = true;
    printExecution(result, designs[0]!, settings, style);
  }
}

/** The execution that is easiest to believe, drawn. Those of a user's race cannot be asked for again by an id. */
function printExecution(
  { scenario: name, variant, model }: CellResult,
  preset: string,
  settings: CellSettings,
  style: Style,
): void {
  const scenario = namedScenario(name, settings.module);
  const found = raceCounterexample({ scenario, variant, design: designFor(preset, settings) }, model, bundleFrames());
  if (found === undefined) return;
  const own = settings.module !== undefined;
  const lines = [executionText(found, widthOf(process.stdout), style)];
  if (!own && found.id !== undefined) lines.push(`${style.bold('Again')}: holdfast replay ${found.id}\n`);
  process.stdout.write(`${lines.join('')}\n`);
}

const INDENT = 4;
