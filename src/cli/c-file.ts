import { existsSync } from 'node:fs';
import { joined } from '../c/beside.ts';
import type { AskedC } from '../fronts/c/c-front.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { readText } from './files.ts';
import { usageDiagnostic } from './usage.ts';

/** So many files may be included. */
const MAX_FILES = 200;

/** A file of C with all that it may include of the files beside it. @param define `NAME` or `NAME=VALUE` */
export function readCFile(path: string, define: readonly string[], argv: readonly string[]): AskedC | Diagnostic {
  const text = readText(path);
  if (typeof text !== 'string') return text;
  const defines: Record<string, string> = {};
  for (const each of define) {
    const match = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(each);
    if (match === null) {
      return usageDiagnostic('HF902', `'${each}' is not a value of --define`, {
        argv,
        at: each,
        expected: 'NAME or NAME=VALUE',
      });
    }
    defines[match[1]!] = match[2] ?? '1';
  }
  const files: Record<string, string> = {};
  const left: [string, string][] = [[path, text]];
  for (let next = left.pop(); next !== undefined && Object.keys(files).length < MAX_FILES; next = left.pop()) {
    const [from, content] = next;
    for (const [, name] of content.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm)) {
      const beside = joined(from, name!);
      if (Object.hasOwn(files, beside) || !existsSync(beside)) continue;
      const included = readText(beside);
      // What cannot be read counts as not there; the line that includes it is then wrong.
      if (typeof included !== 'string') continue;
      files[beside] = included;
      left.push([beside, included]);
    }
  }
  return { kind: 'c', path, text, files, defines };
}
