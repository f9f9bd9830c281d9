import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import * as library from '../library/index.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { ScenarioError, thrownWords } from '../scenarios/scenario-error.ts';
import { fileDiagnostic, refused } from './files.ts';
import { placeable, scenarioDiagnostic } from './scenario-place.ts';
import { usageDiagnostic } from './usage.ts';

/** Is the argument of `holdfast check` a file rather than the name of a race? */
export const isScenarioFile = (name: string): boolean => /[\\/]|\.[cm]?[jt]s$/.test(name);

/** The text of one module, with all that a user's file imports but Holdfast itself. */
export type UserModule = { readonly module: string } | { readonly diagnostics: readonly Diagnostic[] };

/**
 * Bundles a user's file, TypeScript or JavaScript. esbuild does it on every version of Node alike, so a scenario may use
 * all of TypeScript and import files of its own.
 */
export async function bundleScenario(path: string): Promise<UserModule> {
  const unreadable = isReadable(path);
  if (unreadable !== undefined) return { diagnostics: [unreadable] };
  const { build } = createRequire(__filename)('esbuild') as typeof import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      external: ['holdfast'],
      sourcemap: 'inline',
      logLevel: 'silent',
    });
    return { module: outputFiles[0]!.text };
  } catch (error) {
    return { diagnostics: diagnosticsOf(path, error) };
  }
}

/** Why the file is none that esbuild should even open; undefined where it may. */
function isReadable(path: string): Diagnostic | undefined {
  try {
    return refused(path, statSync(path));
  } catch (error) {
    return fileDiagnostic(path, error);
  }
}

interface BuildMessage {
  readonly text: string;
  readonly location: { file: string; line: number; column: number; length: number; lineText: string } | null;
}

function diagnosticsOf(path: string, error: unknown): Diagnostic[] {
  const { errors } = error as { errors?: readonly BuildMessage[] };
  if (errors === undefined || errors.length === 0) return [fileDiagnostic(path, error)];
  return errors.map(({ text, location }) =>
    text.startsWith('Could not resolve') && location === null
      ? usageDiagnostic('HF910', `no such file: '${path}'`, { help: `looked for it in ${process.cwd()}` })
      : {
          code: 'HF940',
          severity: 'error',
          message: text,
          file: location?.file ?? path,
          line: location?.line ?? 0,
          column: location === null ? 0 : location.column + 1,
          length: Math.max(1, location?.length ?? 1),
          sourceLine: location?.lineText ?? '',
        },
  );
}

const loaded = new Map<string, readonly Scenario[]>();

/**
 * The scenarios that a bundled module exports, in the order of their names there. Evaluates the module once.
 * @throws whatever the module throws
 */
export function scenariosOf(module: string): readonly Scenario[] {
  const known = loaded.get(module);
  if (known !== undefined) return known;
  const made: { exports: Record<string, unknown> } = { exports: {} };
  const native = createRequire(__filename);
  const require = (name: string): unknown => (name === 'holdfast' ? library : native(name));
  new Function('exports', 'module', 'require', placeable(module))(made.exports, made, require);
  const found = Object.values(made.exports).filter(isScenario);
  loaded.set(module, found);
  return found;
}

const isScenario = (value: unknown): value is Scenario =>
  typeof value === 'object' && value !== null && 'prepare' in value && 'variants' in value && 'absent' in value;

/** A scenario by its name: the user's, if there is a module, else ours. */
export const scenarioFrom = (module: string | undefined, name: string): Scenario | undefined =>
  (module === undefined ? SCENARIOS : scenariosOf(module)).find((scenario) => scenario.name === name);

/** What is wrong with a module that exports no scenario, or throws. */
export function moduleDiagnostic(path: string, error: unknown): Diagnostic {
  if (error === undefined) {
    return usageDiagnostic('HF941', `no scenario in '${basename(path)}'`, {
      expected: "an export made by scenario({ ... }) of 'holdfast'",
    });
  }
  if (error instanceof ScenarioError) return scenarioDiagnostic(error.code, error.message, error.stacks, path);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return scenarioDiagnostic('HF942', `'${basename(path)}' threw ${thrownWords(error)}`, [stack]);
}
