import type { Graph } from '../graph/graph.ts';
import { lkmmConsistent } from './lkmm.ts';
import { lkmmOrder, type Order, scOrder, tsoOrder } from './order.ts';

/** A memory model, as the explorer needs it. */
export interface Model {
  /** What it preserves of program order. */
  readonly order: Order;
  /** Is a graph consistent exactly when its tier-one order is acyclic? If not, a cycle means: ask `consistent`. */
  readonly exact: boolean;
  /** Is the graph consistent, given that it is coherent and its RMWs are atomic? */
  consistent(g: Graph): boolean;
}

export function modelOf(name: 'sc' | 'tso' | 'lkmm', dependencies: 'tracked' | 'conservative'): Model {
  switch (name) {
    case 'sc':
      return { order: scOrder, exact: true, consistent: () => false };
    case 'tso':
      return { order: tsoOrder, exact: true, consistent: () => false };
    case 'lkmm':
      return { order: lkmmOrder(dependencies === 'conservative'), exact: false, consistent: lkmmConsistent };
  }
}
