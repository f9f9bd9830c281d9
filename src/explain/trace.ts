import { guardHolds } from '../cpu/cpu.ts';
import type { Fence, Mode } from '../cpu/modes.ts';
import { INIT, Kind, NONE, type Rmw } from '../graph/event.ts';
import { type AccessRef, accessRef, type Choices } from '../judge/choices.ts';
import type { Ending } from '../judge/judgement.ts';
import type { Program } from '../program/program.ts';
import type { Recorded, Waiting } from './recorded.ts';
import { ReplayCpu } from './replay-cpu.ts';
import type { SourcePlace } from './source-place.ts';

/** An event of an execution. Events are numbered thread by thread, in program order. */
export interface TraceEvent {
  readonly thread: number;
  /** Its place in its thread, and among the accesses of its thread; -1 where it is none. */
  readonly index: number;
  readonly slot: number;
  readonly kind: Kind;
  /** A Mode, or of a fence its Fence. */
  readonly mode: Mode | Fence;
  /** Of an access how the whole RMW that it belongs to is marked; else as `mode`. */
  readonly declared: Mode | Fence;
  /** Of a read whether it begins an RMW, and on what condition. */
  readonly rmwKind: Rmw;
  /** The word, or -1. */
  readonly cell: number;
  readonly value: number;
  /** Of a read: the event it reads from, or {@link INIT}; of all else {@link NONE}. */
  readonly rf: number;
  /** Of an access of an RMW that succeeded its other half; else {@link NONE}. */
  readonly partner: number;
  /** The slots of the reads that its address, its data and its being run at all come from. */
  readonly addr: readonly number[];
  readonly data: readonly number[];
  readonly ctrl: readonly number[];
  /** What any branch before depended on, those among them whose arms have joined. */
  readonly branchedOn: readonly number[];
  /** Its name in the post that describes the protocol, such as A1. */
  readonly label: string | undefined;
  readonly place: SourcePlace | undefined;
}

/**
 * A thread that waits for what nobody will do: the read, or the RMW, that does not take place, or a read of a loop that
 * changes nothing. `value` is what the word holds.
 */
export interface WaitEvent
  extends Pick<TraceEvent, 'thread' | 'declared' | 'rmwKind' | 'cell' | 'value' | 'label' | 'place'> {}

/** One execution, for itself, with nothing left that a thread could do: nothing in it changes, and it can be written as JSON and read back. */
export interface Trace {
  readonly threads: number;
  readonly events: readonly TraceEvent[];
  /** The writes of each location that has any, in coherence order. */
  readonly co: readonly (readonly number[])[];
  /** Threads that wait without end; none in an execution that is complete. */
  readonly waits: readonly WaitEvent[];
}

/** A program whose threads are run again to see where each event comes from. */
export interface Recording {
  readonly program: Program;
  /** Where the running thread is; asked when an event is made. */
  locate(): SourcePlace | undefined;
}

/** A program that is run again where nobody asks for places. */
export const unlocated = ({ program }: { readonly program: Program }): Recording => ({
  program,
  locate: () => undefined,
});

/** A trace, with what its threads returned; undefined of one that waits. */
export interface Replayed {
  readonly trace: Trace;
  readonly results: readonly unknown[];
}

/**
 * Runs an execution again. Undefined where the program has no such execution: it reads more or less than the choices
 * say, or other places.
 */
export function replay(recording: Recording, choices: Choices): Replayed | undefined {
  const { program } = recording;
  if (choices.reads.length !== program.threads.length) return undefined;
  const cpu = new ReplayCpu(() => recording.locate());
  const threads: Recorded[][] = [];
  const results: unknown[] = [];
  const waiting: (Waiting & { thread: number })[] = [];
  for (const [t, body] of program.threads.entries()) {
    const reads = choices.reads[t]!;
    const chosen = choices.chosen[t]!;
    let read = 0;
    let choice = 0;
    const { events, end } = cpu.run(t, body, { read: () => reads[read++]?.value, choose: () => chosen[choice++] });
    // A wait asks for one more.
    if ((end.kind !== 'finished' && end.kind !== 'waiting') || read < reads.length || choice < chosen.length)
      return undefined;
    threads.push(events);
    results.push(end.kind === 'finished' ? end.result : undefined);
    if (end.kind === 'waiting') waiting.push(...end.waits.map((wait) => ({ thread: t, ...wait })));
  }
  const trace = assemble(program, threads, choices, waiting);
  return trace === undefined ? undefined : { trace, results };
}

