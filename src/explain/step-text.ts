import { Fence, Mode } from '../cpu/modes.ts';
import { Kind, NONE, Rmw } from '../graph/event.ts';
import { type Naming, namingOf } from './naming.ts';
import type { SourcePlace } from './source-place.ts';
import type { Subject } from './subject.ts';
import type { Trace, TraceEvent } from './trace.ts';

/** An event of a trace for people. The write of an RMW has the text of its read. */
export interface StepText {
  /** What the source says, or what the kernel would call it: `WRITE_ONCE(*x, 1)`. */
  readonly code: string;
  /** What happened: `x=1`, or of an RMW `x: 0 -> 1`; empty where nothing is to be said. */
  readonly effect: string;
  /** The word, and its value after the event: `x`, `1`. */
  readonly location: string;
  readonly value: string;
  readonly label: string | undefined;
  readonly place: SourcePlace | undefined;
}

/** The texts of all events, in their order. */
export function stepTexts(subject: Subject, trace: Trace): StepText[] {
  const naming = namingOf(subject, trace);
  return trace.events.map((event, id) => textOf(naming, trace, event, id));
}

function textOf(naming: Naming, trace: Trace, event: TraceEvent, id: number): StepText {
  const { cell, kind, partner, place } = event;
  const label = naming.label(event);
  const location = cell < 0 ? '' : naming.location(cell);
  const shown = (e: TraceEvent): string => (e.cell < 0 ? String(e.value) : naming.value(e.cell, e.value));
  const value = kind === Kind.Fence ? '' : shown(event);
  const code = naming.code(event) ?? codeOf(event, cell < 0 ? '' : naming.operand(cell), value);
  if (kind === Kind.Fence) return { code, effect: '', location, value, label, place };
  if (kind === Kind.Choice) return { code, effect: value, location, value, label, place };
  if (partner === NONE) return { code, effect: `${location}=${value}`, location, value, label, place };
  const read = trace.events[Math.min(id, partner)]!;
  const write = trace.events[Math.max(id, partner)]!;
  const effect = `${location}: ${shown(read)} -> ${shown(write)}`;
  return { code, effect, location, value, label: label ?? naming.label(read), place };
}

/** What decides how an event is called. */
type Called = Pick<TraceEvent, 'kind' | 'mode' | 'declared' | 'rmwKind' | 'partner'>;

/** What an event is called where no source says it. */
export function codeOf(event: Called, location: string, value: string): string {
  switch (event.kind) {
    case Kind.Fence:
      return location === '' ? FENCES[event.mode as Fence] : FENCES[event.mode as Fence].replace('()', `(${location})`);
    case Kind.Read:
      return event.rmwKind === Rmw.None ? `${READS[event.mode as Mode]}(${location})` : rmwCode(event, location);
    case Kind.Write:
      return event.partner === NONE ? `${WRITES[event.mode as Mode]}(${location}, ${value})` : rmwCode(event, location);
    default:
      return 'choose';
  }
}

const rmwCode = (event: Called, location: string): string =>
  event.declared === Mode.Lock ? `spin_lock(${location})` : `atomic${RMWS[event.declared as Mode]}(${location})`;

const FENCES: Readonly<Record<Fence, string>> = {
  [Fence.Mb]: 'smp_mb()',
  [Fence.Rmb]: 'smp_rmb()',
  [Fence.Wmb]: 'smp_wmb()',
  [Fence.BeforeAtomic]: 'smp_mb__before_atomic()',
  [Fence.AfterAtomic]: 'smp_mb__after_atomic()',
  [Fence.AfterSpinlock]: 'smp_mb__after_spinlock()',
  [Fence.AfterUnlockLock]: 'smp_mb__after_unlock_lock()',
  [Fence.AfterSrcuReadUnlock]: 'smp_mb__after_srcu_read_unlock()',
  [Fence.Barrier]: 'barrier()',
  [Fence.RcuLock]: 'rcu_read_lock()',
  [Fence.RcuUnlock]: 'rcu_read_unlock()',
  [Fence.SyncRcu]: 'synchronize_rcu()',
  [Fence.SyncSrcu]: 'synchronize_srcu()',
};

const READS: Readonly<Record<Mode, string>> = {
  [Mode.Plain]: 'read',
  [Mode.Once]: 'READ_ONCE',
  [Mode.Acquire]: 'smp_load_acquire',
  [Mode.Release]: 'READ_ONCE',
  [Mode.Full]: 'READ_ONCE',
  [Mode.Noreturn]: 'READ_ONCE',
  [Mode.Lock]: 'spin_lock',
  [Mode.Unlock]: 'spin_unlock',
  [Mode.SrcuLock]: 'srcu_read_lock',
  [Mode.SrcuUnlock]: 'srcu_read_unlock',
  [Mode.DataRace]: 'read',
};

const WRITES: Readonly<Record<Mode, string>> = {
  ...READS,
  [Mode.Plain]: 'write',
  [Mode.DataRace]: 'write',
  [Mode.Once]: 'WRITE_ONCE',
  [Mode.Acquire]: 'WRITE_ONCE',
  [Mode.Release]: 'smp_store_release',
  [Mode.Full]: 'WRITE_ONCE',
  [Mode.Noreturn]: 'WRITE_ONCE',
};

/** The suffix of an RMW; the one without is a full barrier. */
const RMWS: Readonly<Record<Mode, string>> = {
  [Mode.Plain]: '',
  [Mode.Once]: '_relaxed',
  [Mode.Acquire]: '_acquire',
  [Mode.Release]: '_release',
  [Mode.Full]: '',
  [Mode.Noreturn]: '_noreturn',
  [Mode.Lock]: '',
  [Mode.Unlock]: '',
  [Mode.SrcuLock]: '',
  [Mode.SrcuUnlock]: '',
  [Mode.DataRace]: '',
};
