import { type Deps, depsUnion, NO_DEPS } from '../cpu/deps.ts';
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
}

export type Execute = (m: Machine) => Flow;

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
  limit: number,
  condition: Evaluate | undefined,
  body: Execute,
  step: Evaluate | undefined,
  bodyFirst: boolean,
  atHead: readonly number[] | undefined,
  atBody: readonly number[] | undefined,
): Execute {
  return (m) => {
    const head = atHead && new Standstill(atHead);
    const entry = atBody && new Standstill(atBody);
    const outer = m.control;
    const outerLoop = m.loopControl;
    m.loopControl = NO_DEPS;
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
      const flow = body(m);
      if (flow === Flow.Break) break;
      if (flow === Flow.Return || flow === Flow.Cut) return flow;
      control = depsUnion(control, m.loopControl);
      m.setControl(control);
      if (step !== undefined) step(m);
    }
    m.loopControl = depsUnion(outerLoop, m.threadControl);
    m.setControl(depsUnion(outer, m.threadControl));
    return Flow.Next;
  };
}
