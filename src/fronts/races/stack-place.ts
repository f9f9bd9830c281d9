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

/** Where the memory manager was when the stack was taken: its innermost place, and the innermost function with a name. */
export function placeInStack(stack: string, map: FrameMap): SourcePlace | undefined {
  let place: Omit<SourcePlace, 'function'> | undefined;
  let name = '';
  const path: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = frameOf(line);
    if (frame === undefined) continue;
    const mapped = map(frame);
    const inside = /(?:^|[/\\])(src[/\\]mm[/\\][^?]*)/.exec(mapped.file)?.[1];
    if (inside === undefined) continue;
    const file = inside.replaceAll('\\', '/');
    place ??= { file, line: mapped.line, column: mapped.column, text: '' };
    if (name === '') name = kernelName(frame.name || mapped.name);
    path.push(`${file}:${mapped.line}:${mapped.column}`);
  }
  return place === undefined ? undefined : { ...place, function: name, path: path.join(' ') };
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

/** The functions of the memory manager are called as those of the kernel, but for how words are joined. */
function kernelName(name: string): string {
  const own = name.replace(/^.*\./, '').replace(/\d+$/, '');
  return own.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