/** Puts the threads together, if reads and coherence fit what they did. */
function assemble(
  program: Program,
  threads: readonly Recorded[][],
  choices: Choices,
  waiting: readonly (Waiting & { readonly thread: number })[],
): Trace | undefined {
  const byRef = new Map<AccessRef, number>();
  const events: TraceEvent[] = [];
  for (const [thread, list] of threads.entries()) {
    let slot = 0;
    let read = 0;
    for (const [index, e] of list.entries()) {
      const id = events.length;
      const isAccess = e.kind <= Kind.Write;
      if (isAccess) byRef.set(accessRef(threads.length, thread, slot), id);
      events.push({
        thread,
        index,
        slot: isAccess ? slot++ : NONE,
        kind: e.kind,
        mode: e.mode,
        declared: e.declared,
        rmwKind: e.rmwKind,
        cell: e.cell,
        value: e.value,
        rf: e.kind === Kind.Read ? choices.reads[thread]![read++]!.from : NONE,
        partner: !e.rmw ? NONE : e.kind === Kind.Read ? id + 1 : id - 1,
        addr: e.addr,
        data: e.data,
        ctrl: e.ctrl,
        branchedOn: e.branchedOn,
        label: e.label ?? (e.place as SourcePlace | undefined)?.label,
        place: e.place as SourcePlace | undefined,
      });
    }
  }
  const resolved: TraceEvent[] = [];
  for (const e of events) {
    if (e.kind !== Kind.Read || e.rf === INIT) {
      if (e.kind === Kind.Read && program.initial[e.cell] !== e.value) return undefined;
      resolved.push(e);
      continue;
    }
    const source = byRef.get(e.rf);
    const write = source === undefined ? undefined : events[source]!;
    if (write?.kind !== Kind.Write || write.cell !== e.cell || write.value !== e.value) return undefined;
    resolved.push({ ...e, rf: source! });
  }
  const co = choices.co.map((writes) => writes.map((ref) => byRef.get(ref) ?? NONE));
  if (!fits(resolved, co)) return undefined;
  const complete = { threads: threads.length, events: resolved, co, waits: [] };
  const waits: WaitEvent[] = [];
  for (const { thread, declared, rmwKind, cell, label, place, guard } of waiting) {
    const value = finalValue(program, complete, cell);
    if (guard !== undefined && guardHolds(value, guard.mask, guard.want, true)) return undefined;
    const where = place as SourcePlace | undefined;
    waits.push({ thread, declared, rmwKind, cell, label: label ?? where?.label, place: where, value });
  }
  return { ...complete, waits };
}

/** Is every write in exactly one coherence order, that of its location? */
function fits(events: readonly TraceEvent[], co: readonly (readonly number[])[]): boolean {
  const placed = new Set<number>();
  const cells = new Set<number>();
  for (const writes of co) {
    const cell = events[writes[0] ?? NONE]?.cell;
    if (cell === undefined || cells.has(cell)) return false;
    cells.add(cell);
    for (const w of writes) {
      if (events[w]?.kind !== Kind.Write || events[w].cell !== cell || placed.has(w)) return false;
      placed.add(w);
    }
  }
  return placed.size === events.filter((e) => e.kind === Kind.Write).length;
}

/** The final value of a word. */
export function finalValue(program: Program, trace: Trace, cell: number): number {
  const writes = trace.co.find((list) => trace.events[list[0]!]!.cell === cell);
  return writes === undefined ? program.initial[cell]! : trace.events[writes[writes.length - 1]!]!.value;
}

/** The end of an execution, for whoever judges it and knows whether accesses race. */
export function endingOf(program: Program, { trace, results }: Replayed): Omit<Ending, 'flags'> {
  return {
    blocked: trace.waits.length > 0,
    result: (thread: number): unknown => results[thread],
    finalValue: (cell: number): number => finalValue(program, trace, cell),
    reads: (thread: number): readonly TraceEvent[] =>
      trace.events.filter((e) => e.thread === thread && e.kind === Kind.Read),
  };
}
