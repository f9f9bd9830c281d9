import type { WrittenGraph } from '../graph/written-graph.ts';
import type { ModelName } from '../models/registry.ts';
import type { ExploreOptions } from './contract.ts';
import type { Seen } from './extension.ts';
import type { WrittenGuesses } from './guesses/guesses.ts';
import { ENTRY, LEVEL } from './todo.ts';

/** Where a search stands between two of its steps. All of it is JSON. */
export interface SearchState {
  /** The name of the program, and what was asked of it: only that can be gone on with. */
  readonly program: string;
  readonly model: ModelName;
  readonly pursue: NonNullable<ExploreOptions['pursue']> | null;
  /** Has it been looked for loads that may be buffered? That comes first. */
  readonly guessed: boolean;
  /** The reads whose values are guessed; null where no load can be buffered, or it is not known which. */
  readonly guesses: WrittenGuesses | null;
  /** The threads have too many traces to tell, or there was not time enough; null where it is known. */
  readonly unguessed: 'traces' | 'time' | null;
  readonly seen: Readonly<Seen>;
  /** Visited so far. */
  readonly executions: number;
  readonly blocked: number;
  /** The graphs that what is left to try belongs to. */
  readonly levels: readonly WrittenGraph[];
  /** What is left to try, the newest last: {@link ENTRY} numbers each. */
  readonly todo: readonly number[];
}

/**
 * Splits what is left to try in two. The searches that go on with the parts visit together exactly what the one would have,
 * each execution once, and their counts add up: whatever is left to try needs the graph of its level as it is now, and
 * nothing of what else is left. @returns undefined where there is only one thing to try, or none
 */
export function splitState(state: SearchState): readonly [SearchState, SearchState] | undefined {
  if (state.todo.length < 2 * ENTRY) return undefined;
  // The oldest have most below them, so the parts take turns.
  return [part(state, 0), { ...part(state, 1), executions: 0, blocked: 0 }];
}

/** Every second thing to try, with the graphs that it needs. */
function part(state: SearchState, which: 0 | 1): SearchState {
  const todo: number[] = [];
  const levels: WrittenGraph[] = [];
  let last = -1;
  for (let at = which * ENTRY; at < state.todo.length; at += 2 * ENTRY) {
    const entry = state.todo.slice(at, at + ENTRY);
    const level = entry[LEVEL]!;
    if (level !== last) levels.push(state.levels[level]!);
    last = level;
    entry[LEVEL] = levels.length - 1;
    todo.push(...entry);
  }
  return { ...state, levels, todo };
}
