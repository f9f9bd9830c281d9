import { basename } from 'node:path';
import type { Diagnostic } from '../program/diagnostic.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { usageDiagnostic } from './usage.ts';
import { exportsOf, loadModule } from './user-module.ts';

/** The scenarios that a bundled module exports. @throws whatever the module throws */
const scenariosOf = (module: string): readonly Scenario[] => exportsOf(module).filter(isScenario);

const isScenario = (value: unknown): value is Scenario =>
  typeof value === 'object' && value !== null && 'prepare' in value && 'variants' in value && 'absent' in value;

/** A scenario by its name: the user's, if there is a module, else ours. */
export const scenarioFrom = (module: string | undefined, name: string): Scenario | undefined =>
  (module === undefined ? SCENARIOS : scenariosOf(module)).find((scenario) => scenario.name === name);

/** The races of a user's file, at least one, or what is wrong with it. */
export async function loadScenarios(
  path: string,
): Promise<{ scenarios: readonly Scenario[]; module: string } | readonly Diagnostic[]> {
  const loaded = await loadModule(path, scenariosOf);
  if (!('found' in loaded)) return loaded;
  const { found, module } = loaded;
  if (found.length > 0) return { scenarios: found, module };
  return [
    usageDiagnostic('HF941', `no scenario in '${basename(path)}'`, {
      expected: "an export made by scenario({ ... }) of 'holdfast'",
    }),
  ];
}
