import type { ExploreOptions, ExploreResult } from '../explore/contract.ts';
import type { Choices } from '../judge/choices.ts';
import type { Ending, Failure, Judge, Judgement } from '../judge/judgement.ts';
import type { Limit } from '../judge/outcome.ts';
import { type Limits, type Searched, searchInTurns } from '../judge/search.ts';
import type { ModelName } from '../models/registry.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { type Flag, flagsOf, NO_FLAGS } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import type { TooManyAccesses } from '../program/too-many-accesses.ts';
import { atOnce, type InTurns } from '../program/turns.ts';
import type { Place } from './ast.ts';
import type { CompiledLitmus } from './compile.ts';
import { MIXED_SIZES } from './frame.ts';
import { endOfThreads, type FaultOf, type Fired } from './judge-end.ts';
import { type State, StateTally } from './tally.ts';
import { isTame } from './tame.ts';

export type Verdict = 'Never' | 'Sometimes' | 'Always';

export interface RunOptions extends Limits {
  readonly model: ModelName;
  /** Stop at the first execution that settles the condition: one that satisfies an `exists`, or violates a `forall`. */
  readonly decide?: boolean;
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
  /** One of those. */
  readonly stuck: Choices | undefined;
  /** The assertions that fire in some execution, each once, in the order of threads and text. */
  readonly fired: readonly Fired[];
}

export type LitmusOutcome =
  /** Every execution was visited, or, where `decide` asked for no more, one that settles the condition. */
  | (Findings & { readonly kind: 'decided'; readonly verdict: Verdict })
  /** No execution completes. */
  | (Findings & { readonly kind: 'deadlock' })
  /** A limit was hit: nothing is proved. */
  | (Findings & { readonly kind: 'bounded'; readonly limit: Limit; readonly tooMany: TooManyAccesses | undefined })
  /** Whoever asked had enough. */
  | (Findings & { readonly kind: 'stopped' })
  /** Some execution does what has no meaning, such as to follow a pointer that points nowhere. */
  | { readonly kind: 'fault'; readonly diagnostic: Diagnostic };

type Explore = (program: Program, options: ExploreOptions) => ExploreResult;

/**
 * Runs a compiled test, and answers as herd7 does: Never, Sometimes or Always, over the executions in which every thread
 * ends. @param explore what visits the executions, if not our own
 */
export const runLitmus = (compiled: CompiledLitmus, options: RunOptions, explore?: Explore): LitmusOutcome =>
  atOnce(runLitmusInTurns(compiled, options, explore));

/** As {@link runLitmus}. */
export function* runLitmusInTurns(
  compiled: CompiledLitmus,
  options: RunOptions,
  explore?: Explore,
): InTurns<LitmusOutcome> {
  const { test } = compiled;
  const pursues = options.decide === true && test.quantifier !== 'forall';
  // Executions that cannot satisfy the condition are cut off where they go wrong.
  const found = yield* new Run(compiled, options, explore).outcome(pursues ? 'condition' : 'filter');
  const isNever = found.kind === 'decided' && found.verdict === 'Never';
  if (!pursues || !isNever || isTame(test)) return found;
  // What was cut off may be flagged, or at fault.
  return yield* new Run(compiled, options, explore).outcome('filter');
}

/** How an execution fails. */
interface RunFailure extends Failure {
  /** Of an assertion: whether all threads went on to their ends, so that there is a final state. */
  readonly hasState?: boolean;
}

/** One search over a test, and what was counted on the way. */
class Run implements Judge<RunFailure> {
  readonly worst = 'fault';
  private readonly tally: StateTally;
  private positive = 0;
  private negative = 0;
  private flags = NO_FLAGS;
  private fault: FaultOf | undefined;
  private readonly fired = new Map<Place, Fired>();

  constructor(
    private readonly compiled: CompiledLitmus,
    private readonly options: RunOptions,
    private readonly explore: Explore | undefined,
  ) {
    this.tally = new StateTally(compiled.state, compiled.holds);
  }

  get program(): Program {
    return this.compiled.program;
  }

