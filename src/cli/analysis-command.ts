import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AskedTest } from '../check/analyse.ts';
import type { Analysis, AnalysisName } from '../explain/analysis.ts';
import type { Step } from '../explain/barriers.ts';
import { type ExecutionId, parseId } from '../explain/execution-id.ts';
import { DEFAULT_UNROLL } from '../litmus/compile.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { analysisView } from '../report/analysis-view.ts';
import { EXIT } from '../report/tally.ts';
import type { AnalysisOptions } from './analysis-options.ts';
import { type AnalysisRequest, answer, type NamedRace, nameOf } from './analysis-request.ts';
import type { AnalysisMessage, AnalysisWorkerData } from './analysis-worker.ts';
import { fileDiagnostic, findTests } from './files.ts';
import { internalDiagnostic } from './internal.ts';
import { Progress } from './progress.ts';
import { printDiagnostic, styleOf, widthOf } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/** For so long, in milliseconds, the answer is looked for in this thread: starting a worker takes about as long. */
const SOON = 200;
/** How long the worker has to hand over what it knows when the user stops the run, in milliseconds. */
const GRACE = 3000;

/** `holdfast show`, `barriers`, `repair`, `diff` and `replay`. @returns the exit code */
export async function analysisCommand(
  analysis: AnalysisName,
  args: readonly string[],
  options: AnalysisOptions,
  argv: readonly string[],
): Promise<number> {
  const request = await requestFrom(analysis, args, options, argv);
  if (!('analysis' in request)) {
    request.forEach(printDiagnostic);
    return EXIT.badInput;
  }
  const until = Date.now() + SOON;
  const soon = answer(
    request,
    () => Date.now() > until,
    () => {},
    until,
  );
  const { result, interrupted } = Date.now() <= until ? { result: soon, interrupted: false } : await inWorker(request);
  if (result.kind === 'error' && options.format !== 'json') result.diagnostics.forEach(printDiagnostic);
  else {
    // The text has them already.
    const isText = options.format === 'text' || options.format === 'mail' || options.format === 'json';
    if (result.kind === 'execution' && !isText) result.warnings.forEach(printDiagnostic);
    const view = analysisView(result, options.format, widthOf(process.stdout), styleOf(process.stdout));
    if (view === '') process.stderr.write(`${result.name}: there is no execution to draw\n`);
    else process.stdout.write(view);
  }
  return interrupted ? EXIT.interrupted : exitCode(result);
}

function exitCode(a: Analysis): number {
  switch (a.kind) {
    case 'interrupted':
      return EXIT.interrupted;
    case 'error':
      return EXIT.badInput;
    case 'bounded':
      return EXIT.bounded;
    case 'barriers':
      return a.complete && a.items.every((item) => item.verdict.kind !== 'unknown') ? EXIT.decided : EXIT.bounded;
    case 'repairs':
      if (a.repairs.length > 0) return EXIT.decided;
      return a.complete ? EXIT.contradicted : EXIT.bounded;
    case 'difference':
      return a.difference.outcomes.length > 0 ? EXIT.contradicted : EXIT.decided;
    case 'deadlock':
      return EXIT.contradicted;
    case 'execution':
      return a.analysis === 'barriers' ? EXIT.contradicted : EXIT.decided;
    default:
      return EXIT.decided;
  }
}

async function requestFrom(
  analysis: AnalysisName,
  args: readonly string[],
  options: AnalysisOptions,
  argv: readonly string[],
): Promise<AnalysisRequest | readonly Diagnostic[]> {
  const { model = 'lkmm', otherModel = model, arch = 'any', maxEdits = 4, maxRepairs = 5, mend = false } = options;
  const { unroll = DEFAULT_UNROLL, maxExecutions, timeout } = options;
  const settings = { model, otherModel, unroll, architecture: arch, maxEdits, maxRepairs, mend };
  const made = { analysis, options: settings, maxExecutions, timeout };
  const [first = ''] = args;
  if (analysis === 'replay') {
    const id = parseId(first);
    if (typeof id === 'string') return [badId(first, id, argv)];
    const of = id.kind === 'l' ? testOf(id, args[1]) : await raceOf(id, args[1], argv);
    return 'kind' in of ? { ...made, id, asked: [of] } : Array.isArray(of) ? of : [of as Diagnostic];
  }
  const asked = isRace(first) ? await racesFrom(analysis, first, options, argv) : testsFrom(first, options);
  if (!('asked' in asked)) return asked;
  if (analysis === 'diff' && asked.asked.length === 1) {
    if (otherModel === model) {
      const message = 'this compares nothing: it is the same as itself';
      return [usageDiagnostic('HF903', message, { argv, expected: '--with OTHER, or --other-model NAME' })];
    }
  }
  return { ...made, asked: asked.asked, id: undefined };
}

