import { Kind, NONE } from '../graph/event.ts';
import type { Failure } from '../judge/judgement.ts';
import type { Limits } from '../judge/search.ts';
import { isWeakest, type ModelName } from '../models/registry.ts';
import { atOnce, type InTurns, Patience } from '../program/turns.ts';
import type { AfterDeed } from './after.ts';
import { machinesWith } from './consistency.ts';
import type { Drawing } from './drawing.ts';
import { encodeExecution, formatId, type SubjectKind } from './execution-id.ts';
import { cycleOf, type Reason, reasonInTurns, windowsOf } from './reason.ts';
import type { Shown } from './search.ts';
import { type StepText, stepTexts } from './step-text.ts';
import type { Subject } from './subject.ts';
import { endingOf, type Replayed, replay, type Trace } from './trace.ts';
import { stuckFailure, type WaitText, waitTexts } from './waits.ts';

/** What an id says that an execution is of. */
export interface Reference {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly digest: string;
  readonly variant?: string;
  /** Code that no id names has a part in it, so its executions have none. */
  readonly isPrivate?: true;
}

/** A failing execution with all that is to be said of it: data alone, which every view is made from. */
export interface Counterexample {
  /** `holdfast replay` shows it again; undefined where it cannot be written as one. */
  readonly id: string | undefined;
  readonly subject: string;
  readonly columns: readonly string[];
  /** The model that was asked about. */
  readonly asked: ModelName;
  /** The strongest model that allows such a failure, and whether it is certain that no stronger one does. */
  readonly model: ModelName;
  readonly certain: boolean;
  /** The machines that allow this execution, where the model is the weakest that there is. */
  readonly machines: readonly ModelName[] | undefined;
  readonly failure: Failure;
  /** Who waits without end; empty where everybody ends. */
  readonly waits: readonly WaitText[];
  /** What is observed at its end; nothing of an execution in which somebody waits. */
  readonly observations: readonly { readonly name: string; readonly value: string }[];
  /** What is done after the threads have ended, to show what comes of it. */
  readonly after?: readonly AfterDeed[];
  /** What has come apart at the end, in a sentence. */
  readonly parting?: string;
  readonly trace: Trace;
  /** For each event of the trace. */
  readonly texts: readonly StepText[];
  readonly drawing: Drawing;
  /** The events that play no part in the failure. */
  readonly folded: readonly number[];
  /** Where views say of the steps of a model where its code is. */
  readonly saysSource?: true;
  readonly reason: Reason;
}

/** Says all there is to say about a failing execution. Its reason is that of the model that was asked about. */
export const explainFailure = (
  subject: Subject,
  shown: Shown,
  asked: ModelName,
  reference: Reference,
): Counterexample => atOnce(explainInTurns(subject, shown, asked, reference, {}));

/** As {@link explainFailure}. Where time is over, or whoever waits has had enough, the reason is left out. */
export function* explainInTurns(
  subject: Subject,
  shown: Shown,
  asked: ModelName,
  reference: Reference,
  { deadline }: Limits,
): InTurns<Counterexample> {
  const replayed = replay(subject.recording(), shown.choices);
  if (replayed === undefined) throw new Error(`${subject.name} cannot be run again`);
  const { trace } = replayed;
  const { program } = subject;
  const { drawing, model, certain } = shown;
  const waits = waitTexts(subject, trace);
  const failure = waits.length > 0 ? stuckFailure(waits) : shown.failure;
  const isMinor = subject.isMinor === undefined ? undefined : (cell: number) => subject.isMinor!(cell);
  const asking = { races: failure.kind === 'data-race', isMinor };
  const reason = yield* reasonInTurns(program, trace, asked, asking, new Patience(deadline));
  const execution = encodeExecution(program, trace, shown.choices, drawing, model);
  const after = failure.kind === 'violated' ? subject.after?.(replayed) : undefined;
  const parting = failure.kind === 'violated' ? subject.parting?.(replayed) : undefined;
  return {
    id: execution === undefined || reference.isPrivate === true ? undefined : formatId({ ...reference, execution }),
    subject: subject.name,
    columns: subject.columns,
    asked,
    model,
    certain,
    machines: isWeakest(model) ? machinesWith(program, trace) : undefined,
    failure,
    waits,
    observations: failure.steps === undefined ? observationsOf(subject, replayed) : stepsAfter(failure.steps),
    ...(after === undefined ? {} : { after }),
    ...(parting === undefined ? {} : { parting }),
    trace,
    texts: stepTexts(subject, trace),
    drawing,
    // What is used wrongly may be any step.
    folded:
      failure.kind === 'flagged' ? [] : foldable(subject, trace, reason, drawing, subject.decisive(replayed, drawing)),
    reason,
  };
}

