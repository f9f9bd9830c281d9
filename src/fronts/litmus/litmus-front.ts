import { digestOf } from '../../explain/execution-id.ts';
import { parseLitmus } from '../../litmus/parse.ts';
import type { FrontEnd } from '../front-end.ts';
import { LitmusProtocol } from './litmus-protocol.ts';
import { tooManyAccesses } from './too-many-accesses.ts';

/** The text of a litmus test, and what a person calls it. */
export interface AskedTest {
  readonly kind: 'litmus';
  readonly path: string;
  readonly text: string;
}

/** Litmus tests, by their text. */
export const LITMUS: FrontEnd<AskedTest> = {
  pathOf: ({ path }) => path,

  prepare({ path, text }, { unroll }) {
    const parsed = parseLitmus(text, path);
    if (!parsed.ok) return parsed.diagnostics;
    const protocol = new LitmusProtocol(parsed.test, { unroll, flagsFail: true });
    const name = path.replace(/^.*[/\\]/, '').replace(/\.litmus$/, '');
    return {
      path,
      protocol,
      reference: { kind: 'l', name, digest: digestOf(text) },
      endless: (found) => tooManyAccesses(parsed.test, unroll, found),
    };
  },
};