/** Is it the name of a race, or a file with some? Whatever else it is, it is taken for a litmus test. */
const isRace = (name: string): boolean =>
  !name.endsWith('.litmus') && !isFile(name) ? true : /\.[cm]?[jt]s$/.test(name);

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return /[/\\]/.test(path);
  }
}

function testsFrom(path: string, options: AnalysisOptions): { asked: AskedTest[] } | readonly Diagnostic[] {
  const asked: AskedTest[] = [];
  for (const each of options.with === undefined ? [path] : [path, options.with]) {
    const test = read(each);
    if (!('text' in test)) return [test];
    asked.push(test);
  }
  return { asked };
}

/** The races that the arguments name: of `show` all variants, of all else the first. */
async function racesFrom(
  analysis: AnalysisName,
  name: string,
  { design, variant, set, with: other }: Pick<AnalysisOptions, 'design' | 'variant' | 'set' | 'with'>,
  argv: readonly string[],
): Promise<{ asked: NamedRace[] } | readonly Diagnostic[]> {
  const { questionFrom } = await import('./question.ts');
  const designs = other === undefined ? [design] : [design, other];
  const chosen = { design: designs, variant: variant === undefined ? [] : [variant], set };
  const limits = {
    model: undefined,
    json: false,
    litmus: false,
    jobs: undefined,
    timeout: undefined,
    maxExecutions: undefined,
  };
  const question = await questionFrom(name, { ...limits, ...chosen }, argv);
  if (!('tasks' in question)) return question;
  const { decisions, module, tasks } = question;
  const first = analysis === 'show' ? tasks : tasks.slice(0, 1);
  const asked = first.flatMap(({ scenario, variant }) =>
    designs.map((preset): NamedRace => ({ kind: 'race', scenario, variant, preset, decisions, module })),
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
  const races = await racesFrom('replay', file ?? name, { design: preset, variant, set, with: undefined }, argv);
  if (!('asked' in races)) return races;
  const found = races.asked.find(({ scenario }) => scenario === name);
  return found ?? [usageDiagnostic('HF954', `there is no race '${name}' in '${file ?? name}'`, {})];
}

function read(path: string): AskedTest | Diagnostic {
  try {
    return { kind: 'litmus', path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return fileDiagnostic(path, error);
  }
}

function badId(id: string, problem: 'not-an-id' | 'version', argv: readonly string[]): Diagnostic {
  return problem === 'version'
    ? usageDiagnostic('HF951', 'this id was made by a newer Holdfast', { argv, at: id, expected: 'hf1-...' })
    : usageDiagnostic('HF950', `'${id}' is not the id of an execution`, { argv, at: id, expected: 'hf1-...' });
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

/** Asks a worker, so that this thread can show progress and hear Ctrl-C. */
async function inWorker(request: AnalysisRequest): Promise<{ result: Analysis; interrupted: boolean }> {
  const stop = new SharedArrayBuffer(4);
  const workerData: AnalysisWorkerData = { request, stop };
  const start = performance.now();
  let step: Step = { words: '', done: 0, of: 0 };
  const progress = new Progress(process.stderr, () => {
    return { done: step.done, total: step.of, noun: 'step', running: [{ name: step.words, executions: 0 }] };
  });
  const worker = new Worker(join(__dirname, 'analysis-worker.cjs'), { workerData });
  const [asked] = request.asked;
  const nothing = {
    analysis: request.analysis,
    path: nameOf(asked!),
    name: '',
    promise: '',
    model: request.options.model,
  };
  let interrupted = false;
  const seconds = (): number => (performance.now() - start) / 1000;
  const result = await new Promise<Analysis>((resolve) => {
    const interrupt = (): void => {
      interrupted = true;
      Atomics.store(new Int32Array(stop), 0, 1);
      setTimeout(() => resolve({ kind: 'interrupted', ...nothing, seconds: seconds() }), GRACE);
    };
    process.once('SIGINT', interrupt);
    worker.on('message', (message: AnalysisMessage) => {
      if ('answer' in message) resolve(message.answer);
      else step = message.step;
    });
    worker.on('error', (error) => {
      const diagnostics = [internalDiagnostic(error, nameOf(asked!))];
      resolve({ kind: 'error', ...nothing, seconds: seconds(), diagnostics });
    });
  });
  progress.stop();
  await worker.terminate();
  return { result, interrupted };
}
