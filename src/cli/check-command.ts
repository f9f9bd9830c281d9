import { raceCounterexample } from '../ask/counterexample.ts';
import { settingsFrom } from '../ask/options.ts';
import { type Telling, toldMore } from '../explain/analysis.ts';
import type { CellResult } from '../fronts/races/cell-result.ts';
import { resolvedAs } from '../mm/design/presets.ts';
import { DEFAULT_MODEL, LADDER } from '../models/registry.ts';
import { cellMachines } from '../report/cell-machines.ts';
import type { Asked } from '../report/cell-matrix.ts';
import { proposalRows } from '../report/cell-proposals.ts';
import { cellTable, legend } from '../report/cell-table.ts';
import { cellText } from '../report/cell-text.ts';
import { executionText } from '../report/execution-text.ts';
import { formatsOf } from '../report/formats.ts';
import { count, duration, type Style, wrapped } from '../report/style.ts';
import { analysisCommand, isC } from './analysis-command.ts';
import type { AnalysisOptions } from './analysis-options.ts';
import { atMost } from './at-most.ts';
import { chosenModel } from './cat-files.ts';
import { checkAll } from './check-all.ts';
import { type Exit, firstOf } from './exit-codes.ts';
import { bundleFrames } from './frame-map.ts';
import type { CheckOptions } from './options.ts';
import { type Question, questionFrom } from './question.ts';
import { ResultOutput } from './result-output.ts';
import { type CellSettings, namedScenario } from './run-cell.ts';
import { printDiagnostic, stderr, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';
import { designFrom, designNameOf } from './user-design.ts';

/** Seconds after which an execution that is still looked for is not drawn. */
const DRAWING = 30;

/** `holdfast check`. @returns how it ended */
export async function checkCommand(
  races: readonly string[],
  given: CheckOptions,
  argv: readonly string[],
): Promise<Exit> {
  // What is printed names the race that was asked for; of several each cell says which it is of.
  const race = races.length === 1 ? races[0] : undefined;
  if (race !== undefined && isC(race)) return checkFile(race, given, argv);
  const chosen = await chosenModel(given.model, given);
  if ('diagnostic' in chosen) {
    printDiagnostic(chosen.diagnostic);
    return 'badInput';
  }
  const options = { ...given, model: chosen.model };
  const question = await questionFrom(races, options, argv);
  if (!('tasks' in question)) {
    question.forEach(printDiagnostic);
    return 'badInput';
  }
  const { tasks, module, files, decisions } = question;
  const { maxExecutions, timeout } = options;
  const settings: CellSettings = {
    models: options.model === undefined ? LADDER : [options.model],
    cat: chosen.cat,
    machines: options.model === undefined,
    decisions,
    module,
    files,
    maxExecutions,
    timeout,
  };
  const start = performance.now();
  const format = options.json ? 'json' : options.format;
  const output = new ResultOutput('check', format, true);
  const { known, signal, wasCut } = await checkAll(tasks, settings, options.jobs, (cell, place) => {
    // The text is one table, or has an execution that is looked for once all is known.
    if (format !== 'text') output.add(place, cell);
  });
  const asked = tasks.reduce((sum, { presets }) => sum + presets.length, 0);
  const seconds = (performance.now() - start) / 1000;

  if (format !== 'text') output.end(askedOf(question, race));
  else {
    output.say(known.flatMap((cell) => (cell.kind === 'error' ? cell.diagnostics : [])));
    if (race === undefined || question.designs.length > 1) printTable(known, question, race, seconds);
    else printCells(known, question, settings, options, signal === undefined && !wasCut);
  }
  if (known.length < asked && stdout.failure === undefined) {
    stderr.print(`Interrupted: ${asked - known.length} of ${count(asked, 'cell')} were not checked\n`);
  }
  return signal ?? exitOf(known, asked, races.length > 0 || options.design.length > 0);
}

/** A file of C: whether it holds, and if not, an execution that shows it. */
async function checkFile(path: string, options: CheckOptions, argv: readonly string[]): Promise<Exit> {
  const asked = options.design[0] ?? options.variant[0] ?? options.set[0];
  if (asked !== undefined || options.allDesigns) {
    const more = {
      argv,
      ...(asked === undefined ? {} : { at: asked }),
      help: 'A macro of it is defined by -D NAME=VALUE.',
    };
    printDiagnostic(
      usageDiagnostic('HF903', 'designs, variants and decisions are those of races, and this is a file of C', more),
    );
    return 'badInput';
  }
  const format = options.json ? 'json' : options.format;
  if (!formatsOf('analysis').includes(format)) {
    const expected = `one of ${formatsOf('analysis').join(', ')}`;
    printDiagnostic(
      usageDiagnostic('HF902', `a file of C cannot be seen as ${format}`, { argv, at: format, expected }),
    );
    return 'badInput';
  }
  const { model = DEFAULT_MODEL, bell, include, define, timeout, maxExecutions, unroll, allSteps, source } = options;
  const { architecture, maxEdits, maxRepairs } = settingsFrom({});
  const asking: AnalysisOptions = {
    ...{ model, bell, include, define, timeout, maxExecutions, unroll, allSteps, source, format, maxEdits, maxRepairs },
    ...{ otherModel: undefined, with: undefined, from: undefined, to: '', design: '', variant: undefined, set: [] },
    ...{ arch: architecture, mend: true },
  };
  return analysisCommand('show', [path], asking, argv, true);
}

function exitOf(results: readonly CellResult[], asked: number, byName: boolean): Exit {
  const holding = results.flatMap((cell): Exit[] => {
    if (cell.kind === 'error') return [cell.diagnostics.some(({ code }) => code === 'HF999') ? 'internal' : 'badInput'];
    if (cell.kind === 'bounded' || cell.kind === 'vacuous') return ['bounded'];
    return byName && isFailing(cell) ? ['contradicted'] : [];
  });
  if (results.length < asked && stdout.failure === undefined) holding.push('internal');
  return firstOf(...holding);
}

/** Is something wrong with the race under the design? */
const isFailing = ({ kind }: CellResult): boolean => kind === 'violated' || kind === 'deadlock' || kind === 'data-race';

/** The table, the proposals, what the words mean, what was done, and how to see more. */
function printTable(
  results: readonly CellResult[],
  { scenarios, designs, decisions }: Question,
  race: string | undefined,
  seconds: number,
): void {
  const { style } = stdout;
  const columns = designs.map((design) => designNameOf(design, decisions));
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
  const lines = [cellTable(races, columns, results, stdout.width, style)];
  const proposals = results.filter(({ design }) => !columns.includes(design));
  if (proposals.length > 0)
    lines.push(`${style.bold('Proposals')}\n${proposalLines(proposals, stdout.width).join('\n')}\n`);
  lines.push(`${[...legend(results), ...resolutions(designs)].join('\n')}\n`);
  const machines = cellMachines(results).flatMap((line) => wrapped(line, stdout.width));
  if (machines.length > 0) lines.push(`What the LKMM alone breaks\n${machines.join('\n')}\n`);
  const executions = results.reduce((sum, cell) => sum + cell.executions, 0);
  lines.push(`${count(results.length, 'cell')}, ${count(executions, 'execution')} in ${duration(seconds)}`);
  const explained = explaining(results, race, designs, decisions);
  if (explained !== undefined) lines.push(`A cell explained: ${explained}`);
  stdout.print(`${lines.join('\n')}\n`);
}

/** The command that explains a cell: the first that is broken, else the first that holds; undefined where none is either. */
function explaining(
  results: readonly CellResult[],
  race: string | undefined,
  designs: readonly string[],
  decisions: Question['decisions'],
): string | undefined {
  const cell = results.find(isFailing) ?? results.find(({ kind }) => kind === 'holds');
  return cell === undefined ? undefined : commandOf(cell, race, designs, decisions);
}

/** The command that explains this cell. */
function commandOf(
  cell: CellResult,
  race: string | undefined,
  designs: readonly string[],
  decisions: Question['decisions'],
): string {
  const own = designs.find((each) => cell.design === designNameOf(each, decisions));
  const design = own ?? cell.design.split(' ')[0];
  const sets = Object.entries(decisions).map(([knob, value]) => ` --set ${knob}=${value}`);
  const question = cell.kind === 'holds' ? 'barriers' : 'show';
  return `holdfast ${question} ${race ?? cell.scenario} --design ${design} --variant ${cell.variant}${sets.join('')}`;
}

/** What views of all cells are told besides these. */
function askedOf({ scenarios, designs, decisions }: Question, race: string | undefined): Asked {
  return {
    races: scenarios,
    designs: designs.map((design) => designNameOf(design, decisions)),
    notes: designs.flatMap((design) => resolvedAs(design) ?? []),
    command: (cell) => commandOf(cell, race, designs, decisions),
  };
}

/** Of each kernel that has no column of its own, which one it is like. */
const resolutions = (designs: readonly string[]): string[] =>
  designs.flatMap((design) => {
    const doc = resolvedAs(design);
    return doc === undefined ? [] : wrapped(doc, stdout.width);
  });

/** A line for each proposal and race: its verdict, or which variants have which. */
function proposalLines(results: readonly CellResult[], width: number): string[] {
  const rows = proposalRows(results).map(({ race, design, words }) => [`${race}  ${design}`, words] as const);
  const left = INDENT + Math.max(...rows.map(([key]) => key.length)) + 2;
  return rows.flatMap(([key, words]) => {
    const [first = '', ...rest] = wrapped(words, Math.max(20, width - left));
    return [(' '.repeat(INDENT) + key).padEnd(left) + first, ...rest.map((line) => ' '.repeat(left) + line)];
  });
}

/** Each cell in full, with one failing execution of the first that is broken. */
function printCells(
  results: readonly CellResult[],
  { designs }: Question,
  settings: CellSettings,
  telling: Telling,
  withExecution: boolean,
): void {
  const { style } = stdout;
  for (const line of resolutions(designs)) stdout.print(`${line}\n`);
  let shown = false;
  for (const result of results) {
    // What is wrong has been said.
    if (result.kind === 'error') continue;
    stdout.print(`${cellText(result, stdout.width, style)}\n`);
    if (!isFailing(result) || shown || !withExecution) continue;
    shown = true;
    printExecution(result, designs[0]!, settings, telling, style);
  }
}

/** The execution that is easiest to believe, drawn. Those of a user's race cannot be asked for again by an id. */
function printExecution(
  { scenario: name, variant, model }: CellResult,
  preset: string,
  settings: CellSettings,
  telling: Telling,
  style: Style,
): void {
  const scenario = namedScenario(name, settings.module);
  const race = { scenario, variant, design: designFrom(preset, settings.decisions, settings.files) };
  const seconds = Math.min(settings.timeout ?? DRAWING, DRAWING);
  const found = atMost(seconds * 1000, () => raceCounterexample(race, model, bundleFrames()));
  if (found === undefined) return;
  const own = settings.module !== undefined || settings.files.length > 0;
  const lines = [executionText(toldMore(found, telling), stdout.width, style)];
  if (!own && found.id !== undefined) lines.push(`${style.bold('Again')}: holdfast replay ${found.id}\n`);
  stdout.print(`${lines.join('')}\n`);
}

const INDENT = 4;
