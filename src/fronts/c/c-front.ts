import { parseC } from '../../c/parse-c.ts';
import { digestOf } from '../../explain/execution-id.ts';
import type { ParseResult } from '../../litmus/litmus-test.ts';
import type { FrontEnd } from '../front-end.ts';
import { LitmusProtocol } from '../litmus/litmus-protocol.ts';
import { tooManyAccesses } from '../litmus/too-many-accesses.ts';

/** The text of a file of kernel C, and what a person calls it. */
export interface AskedC {
  readonly kind: 'c';
  readonly path: string;
  readonly text: string;
  /** The files that it may include, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Macros that are defined from outside. */
  readonly defines?: Readonly<Record<string, string>>;
}

/** What holds of a file of C that has no failing execution. */
const PROMISE = 'no assertion fires, nothing races, and no thread waits without end';

/** Files of kernel C, by their text. */
export const C: FrontEnd<AskedC> = {
  pathOf: ({ path }) => path,

  prepare({ path, text, files = {}, defines = {} }, { unroll }) {
    const parse = (of: string): ParseResult => parseC(of, path, { files, defines });
    const parsed = parse(text);
    if (!parsed.ok) return parsed.diagnostics;
    const options = { unroll, flagsFail: true, waitsFail: true, promise: PROMISE };
    const name = path.replace(/^.*[/\\]/, '').replace(/\.c$/, '');
    return {
      path,
      protocol: new LitmusProtocol(parsed.test, options, parse),
      reference: { kind: 'c', name, digest: digestOf(wholeOf(text, files, defines)) },
      endless: (found) => tooManyAccesses(parsed.test, unroll, found),
    };
  },
};

/** All that decides what the file means. */
const wholeOf = (
  text: string,
  files: Readonly<Record<string, string>>,
  defines: Readonly<Record<string, string>>,
): string => [text, ...Object.entries(files).flat(), ...Object.entries(defines).flat()].join('\0');
