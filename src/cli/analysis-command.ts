import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { settingsFrom } from '../ask/options.ts';
import type { CatSource } from '../cat/load.ts';
import { type Analysis, type AnalysisName, tellingMore } from '../explain/analysis.ts';
import { catOfExecution, type ExecutionId, isUnderCat, parseId } from '../explain/execution-id.ts';
import type { AskedC } from '../fronts/c/c-front.ts';
import type { AskedTest } from '../fronts/litmus/litmus-front.ts';
import { columnBefore } from '../mm/design/presets.ts';
import { DEFAULT_MODEL, isCatName, type ModelName } from '../models/registry.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { hasErrors, isText, viewed } from '../report/formats.ts';
import { visible } from '../report/visible.ts';
import { scenarioNamed } from '../scenarios/catalog.ts';
import type { AnalysisOptions } from './analysis-options.ts';
import { type AnalysisRequest, type AnalysisTask, answer, type NamedRace, nameOf } from './analysis-request.ts';
import { atMost } from './at-most.ts';
import { chosenModels } from './cat-files.ts';
import type { Exit } from './exit-codes.ts';
import { findTests, readText, STANDARD_INPUT } from './files.ts';
import type { Loss } from './pool.ts';
import { Progress } from './progress.ts';
import { Signals } from './signals.ts';
import { printDiagnostic, stderr, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';
import { isUserFile } from './user-module.ts';

/**
 * For so long, in milliseconds, the answer is looked for in this thread: starting a worker takes about as long. What does
 * not look at the clock is cut off soon after.
 */
const SOON = 150;
const CUT = 80;

/** `holdfast show`, `barriers`, `repair`, `diff`, `why` and `replay`. @param isCheck an execution that is shown contradicts. @returns how it ended */
export async function analysisCommand(
  analysis: AnalysisName,
  args: readonly string[],
  given: AnalysisOptions,
  argv: readonly string[],
  isCheck = false,
): Promise<Exit> {
  const chosen = await chosenModels(given);
  const options = 'diagnostic' in chosen ? given : chosen.options;
  const request =
    'diagnostic' in chosen ? [chosen.diagnostic] : await requestFrom(analysis, args, options, chosen.cats, argv);
  const { result, signal } =
    'analysis' in request ? await answerTo(request) : refusal(analysis, args, options, request);
  // A tool that collects findings is told what is wrong as well.
  if (result.kind === 'error' && !hasErrors(options.format)) result.diagnostics.forEach(printDiagnostic);
  else {
    // The text has them already.
    const hasWarnings = ['text', 'mail', 'json'].includes(options.format);
    if (result.kind === 'execution' && !hasWarnings) result.warnings.forEach(printDiagnostic);
    const { style, width } = stdout;
    const view = viewed('analysis', options.format, tellingMore(result, options), { width, style, several: false });
    if (view === '') stderr.print(`${visible(result.name)}: there is no execution to draw\n`);
    else if (isText(options.format)) stdout.print(view);
    else stdout.write(view);
  }
  return signal ?? (isCheck && result.kind === 'execution' ? 'contradicted' : exitOf(result));
}

/** The result of a question that cannot be asked. */
function refusal(
  analysis: AnalysisName,
  [path = '']: readonly string[],
  { model = DEFAULT_MODEL }: AnalysisOptions,
  diagnostics: readonly Diagnostic[],
): { result: Analysis; signal: undefined } {
  const result: Analysis = { kind: 'error', analysis, path, name: '', promise: '', model, seconds: 0, diagnostics };
  return { result, signal: undefined };
}

/** Does code of the user's own run for it? */
const isOwn = ({ asked }: AnalysisRequest): boolean =>
  asked.some((each) => each.kind === 'race' && (each.module !== undefined || each.files.length > 0));

/** Is it answered by what was found where time is over? It has all the time that it may have then. */
const isOpen = ({ analysis, asked }: AnalysisRequest): boolean => analysis === 'repair' && asked[0]?.kind === 'race';

/** What is the user's own runs in a worker alone. */
async function answerTo(request: AnalysisRequest): Promise<{ result: Analysis; signal: Exit | undefined }> {
  if (!isOwn(request) && !isOpen(request)) {
    const start = Date.now();
    const until = start + SOON;
    const soon = atMost(SOON + CUT, () =>
      answer(
        request,
        { onExecution: () => Date.now() > until, isStopped: () => Date.now() > until, onStep: () => {} },
        until,
      ),
    );
    if (soon !== undefined && Date.now() <= until) return { result: soon, signal: undefined };
    if (request.timeout !== undefined) {
      const timeout = Math.max(0.001, request.timeout - (Date.now() - start) / 1000);
      return await inWorker({ ...request, timeout });
    }
  }
  return await inWorker(request);
}

function exitOf(a: Analysis): Exit {
  switch (a.kind) {
    case 'interrupted':
      return 'SIGINT';
    case 'error':
      return 'badInput';
    case 'bounded':
      return 'bounded';
    case 'barriers':
      return a.complete && a.items.every((item) => item.verdict.kind !== 'unknown') ? 'decided' : 'bounded';
    case 'why':
      return a.complete ? 'decided' : 'bounded';
    case 'repairs':
      if (a.repairs.length + (a.decisions?.mends.length ?? 0) > 0) return 'decided';
      return a.complete && a.decisions?.complete !== false ? 'contradicted' : 'bounded';
    case 'difference':
      return a.difference.outcomes.length > 0 ? 'contradicted' : 'decided';
    case 'deadlock':
      return 'contradicted';
    case 'execution':
      return a.analysis === 'barriers' ? 'contradicted' : 'decided';
    default:
      return 'decided';
  }
}

async function requestFrom(
  analysis: AnalysisName,
  args: readonly string[],
  options: AnalysisOptions,
  cats: readonly CatSource[],
  argv: readonly string[],
): Promise<AnalysisRequest | readonly Diagnostic[]> {
  const { maxExecutions, timeout } = options;
  const settings = settingsFrom({ ...options, architecture: options.arch });
  const made = { analysis, options: settings, cats, maxExecutions, timeout };
  const [first = ''] = args;
  if (analysis === 'replay') {
    const id = parseId(first);
    if (typeof id === 'string') return [badId(first, id, argv)];
    const otherModel = modelProblem(id, settings.model, argv);
    if (otherModel !== undefined) return [otherModel];
    const of =
      id.kind === 'l'
        ? testOf(id, args[1])
        : id.kind === 'c'
          ? await fileOf(id, args[1], options.define, argv)
          : await raceOf(id, args[1], argv);
    return 'kind' in of ? { ...made, id, asked: [of] } : Array.isArray(of) ? of : [of as Diagnostic];
  }
  const asked =
    analysis === 'why'
      ? await racesBetween(first, options, argv)
      : isRace(first) && testNamed(first) === undefined
        ? await racesFrom(analysis, first, options, argv)
        : await testsFrom(testNamed(first) ?? first, options, argv);
  if (!('asked' in asked)) return asked;
  if (analysis === 'diff' && asked.asked.length === 1) {
    if (settings.otherModel === settings.model) {
      const message = 'this compares nothing: it is the same as itself';
      return [usageDiagnostic('HF903', message, { argv, expected: '--with OTHER, or --other-model NAME' })];
    }
  }
  return { ...made, asked: asked.asked, id: undefined };
}

/** Is it a file of C, by its name? */
export const isC = (name: string): boolean => /\.[ch]$/.test(name);

/** Is it the name of a race, or a file with some? Whatever else it is, it is taken for a litmus test. */
const isRace = (name: string): boolean =>
  name !== STANDARD_INPUT && !name.endsWith('.litmus') && !isC(name) && !isFile(name)
    ? true
    : /\.[cm]?[jt]s$/.test(name);

function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return /[/\\]/.test(path);
  }
}

