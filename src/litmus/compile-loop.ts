import { type Deps, depsUnion } from '../cpu/deps.ts';
import type { Evaluate } from './access.ts';
import { MAX_STEPS, type Machine } from './machine.ts';

/** How a statement ended. */
export enum Flow {
  Next = 0,
  Break = 1,
  Continue = 2,
  Return = 3,
  /** A loop wanted more rounds than it may have. */
  Cut = 4,
  /** {@link Machine.leaving} says to where. */
  Goto = 5,
}

export type Execute = (m: Machine) => Flow;

/** What the jumps at a place of a thread may leave, by how deep it is nested: the thread as a whole has depth 0. */
export interface Targets {
  readonly depth: number;
  /** What `break` leaves, and `continue`, within a loop: the loop, and its round. */
  readonly loop: number;
  readonly round: number;
  /** What stands before a label. */
  readonly labels: ReadonlyMap<string, number>;
}

export const OUTERMOST: Targets = { depth: 0, loop: 0, round: 0, labels: new Map() };

/** Within a loop, which {@link compileLoop} takes to be one deeper than what it is in. */
export const inLoop = ({ depth, labels }: Targets): Targets => ({
  depth: depth + 2,
  loop: depth + 1,
  round: depth + 2,
  labels,
});

/** Before a label. */
export const beforeLabel = ({ depth, loop, round, labels }: Targets, label: string): Targets => ({
  depth: depth + 1,
  loop,
  round,
  labels: new Map([...labels, [label, depth + 1]]),
});

/** Within a `switch`, which `break` leaves. */
export const inSwitch = ({ depth, round, labels }: Targets): Targets => ({
  depth: depth + 1,
  loop: depth + 1,
  round,
  labels,
});

/** Behind a label to which a `goto` jumps back, as within the loop that this is; `break` is that of what is around it. */
export const afterLabel = ({ depth, loop, round, labels }: Targets, label: string): Targets => ({
  depth: depth + 2,
  loop,
  round,
  labels: new Map([...labels, [label, depth + 2]]),
});

/** What stands before a label; what follows is controlled by nothing in it, but by jumps to farther away. */
export function compileLabelled({ depth: outside }: Targets, body: Execute): Execute {
  const depth = outside + 1;
  return (m) => {
    const outer = m.control;
    m.enter(depth);
    const flow = body(m);
    if (flow !== Flow.Next && !(flow === Flow.Goto && m.leaving === depth)) return flow;
    m.setControl(depsUnion(outer, m.stayedIn(outside)));
    return Flow.Next;
  };
}

/** What a `goto` may begin anew: a loop whose rounds end at the `goto`, and which ends where none is met. */
export function compileAgain(targets: Targets, limit: number, body: Execute, atHead: readonly number[]): Execute {
  const round = targets.depth + 2;
  /** How the last round ended, where that ends the loop. */
  let left = Flow.Next;
  const loop = compileLoop(
    targets,
    limit,
    undefined,
    (m) => {
      left = body(m);
      return left === Flow.Goto && m.leaving === round ? Flow.Continue : Flow.Break;
    },
    undefined,
    false,
    atHead,
    undefined,
  );
  return (m) => {
    const flow = loop(m);
    return flow === Flow.Cut ? flow : left;
  };
}

/**
 * Goes to the first case that has the value, or to the default, and on from there.
 * @param cases their values, and from where in the body each runs; `otherwise`: from where without a case
 */
export function compileSwitch(
  { depth: outside }: Targets,
  value: Evaluate,
  cases: readonly (readonly [value: number, at: number])[],
  otherwise: number,
  body: readonly Execute[],
): Execute {
  const depth = outside + 1;
  return (m) => {
    const chosen = value(m);
    const { deps, control: outer } = m;
    m.enter(depth);
    let from = otherwise;
    for (const [want, at] of cases) {
      m.deps = deps;
      if (m.branch(chosen === want)) {
        from = at;
        break;
      }
    }
    m.controlledBy(deps);
    for (let i = from; i < body.length; i++) {
      const flow = body[i]!(m);
      if (flow === Flow.Break) break;
      if (flow !== Flow.Next) return flow;
    }
    m.setControl(depsUnion(outer, m.stayedIn(outside)));
    return Flow.Next;
  };
}

/** Notices that a thread comes to a place in a loop with everything that matters there as it was the last time. */
class Standstill {
  private before: number[] | undefined;
  private since = 0;

  /** @param slots the registers that matter there */
  constructor(private readonly slots: readonly number[]) {}

  look(m: Machine): void {
    const { frame, cpu } = m;
    const { before } = this;
    if (before !== undefined && this.slots.every((slot, i) => before[i] === frame[slot])) cpu.standsStill(this.since);
    this.before = this.slots.map((slot) => frame[slot]!);
    this.since = cpu.made;
  }
}

/**
 * A loop, as the nested `if`s that it stands for: each round is controlled by the conditions of all rounds before it,
 * and what follows the loop by none of them.
 * @param atHead the registers that matter where a round begins, and `atBody` where its condition holds; undefined for a
 * loop that counts, which never stands still
 */
export function compileLoop(
  { depth: outside }: Targets,
  limit: number,
  condition: Evaluate | undefined,
  body: Execute,
  step: Evaluate | undefined,
  bodyFirst: boolean,
  atHead: readonly number[] | undefined,
  atBody: readonly number[] | undefined,
): Execute {
  const depth = outside + 1;
  return (m) => {
    const head = atHead && new Standstill(atHead);
    const entry = atBody && new Standstill(atBody);
    const outer = m.control;
    m.enter(depth);
    let control: Deps = outer;
    for (let rounds = 0; ; rounds++) {
      if (!bodyFirst) head?.look(m);
      if (condition !== undefined && !(bodyFirst && rounds === 0)) {
        const holds = condition(m) !== 0;
        control = depsUnion(control, m.deps);
        if (!m.branch(holds)) break;
      }
      if (bodyFirst) head?.look(m);
      entry?.look(m);
      if (rounds >= limit || ++m.steps > MAX_STEPS) return Flow.Cut;
      m.setControl(control);
      m.enter(depth + 1);
      const flow = body(m);
      if (flow === Flow.Break) break;
      if (flow !== Flow.Next && flow !== Flow.Continue) return flow;
      control = depsUnion(control, m.stayedIn(depth));
      m.setControl(control);
      if (step !== undefined) step(m);
    }
    m.setControl(depsUnion(outer, m.stayedIn(outside)));
    return Flow.Next;
  };
}
