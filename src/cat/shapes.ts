import type { Deps } from '../cpu/deps.ts';
import { NONE } from '../graph/event.ts';
import { type EventList, Sort } from './event-list.ts';

/** So many shapes are remembered at most; then all are forgotten. */
export const MAX_SHAPES = 256;

/**
 * Numbers the shapes of executions: two have the same where all but reads-from, coherence and values is the same.
 *
 * Hot: the text of a shape is written where that of the last one was.
 */
export class Shapes {
  /** The shapes that there were, by a hash of all that is asked of one. */
  private readonly known = new Map<number, { readonly text: Int32Array; readonly shape: number }[]>();
  private count = 0;
  private written: Int32Array = new Int32Array(256);

  /** Which of the shapes that there were these events have; or else a new one. */
  shapeOf(events: EventList): number {
    const { g, size } = events;
    let at = 0;
    let hash = 0x811c9dc5;
    const add = (word: number): void => {
      if (at === this.written.length) this.written = grown(this.written);
      this.written[at++] = word;
      hash = Math.imul(hash ^ word, 0x01000193);
    };
    const addDeps = (deps: Deps): void => {
      if (typeof deps === 'number') add(deps);
      else for (const word of deps) add(word);
    };
    for (let n = 0; n < size; n++) {
      add(keyOf(events, n));
      add(events.word[n]!);
      add(halvesOf(events, n));
      const e = events.event[n]!;
      if (e === NONE || events.sort[n]! > Sort.Write) continue;
      addDeps(g.addr[e]!);
      addDeps(g.data[e]!);
      addDeps(g.ctrl[e]!);
    }
    const alike = this.known.get(hash) ?? [];
    const known = alike.find(({ text }) => text.length === at && text.every((word, i) => word === this.written[i]));
    if (known !== undefined) return known.shape;
    if (this.count % MAX_SHAPES === 0) this.known.clear();
    const shape = this.count++;
    this.known.set(hash, [...(this.known.get(hash) ?? []), { text: this.written.slice(0, at), shape }]);
    return shape;
  }
}

function keyOf(events: EventList, n: number): number {
  return ((events.thread[n]! + 1) << 16) | (events.sort[n]! << 12) | (events.lock[n]! << 8) | (events.tag[n]! + 1);
}

/** Whether it is half of an RMW, which other half, and whether it might have been. */
function halvesOf(events: EventList, n: number): number {
  const e = events.event[n]!;
  if (e === NONE || events.sort[n]! > Sort.Write) return 0;
  const partner = events.g.partner[e]!;
  return ((partner === NONE ? 0 : events.number[partner]! + 1) << 4) | (events.g.rmw[e]! << 3) | events.g.rmwKind[e]!;
}

function grown(old: Int32Array): Int32Array {
  const made = new Int32Array(old.length * 2);
  made.set(old);
  return made;
}
