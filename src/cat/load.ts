import { digestOf } from '../explain/execution-id.ts';
import { Source } from '../litmus/source.ts';
import { addRules } from '../models/model.ts';
import { addModel, type CatName } from '../models/registry.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { CatError } from './cat-error.ts';
import { catRules } from './cat-model.ts';
import { compileCat } from './compile.ts';

/** A text and what a person calls it. */
export interface CatFile {
  readonly path: string;
  readonly text: string;
}

/** All that a model is made of, as a value that can cross to a worker. */
export interface CatSource {
  readonly model: CatFile;
  readonly bell: CatFile | undefined;
  /** What it includes, by the names there. */
  readonly included: readonly (readonly [name: string, file: CatFile])[];
}

export type CatRead = { readonly name: CatName; readonly source: CatSource } | { readonly diagnostic: Diagnostic };

/**
 * Reads a model, and makes it known by its name: that of its file, with a digest of all the text that it is made of.
 * @param find the text of a file that is included
 */
export function readCat(
  model: CatFile,
  bell: CatFile | undefined,
  find: (name: string) => CatFile | undefined,
): CatRead {
  const included = new Map<string, CatFile>();
  const finding = (name: string): CatFile | undefined => {
    const found = find(name);
    if (found !== undefined) included.set(name, found);
    return found;
  };
  try {
    const text = new Source(model.text, model.path);
    const compiled = compileCat(text, bell && new Source(bell.text, bell.path), finding);
    const { of, demands } = catRules(compiled);
    const all = [model, ...(bell ? [bell] : []), ...included.values()].map((file) => file.text);
    const file = model.path.replace(/^.*[/\\]/, '').replace(/(\.cat)?$/, '.cat');
    const name: CatName = `${file}#${digestOf(all.join('\n'))}` as CatName;
    addModel(name, compiled.title, {
      buffersLoads: demands.noBuffering === undefined,
      hasWeakOrder: !demands.isOneOrder,
    });
    addRules(name, of);
    return { name, source: { model, bell, included: [...included] } };
  } catch (error) {
    if (error instanceof CatError) return { diagnostic: error.diagnostic };
    throw error;
  }
}

const known = new Set<CatSource>();

/** Makes a model known that was read elsewhere. */
export function knowCat(source: CatSource): void {
  if (known.has(source)) return;
  known.add(source);
  const files = new Map(source.included);
  readCat(source.model, source.bell, (name) => files.get(name));
}
