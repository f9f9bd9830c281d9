import { nearest } from '../litmus/nearest.ts';
import { designWith, KNOBS } from '../mm/design/design.ts';
import { NEWEST } from '../mm/design/history.ts';
import { COLUMNS, KERNEL_PRESETS, PRESETS, presetNamed } from '../mm/design/presets.ts';
import type { Code } from '../program/codes.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { SCENARIOS, scenarioNamed } from '../scenarios/catalog.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { CheckOptions } from './options.ts';
import type { CellTask } from './run-cell.ts';
import { usageDiagnostic } from './usage.ts';
import { type DesignFile, loadDesigns, splitReference } from './user-design.ts';
import { isUserFile } from './user-module.ts';
import { loadScenarios } from './user-scenario.ts';

/** What the arguments of `holdfast check` ask. */
export interface Question {
  readonly scenarios: readonly Scenario[];
  /** See {@link CellSettings}. */
  readonly module: string | undefined;
  readonly files: readonly DesignFile[];
  readonly decisions: Readonly<Record<string, string>>;
  /** The presets of the columns, and references to designs of the user's. */
  readonly designs: readonly string[];
  readonly tasks: readonly CellTask[];
}

/** The presets that are kernels, not proposals. */
export const KERNELS: readonly string[] = KERNEL_PRESETS.map(({ name }) => name);

/** Reads the arguments: a question, or what is wrong with them. */
export async function questionFrom(
  races: readonly string[],
  options: Pick<CheckOptions, 'design' | 'allDesigns' | 'variant' | 'set'>,
  argv: readonly string[],
): Promise<Question | readonly Diagnostic[]> {
  const taken = decisionsOf(options.set, argv);
  if ('diagnostic' in taken) return [taken.diagnostic];
  const { decisions } = taken;
  const asked: string[] = [];
  const files: DesignFile[] = [];
  for (const design of options.design) {
    const preset = presetNamed(design);
    if (preset !== undefined) asked.push(preset.name);
    else if (isUserFile(splitReference(design).path)) {
      const own = await loadDesigns(design);
      if (!('file' in own)) return own;
      files.push(own.file);
      asked.push(...own.references);
    } else {
      const names = PRESETS.map(({ name }) => name);
      const help = `holdfast list has all with a name; any release from ${KERNELS[0]} to ${NEWEST} is one, too`;
      return [unknown('HF931', `no such design: '${design}'`, design, names, argv, help)];
    }
  }
  const found = races.length > 1 ? await scenariosOfAll(races, argv) : await scenariosFor(races[0], argv);
  if (!('scenarios' in found)) return found;
  const { scenarios, module } = found;
  for (const variant of options.variant) {
    const names = scenarios.flatMap(({ variants }) => variants.map(({ name }) => name));
    if (!names.includes(variant)) {
      const where = scenarios.length === 1 ? ` of ${scenarios[0]!.name}` : '';
      return [
        unknown('HF932', `no such variant${where}: '${variant}'`, variant, names, argv, `one of ${names.join(', ')}`),
      ];
    }
  }
  const kernels = options.allDesigns ? KERNELS : COLUMNS;
  const tasks: CellTask[] = [];
  for (const scenario of scenarios) {
    const presets = asked.length > 0 ? asked : [...kernels, ...scenario.proposals];
    for (const { name: variant } of scenario.variants) {
      if (options.variant.length > 0 && !options.variant.includes(variant)) continue;
      const name = `${scenario.name} ${variant}`;
      tasks.push({ index: tasks.length, name, scenario: scenario.name, variant, presets });
    }
  }
  return { scenarios, module, files, decisions, tasks, designs: asked.length > 0 ? asked : kernels };
}

/** Several races at once; of files with races there is one a run. */
async function scenariosOfAll(races: readonly string[], argv: readonly string[]): ReturnType<typeof scenariosFor> {
  const all = new Set<Scenario>();
  for (const race of races) {
    if (isUserFile(race)) {
      const help = 'races that belong together may be exported by one file';
      return [usageDiagnostic('HF903', `a file with races is checked alone: '${race}'`, { argv, at: race, help })];
    }
    const found = await scenariosFor(race, argv);
    if (!('scenarios' in found)) return found;
    for (const each of found.scenarios) all.add(each);
  }
  return { scenarios: [...all], module: undefined };
}

async function scenariosFor(
  race: string | undefined,
  argv: readonly string[],
): Promise<{ scenarios: readonly Scenario[]; module: string | undefined } | readonly Diagnostic[]> {
  if (race === undefined) return { scenarios: SCENARIOS, module: undefined };
  if (race.endsWith('.litmus')) {
    const help = `for a litmus test: holdfast litmus ${race}`;
    return [usageDiagnostic('HF930', `not a race, nor a file with races: '${race}'`, { argv, at: race, help })];
  }
  if (isUserFile(race)) return await loadScenarios(race);
  const scenario = scenarioNamed(race);
  if (scenario !== undefined) return { scenarios: [scenario], module: undefined };
  const names = SCENARIOS.map(({ name }) => name);
  return [unknown('HF930', `no such race: '${race}'`, race, names, argv, 'holdfast list has all of them')];
}

function decisionsOf(
  settings: readonly string[],
  argv: readonly string[],
): { decisions: Record<string, string> } | { diagnostic: Diagnostic } {
  const taken = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    if (equals < 1) {
      const help = 'holdfast list has all knobs and their values';
      const more = { argv, at: setting, expected: 'knob=value', help };
      return { diagnostic: usageDiagnostic('HF902', `'${setting}' is not a value of --set`, more) };
    }
    taken.set(setting.slice(0, equals), setting.slice(equals + 1));
  }
  // Own properties all, whatever their names.
  const decisions: Record<string, string> = Object.fromEntries(taken);
  const error = designWith(PRESETS[0]!.design, decisions);
  if (!('kind' in error)) return { decisions };
  const { knob } = error;
  const at = `${knob}=${taken.get(knob)}`;
  if (error.kind === 'unknown-knob') {
    const knobs = Object.keys(KNOBS);
    const help = 'holdfast list has all of them';
    return { diagnostic: unknown('HF933', `no such knob: '${knob}'`, at, knobs, argv, help, knob) };
  }
  const { value, values } = error;
  const message = `no such value of ${knob}: '${value}'`;
  return { diagnostic: unknown('HF934', message, at, values, argv, `one of ${values.join(', ')}`, value) };
}

function unknown(
  code: Code,
  message: string,
  at: string,
  names: readonly string[],
  argv: readonly string[],
  otherwise: string,
  name = at,
): Diagnostic {
  const near = nearest(name, names);
  const help = near.length > 0 ? `did you mean ${near.join(' or ')}? ${otherwise}` : otherwise;
  return usageDiagnostic(code, message, { argv, at, help });
}