/**
 * The litmus test that a bare name means where no race is called so: `SB` is SB.litmus in this folder or below, else among the
 * examples that come with the command.
 */
function testNamed(name: string): string | undefined {
  if (!/^[\w.+-]+$/.test(name) || scenarioNamed(name) !== undefined || !isRace(name)) return undefined;
  if (isUserFile(name)) return undefined;
  const file = `${name}.litmus`.toLowerCase();
  for (const folder of ['.', join(__dirname, '../examples')]) {
    const found = findTests([folder]).find(({ path }) => basename(path).toLowerCase() === file);
    if (found !== undefined && !('diagnostic' in found)) return found.path;
  }
  return undefined;
}

async function testsFrom(
  path: string,
  options: AnalysisOptions,
  argv: readonly string[],
): Promise<{ asked: (AskedTest | AskedC)[] } | readonly Diagnostic[]> {
  const asked: (AskedTest | AskedC)[] = [];
  for (const each of options.with === undefined ? [path] : [path, options.with]) {
    const test = isC(each) ? await readC(each, options.define, argv) : read(each);
    if (!('text' in test)) return [test];
    asked.push(test);
  }
  return { asked };
}

/** The races that the arguments name: of `show` all variants, of `repair` those of one race, of all else the first. */
async function racesFrom(
  analysis: AnalysisName,
  name: string,
  { design, variant, set, with: other }: Pick<AnalysisOptions, 'design' | 'variant' | 'set' | 'with'>,
  argv: readonly string[],
): Promise<{ asked: NamedRace[] } | readonly Diagnostic[]> {
  const { questionFrom } = await import('./question.ts');
  const designs = other === undefined ? [design] : [design, other];
  const chosen = { design: designs, variant: variant === undefined ? [] : [variant], set };
  const question = await questionFrom([name], { ...chosen, allDesigns: false }, argv);
  if (!('tasks' in question)) return question;
  const { decisions, module, files, tasks, designs: presets } = question;
  const ofOne = tasks.filter(({ scenario }) => scenario === tasks[0]?.scenario);
  const first = analysis === 'show' ? tasks : analysis === 'repair' ? ofOne : tasks.slice(0, 1);
  const asked = first.flatMap(({ scenario, variant }) =>
    presets.map((preset): NamedRace => ({ kind: 'race', scenario, variant, preset, decisions, module, files })),
  );
  return { asked };
}

