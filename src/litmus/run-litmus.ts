import type { Execution, ExploreOptions, ExploreResult, ModelName } from '../explore/contract.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { type Flag, flagsOf, NO_FLAGS } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import type { CompiledLitmus } from './compile.ts';
import { End, type Fault, type Frame } from './machine.ts';
import { type State, StateTally } from './tally.ts';

export type Verdict = 'Never' | 'Sometimes' | 'Always';

export interface RunOptions {
  readonly model: ModelName;
  readonly maxExecutions?: number;
  /** As in {@link ExploreOptions}. */
  readonly deadline?: number;
  /** Stop at the first execution that settles the condition: one that satisfies an `exists`, or violates a `forall`. */
  readonly decide?: boolean;
  /** Called for each execution that counts; return true to stop. */
  onExecution?(execution: Execution): boolean;
}

/** What was found, whether or not it is all there is. */
export interface Findings {
  /** The names of the variables of a state, as herd7 writes them. */
  readonly observed: readonly string[];
  readonly states: readonly State[];
  /** Executions that satisfy the proposition of the condition, and that do not. */
  readonly positive: number;
  readonly negative: number;
  readonly flags: readonly Flag[];
  /** Complete executions visited, also those that the filter drops. */
  readonly executions: number;
  /** Executions visited in which some thread waits and nothing lets it go on. */
  readonly blocked: number;
}

export type LitmusOutcome =
  /** Every execution was visited, or, where `decide` asked for no more, one that settles the condition. */
  | (Findings & { readonly kind: 'decided'; readonly verdict: Verdict })
  /** No execution completes. */
  | (Findings & { readonly kind: 'deadlock' })
  /** A limit was hit: `explore` those of the options, `unroll` the rounds of a loop. Nothing is proved. */
  | (Findings & { readonly kind: 'bounded'; readonly limit: 'explore' | 'unroll' })
  /** {@link RunOptions.onExecution} had enough. */
  | (Findings & { readonly kind: 'stopped' })
  /** Some execution does what has no meaning, such as to follow a pointer that points nowhere. */
  | { readonly kind: 'fault'; readonly diagnostic: Diagnostic };

type Explore = (program: Program, options: ExploreOptions) => ExploreResult;

/** Runs a compiled test through an explorer, and answers as herd7 does: Never, Sometimes or Always. */
export function runLitmus(compiled: CompiledLitmus, options: RunOptions, explore: Explore): LitmusOutcome {
  const { test, program, state, holds, filter } = compiled;
  const tally = new StateTally(state, holds);
  const threads = program.threads.length;
  let flags = NO_FLAGS;
  const settles = test.quantifier !== 'forall';
  const pursue = options.decide === true && settles;
  let positive = 0;
  let negative = 0;
  let cut = false;
  let stopped = false;
  let fault: { thread: number; fault: Fault } | undefined;

  const result = explore(program, {
    model: options.model,
    ...(options.maxExecutions === undefined ? {} : { maxExecutions: options.maxExecutions }),
    ...(options.deadline === undefined ? {} : { deadline: options.deadline }),
    pursue: pursue ? 'condition' : 'filter',
    onExecution(execution) {
      let whole = true;
      for (let t = 0; t < threads; t++) {
        const frame = execution.result(t) as Frame;
        if (frame[0] === End.Complete) continue;
        const end = compiled.endOf(t, frame);
        if (end !== End.Complete && end !== End.Cut) {
          fault = { thread: t, fault: end };
          return true;
        }
        whole = false;
      }
      if (!whole) {
        cut = true;
        return false;
      }
      if (filter !== undefined && !filter(execution)) return false;
      const satisfies = tally.add(execution);
      if (satisfies) positive++;
      else negative++;
      flags |= execution.flags;
      if (options.onExecution?.(execution) === true) {
        stopped = true;
        return true;
      }
      return options.decide === true && satisfies === settles;
    },
  });

  if (fault !== undefined) return { kind: 'fault', diagnostic: describe(compiled, fault.thread, fault.fault) };
  const findings: Findings = {
    observed: state.observed.map((o) => o.name),
    states: tally.states(test),
    positive,
    negative,
    flags: flagsOf(flags),
    executions: result.executions,
    blocked: result.blocked,
  };
  if (stopped) return { kind: 'stopped', ...findings };
  if (result.kind === 'bounded') return { kind: 'bounded', limit: 'explore', ...findings };
  const settled = options.decide === true && (settles ? positive : negative) > 0;
  if (settled) return { kind: 'decided', verdict: 'Sometimes', ...findings };
  if (cut) return { kind: 'bounded', limit: 'unroll', ...findings };
  if (result.executions === 0 && !pursue && !completes(program, options, explore))
    return { kind: 'deadlock', ...findings };
  return { kind: 'decided', verdict: positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes', ...findings };
}

/** Is there an execution in which every thread ends, whatever the filter says of it? */
function completes(program: Program, options: RunOptions, explore: Explore): boolean {
  return explore(program, { model: options.model, onExecution: () => true }).executions > 0;
}

function describe(compiled: CompiledLitmus, thread: number, fault: Fault): Diagnostic {
  const { source } = compiled.test;
  const { place, message } = fault;
  return source.error('HF201', place.start, place.end, `P${thread} does what has no meaning: ${message}`, {
    help: 'There is an execution in which this happens; guard it with an `if`, or give the pointer an initial value.',
  });
}
