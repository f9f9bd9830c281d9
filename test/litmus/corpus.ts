import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the corpus of real litmus tests is: HOLDFAST_CORPUS, or beside the repository. */
export const CORPUS = process.env.HOLDFAST_CORPUS ?? fileURLToPath(new URL('../../../shared/litmus', import.meta.url));

export const hasCorpus = existsSync(CORPUS);

/** The paths of all tests of the corpus, relative to its folder. */
export function corpusPaths(): string[] {
  const files = readdirSync(CORPUS, { recursive: true, withFileTypes: true });
  return files
    .filter((f) => f.name.endsWith('.litmus'))
    .map((f) => relative(CORPUS, join(f.parentPath, f.name)))
    .sort();
}

export const corpusText = (path: string): string => readFileSync(join(CORPUS, path), 'utf8');
