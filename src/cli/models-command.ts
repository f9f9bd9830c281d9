import { analyse } from '../ask/analyse.ts';
import { settingsFrom } from '../ask/options.ts';
import { tellingMore } from '../explain/analysis.ts';
import { checkLitmus } from '../fronts/litmus/check-litmus.ts';
import type { LitmusResult, Question } from '../fronts/litmus/litmus-result.ts';
import { type SmallTest, smallTests } from '../litmus/small-tests.ts';
import type { ModelName } from '../models/registry.ts';
import { atOnce } from '../program/turns.ts';
import { viewed } from '../report/formats.ts';
import { comparedText, differsText, modelsText, type Said } from '../report/models-text.ts';
import { type CatOptions, chosenModels } from './cat-files.ts';
import { type Exit, firstOf } from './exit-codes.ts';
import { findTests, readText } from './files.ts';
import { asked, type OptionRow } from './options.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/** The values of the options of `holdfast models diff`. */
export interface ModelsDiffOptions extends CatOptions {
  readonly timeout: number | undefined;
  readonly unroll: number;
  readonly threads: number;
}

/** `holdfast models`. @returns how it ended */
export function modelsCommand(): Exit {
  stdout.print(modelsText(Math.min(100, stdout.width), stdout.style));
  return 'decided';
}

/** The model that an argument names: one that is built in, or that of a file. */
export function modelNamed(text: string): ModelName | undefined {
  const { kind } = asked('model') as OptionRow<ModelName>;
  return kind?.read(text);
}

/** How long each test may take under each model, in seconds, unless said. */
export const EACH = 1;

/**
 * `holdfast models diff`: the tests whose verdicts differ, each with what one model allows and the other does not. Where no
 * tests are given, the smallest that tell the two apart.
 */
export async function modelsDiffCommand(
  names: readonly [string, string],
  paths: readonly string[],
  options: ModelsDiffOptions,
  argv: readonly string[],
): Promise<Exit> {
  const [model, otherModel] = names.map(modelNamed);
  if (model === undefined || otherModel === undefined) {
    const at = model === undefined ? names[0] : names[1];
    const help = 'holdfast models lists those that are built in; a file ends in .cat';
    printDiagnostic(usageDiagnostic('HF902', `no such model: '${at}'`, { argv, at, help }));
    return 'badInput';
  }
  const chosen = await chosenModels({ ...options, model, otherModel });
  if ('diagnostic' in chosen) {
    printDiagnostic(chosen.diagnostic);
    return 'badInput';
  }
  return paths.length > 0 ? compare(chosen.options, paths) : distinguish(chosen.options);
}

type Asked = ModelsDiffOptions & { readonly model: ModelName; readonly otherModel: ModelName };

function compare(options: Asked, paths: readonly string[]): Exit {
  const start = performance.now();
  const tests = { different: 0, same: 0, undecided: 0, wrong: 0 };
  for (const found of findTests(paths)) {
    if (stdout.failure !== undefined) break;
    const text = 'diagnostic' in found ? found.diagnostic : readText(found.path);
    if (typeof text !== 'string') {
      printDiagnostic(text);
      tests.wrong++;
      continue;
    }
    tests[compareOn(found.path, text, options)]++;
  }
  stdout.print(comparedText(tests, (performance.now() - start) / 1000));
  const holding: Exit[] = [];
  if (tests.wrong > 0) holding.push('badInput');
  if (tests.different > 0) holding.push('contradicted');
  if (tests.undecided > 0) holding.push('bounded');
  return firstOf(...holding);
}

/** Looks for the smallest tests that tell two models apart, and prints each. */
function distinguish(options: Asked): Exit {
  const start = performance.now();
  const found: SmallTest[] = [];
  const tests = { different: 0, same: 0, undecided: 0, wrong: 0 };
  for (const test of smallTests(options.threads)) {
    if (stdout.failure !== undefined) break;
    // With more orderings in it, it tells no more.
    if (found.some((smaller) => smaller.isWithin(test))) continue;
    const [first, second] = decided(test.name, test.text, 'decide', options);
    if (first.kind === 'error' || second.kind === 'error') {
      for (const result of [first, second]) if (result.kind === 'error') result.diagnostics.forEach(printDiagnostic);
      return 'badInput';
    }
    const said = [first, second].map(saidBy);
    if (said.some(({ word }) => word === NO_VERDICT)) tests.undecided++;
    else if (said[0]!.word === said[1]!.word) tests.same++;
    else {
      tests.different++;
      found.push(test);
      stdout.print(`${differsText(test.name, said, stdout.style)}\n${indented(test.text)}\n`);
    }
  }
  stdout.print(comparedText(tests, (performance.now() - start) / 1000));
  if (tests.different > 0) return 'contradicted';
  return tests.undecided > 0 ? 'bounded' : 'decided';
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '    ');

function compareOn(path: string, text: string, options: Asked): 'different' | 'same' | 'undecided' | 'wrong' {
  const { style, width } = stdout;
  const results = decided(path, text, 'states', options);
  for (const result of results) {
    if (result.kind !== 'error') continue;
    result.diagnostics.forEach(printDiagnostic);
    return 'wrong';
  }
  const said = results.map(saidBy);
  if (said.some(({ word }) => word === NO_VERDICT)) {
    stdout.print(differsText(path, said, style));
    return 'undecided';
  }
  if (said[0]!.word === said[1]!.word) return 'same';
  stdout.print(differsText(path, said, style));
  const settings = settingsFrom({ ...options, mend: false });
  const asked = [{ kind: 'litmus', path, text }] as const;
  const difference = atOnce(analyse('diff', asked, settings, { deadline: Date.now() + 5 * EACH * 1000 }));
  const shown = tellingMore(difference, { allSteps: false, source: false });
  stdout.print(`${viewed('analysis', 'text', shown, { width, style, several: false })}\n`);
  return 'different';
}

/** What the two models say of a test. */
function decided(
  path: string,
  text: string,
  question: Question,
  { model, otherModel, unroll, timeout }: Asked,
): readonly [LitmusResult, LitmusResult] {
  const under = (asked: ModelName): LitmusResult =>
    checkLitmus(path, text, {
      model: asked,
      question,
      unroll,
      expect: undefined,
      maxExecutions: undefined,
      deadline: Date.now() + (timeout ?? EACH) * 1000,
      onExecution: undefined,
    });
  return [under(model), under(otherModel)];
}

const NO_VERDICT = 'no verdict';

const saidBy = (result: LitmusResult): Said => ({
  model: result.model,
  word: result.kind === 'decided' ? result.verdict : result.kind === 'deadlock' ? 'deadlock' : NO_VERDICT,
});
