import { Fence, Mode } from '../../src/cpu/modes.ts';
import type { SmallProgram, Step } from '../oracle/small-program.ts';

/** For each step of a program, what is left of it when `change` has one thing of that step replaced: all such programs. */
export function withOneStep(small: SmallProgram, change: (step: Step) => readonly Step[]): SmallProgram[] {
  return small.threads.flatMap((steps, t) =>
    changed(steps, change).map((replaced) => ({ ...small, threads: small.threads.with(t, replaced) })),
  );
}

function changed(steps: readonly Step[], change: (step: Step) => readonly Step[]): Step[][] {
  return steps.flatMap((step, i) => insteadOf(step, change).map((other) => steps.with(i, other)));
}

function insteadOf(step: Step, change: (step: Step) => readonly Step[]): readonly Step[] {
  if (step.do !== 'if') return change(step);
  return [
    // biome-ignore lint/suspicious/noThenProperty: the arm of an if, as the step calls it
    ...changed(step.then, change).map((arm) => ({ ...step, then: arm })),
    ...changed(step.else ?? [], change).map((arm) => ({ ...step, else: arm })),
  ];
}

/** Of an RMW: Once is what `_relaxed` is. */
const STRONGER_RMW: ReadonlyMap<Mode, readonly Mode[]> = new Map([
  [Mode.Once, [Mode.Acquire, Mode.Release]],
  [Mode.Acquire, [Mode.Full]],
  [Mode.Release, [Mode.Full]],
]);
const WEAK_FENCES: ReadonlySet<Fence> = new Set([
  Fence.Rmb,
  Fence.Wmb,
  Fence.BeforeAtomic,
  Fence.AfterAtomic,
  Fence.AfterSpinlock,
  Fence.AfterUnlockLock,
  Fence.AfterSrcuReadUnlock,
  Fence.Barrier,
]);

/** The next stronger primitives that could stand in place of a step. */
export function stronger(step: Step): readonly Step[] {
  switch (step.do) {
    case 'read':
      return step.mode === Mode.Once ? [{ ...step, mode: Mode.Acquire }] : [];
    case 'await':
      return step.mode === Mode.Once ? [{ ...step, mode: Mode.Acquire }] : [];
    case 'write':
      return step.mode === Mode.Once ? [{ ...step, mode: Mode.Release }] : [];
    case 'rmw':
    case 'cmpxchg':
    case 'addUnless':
      return (STRONGER_RMW.get(modeOf(step)) ?? []).map((mode) => ({ ...step, mode }));
    case 'fence':
      return WEAK_FENCES.has(step.fence) ? [{ ...step, fence: Fence.Mb }] : [];
    default:
      return [];
  }
}

const modeOf = (step: Step): Mode => ('mode' in step ? step.mode : Mode.Full);

/** A plain access, marked. */
export const marked = (step: Step): readonly Step[] =>
  (step.do === 'read' || step.do === 'write') && step.mode === Mode.Plain ? [{ ...step, mode: Mode.Once }] : [];
