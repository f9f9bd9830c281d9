import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CatFile, CatSource } from '../cat/load.ts';
import { isModel, type ModelName } from '../models/registry.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { readText } from './files.ts';

/** Where the text of a model is. */
export interface CatOptions {
  readonly bell: string | undefined;
  readonly include: readonly string[];
}

/** A model that was asked for by its name, or by its file, which was read then. */
export type Chosen<Name> = { readonly model: Name | ModelName; readonly cat: CatSource | undefined };

/** Reads the file that stands for a model, where one does. @returns what is wrong with it, if anything */
export async function chosenModel<Name extends ModelName | undefined>(
  model: Name,
  { bell, include }: Partial<CatOptions>,
): Promise<Chosen<Name> | { readonly diagnostic: Diagnostic }> {
  if (model === undefined || isModel(model)) return { model, cat: undefined };
  const file = fileAt(model);
  const bellFile = bell === undefined ? undefined : fileAt(bell);
  if ('code' in file) return { diagnostic: file };
  if (bellFile !== undefined && 'code' in bellFile) return { diagnostic: bellFile };
  // Most commands never need it.
  const { readCat } = await import('../cat/load.ts');
  const read = readCat(file, bellFile, (name) => includedFile(name, [dirname(model), ...(include ?? [])]));
  return 'diagnostic' in read ? read : { model: read.name, cat: read.source };
}

/** As {@link chosenModel}, of every option that names a model. */
export async function chosenModels<Options extends ModelOptions>(
  options: Options,
): Promise<{ readonly options: Options; readonly cats: readonly CatSource[] } | { readonly diagnostic: Diagnostic }> {
  const cats: CatSource[] = [];
  const chosen: { model?: ModelName | undefined; otherModel?: ModelName | undefined } = {};
  for (const key of ['model', 'otherModel'] as const) {
    // Of commands that take no model there are no files either.
    const made = await chosenModel(options[key], options);
    if ('diagnostic' in made) return made;
    if (made.cat !== undefined) cats.push(made.cat);
    if (made.model !== undefined) chosen[key] = made.model;
  }
  return { options: { ...options, ...chosen }, cats };
}

type ModelOptions = Partial<CatOptions> & {
  readonly model?: ModelName | undefined;
  readonly otherModel?: ModelName | undefined;
};

function fileAt(path: string): CatFile | Diagnostic {
  const text = readText(path);
  return typeof text === 'string' ? { path, text } : text;
}

/** The file of a name in the first folder that has it. */
function includedFile(name: string, folders: readonly string[]): CatFile | undefined {
  const path = folders.map((folder) => join(folder, name)).find((each) => existsSync(each));
  const file = path === undefined ? undefined : fileAt(path);
  return file === undefined || 'code' in file ? undefined : file;
}
