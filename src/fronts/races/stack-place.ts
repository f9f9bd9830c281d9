import type { SourcePlace } from '../../explain/source-place.ts';

/** One line of a stack. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** It is in a file of the user's: in a function of a design, if the memory manager called it. */
  readonly own?: true;
}

/** Where a frame stands in the source, when the code that runs was made of it by a compiler. */
export type FrameMap = (frame: Frame) => Frame;

/** Where the memory manager was when a stack was taken. */
export interface Running {
  /** Its innermost place. */
  readonly place: SourcePlace;
  /** Its functions, the innermost first, each with its file: `gup-fast.gupFastPte`. */
  readonly frames: readonly string[];
  /** Where the outermost was called. */
  readonly calledAt: string;
}

/** Undefined where the memory manager was not running. */
export function placeInStack(stack: string, map: FrameMap): Running | undefined {
  const all: { readonly frame: Frame; readonly inside: string | undefined }[] = [];
  for (const line of stack.split('\n')) {
    const raw = frameOf(line);
    if (raw === undefined) continue;
    const mapped = map(raw);
    const frame = { ...mapped, name: raw.name || mapped.name };
    all.push({ frame, inside: /(?:^|[/\\])(src[/\\]mm[/\\][^?]*)/.exec(mapped.file)?.[1]?.replaceAll('\\', '/') });
  }
  const outermost = all.findLastIndex(({ inside }) => inside !== undefined);
  if (outermost < 0) return undefined;
  let place: SourcePlace | undefined;
  const frames: string[] = [];
  const path: string[] = [];
  for (const { frame, inside } of all.slice(0, outermost + 1)) {
    // A function that a design has in the place of one of the memory manager is part of it.
    const file = inside ?? (frame.own === true ? frame.file : undefined);
    if (file === undefined) continue;
    const { line, column } = frame;
    place ??= { file, line, column, text: '' };
    const name = ownName(frame.name);
    if (name !== '') frames.push(`${file.replace(/^.*\/|\.[cm]?[jt]s$/g, '')}.${name}`);
    path.push(`${file}:${line}:${column}`);
  }
  const caller = all[outermost + 1]?.frame;
  const calledAt = caller === undefined ? '' : `${caller.line}:${caller.column}`;
  return { place: { ...place!, path: path.join(' ') }, frames, calledAt };
}

/** `    at name (file:line:column)`, or without a name. */
function frameOf(line: string): Frame | undefined {
  const match = /^\s*at (?:(?:async |new )?(\S+)(?: \[as \w+\])? \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
  if (match === null) return undefined;
  return {
    name: match[1] ?? '',
    file: match[2]!.replace(/^file:\/\//, ''),
    line: Number(match[3]),
    column: Number(match[4]),
  };
}

/** The name of a function without what it belongs to, and without the number by which a bundler tells it from another. */
const ownName = (name: string): string => name.replace(/^.*\./, '').replace(/\d+$/, '');