/** Every variant of a race that was asked for, under the one design and under the other. */
async function racesBetween(
  name: string,
  { from, to, variant, set }: Pick<AnalysisOptions, 'from' | 'to' | 'variant' | 'set'>,
  argv: readonly string[],
): Promise<{ asked: NamedRace[] } | readonly Diagnostic[]> {
  const before = from ?? columnBefore(to)?.name;
  if (before === undefined) {
    return [
      usageDiagnostic('HF903', `no kernel with a column comes before '${to}'`, { argv, expected: '--from NAME' }),
    ];
  }
  const { questionFrom } = await import('./question.ts');
  const chosen = { allDesigns: false, design: [before, to], variant: variant === undefined ? [] : [variant], set };
  const question = await questionFrom([name], chosen, argv);
  if (!('tasks' in question)) return question;
  const { decisions, module, files, tasks, designs } = question;
  const asked = tasks.flatMap(({ scenario, variant }) =>
    designs.map((preset): NamedRace => ({ kind: 'race', scenario, variant, preset, decisions, module, files })),
  );
  return { asked };
}

/** The race that an id names. */
async function raceOf(
  id: ExecutionId,
  file: string | undefined,
  argv: readonly string[],
): Promise<NamedRace | readonly Diagnostic[]> {
  const [name = '', variant = '', design = ''] = id.name.split('/');
  const [preset = '', ...set] = design.split(',');
  // An id comes from anywhere, so it never says which file to run.
  if (file === undefined && scenarioNamed(name) === undefined) {
    const help = 'if it is one of your own, name its file after the id';
    return [usageDiagnostic('HF954', `there is no race '${name}'`, { help })];
  }
  const races = await racesFrom('replay', file ?? name, { design: preset, variant, set, with: undefined }, argv);
  if (!('asked' in races)) return races;
  const found = races.asked.find(({ scenario }) => scenario === name);
  return found ?? [usageDiagnostic('HF954', `there is no race '${name}' in '${file ?? name}'`, {})];
}

async function readC(
  path: string,
  define: readonly string[] = [],
  argv: readonly string[] = [],
): Promise<AskedC | Diagnostic> {
  const { readCFile } = await import('./c-file.ts');
  return readCFile(path, define, argv);
}

