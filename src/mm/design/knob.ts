import type { CommitHash } from './commits.ts';

/** How the kernels took a decision: one value from the beginning, and each change with the commits that made it. */
export interface History<V extends string = string> {
  /** In v4.4, and before. */
  readonly first: V;
  /** In their order. A value that is in no history is a proposal, or what somebody might have written. */
  readonly changes: readonly (readonly [V, CommitHash, ...CommitHash[]])[];
}

export interface Knob<V extends string = string> {
  /** The part of the kernel that the decision belongs to. */
  readonly group: 'fork' | 'pin' | 'free' | 'exclusive' | 'fault' | 'writeback' | 'device';
  readonly doc: string;
  /** Every value, with what it means. In which kernels it is, the history says. */
  readonly values: Readonly<Record<V, string>>;
  /** On the weakest machine that each kernel supports. */
  readonly history: History<V>;
  /** On x86, where that was another. */
  readonly x86?: History<V>;
}

/** Declares a knob: its history is to follow. */
export function knob<const V extends string>(group: Knob['group'], doc: string, values: Readonly<Record<V, string>>) {
  const history = (first: V, ...changes: History<V>['changes']): History<V> => ({ first, changes });
  return {
    /** How the kernels took the decision. */
    took: (...all: Parameters<typeof history>): Knob<V> => ({ group, doc, values, history: history(...all) }),
    /** As `took`, of a decision that no kernel ever took otherwise but on x86. */
    tookButOnX86: (always: V, ...x86: Parameters<typeof history>): Knob<V> => {
      return { group, doc, values, history: history(always), x86: history(...x86) };
    },
  };
}
