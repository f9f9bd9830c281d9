import type { Reference } from '../../src/explain/counterexample.ts';
import { digestOf } from '../../src/explain/execution-id.ts';
import { LitmusProtocol } from '../../src/fronts/litmus/litmus-protocol.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { atOnce } from '../../src/program/turns.ts';

/** The protocol of a litmus test. */
export function protocolOf(text: string, path = 'test.litmus'): LitmusProtocol {
  const parsed = parseLitmus(text, path);
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]!.message);
  return new LitmusProtocol(parsed.test, { unroll: 2, flagsFail: true });
}

export const referenceOf = (text: string, name = 'test'): Reference => ({ kind: 'l', name, digest: digestOf(text) });

/** What a search comes to. */
export const finish = atOnce;
