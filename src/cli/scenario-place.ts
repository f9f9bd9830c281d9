import { SourceMap } from 'node:module';
import type { Code } from '../program/codes.ts';
import type { Diagnostic } from '../program/diagnostic.ts';

/** What stacks call the module of a user's file. */
const MODULE = 'holdfast-scenario';

/** `new Function()` has so many lines before the text. */
const HEADER = 2;

/** The module that was evaluated last. One file is, in one process. */
let evaluated = '';

/** The text to evaluate, so that its lines are found again in stacks. */
export function placeable(module: string): string {
  evaluated = module;
  return `${module}\n//# sourceURL=${MODULE}\n`;
}

/** A diagnostic at the first line of the user that the stacks have; without a place where there is none. */
export function scenarioDiagnostic(code: Code, message: string, stacks: readonly string[], file = ''): Diagnostic {
  const place = stacks.map(placeOf).find((found) => found !== undefined);
  return { code, severity: 'error', message, ...(place ?? { file, line: 0, column: 0, length: 1, sourceLine: '' }) };
}

/** Is a line of the user's file in one of the stacks? */
export const isOfUser = (stacks: readonly string[]): boolean => stacks.some((stack) => FRAME.test(stack));

const FRAME = new RegExp(`${MODULE}:(\\d+):(\\d+)`);

function placeOf(stack: string): Pick<Diagnostic, 'file' | 'line' | 'column' | 'length' | 'sourceLine'> | undefined {
  const frame = FRAME.exec(stack);
  const encoded = /^\/\/# sourceMappingURL=data:[^,]*base64,(.*)$/m.exec(evaluated)?.[1];
  if (frame === null || encoded === undefined) return undefined;
  const payload = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const entry = new SourceMap(payload).findEntry(Number(frame[1]) - 1 - HEADER, Number(frame[2]) - 1);
  if (!('originalSource' in entry)) return undefined;
  const { originalSource: file, originalLine, originalColumn } = entry;
  const text: string = payload.sourcesContent?.[payload.sources.indexOf(file)] ?? '';
  const sourceLine = text.split(/\r?\n/)[originalLine] ?? '';
  return { file, line: originalLine + 1, column: originalColumn + 1, length: 1, sourceLine };
}
