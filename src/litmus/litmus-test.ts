import type { Diagnostic } from '../program/diagnostic.ts';
import type { FunctionDefinition, Proposition, Quantifier, Variable } from './ast.ts';
import type { Layout } from './layout.ts';
import type { Source } from './source.ts';

/** What the author says in a comment, as in `Result: Never DATARACE`. */
export interface Promised {
  readonly verdict: 'Never' | 'Sometimes' | 'Always' | 'Deadlock';
  readonly race: boolean;
}

/** A litmus test that can be compiled: every name in it means something. */
export interface LitmusTest {
  readonly name: string;
  readonly path: string;
  readonly source: Source;
  /** P0, P1, ... in this order. */
  readonly threads: readonly FunctionDefinition[];
  /** What else it defines, that threads call: of a file of C. */
  readonly functions: readonly FunctionDefinition[];
  /** What `locations` names: part of each state though no condition asks for it. */
  readonly observed: readonly Variable[];
  /** Executions that do not satisfy it do not count. */
  readonly filter: Proposition | undefined;
  readonly quantifier: Quantifier;
  readonly condition: Proposition;
  readonly promised: Promised | undefined;
  readonly layout: Layout;
  /** What is odd about the test but does not keep it from running. */
  readonly warnings: readonly Diagnostic[];
}

/** A test, or what is wrong with it: at least one error. */
export type ParseResult =
  | { readonly ok: true; readonly test: LitmusTest }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
