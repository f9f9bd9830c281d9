import { depsMembers } from '../../cpu/deps.ts';
import type { Subject } from '../../explain/subject.ts';
import type { Recording, Replayed } from '../../explain/trace.ts';
import { Kind } from '../../graph/event.ts';
import type { Ending, FailureKind, Judgement } from '../../judge/judgement.ts';
import { type CompiledLitmus, compileLitmus } from '../../litmus/compile.ts';
import { endOf, type Frame } from '../../litmus/frame.ts';
import type { Here } from '../../litmus/here.ts';
import { endOfThreads } from '../../litmus/judge-end.ts';
import { showValue } from '../../litmus/layout.ts';
import type { LitmusTest } from '../../litmus/litmus-test.ts';
import { isTame } from '../../litmus/tame.ts';
import { type FlagSet, flagsOf, hasFlag } from '../../program/flags.ts';
import { firedWords } from './fired.ts';
import { LitmusPlaces } from './litmus-places.ts';

export interface LitmusSubjectOptions {
  readonly unroll: number;
  /** Whether an execution fails that the model flags, if only for a data race. If not, only the condition counts. */
  readonly flagsFail: boolean;
  /** Whether an execution fails in which a thread waits without end; herd7 knows no such executions. */
  readonly waitsFail?: boolean;
  /** What holds where no execution fails, if that is not what the condition says. */
  readonly promise?: string;
}

/** Mixed accesses are told of, but the model promises what it promises all the same. */
function judgeFlags(set: FlagSet): Judgement {
  const flags = flagsOf(set).filter((flag) => flag !== 'data-race' && flag !== 'mixed-accesses');
  if (flags.length > 0) {
    return { kind: 'failing', failure: { kind: 'flagged', message: `is flagged: ${flags.join(', ')}` } };
  }
  if (!hasFlag(set, 'data-race')) return { kind: 'fine' };
  return { kind: 'failing', failure: { kind: 'data-race', message: 'plain accesses race' } };
}

/**
 * A litmus test as something that can be explained. An execution fails where it satisfies an `exists` (that is the
 * outcome that its author asks about) or a `~exists`, or where it does not satisfy a `forall`.
 */
export class LitmusSubject implements Subject {
  readonly name: string;
  readonly columns: readonly string[];
  readonly test: LitmusTest;
  readonly options: LitmusSubjectOptions;
  readonly worst: FailureKind;
  private compiledOnce: CompiledLitmus | undefined;
  private placesOnce: LitmusPlaces | undefined;
  private recorded: { readonly compiled: CompiledLitmus; readonly recording: Recording } | undefined;

  constructor(test: LitmusTest, options: LitmusSubjectOptions) {
    this.name = test.name;
    this.test = test;
    this.options = options;
    this.columns = test.threads.map((thread) => thread.name);
    this.worst = isTame(test) ? 'violated' : 'fault';
  }

  get program(): CompiledLitmus['program'] {
    return this.compiled.program;
  }

  /** Many variants of a test are run once only, or not at all: each is compiled when that is asked for. */
  private get compiled(): CompiledLitmus {
    this.compiledOnce ??= compileLitmus(this.test, { unroll: this.options.unroll });
    return this.compiledOnce;
  }

  /** What holds where no execution fails. */
  get promise(): string {
    const { quantifier } = this.test;
    if (this.options.promise !== undefined) return this.options.promise;
    return `${quantifier === 'forall' ? 'every' : 'no'} execution satisfies ${this.compiled.conditionText.replace(/^~/, '')}`;
  }

  judge(ending: Ending): Judgement {
    const { compiled, test } = this;
    const end = endOfThreads(compiled, ending);
    if (end === 'cut') return { kind: 'cut' };
    const isFiltered = !ending.blocked && compiled.filter?.(ending) === false;
    if (end !== 'complete' && 'fired' in end) {
      if (isFiltered) return { kind: end.cut ? 'cut' : 'filtered' };
      const { thread, place } = end.fired[0]!;
      const message = firedWords(this.columns[thread]!, this.places.of(place));
      return { kind: 'failing', failure: { kind: 'assertion', message }, cut: end.cut };
    }
    if (end !== 'complete') {
      const message = `${this.columns[end.thread]} does what has no meaning: ${end.fault.message}`;
      return { kind: 'failing', failure: { kind: 'fault', message } };
    }
    if (ending.blocked && this.options.waitsFail === true) return { kind: 'stuck' };
    // herd7 knows no execution in which a thread does not end.
    if (ending.blocked || isFiltered) return { kind: 'filtered' };
    if (compiled.holds(compiled.state.readAll(ending)) === (test.quantifier !== 'forall')) {
      const does = test.quantifier === 'forall' ? 'violates' : 'satisfies';
      return { kind: 'failing', failure: { kind: 'violated', message: `${does} ${compiled.conditionText}` } };
    }
    return this.options.flagsFail ? judgeFlags(ending.flags) : { kind: 'fine' };
  }

  recording(): Recording {
    return this.record().recording;
  }

  private record(): { readonly compiled: CompiledLitmus; readonly recording: Recording } {
    if (this.recorded === undefined) {
      const here: Here = { place: undefined };
      const compiled = compileLitmus(this.test, { unroll: this.options.unroll, here });
      const locate = () => (here.place === undefined ? undefined : this.places.of(here.place));
      this.recorded = { compiled, recording: { program: compiled.program, locate } };
    }
    return this.recorded;
  }

  private get places(): LitmusPlaces {
    this.placesOnce ??= new LitmusPlaces(this.test);
    return this.placesOnce;
  }

  showValue(_cell: number, value: number): string {
    return String(showValue(this.test.layout, value));
  }

  get observed(): readonly string[] {
    return this.compiled.state.observed.map(({ name }) => name);
  }

  state(ending: Omit<Ending, 'flags' | 'blocked'>): string[] {
    const { state } = this.compiled;
    return state.readAll(ending).map((value) => this.showValue(-1, value));
  }

  decisive({ trace, results }: Replayed): number[] {
    const { compiled } = this.record();
    const found = new Set<number>();
    const bySlot = (thread: number, slot: number): number =>
      trace.events.findIndex((e) => e.thread === thread && e.slot === slot && e.kind <= Kind.Write);
    for (const [thread, result] of results.entries()) {
      const end = result === undefined ? undefined : endOf(result as Frame);
      if (typeof end !== 'object' || !('fired' in end)) continue;
      for (const slot of depsMembers(end.deps)) found.add(bySlot(thread, slot));
    }
    for (const { thread, place } of compiled.state.observed) {
      if (place < 0) continue;
      if (thread >= 0) {
        for (const slot of depsMembers(compiled.originsOf(thread)[place]!)) found.add(bySlot(thread, slot));
      } else {
        const last = trace.co.find((writes) => trace.events[writes[0]!]!.cell === place)?.at(-1);
        if (last !== undefined) found.add(last);
      }
    }
    return [...found].sort((a, b) => a - b);
  }
}
