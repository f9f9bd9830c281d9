import type { AfterDeed, AfterStep } from '../../explain/after.ts';
import type { Step } from '../../scenarios/scenario.ts';
import type { AfterAccess } from './after-cpu.ts';
import type { RaceNaming } from './race-naming.ts';

/**
 * What is done after a race, each deed with the steps that say what comes of it: how the hardware finds the page, what a write
 * fault asks before it copies, what becomes of the entry, and what is read or written in the end.
 */
export function afterDeeds(
  steps: readonly Step[],
  accesses: readonly AfterAccess[],
  naming: RaceNaming,
  nameOf: (cell: number) => string,
): AfterDeed[] {
  const runs: AfterAccess[][] = [];
  let call = '';
  for (const access of accesses) {
    const { kernel } = access.place ?? {};
    const now = `${kernel?.call} ${kernel?.callAt}`;
    if (now !== call) runs.push([]);
    call = now;
    runs.at(-1)!.push(access);
  }
  // A deed that makes no call, or two, leaves it open whose the calls are.
  const isOpen = runs.length !== steps.length;
  return steps.map(({ who, what, value }, i) => {
    const told: AfterStep[] = [];
    const seen = new Set<string>();
    for (const access of isOpen ? [] : runs[i]!) {
      if (!isTold(access, nameOf(access.cell))) continue;
      const step = naming.after(access, false);
      const key = `${access.place?.function} ${step.code} ${step.effect}`;
      if (!seen.has(key)) told.push(step);
      seen.add(key);
    }
    return { who, what, value, steps: told };
  });
}

function isTold({ kind, place }: AfterAccess, name: string): boolean {
  const frames = place?.kernel?.frames ?? [];
  if (frames.some((frame) => /^(?:allocator|rmap)\.|\.copyPageData$/.test(frame))) return false;
  if (/\.data$/.test(name)) return true;
  if (/\.pte\[\d+\]$/.test(name)) return kind === 'write' || frames[0] === 'user.walk';
  const decides = frames.some((frame) => /^fault-wp\.(?:doWpPage|reuse\w+)$/.test(frame));
  return kind === 'read' && decides && /\.(?:refcount|mapcount|flags)$/.test(name);
}
