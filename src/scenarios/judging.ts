/** What every judge may ask of memory after a race. */

import type { Pin } from '../mm/gup/gup.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Memory } from '../mm/observe/inspect.ts';
import { checkInvariants } from '../mm/observe/invariants.ts';
import { unwatched } from './happenings.ts';
import type { Broken } from './scenario.ts';

/**
 * Are all counts right, is nothing lost, and every lock given back, when nobody is in the middle of anything?
 * @param held the references that were taken and not given back
 */
export function quiescent(k: Kernel, memory: Memory, held: readonly Pin[]): Broken | undefined {
  const [first] = checkInvariants(unwatched(memory), k, held);
  return first === undefined ? undefined : { property: first.id, message: first.message };
}
