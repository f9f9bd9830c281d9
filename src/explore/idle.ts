import { Fence, isPlain, Mode } from '../cpu/modes.ts';
import { Kind } from '../graph/event.ts';

/**
 * Does nothing that a thread did in a round of a loop matter to anybody, itself included? Plain accesses do: they may
 * race.
 * @param from the events of the round are those from this index on, up to `to`
 * @param modeOf a Mode, or of a fence its Fence
 */
export function isIdle(
  from: number,
  to: number,
  kindOf: (index: number) => Kind,
  modeOf: (index: number) => Mode | Fence,
): boolean {
  let sections = 0;
  for (let i = from; i < to; i++) {
    const kind = kindOf(i);
    const mode = modeOf(i);
    if (kind === Kind.Fence) {
      if (mode === Fence.RcuLock) sections++;
      else if (mode === Fence.RcuUnlock && --sections < 0) return false;
    } else if (kind !== Kind.Read || isPlain(mode) || mode === Mode.SrcuLock) {
      return false;
    }
  }
  return sections === 0;
}
