import { depsMembers, NO_DEPS } from '../cpu/deps.ts';
import { Kind } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import type { Program } from '../program/program.ts';
import { CLEAN, type CompleteVerdict, INCONSISTENT } from './complete-verdict.ts';
import { lkmmComplete, lkmmConsistent } from './lkmm.ts';
import { LkmmFloor } from './lkmm-floor.ts';
import { type GivenSource, lkmmGiven, lkmmOrder, type Order, scOrder, tsoOrder } from './order.ts';
import { arm64Order } from './order-arm64.ts';
import { powerOrder } from './order-power.ts';
import { riscvGiven, riscvOrder } from './order-riscv.ts';
import { powerComplete, powerConsistent } from './power.ts';
import { type RcuStep, rcuMatters, rcuOrder, violatesRcu } from './rcu.ts';
import { type CatName, isCatName, type ModelName } from './registry.ts';
import { close, orRow, orShifted, setBit } from './rows.ts';

/** A memory model, as the explorer needs it. */
export interface Model {
  /** What it preserves of program order. */
  readonly order: Order;
  readonly given?: GivenSource;
  /** Whether what a branch depends on controls what follows where its arms have joined, too. */
  readonly controlsPastJoin: boolean;
  /** Is a graph consistent exactly when its tier-one order is acyclic? If not, a cycle means: ask `consistent`. */
  readonly exact: boolean;
  /**
   * Is the graph consistent, given that it is coherent and its RMWs are atomic?
   * @param unsourced a read to be taken as if it read from nowhere, while its from-reads stand; -1 for none
   */
  consistent(g: Graph, unsourced: number): boolean;
  /**
   * The lowest place that a read which was added last, and is no conditional RMW, may read at: below it the graph is
   * certainly inconsistent, at it and above it need not be consistent. -1: nothing is known.
   * @param enough a higher place is not looked for
   */
  lowestPlace?(g: Graph, r: number, enough: number): number;
  /**
   * Is every complete execution asked about, and are its flags all that there are? Nothing is known then of what the model
   * preserves of program order: the tier-one order has all of it.
   */
  readonly asksAll?: boolean;
  /**
   * Where `order` gives nothing: what comes before what in every execution, of a thread by itself, as predecessor rows over its
   * accesses. A cycle of these and of reads-from between threads is forbidden.
   */
  preserved?(g: Graph, thread: number): Int32Array;
  /** What is asked of complete executions only. */
  complete(g: Graph, steps: readonly RcuStep[], hasPlain: boolean): CompleteVerdict;
}

const lkmmFloor = new LkmmFloor();

/** What of a program a model is told. */
export type Told = Pick<Program, 'dependencies' | 'words' | 'observed' | 'initial'>;

/** The rules of the models that were read from files. */
const read = new Map<CatName, (told: Told) => Model>();

/** Makes the rules of a model known that was read from a file. */
export const addRules = (name: CatName, rules: (told: Told) => Model): void => {
  read.set(name, rules);
};

/** The rules of a model, for a program. @throws RangeError for a model of a file that was not read */
export function modelOf(name: ModelName, told: Told): Model {
  const conservative = told.dependencies === 'conservative';
  if (isCatName(name)) {
    const rules = read.get(name);
    if (rules === undefined) throw new RangeError(`the model ${name} was not read`);
    return rules(told);
  }
  switch (name) {
    case 'sc':
      return exactly({ order: scOrder });
    case 'tso':
      return exactly({ order: tsoOrder });
    case 'arm64':
      return exactly({ order: arm64Order('lse', conservative), controlsPastJoin: true });
    case 'arm64+llsc':
      return exactly({ order: arm64Order('llsc', conservative), controlsPastJoin: true });
    case 'riscv':
      return exactly({ order: riscvOrder('ticket', conservative), given: riscvGiven, controlsPastJoin: true });
    case 'riscv+queued':
      return exactly({ order: riscvOrder('queued', conservative), given: riscvGiven, controlsPastJoin: true });
    case 'power':
      return {
        order: powerOrder(conservative),
        controlsPastJoin: true,
        exact: false,
        consistent: powerConsistent(conservative),
        complete: powerComplete(conservative),
      };
    case 'lkmm':
      return {
        order: lkmmOrder(conservative),
        given: lkmmGiven,
        controlsPastJoin: false,
        exact: false,
        consistent: lkmmConsistent,
        lowestPlace: (g, r, enough) => lkmmFloor.lowestPlace(g, r, enough),
        complete: lkmmComplete,
      };
  }
}

/** A model that is its tier-one order. */
const exactly = ({
  order,
  given,
  controlsPastJoin = false,
}: Pick<Model, 'order' | 'given'> & { readonly controlsPastJoin?: boolean }): Model => ({
  order,
  ...(given && { given }),
  controlsPastJoin,
  exact: true,
  consistent: () => false,
  complete: (g, steps) => tierOneComplete(g, steps, given),
});

/**
 * Grace periods under a model that is its tier-one order: the rcu axiom, with that order for `rcu-link`. Plain accesses are
 * like any others there.
 */
function tierOneComplete(g: Graph, steps: readonly RcuStep[], given: GivenSource | undefined): CompleteVerdict {
  if (!rcuMatters(steps)) return CLEAN;
  const first = new Int32Array(g.threadCount);
  let size = 0;
  for (let t = 0; t < g.threadCount; t++) {
    first[t] = size;
    size += g.slots[t]!.length;
  }
  const words = (size + 31) >> 5;
  const before = new Int32Array(size * words);
  const number = (e: number): number => first[g.thread[e]!]! + g.slot[e]!;
  for (let t = 0; t < g.threadCount; t++) {
    for (const e of g.slots[t]!) {
      const base = number(e) * words;
      orShifted(before, base, g.ppo, e * g.words, g.words, first[t]!, words);
      if (g.kind[e] !== Kind.Read) continue;
      const source = g.rf[e]!;
      for (const slot of depsMembers(given?.(g, e) ?? NO_DEPS)) setBit(before, base, first[t]! + slot);
      if (source >= 0 && g.thread[source] !== t) setBit(before, base, number(source));
    }
  }
  const earlier = new Int32Array(words);
  for (const l of g.touched) {
    earlier.fill(0);
    for (let place = -1; place < g.co[l]!.length; place++) {
      const w = place < 0 ? -1 : g.co[l]![place]!;
      if (w >= 0) {
        orRow(before, number(w) * words, earlier, 0, words);
        setBit(earlier, 0, number(w));
      }
      for (const r of g.reads[l]!) if (g.rf[r] === w) setBit(earlier, 0, number(r));
    }
  }
  close(before, size, words);
  for (let m = 0; m < size; m++) setBit(before, m * words, m);
  const rcu = rcuOrder(g, steps, before, words, first);
  return violatesRcu(rcu, steps.length) ? INCONSISTENT : CLEAN;
}