/** The file of C that an id names: the one that is given, or that of its name. */
async function fileOf(
  id: ExecutionId,
  path: string | undefined,
  define: readonly string[],
  argv: readonly string[],
): Promise<AskedC | Diagnostic> {
  const name = path === undefined ? `${id.name}.c` : isC(path) ? path : `${path.replace(/\/$/, '')}/${id.name}.c`;
  if (isFile(name)) return readC(name, define, argv);
  return usageDiagnostic('HF954', `there is no file '${name}'`, {
    help: 'Name the file after the id, or the folder that it is in.',
  });
}

function read(path: string): AskedTest | Diagnostic {
  const text = readText(path);
  return typeof text === 'string' ? { kind: 'litmus', path, text } : text;
}

function badId(id: string, problem: 'not-an-id' | 'version', argv: readonly string[]): Diagnostic {
  return problem === 'version'
    ? usageDiagnostic('HF951', 'this id was made by a newer Holdfast', { argv, at: id, expected: 'hf1-...' })
    : usageDiagnostic('HF950', `'${id}' is not the id of an execution`, { argv, at: id, expected: 'hf1-...' });
}

/** Why an id that was found under a cat file, or was not, cannot be run again under what is asked. */
function modelProblem({ execution }: ExecutionId, model: ModelName, argv: readonly string[]): Diagnostic | undefined {
  const digest = catOfExecution(execution);
  if (digest === undefined) {
    if (!isCatName(model)) return undefined;
    const message = 'the execution was found under a model that is built in, not under a cat file';
    return usageDiagnostic('HF956', message, { argv, help: 'leave --model out' });
  }
  if (isCatName(model) && isUnderCat(execution, model)) return undefined;
  const message = isCatName(model)
    ? 'the execution was found under a cat file with another text'
    : 'the execution was found under a model of a cat file';
  return usageDiagnostic('HF956', message, { argv, expected: `--model FILE.cat of digest ${digest}` });
}

/** The test that an id names: the file that is given, or the one of its name in a folder. */
function testOf(id: ExecutionId, path: string | undefined): AskedTest | Diagnostic {
  const found = findTests([path ?? '.']);
  const [only] = found;
  if (only !== undefined && found.length === 1 && only.path === path) {
    return 'diagnostic' in only ? only.diagnostic : read(only.path);
  }
  const named = found.filter((test) => test.path.replace(/^.*[/\\]/, '') === `${id.name}.litmus`);
  const [first] = named;
  if (first !== undefined && !('diagnostic' in first)) return read(first.path);
  return usageDiagnostic('HF954', `there is no test '${id.name}.litmus' in '${path ?? '.'}'`, {
    help: 'Name its file after the id, or the folder that it is in.',
  });
}

/** Asks a worker, so that this thread can show progress and hear signals. */
async function inWorker(request: AnalysisRequest): Promise<{ result: Analysis; signal: Exit | undefined }> {
  const { Pool } = await import('./pool.ts');
  const pool = new Pool<undefined, AnalysisTask, Analysis>(1, {
    script: 'analysis-worker.cjs',
    settings: undefined,
    lost: (_, loss) => lostAnalysis(request, loss),
    limit: () => request.timeout,
    own: isOwn(request),
    rest: () => undefined,
  });
  const signals = new Signals(() => pool.stop());
  const progress = new Progress(() => {
    const { words = '', done = 0, of = 0 } = pool.running()[0]?.step ?? {};
    return { done, total: of, noun: 'step', running: [{ name: words, executions: 0 }] };
  });
  let result = lostAnalysis(request, { kind: 'interrupted', seconds: 0, executions: 0 });
  await pool.run([{ index: 0, name: nameOf(request.asked[0]!), request }], (_, answer) => {
    result = answer;
  });
  progress.stop();
  await pool.close();
  return { result, signal: signals.first };
}

/** The result that stands for one that did not come. */
function lostAnalysis({ analysis, asked, options: { model } }: AnalysisRequest, loss: Loss): Analysis {
  const about = { analysis, path: nameOf(asked[0]!), name: '', promise: '', model, seconds: loss.seconds };
  if (loss.kind === 'died') return { kind: 'error', ...about, diagnostics: [loss.diagnostic] };
  const kind = loss.kind === 'timeout' ? 'bounded' : 'interrupted';
  return { kind, ...about, executions: loss.executions, blocked: 0, partial: undefined };
}