const stepsAfter = (steps: NonNullable<Failure['steps']>): Counterexample['observations'] =>
  steps.map(({ who, what, value }) => ({ name: `${who} ${what}`, value }));

function observationsOf(subject: Subject, replayed: Replayed): Counterexample['observations'] {
  if (replayed.trace.waits.length > 0) return [];
  const values = subject.state(endingOf(subject.program, replayed));
  return subject.observed.map((name, i) => ({ name, value: values[i]! }));
}

/** What is neither on the cycle nor decisive, nor what such events read, nor marked, nor a barrier between them. */
function foldable(
  subject: Pick<Subject, 'isMinor'>,
  trace: Trace,
  reason: Reason,
  drawing: Drawing,
  decisive: readonly number[],
): number[] {
  const { events } = trace;
  const kept = new Set<number>(decisive);
  for (const { cell } of trace.waits) for (const [e, event] of events.entries()) if (event.cell === cell) kept.add(e);
  const cycle = cycleOf(reason);
  if ((cycle.length === 0 && trace.waits.length === 0) || reason.kind === 'grace-period')
    if (decisive.length === 0 || subject.isMinor === undefined)
      for (const e of shared(trace)) if (subject.isMinor?.(events[e]!.cell) !== true) kept.add(e);
  for (const step of cycle) kept.add(step.from);
  for (const { from, to, first, last } of windowsOf(reason)) for (const e of [from, to, first, last]) kept.add(e);
  if (reason.kind === 'race') for (const e of reason.accesses) kept.add(e);
  for (const row of drawing.rows) {
    if (row.kind === 'visible') kept.add(row.event);
    else {
      for (const mark of row.marks) {
        kept.add(mark.event);
        if (mark.kind === 'stale') kept.add(mark.missed);
        if (mark.kind === 'ahead') kept.add(mark.source);
      }
    }
  }
  for (const e of [...kept]) for (const other of told(subject, trace, e)) kept.add(other);
  for (const e of [...kept]) if (events[e]!.partner !== NONE) kept.add(events[e]!.partner);
  for (const [id, e] of events.entries()) {
    if (e.label !== undefined && subject.isMinor === undefined) kept.add(id);
    // Where nothing is reordered, barriers are of no interest.
    if (e.kind !== Kind.Fence || (subject.isMinor !== undefined && cycle.length === 0)) continue;
    const around = (before: boolean): boolean =>
      [...kept].some((k) => events[k]!.thread === e.thread && (before ? k < id : k > id));
    if (around(true) && around(false)) kept.add(id);
  }
  return [...events.keys()].filter((e) => !kept.has(e));
}

/**
 * What is told of a read besides: the write that it reads from, but of a race no change of a count by the same thread; and of
 * a race what another thread wrote just after.
 */
function told(subject: Pick<Subject, 'isMinor'>, { events, co }: Trace, event: number): number[] {
  const { kind, rf, cell, thread, partner } = events[event]!;
  if (kind !== Kind.Read) return [];
  if (subject.isMinor === undefined) return rf < 0 ? [] : [rf];
  const writes = co.find((order) => events[order[0]!]!.cell === cell) ?? [];
  const next = writes[writes.indexOf(rf) + 1];
  const isTold = (other: number): boolean =>
    other >= 0 && other !== partner && (events[other]!.thread !== thread || events[other]!.partner === NONE);
  return [rf, ...(next !== undefined && events[next]!.thread !== thread ? [next] : [])].filter(isTold);
}

/** The accesses of words that one thread writes and another one uses. */
function shared({ events }: Trace): number[] {
  const writers = new Map<number, Set<number>>();
  const users = new Map<number, Set<number>>();
  for (const { kind, cell, thread } of events) {
    if (kind > Kind.Write) continue;
    for (const map of kind === Kind.Write ? [writers, users] : [users]) {
      map.set(cell, (map.get(cell) ?? new Set()).add(thread));
    }
  }
  return [...events.keys()].filter((e) => {
    const { kind, cell } = events[e]!;
    return kind <= Kind.Write && writers.has(cell) && users.get(cell)!.size > 1;
  });
}
