import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CatFile, type CatRead, readCat } from '../../src/cat/load.ts';
import { checkLitmus } from '../../src/fronts/litmus/check-litmus.ts';
import type { LitmusResult, Question } from '../../src/fronts/litmus/litmus-result.ts';
import { DEFAULT_UNROLL } from '../../src/litmus/compile.ts';
import type { ModelName } from '../../src/models/registry.ts';

export const fileAt = (path: string): CatFile => ({ path, text: readFileSync(path, 'utf8') });

/** The model in a file, with what stands beside it. */
export function modelAt(path: string, bell?: string): ModelName {
  const found = (name: string): CatFile | undefined => {
    const beside = join(dirname(path), name);
    return existsSync(beside) ? fileAt(beside) : undefined;
  };
  return nameOf(readCat(fileAt(path), bell === undefined ? undefined : fileAt(bell), found));
}

/** The model that a text is; it may include the examples. */
export const modelOf = (text: string): ModelName => nameOf(readText(text));

export const readText = (text: string): CatRead =>
  readCat({ path: 'my.cat', text }, undefined, (name) => {
    const example = join('examples/models', name);
    return existsSync(example) ? fileAt(example) : undefined;
  });

function nameOf(read: CatRead): ModelName {
  if ('diagnostic' in read) throw new Error(JSON.stringify(read.diagnostic));
  return read.name;
}

/** @param seconds the most that it may take */
export const check = (
  text: string,
  model: ModelName,
  question: Question = 'executions',
  path = 't',
  seconds = 20,
): LitmusResult =>
  checkLitmus(path, text, {
    model,
    question,
    unroll: DEFAULT_UNROLL,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Date.now() + seconds * 1000,
    onExecution: undefined,
  });

/** What two models are compared by. */
export function answer(result: LitmusResult) {
  if (result.kind === 'error') return result.diagnostics.map(({ code, message }) => `${code}: ${message}`);
  const { kind, states, positive, negative, flags } = result;
  return {
    kind,
    verdict: result.kind === 'decided' ? result.verdict : undefined,
    ...{ states: states.rows.length, positive, negative, flags: [...flags].sort() },
  };
}
