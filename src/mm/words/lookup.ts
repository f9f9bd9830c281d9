/** From the functions that were running when a step was made to what a kernel calls the step, and the function it is in. */

import type { Release } from '../design/release.ts';
import { bareName, wordsOf } from './table.ts';
import { nameIn } from './words.ts';

/** Where a step stands in the kernel. */
export interface KernelFunction {
  /** What the program, driver or kernel thread called: `fork()`; empty of a helper that was called alone. */
  readonly call: string;
  /** The innermost function of the kernel, without parentheses, and its file; undefined of what hardware does. */
  readonly name: string | undefined;
  readonly file: string | undefined;
}

/** What a step does to which word, as the tables key it. */
export interface StepKey {
  /** The name that src/mm gives it. */
  readonly label: string | undefined;
  /** `read pte`, `write has_pinned`, `rmw refcount`, or the name of a barrier. */
  readonly access: string;
  /** Whether the same call of the same function has read the word before. */
  readonly again: boolean;
}

/** @param frames the functions of src/mm, the innermost first, each as `gup-fast.gupFastPte` */
export function kernelFunction(frames: readonly string[], release: Release): KernelFunction {
  const outer = frames.at(-1) ?? '';
  let innermost: Pick<KernelFunction, 'name' | 'file'> = { name: undefined, file: undefined };
  for (const frame of frames) {
    const words = wordsOf(frame);
    const name = nameIn(words?.name, release);
    if (name === undefined) continue;
    innermost = { name, file: nameIn(words?.file, release) };
    break;
  }
  const program = frames.map((frame) => nameIn(wordsOf(frame)?.program, release)).filter((name) => name !== undefined);
  const outermost = nameIn(wordsOf(outer)?.name, release);
  const called = outermost ?? innermost.name;
  return { call: program.at(-1) ?? (called === undefined ? '' : `${called}()`), ...innermost };
}

/** What the kernel calls a step; undefined where the tables say nothing of it. */
export function kernelStep(frames: readonly string[], key: StepKey, release: Release): string | undefined {
  const heading = frames.findIndex((frame) => nameIn(wordsOf(frame)?.name, release) !== undefined);
  const last = heading < 0 ? frames.length - 1 : heading;
  // How a function writes a call of its own comes before what the helper that it calls is called in general.
  for (let outer = last; outer > 0; outer--) {
    const { steps } = wordsOf(frames[outer]!) ?? {};
    if (steps === undefined) continue;
    for (let inner = outer - 1; inner >= 0; inner--) {
      const text = nameIn(ownOf(steps, bareName(frames[inner]!)), release);
      if (text !== undefined) return text;
    }
  }
  const inside = frames.slice(0, last + 1).map((frame) => wordsOf(frame) ?? {});
  for (const { steps } of inside) {
    const text = nameIn(ownOf(steps, key.label), release);
    if (text !== undefined) return text;
  }
  // The helper that the function itself calls, not what that calls in turn.
  const call = isBarrier(key) ? undefined : inside.filter((words) => words.call !== undefined).at(-1)?.call;
  if (call !== undefined) return nameIn(call, release);
  for (const { steps } of inside) {
    const again = key.again ? ownOf(steps, key.access.replace('read ', 'reread ')) : undefined;
    const text = nameIn(again ?? ownOf(steps, key.access), release);
    if (text !== undefined) return text;
  }
  return undefined;
}

const isBarrier = ({ access }: StepKey): boolean => !access.includes(' ');

const ownOf = <T>(table: Readonly<Record<string, T>> | undefined, key: string | undefined): T | undefined =>
  table !== undefined && key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
