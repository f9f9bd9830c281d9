import type { ParseResult } from '../litmus/litmus-test.ts';
import { LitmusError } from '../litmus/source.ts';
import { parseProgram } from './parse-program.ts';
import { type PreprocessOptions, preprocess } from './preprocess.ts';
import { resolveProgram } from './resolve-program.ts';

/** Reads a file of C. Never throws: what is wrong with it comes back as diagnostics. @param path for people */
export function parseC(text: string, path: string, options: PreprocessOptions): ParseResult {
  try {
    return { ok: true, test: resolveProgram(parseProgram(preprocess({ path, text }, options))) };
  } catch (error) {
    if (error instanceof LitmusError) return { ok: false, diagnostics: [error.diagnostic] };
    throw error;
  }
}
