/** All that is known of how the functions of src/mm are called in the kernel. */

import { FAULT_WORDS } from './fault.ts';
import { FILE_WORDS } from './file.ts';
import { FORK_WORDS } from './fork.ts';
import { GUP_WORDS } from './gup.ts';
import { HUGE_WORDS } from './huge.ts';
import { MAP_WORDS } from './map.ts';
import { MEMORY_WORDS } from './memory.ts';
import { MOVE_WORDS } from './move.ts';
import { RMAP_WORDS } from './rmap.ts';
import type { FunctionWords, WordTable } from './words.ts';

export const TABLE: WordTable = {
  ...MEMORY_WORDS,
  ...GUP_WORDS,
  ...FORK_WORDS,
  ...FAULT_WORDS,
  ...MAP_WORDS,
  ...RMAP_WORDS,
  ...HUGE_WORDS,
  ...FILE_WORDS,
  ...MOVE_WORDS,
};

/** The name of a function alone: of `gup-fast.gupFastPte` it is `gupFastPte`. */
export const bareName = (frame: string): string => frame.slice(frame.lastIndexOf('.') + 1);

/**
 * What a function of src/mm is; undefined of one that the tables do not have.
 * @param frame its file and its name: `gup-fast.gupFastPte`; the tables need the file of names that are common only
 */
export function wordsOf(frame: string): FunctionWords | undefined {
  if (Object.hasOwn(TABLE, frame)) return TABLE[frame];
  const name = bareName(frame);
  return Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
}
