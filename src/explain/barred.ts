import { Fence, Mode } from '../cpu/modes.ts';
import { Kind, NONE, Rmw } from '../graph/event.ts';
import type { Trace, TraceEvent } from './trace.ts';

/** The same execution with smp_mb() right before some of its events. */
export function withBarriers(trace: Trace, before: readonly number[]): Trace {
  const gaps = new Set(before);
  const moved: number[] = [];
  const events: TraceEvent[] = [];
  let thread = -1;
  let index = 0;
  for (const [id, e] of trace.events.entries()) {
    if (e.thread !== thread) index = 0;
    thread = e.thread;
    if (gaps.has(id)) events.push({ ...BARRIER, thread, index: index++ });
    moved.push(events.length);
    events.push({ ...e, index: index++ });
  }
  const renumbered = (id: number): number => (id < 0 ? id : moved[id]!);
  return {
    threads: trace.threads,
    events: events.map((e) => ({ ...e, rf: renumbered(e.rf), partner: renumbered(e.partner) })),
    co: trace.co.map((writes) => writes.map(renumbered)),
    waits: trace.waits,
  };
}

const BARRIER: TraceEvent = {
  thread: 0,
  index: 0,
  slot: NONE,
  kind: Kind.Fence,
  mode: Fence.Mb,
  declared: Mode.Once,
  rmwKind: Rmw.None,
  cell: -1,
  value: 0,
  rf: NONE,
  partner: NONE,
  addr: [],
  data: [],
  ctrl: [],
  branchedOn: [],
  label: undefined,
  place: undefined,
};
