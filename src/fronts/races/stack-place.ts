import type { SourcePlace } from '../../explain/source-place.ts';

/** One line of a stack. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
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
  let place: SourcePlace | undefined;
  let calledAt = '';
  const frames: string[] = [];
  const path: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = frameOf(line);
    if (frame === undefined) continue;
    const mapped = map(frame);
    const inside = /(?:^|[/\\])(src[/\\]mm[/\\][^?]*)/.exec(mapped.file)?.[1];
    if (inside === undefined) {
      if (place !== undefined && calledAt === '') calledAt = `${mapped.line}:${mapped.column}`;
      continue;
    }
    const file = inside.replaceAll('\\', '/');
    place ??= { file, line: mapped.line, column: mapped.column, text: '' };
    const name = ownName(frame.name || mapped.name);
    if (name !== '') frames.push(`${file.replace(/^.*\/|\.ts$/g, '')}.${name}`);
    path.push(`${file}:${mapped.line}:${mapped.column}`);
  }
  return place === undefined ? undefined : { place: { ...place, path: path.join(' ') }, frames, calledAt };
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