  judge(ending: Ending): Judgement<RunFailure> {
    const { compiled } = this;
    const end = endOfThreads(compiled, ending);
    if (end === 'cut') return { kind: 'cut' };
    if (end === 'complete') {
      // herd7 knows no execution in which a thread does not end.
      return { kind: ending.blocked || compiled.filter?.(ending) === false ? 'filtered' : 'fine' };
    }
    if ('fault' in end) {
      this.fault = end;
      return { kind: 'failing', failure: { kind: 'fault', message: end.fault.message } };
    }
    if (!ending.blocked && compiled.filter?.(ending) === false) return { kind: end.cut ? 'cut' : 'filtered' };
    for (const one of end.fired) this.fired.set(one.place, one);
    const hasState = !ending.blocked && !end.cut && !end.died;
    return { kind: 'failing', failure: { kind: 'assertion', message: 'an assertion fires', hasState }, cut: end.cut };
  }

  *outcome(pursue: 'condition' | 'filter'): InTurns<LitmusOutcome> {
    const { compiled, options, tally } = this;
    const decides = options.decide === true;
    const settling = compiled.test.quantifier !== 'forall';
    const searched = yield* searchInTurns(this, {
      ...options,
      ...(this.explore === undefined ? {} : { explore: this.explore }),
      pursue,
      visit: (judgement, { execution }) => {
        if (judgement.kind === 'failing') {
          if (judgement.failure.kind === 'fault') return true;
          if (judgement.failure.hasState !== true) return false;
        } else if (judgement.kind !== 'fine') return false;
        const satisfies = tally.add(execution);
        if (satisfies) this.positive++;
        else this.negative++;
        this.flags |= execution.flags;
        return decides && satisfies === settling;
      },
    });
    if (this.fault !== undefined) return { kind: 'fault', diagnostic: describe(compiled, this.fault) };
    const { positive, negative } = this;
    const { end } = searched;
    const findings = this.findings(searched);
    if (end === 'enough') return { kind: 'decided', verdict: 'Sometimes', ...findings };
    if (end === 'stopped') return { kind: 'stopped', ...findings };
    if (end !== 'every') return { kind: 'bounded', limit: end, tooMany: searched.tooMany, ...findings };
    const verdict = positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes';
    if (searched.executions > 0) return { kind: 'decided', verdict, ...findings };
    // Was everything that completes cut off?
    const any = pursue === 'filter' && compiled.filter === undefined ? searched : yield* this.findAny();
    if (any.executions > 0) return { kind: 'decided', verdict, ...findings };
    if (any.end === 'stopped') return { kind: 'stopped', ...findings };
    if (any.end !== 'every' && any.end !== 'enough')
      return { kind: 'bounded', limit: any.end, tooMany: any.tooMany, ...findings };
    return { kind: 'deadlock', ...findings, blocked: any.blocked, stuck: any.stuck };
  }

  /** Looks for an execution in which every thread ends, whatever the filter says of it. */
  private findAny(): InTurns<Searched<Failure>> {
    const { program, options, explore } = this;
    const { model, deadline, stopped } = options;
    const judge: Judge = { program, worst: 'fault', judge: () => ({ kind: 'fine' }) };
    return searchInTurns(judge, {
      ...{ model, deadline, stopped },
      ...(explore === undefined ? {} : { explore }),
      visit: (_, { blocked }) => !blocked,
    });
  }

  private findings({ executions, blocked, stuck }: Searched): Findings {
    const { compiled, positive, negative, tally } = this;
    const observed = compiled.state.observed.map((o) => o.name);
    const flags = flagsOf(this.flags);
    const fired = [...this.fired.values()].sort((a, b) => a.thread - b.thread || a.place.start - b.place.start);
    const states = tally.states(compiled.test);
    return { observed, states, positive, negative, flags, executions, blocked, stuck, fired };
  }
}

function describe(compiled: CompiledLitmus, { thread, fault }: FaultOf): Diagnostic {
  const { source, threads } = compiled.test;
  const { place, message } = fault;
  const who = threads[thread]!.name;
  if (fault.code === MIXED_SIZES) {
    return source.error(MIXED_SIZES, place.start, place.end, `${who} accesses a word in another size: ${message}`, {
      help: 'The memory model orders accesses of whole words. Give all that is accessed together one type.',
    });
  }
  return source.error('HF201', place.start, place.end, `${who} does what has no meaning: ${message}`, {
    help: 'There is an execution in which this happens; guard it with an `if`, or give the pointer an initial value.',
  });
}
