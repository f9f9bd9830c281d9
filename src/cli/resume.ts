import { fstatSync, readFileSync, statSync, truncateSync } from 'node:fs';
import type { Diagnostic } from '../program/diagnostic.ts';
import { LITMUS_JSON_VERSION } from '../report/litmus-json.ts';
import type { KnownResult } from '../report/tally.ts';
import { fileDiagnostic, refused } from './files.ts';
import type { Settings } from './run-test.ts';
import { usageDiagnostic } from './usage.ts';

/** A result of an earlier run, with the line that has it. */
export interface Known extends KnownResult {
  readonly line: string;
}

/**
 * The results in a file of `--format json` lines, by path; of several of one path the last. Lines that are not whole,
 * as the last one of a run that was killed, do not count, nor do those of another question or model, and those of tests
 * that were interrupted.
 */
export function knownResults(file: string, { model, question }: Settings): Map<string, Known> | Diagnostic {
  let text: string;
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return refused(file, stats)!;
    text = readFileSync(file, 'utf8');
    const whole = text.lastIndexOf('\n') + 1;
    // What comes after a torn line must not become part of it.
    if (whole < text.length && isStandardOutput(file)) truncateSync(file, Buffer.byteLength(text.slice(0, whole)));
    text = text.slice(0, whole);
  } catch (error) {
    return fileDiagnostic(file, error);
  }
  const known = new Map<string, Known>();
  let results = 0;
  for (const line of text.split('\n')) {
    const result = resultIn(line);
    if (result === undefined) continue;
    results++;
    if (result.model !== model || result.question !== question) continue;
    if (result.kind === 'interrupted') known.delete(result.path);
    else known.set(result.path, { ...result, line: `${line}\n` });
  }
  if (results > 0 || text === '') return known;
  const expected = 'what holdfast litmus --format json has printed';
  return usageDiagnostic('HF904', `'${file}' is no file of results`, { expected });
}

/** Is the file where standard output goes, so that what it has need not be printed again? */
export function isStandardOutput(file: string): boolean {
  const [here, there] = [statSync(file), fstatSync(1)];
  return here.dev === there.dev && here.ino === there.ino;
}

function resultIn(line: string): (KnownResult & { readonly model: string; readonly question: string }) | undefined {
  try {
    const result = JSON.parse(line);
    return result?.version === LITMUS_JSON_VERSION && typeof result.path === 'string' ? result : undefined;
  } catch {
    return undefined;
  }
}
