import { Fence, Mode } from '../cpu/modes.ts';
import { type Graph, Kind, NONE } from '../graph/graph.ts';

/** One access or fence of a failing execution, for people. */
export interface RaceStep {
  readonly thread: number;
  readonly text: string;
}

/**
 * The steps of an execution in an order that fits program order and reads-from: what is read has been written before.
 * Where the model reorders, no order fits coherence as well; then a step shows a value that a later one overwrites.
 */
export function stepsOf(g: Graph, showValue: (cell: number, value: number) => string, names: CellNames): RaceStep[] {
  const steps: RaceStep[] = [];
  const at = new Array<number>(g.threadCount).fill(0);
  const done = new Set<number>();
  const ready = (e: number): boolean => g.kind[e] !== Kind.Read || g.rf[e]! < 0 || done.has(g.rf[e]!);
  for (let thread = 0, idle = 0; idle < g.threadCount; ) {
    const e = g.threads[thread]![at[thread]!];
    if (e === undefined || !ready(e)) {
      thread = (thread + 1) % g.threadCount;
      idle++;
      continue;
    }
    idle = 0;
    at[thread]!++;
    done.add(e);
    if (g.kind[e] === Kind.Write && g.partner[e] !== NONE) continue;
    steps.push({ thread, text: textOf(g, e, showValue, names) });
  }
  return steps;
}

export type CellNames = (cell: number) => string;

function textOf(g: Graph, e: number, showValue: (cell: number, value: number) => string, names: CellNames): string {
  const cell = g.loc[e]!;
  const show = (event: number): string => showValue(cell, g.value[event]!);
  switch (g.kind[e]) {
    case Kind.Fence:
      return Fence[g.mode[e]!]!.toLowerCase();
    case Kind.Choice:
      return `chooses ${g.value[e]}`;
    case Kind.Write:
      return `${names(cell)} = ${show(e)}${suffix(g.mode[e]!)}`;
    default: {
      const write = g.partner[e]!;
      const became = write === NONE ? '' : `, becomes ${show(write)}`;
      return `${names(cell)} is ${show(e)}${became}${suffix(g.declared[e]!)}`;
    }
  }
}

const suffix = (mode: number): string =>
  mode === Mode.Once || mode === Mode.Noreturn ? '' : ` (${Mode[mode]!.toLowerCase()})`;
