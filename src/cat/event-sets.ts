import { Mode } from '../cpu/modes.ts';
import { NONE, Rmw } from '../graph/event.ts';
import { setBit } from '../models/rows.ts';
import { setOfTag } from './bases.ts';
import { type EventList, Lock, Sort, TAG_NAMES } from './event-list.ts';

/** Writes a set of events, as a row. */
export function writeSet(events: EventList, name: string, row: Int32Array): void {
  if (name === 'FW') {
    finals(events, row);
    return;
  }
  const holds = tester(events, name);
  for (let n = 0; n < events.size; n++) if (holds(n)) setBit(row, 0, n);
}

function tester(events: EventList, name: string): (n: number) => boolean {
  const { sort, lock } = events;
  const isOpen = (n: number): boolean => !events.makesLocks || lock[n] === Lock.None;
  switch (name) {
    case '_':
      return () => true;
    case 'R':
      return (n) => sort[n] === Sort.Read && isOpen(n);
    case 'W':
      return (n) => sort[n] === Sort.Init || (sort[n] === Sort.Write && isOpen(n));
    case 'M':
      return (n) => sort[n] !== Sort.Fence && isOpen(n);
    case 'IW':
      return (n) => sort[n] === Sort.Init;
    case 'F':
      return (n) => sort[n] === Sort.Fence && events.tag[n] !== TAG_NAMES.indexOf('sync-srcu');
    case 'RMW':
      return (n) => isAtomic(events, n);
    case 'Failed-RMW':
      return (n) => isAtomic(events, n) && events.g.rmw[events.event[n]!] === 0;
    case 'Failed-cmpxchg':
      return (n) =>
        isAtomic(events, n) &&
        events.g.rmw[events.event[n]!] === 0 &&
        events.g.rmwKind[events.event[n]!] === Rmw.IfEqual;
    case 'rmw-reads':
      return (n) => sort[n] === Sort.Read && events.isHalf(n) && isOpen(n);
    case 'rmw-writes':
      return (n) => sort[n] === Sort.Write && events.isHalf(n) && isOpen(n);
    case 'LKR':
      return (n) => lock[n] === Lock.Lkr;
    case 'LKW':
      return (n) => lock[n] === Lock.Lkw;
    case 'UL':
      return (n) => lock[n] === Lock.Ul;
    case 'LF':
      return (n) => lock[n] === Lock.Lf;
    case 'RL':
      return (n) => lock[n] === Lock.Rl;
    case 'RU':
      return (n) => lock[n] === Lock.Ru;
    default: {
      const tag = TAG_NAMES.findIndex((each) => setOfTag(each) === name);
      return tag < 0 ? () => false : (n) => events.tag[n] === tag;
    }
  }
}

/** Does it belong to an RMW that is no lock, be it one that failed? */
function isAtomic(events: EventList, n: number): boolean {
  const e = events.event[n]!;
  if (e === NONE || events.sort[n]! > Sort.Write) return false;
  const { g } = events;
  return events.sort[n] === Sort.Read
    ? g.rmwKind[e] !== Rmw.None && g.declared[e] !== Mode.Lock
    : g.rmw[e] === 1 && g.mode[e] !== Mode.Lock;
}

/** The last write of each location whose final value is asked for. */
function finals(events: EventList, row: Int32Array): void {
  const { observed } = events.told;
  for (const word of events.g.touched) {
    const name = word % events.nameCount;
    if (observed !== undefined && !observed.includes(name)) continue;
    if (events.told.words !== undefined && word >= events.told.words) {
      if (events.named[name] !== NONE) setBit(row, 0, events.named[name]!);
      continue;
    }
    const co = events.g.co[word]!;
    if (co.length > 0) setBit(row, 0, events.number[co[co.length - 1]!]!);
    else if (events.named[name] !== NONE) setBit(row, 0, events.named[name]!);
  }
}
