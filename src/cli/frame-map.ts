import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import type { Frame, FrameMap } from '../fronts/races/stack-place.ts';
import { ownFrame } from './scenario-place.ts';

/** Where the frames of our own bundles stand in the source, by the maps that the build leaves beside them. */
export function bundleFrames(): FrameMap {
  const maps = new Map<string, SourceMap | undefined>();
  return (frame: Frame): Frame => {
    const own = ownFrame(frame);
    if (own !== undefined) return own;
    if (dirname(frame.file) !== __dirname) return frame;
    if (!maps.has(frame.file)) maps.set(frame.file, load(frame.file));
    const entry = maps.get(frame.file)?.findEntry(frame.line - 1, frame.column - 1);
    if (entry === undefined || !('originalSource' in entry)) return frame;
    const { originalSource, originalLine, originalColumn } = entry;
    return { ...frame, file: originalSource, line: originalLine + 1, column: originalColumn + 1 };
  };
}

/** Without a map the places in the source are not known, and are left out. */
function load(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(join(`${file}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
