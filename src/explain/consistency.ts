import { type Deps, depsMembers, depsOf, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { isPlain } from '../cpu/modes.ts';
import { INIT, Kind, NONE } from '../graph/event.ts';
import { Graph } from '../graph/graph.ts';
import type { CompleteVerdict } from '../models/complete-verdict.ts';
import { type Model, modelOf } from '../models/model.ts';
import { rcuSteps } from '../models/rcu.ts';
import { LADDER, MACHINES, type ModelName } from '../models/registry.ts';
import { Relation } from '../models/relation.ts';
import { orRow } from '../models/rows.ts';
import { invalidUse } from '../models/validity.ts';
import { NO_FLAGS } from '../program/flags.ts';
import type { Program } from '../program/program.ts';
import type { Trace } from './trace.ts';

/** The graph of a trace, with what the model preserves of program order. Events keep their numbers. */
export function graphOf(program: Program, trace: Trace, model: ModelName): Graph {
  const rules = modelOf(model, program);
  const { order, controlsPastJoin } = rules;
  const g = new Graph(trace.threads, program.initial.length, Math.max(64, trace.events.length));
  for (const event of trace.events) {
    const e = g.append(event.thread, event.kind, event.mode, event.cell);
    g.value[e] = event.value;
    if (event.kind > Kind.Write) continue;
    g.rf[e] = event.kind === Kind.Read ? event.rf : INIT;
    g.addr[e] = depsFrom(event.addr);
    g.data[e] = depsFrom(event.data);
    g.ctrl[e] = depsFrom(controlsPastJoin ? [...event.ctrl, ...event.branchedOn] : event.ctrl);
    g.declared[e] = event.declared;
    g.rmwKind[e] = event.rmwKind;
    g.partner[e] = event.partner;
    g.rmw[e] = event.partner === NONE ? 0 : 1;
  }
  for (const writes of trace.co) for (const [place, w] of writes.entries()) g.insertCo(w, place);
  for (const [thread, accesses] of g.slots.entries()) {
    for (const e of accesses) order(g, e);
    if (rules.preserved !== undefined) addRows(g, thread, rules.preserved(g, thread));
  }
  return g;
}

/** Adds predecessor rows over the accesses of a thread. */
function addRows(g: Graph, thread: number, rows: Int32Array): void {
  const words = (g.slots[thread]!.length + 31) >> 5;
  for (const [slot, e] of g.slots[thread]!.entries()) orRow(g.ppo, e * g.words, rows, slot * words, words);
}

const depsFrom = (slots: readonly number[]): Deps =>
  slots.reduce<Deps>((deps, slot) => depsUnion(deps, depsOf(slot)), NO_DEPS);

/** Does the model allow this execution, and what does it flag in it? */
export function judge(program: Program, trace: Trace, model: ModelName): CompleteVerdict {
  const g = graphOf(program, trace, model);
  const no = { consistent: false, flags: NO_FLAGS };
  if (!isCoherent(trace)) return no;
  const rules = modelOf(model, program);
  const allowed = rules.exact ? isAcyclic(g, trace, rules) : rules.consistent(g, NONE);
  if (!allowed) return no;
  const hasPlain = trace.events.some((e) => e.kind <= Kind.Write && isPlain(e.mode));
  const { consistent, flags } = rules.complete(g, rcuSteps(g), hasPlain);
  if (!consistent) return no;
  return { consistent, flags: rules.asksAll === true ? flags : flags | invalidUse(g, program) };
}

/** The strongest model of the ladder that allows an execution; undefined where none does. */
export const strongestModel = (program: Program, trace: Trace): ModelName | undefined =>
  LADDER.find((model) => judge(program, trace, model).consistent);

/** The machines that allow an execution. */
export const machinesWith = (program: Program, trace: Trace): readonly ModelName[] =>
  MACHINES.filter((machine) => judge(program, trace, machine).consistent);

/** Every pair that reads-from, coherence and from-reads put in order, coherence and from-reads with what follows. */
export function communication(trace: Trace): Relation {
  const { events } = trace;
  const com = Relation.empty(events.length);
  for (const writes of trace.co) {
    for (const [place, w] of writes.entries()) for (const later of writes.slice(place + 1)) com.add(w, later);
  }
  for (const [r, e] of events.entries()) {
    if (e.kind !== Kind.Read) continue;
    if (e.rf >= 0) com.add(e.rf, r);
    const writes = trace.co.find((list) => events[list[0]!]!.cell === e.cell) ?? [];
    for (const later of writes.slice(writes.indexOf(e.rf) + 1)) com.add(r, later);
  }
  return com;
}

/** Coherence per location, and nothing between the halves of an RMW. */
function isCoherent(trace: Trace): boolean {
  const { events } = trace;
  const com = communication(trace);
  const sameWord = Relation.of(
    events.length,
    (a, b) =>
      events[a]!.thread === events[b]!.thread &&
      a < b &&
      events[a]!.kind <= Kind.Write &&
      events[b]!.kind <= Kind.Write &&
      events[a]!.cell === events[b]!.cell,
  );
  if (!sameWord.or(com).isAcyclic()) return false;
  return trace.co.every((writes) =>
    writes.every((w, place) => {
      const read = events[w]!.partner;
      return read === NONE || events[read]!.rf === (place === 0 ? INIT : writes[place - 1]!);
    }),
  );
}

/** Of a model that is its tier-one order: what is preserved of program order, and communication between threads. */
function isAcyclic(g: Graph, trace: Trace, rules: Model): boolean {
  const { events } = trace;
  const com = communication(trace);
  return preserved(g, trace)
    .or(given(g, trace, rules))
    .or(com.minus(Relation.of(events.length, (a, b) => events[a]!.kind === Kind.Write && inside(trace, a, b))))
    .isAcyclic();
}

/** What comes before a read because of what it reads from. */
function given(g: Graph, trace: Trace, rules: Model): Relation {
  const rows = Relation.empty(trace.events.length);
  if (rules.given === undefined) return rows;
  for (const accesses of g.slots) {
    for (const e of accesses) {
      if (g.kind[e] !== Kind.Read) continue;
      for (const slot of depsMembers(rules.given(g, e))) rows.add(accesses[slot]!, e);
    }
  }
  return rows;
}

/** A read may be satisfied by its own thread's write before others see that. */
const inside = (trace: Trace, a: number, b: number): boolean =>
  trace.events[b]!.kind === Kind.Read && trace.events[a]!.thread === trace.events[b]!.thread;

/** What the model preserves of program order, one step of it. */
export function preserved(g: Graph, trace: Trace): Relation {
  const rows = Relation.empty(trace.events.length);
  for (const accesses of g.slots) {
    for (const e of accesses) {
      for (const [slot, earlier] of accesses.entries()) {
        if ((g.ppo[e * g.words + (slot >> 5)]! & (1 << (slot & 31))) !== 0) rows.add(earlier, e);
      }
    }
  }
  return rows;
}
