// From the source map of the library, where the code of the memory manager stands in its source: for each line of the
// bundle that has some, its columns, and for each column the file, line and column. All count from 0.
import { readFileSync, writeFileSync } from 'node:fs';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map. */
function numbers(segment) {
  const found = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    found.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return found;
}

/** Writes them beside the library, as a module. */
export function writeFrames(library, target) {
  const { sources, mappings } = JSON.parse(readFileSync(`${library}.map`, 'utf8'));
  const names = sources.map((source) => /(?:^|\/)(src\/mm\/.*)$/.exec(source)?.[1]);
  const files = names.filter((name) => name !== undefined);
  const lines = {};
  let [source, line, column] = [0, 0, 0];
  mappings.split(';').forEach((text, n) => {
    const row = [];
    let at = 0;
    for (const segment of text === '' ? [] : text.split(',')) {
      const [advance, ...place] = numbers(segment);
      at += advance;
      if (place.length < 3) continue;
      source += place[0];
      line += place[1];
      column += place[2];
      const file = names[source];
      if (file === undefined) continue;
      row.push(at, files.indexOf(file), line, column);
    }
    if (row.length > 0) lines[n] = row;
  });
  writeFileSync(target, `export const FRAMES = ${JSON.stringify({ files, lines })};\n`);
}
