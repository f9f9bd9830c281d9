import { type Deps, depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import { orUpTo, setBit } from '../models/rows.ts';
import { type EventList, Lock, Sort } from './event-list.ts';

/** Writes a relation, as predecessor rows ({@link setBit}). */
export function writeRelation(events: EventList, name: string, rows: Int32Array): void {
  switch (name) {
    case 'po':
      programOrder(events, rows);
      return;
    case 'loc':
      pairs(events, rows, (a, b) => events.name[a] === events.name[b] && events.name[a] !== NONE);
      return;
    case 'int':
      pairs(events, rows, (a, b) => events.thread[a] === events.thread[b] && events.thread[a] !== NONE);
      return;
    case 'ext':
      pairs(events, rows, (a, b) => events.thread[a] !== events.thread[b]);
      return;
    case 'id':
      for (let n = 0; n < events.size; n++) setBit(rows, n * events.words, n);
      return;
    case 'addr':
      dependencies(events, rows, events.g.addr);
      return;
    case 'data':
      dependencies(events, rows, events.g.data);
      return;
    case 'ctrl':
      if (events.told.dependencies === 'conservative') everyControl(events, rows);
      else dependencies(events, rows, events.g.ctrl);
      return;
    case 'rmw':
      rmw(events, rows);
      return;
    case 'rf':
      readsFrom(events, rows, true);
      return;
    case 'rf-plain':
      readsFrom(events, rows, false);
      return;
    case 'co':
      coherence(events, rows);
      return;
    case 'fr':
      fromReads(events, rows);
      return;
    case 'different-values':
      pairs(
        events,
        rows,
        (a, b) => isAccess(events, a) && isAccess(events, b) && valueAt(events, a) !== valueAt(events, b),
      );
      return;
    default:
      throw new Error(`no relation ${name}`);
  }
}

function pairs(events: EventList, rows: Int32Array, holds: (a: number, b: number) => boolean): void {
  const { size, words } = events;
  for (let b = 0; b < size; b++) for (let a = 0; a < size; a++) if (holds(a, b)) setBit(rows, b * words, a);
}

function programOrder(events: EventList, rows: Int32Array): void {
  const { size, words, thread } = events;
  let first = events.inits;
  for (let n = events.inits; n < size; n++) {
    if (thread[n] !== thread[first]) first = n;
    if (n > first) orUpTo(rows, n * words, first, n - 1);
  }
}

function dependencies(events: EventList, rows: Int32Array, column: readonly Deps[]): void {
  const { g, size, words } = events;
  for (let n = events.inits; n < size; n++) {
    const e = events.event[n]!;
    if (e === NONE || events.sort[n]! > Sort.Write) continue;
    const deps = column[e]!;
    if (deps === NO_DEPS) continue;
    const slots = g.slots[events.thread[n]!]!;
    for (const slot of depsMembers(deps)) setBit(rows, n * words, events.number[slots[slot]!]!);
  }
}

function everyControl(events: EventList, rows: Int32Array): void {
  pairs(
    events,
    rows,
    (a, b) =>
      a < b && events.thread[a] === events.thread[b] && events.sort[a] === Sort.Read && events.sort[b] === Sort.Write,
  );
}

function rmw(events: EventList, rows: Int32Array): void {
  const { g, size, words } = events;
  for (let n = events.inits; n < size; n++) {
    if (events.sort[n] !== Sort.Write || (events.makesLocks && events.lock[n] !== Lock.None)) continue;
    const partner = g.partner[events.event[n]!]!;
    if (partner !== NONE) setBit(rows, n * words, events.number[partner]!);
  }
}

function readsFrom(events: EventList, rows: Int32Array, locks: boolean): void {
  const { g, size, words } = events;
  for (let n = events.inits; n < size; n++) {
    if (events.sort[n] !== Sort.Read || (!locks && events.lock[n] !== Lock.None)) continue;
    const source = sourceOf(events, g, events.event[n]!);
    if (source !== NONE) setBit(rows, n * words, source);
  }
}

function sourceOf(events: EventList, g: Graph, r: number): number {
  const source = g.rf[r]!;
  return source >= 0 ? events.number[source]! : source === -1 ? events.initOf[g.loc[r]!]! : NONE;
}

/** An unlock without a lock has a word of its own, which is in no order. */
function isStray(events: EventList, word: number): boolean {
  return events.told.words !== undefined && word >= 2 * events.told.words;
}

function coherence(events: EventList, rows: Int32Array): void {
  const { g, words } = events;
  for (const word of g.touched) {
    if (isStray(events, word)) continue;
    const co = g.co[word]!;
    for (let i = 0; i < co.length; i++) {
      const base = events.number[co[i]!]! * words;
      setBit(rows, base, events.initOf[word]!);
      for (let k = 0; k < i; k++) setBit(rows, base, events.number[co[k]!]!);
    }
  }
}

function fromReads(events: EventList, rows: Int32Array): void {
  const { g, words } = events;
  for (const word of g.touched) {
    if (isStray(events, word)) continue;
    const co = g.co[word]!;
    for (const r of g.reads[word]!) {
      const source = g.rf[r]!;
      if (source < -1) continue;
      for (let i = g.sourcePlace(r) + 1; i < co.length; i++)
        setBit(rows, events.number[co[i]!]! * words, events.number[r]!);
    }
  }
}

function isAccess(events: EventList, n: number): boolean {
  return events.sort[n] !== Sort.Fence;
}

function valueAt(events: EventList, n: number): number {
  const e = events.event[n]!;
  return e === NONE ? events.told.initial[events.word[n]!]! : events.g.value[e]!;
}
