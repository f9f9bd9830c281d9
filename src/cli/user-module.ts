import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import * as library from '../library/index.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { ScenarioError, thrownWords } from '../scenarios/scenario-error.ts';
import { atMost } from './at-most.ts';
import { fileDiagnostic, refused } from './files.ts';
import { placeable, scenarioDiagnostic } from './scenario-place.ts';
import { usageDiagnostic } from './usage.ts';

/** The text of one module, with all that a user's file imports but Holdfast itself. */
export type UserModule = { readonly module: string } | { readonly diagnostics: readonly Diagnostic[] };

/** How long a user's file may take to be evaluated, in milliseconds. */
const LOADING = 10_000;

/** Is an argument a file rather than the name of a race or of a design? */
export const isUserFile = (name: string): boolean => /[\\/]|\.[cm]?[jt]s$/.test(name);

/**
 * Bundles a user's file, TypeScript or JavaScript. esbuild does it on every version of Node alike, so it may use all of
 * TypeScript and import files of its own.
 */
export async function bundleModule(path: string): Promise<UserModule> {
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

const loaded = new Map<string, readonly unknown[]>();

/**
 * What a bundled module exports, in the order of the names there. Evaluates the module once.
 * @throws whatever the module throws
 */
export function exportsOf(module: string): readonly unknown[] {
  const known = loaded.get(module);
  if (known !== undefined) return known;
  const made: { exports: Record<string, unknown> } = { exports: {} };
  const native = createRequire(__filename);
  const require = (name: string): unknown => (name === 'holdfast' ? library : native(name));
  new Function('exports', 'module', 'require', placeable(module))(made.exports, made, require);
  const found = Object.values(made.exports);
  loaded.set(module, found);
  return found;
}

/** What a file exports that passes, with its text; or what is wrong with the file. None may be found. */
export async function loadModule<T>(
  path: string,
  find: (module: string) => readonly T[],
): Promise<{ readonly module: string; readonly found: readonly T[] } | readonly Diagnostic[]> {
  const bundle = await bundleModule(path);
  if ('diagnostics' in bundle) return bundle.diagnostics;
  const { module } = bundle;
  try {
    const found = atMost(LOADING, () => find(module));
    if (found !== undefined) return { module, found };
    return [usageDiagnostic('HF942', `'${path}' did not come to its end in ${LOADING / 1000} s`, {})];
  } catch (error) {
    if (error instanceof ScenarioError) return [scenarioDiagnostic(error.code, error.message, error.stacks, path)];
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    return [scenarioDiagnostic('HF942', `'${basename(path)}' threw ${thrownWords(error)}`, [stack])];
  }
}
