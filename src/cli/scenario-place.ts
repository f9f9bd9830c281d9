import { SourceMap } from 'node:module';
import type { Frame } from '../fronts/races/stack-place.ts';
import type { Code } from '../program/codes.ts';
import type { Diagnostic } from '../program/diagnostic.ts';

/** What stacks call the modules of users' files, with the place of each among those that were evaluated. */
const MODULE = 'holdfast-own-';

/** `new Function()` has so many lines before the text. */
const HEADER = 2;

/** The modules that were evaluated. */
const modules: { readonly text: string; map?: UserMap | undefined }[] = [];

interface UserMap {
  readonly map: SourceMap;
  readonly sources: readonly string[];
  readonly contents: readonly (string | null)[];
}

/** The text to evaluate, so that its lines are found again in stacks. */
export function placeable(module: string): string {
  modules.push({ text: module });
  return `${module}\n//# sourceURL=${MODULE}${modules.length - 1}\n`;
}

/** A diagnostic at the first line of the user that the stacks have; without a place where there is none. */
export function scenarioDiagnostic(code: Code, message: string, stacks: readonly string[], file = ''): Diagnostic {
  const place = stacks.map(placeOf).find((found) => found !== undefined);
  return { code, severity: 'error', message, ...(place ?? { file, line: 0, column: 0, length: 1, sourceLine: '' }) };
}

/** Is a line of the user's files in one of the stacks? */
export const isOfUser = (stacks: readonly string[]): boolean => stacks.some((stack) => FRAME.test(stack));

const FRAME = new RegExp(`${MODULE}(\\d+):(\\d+):(\\d+)`);
const FILE = new RegExp(`^${MODULE}(\\d+)$`);

/** The frame in the user's own file; undefined of any other. */
export function ownFrame(frame: Frame): Frame | undefined {
  const index = FILE.exec(frame.file)?.[1];
  const found = index === undefined ? undefined : find(Number(index), frame.line, frame.column);
  return found === undefined ? undefined : { name: frame.name, own: true, ...found };
}

function placeOf(stack: string): Pick<Diagnostic, 'file' | 'line' | 'column' | 'length' | 'sourceLine'> | undefined {
  const frame = FRAME.exec(stack);
  if (frame === null) return undefined;
  const found = find(Number(frame[1]), Number(frame[2]), Number(frame[3]));
  if (found === undefined) return undefined;
  const { file, line } = found;
  const { sources, contents } = modules[Number(frame[1])]!.map!;
  const sourceLine = contents[sources.indexOf(file)]?.split(/\r?\n/)[line - 1] ?? '';
  return { ...found, length: 1, sourceLine };
}

/** Where a line and a column of a module that was evaluated stand in the user's file. */
function find(index: number, line: number, column: number): Pick<Frame, 'file' | 'line' | 'column'> | undefined {
  const module = modules[index];
  if (module === undefined) return undefined;
  module.map ??= mapOf(module.text);
  const entry = module.map?.map.findEntry(line - 1 - HEADER, column - 1);
  if (entry === undefined || !('originalSource' in entry)) return undefined;
  return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

function mapOf(text: string): UserMap | undefined {
  const encoded = /^\/\/# sourceMappingURL=data:[^,]*base64,(.*)$/m.exec(text)?.[1];
  if (encoded === undefined) return undefined;
  const payload = JSON.parse(Buffer.from(encoded, 'base64').toString());
  return { map: new SourceMap(payload), sources: payload.sources, contents: payload.sourcesContent ?? [] };
}
