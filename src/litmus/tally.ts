import { showValue } from './layout.ts';
import type { LitmusTest } from './litmus-test.ts';
import type { Ended, Holds, StateReader } from './state.ts';

/** A final state, and how many of the executions visited end in it. */
export interface State {
  /** An integer, or the name of what a pointer points to, for each observed variable. */
  readonly values: readonly (number | string)[];
  /** Whether the proposition of the condition holds in it. */
  readonly satisfies: boolean;
  readonly count: number;
}

interface Leaf {
  readonly values: readonly number[];
  readonly satisfies: boolean;
  count: number;
}

type Node = Map<number, Node | Leaf>;

/**
 * Counts executions by their final state. A state is found by its numbers, one map per variable; nothing is made of
 * text until the end, and the condition is asked once per state.
 */
export class StateTally {
  private readonly reader: StateReader;
  private readonly holds: Holds;
  private readonly root: Node = new Map();
  private readonly leaves: Leaf[] = [];

  constructor(reader: StateReader, holds: Holds) {
    this.reader = reader;
    this.holds = holds;
  }

  /** @returns whether the proposition holds in the state in which the execution ends */
  add(ended: Ended): boolean {
    const { reader } = this;
    const last = reader.observed.length - 1;
    let node = this.root;
    for (let i = 0; i < last; i++) {
      const value = reader.read(ended, i);
      let next = node.get(value) as Node | undefined;
      if (next === undefined) {
        next = new Map();
        node.set(value, next);
      }
      node = next;
    }
    const value = last < 0 ? 0 : reader.read(ended, last);
    let leaf = node.get(value) as Leaf | undefined;
    if (leaf === undefined) {
      const values = reader.readAll(ended);
      leaf = { values, satisfies: this.holds(values), count: 0 };
      node.set(value, leaf);
      this.leaves.push(leaf);
    }
    leaf.count++;
    return leaf.satisfies;
  }

  /** In the order in which herd7 prints them: by the first variable, then the second; integers before addresses. */
  states(test: LitmusTest): State[] {
    const rows = this.leaves.map(({ values, satisfies, count }) => {
      return { values: values.map((v) => showValue(test.layout, v)), satisfies, count };
    });
    return rows.sort((a, b) => compareRows(a.values, b.values));
  }
}

function compareRows(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x === y) continue;
    if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}
