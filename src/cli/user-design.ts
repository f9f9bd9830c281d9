import { basename } from 'node:path';
import { designName, type NamedDesign, presetWith } from '../mm/design/presets.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { isOwnDesign, type OwnDesign, ownDesignWith } from '../scenarios/own-design.ts';
import { usageDiagnostic } from './usage.ts';
import { exportsOf, loadModule } from './user-module.ts';

/**
 * A file with designs of the user's own, by its path as it was given. Its designs are named `path#name`, which is what
 * `--design` takes, too.
 */
export interface DesignFile {
  readonly path: string;
  readonly module: string;
}

const designsOf = (module: string): readonly OwnDesign[] => exportsOf(module).filter(isOwnDesign);

/** The file of `./mine.ts#name`, and the name, if there is one. */
export function splitReference(reference: string): { path: string; name: string | undefined } {
  const at = reference.lastIndexOf('#');
  return at < 0
    ? { path: reference, name: undefined }
    : { path: reference.slice(0, at), name: reference.slice(at + 1) };
}

/** The designs that `./mine.ts` or `./mine.ts#name` means, as references; or what is wrong with the file. */
export async function loadDesigns(
  reference: string,
): Promise<{ file: DesignFile; references: readonly string[] } | readonly Diagnostic[]> {
  const { path, name } = splitReference(reference);
  const loaded = await loadModule(path, designsOf);
  if (!('found' in loaded)) return loaded;
  const { found, module } = loaded;
  const chosen = name === undefined ? found : found.filter((each) => each.name === name);
  const references = chosen.map((each) => `${path}#${each.name}`);
  if (references.length > 0) return { file: { path, module }, references };
  const there = found.map((each) => each.name).join(', ');
  const message =
    name === undefined ? `no design in '${basename(path)}'` : `no design '${name}' in '${basename(path)}'`;
  return [
    usageDiagnostic('HF945', message, {
      expected: found.length > 0 ? `one of ${there}` : "an export made by design({ ... }) of 'holdfast'",
    }),
  ];
}

/**
 * A preset, or a design of the user's, with decisions taken otherwise. All was looked at when the command line was read.
 * @throws RangeError where it was not
 */
export function designFrom(
  reference: string,
  decisions: Readonly<Record<string, string>>,
  files: readonly DesignFile[],
): NamedDesign {
  const own = ownDesign(reference, files);
  if (own !== undefined) return ownDesignWith(own, decisions);
  const found = presetWith(reference, decisions);
  if (found === undefined || 'kind' in found) throw new RangeError(`no design ${reference} with these decisions`);
  return found;
}

/** What the design of a reference is called in results. */
export function designNameOf(reference: string, decisions: Readonly<Record<string, string>>): string {
  return designName(splitReference(reference).name ?? reference, decisions);
}

function ownDesign(reference: string, files: readonly DesignFile[]): OwnDesign | undefined {
  const { path, name } = splitReference(reference);
  const file = name === undefined ? undefined : files.find((each) => each.path === path);
  return file === undefined ? undefined : designsOf(file.module).find((each) => each.name === name);
}
