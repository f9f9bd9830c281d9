import { Kind } from '../graph/event.ts';
import { Relation } from '../models/relation.ts';
import { communication } from './consistency.ts';
import type { Trace } from './trace.ts';

/** What happens at once, and is drawn as one step: an event, or both halves of an RMW. */
export interface Unit {
  readonly thread: number;
  /** One event, or the read and the write of an RMW. */
  readonly events: readonly number[];
  readonly isAccess: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The units of a trace, thread by thread and in program order, and what is related to what among them. */
export interface Units {
  readonly list: readonly Unit[];
  /** The unit of each event. */
  readonly of: readonly number[];
  /** Between accesses of a thread, with all that follow. */
  readonly po: Relation;
  /** Reads-from, coherence and from-reads between accesses, coherence and from-reads with all that follow. */
  readonly com: Relation;
  /** The part of `com` in which a read takes the value of its own thread's store. */
  readonly forwarded: Relation;
}

export function unitsOf(trace: Trace): Units {
  const { events } = trace;
  const list: Unit[] = [];
  const of: number[] = [];
  for (const [id, e] of events.entries()) {
    if (e.kind === Kind.Write && e.partner >= 0) {
      of.push(list.length - 1);
      continue;
    }
    of.push(list.length);
    const isRmw = e.kind === Kind.Read && e.partner >= 0;
    list.push({
      thread: e.thread,
      events: isRmw ? [id, id + 1] : [id],
      isAccess: e.kind <= Kind.Write,
      reads: e.kind === Kind.Read,
      writes: e.kind === Kind.Write || isRmw,
    });
  }
  const n = list.length;
  const com = lifted(communication(trace), of, n);
  const forwarded = Relation.empty(n);
  for (const [id, e] of events.entries()) {
    const source = e.kind === Kind.Read ? e.rf : -1;
    if (source >= 0 && events[source]!.thread === e.thread && of[source] !== of[id]) {
      forwarded.add(of[source]!, of[id]!);
    }
  }
  const po = Relation.of(
    n,
    (a, b) => a < b && list[a]!.thread === list[b]!.thread && list[a]!.isAccess && list[b]!.isAccess,
  );
  return { list, of, po, com, forwarded };
}

/** A relation of events as one of units; what holds between the halves of an RMW is left out. */
export function lifted(events: Relation, of: readonly number[], n: number): Relation {
  const made = Relation.empty(n);
  for (let b = 0; b < events.size; b++) {
    for (let a = 0; a < events.size; a++) if (events.has(a, b) && of[a] !== of[b]) made.add(of[a]!, of[b]!);
  }
  return made;
}
