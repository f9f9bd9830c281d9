import { analyse } from '../../src/ask/analyse.ts';
import { settingsFrom } from '../../src/ask/options.ts';
import type { AskedC } from '../../src/fronts/c/c-front.ts';
import { atOnce } from '../../src/program/turns.ts';

/** What becomes of a file of C, in one line: `holds`, `broken: ...`, or its first error. */
export function verdictOf(text: string, more: Partial<AskedC> = {}, unroll = 2): string {
  const asked: AskedC = { kind: 'c', path: 'test.c', text, ...more };
  const found = atOnce(analyse('show', [asked], settingsFrom({ mend: false, unroll }), {}));
  switch (found.kind) {
    case 'execution':
      return `broken: ${found.counterexample.failure.message}`;
    case 'error': {
      const [first] = found.diagnostics;
      return `${first!.file}:${first!.line}:${first!.column}: ${first!.code} ${first!.message}`;
    }
    default:
      return found.kind;
  }
}
