import type { Frame } from '../fronts/races/stack-place.ts';

/** Where lines of the built library stand in the source; all count from 0, and a line has four numbers for each column. */
interface Frames {
  readonly files: readonly string[];
  readonly lines: Readonly<Record<number, readonly number[]>>;
}

/** The file of the library as it was built; undefined in whatever else it was bundled into, whose lines are others. */
const OWN = /(\S+\/holdfast\.mjs):\d+:\d+$/m.exec((new Error().stack ?? '').replaceAll(/[()]/g, ' ').trim())?.[1];
const FILE = OWN?.replace(/^file:\/\//, '');

let frames: Frames | undefined;
let loading: Promise<void> | undefined;

/** Loads what {@link sourceFrame} knows, once. Where there is nothing it knows nothing. */
export function loadFrames(): Promise<void> {
  const load = async (): Promise<void> => {
    if (OWN === undefined) return;
    try {
      const beside = OWN.replace(/holdfast\.mjs$/, 'holdfast-frames.mjs');
      frames = ((await import(beside)) as { readonly FRAMES: Frames }).FRAMES;
    } catch {
      // It was left behind when the library was copied: places are then not known.
    }
  };
  loading ??= load();
  return loading;
}

/** Where a frame stands in the source; the frame itself where that is not known. */
export function sourceFrame(frame: Frame): Frame {
  const row = frame.file === FILE ? frames?.lines[frame.line - 1] : undefined;
  let at = -1;
  for (let i = 0; row !== undefined && i < row.length && row[i]! < frame.column; i += 4) at = i;
  if (row === undefined || at < 0) return frame;
  const [, file, line, column] = row.slice(at, at + 4) as [number, number, number, number];
  return { ...frame, file: frames!.files[file]!, line: line + 1, column: column + 1 };
}
