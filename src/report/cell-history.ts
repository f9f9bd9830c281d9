import type { CellResult } from '../fronts/races/cell-result.ts';
import { COMMITS, type CommitHash } from '../mm/design/commits.ts';
import { changesBetween, type DecisionChange } from '../mm/design/history.ts';
import type { Kernel } from '../mm/design/presets.ts';
import { compareReleases } from '../mm/design/release.ts';
import { cellWord } from './cell-table.ts';
import { commitText } from './commit-text.ts';
import { PLAIN, type Style, wrapped } from './style.ts';

/** A cell that is another than that of the kernel before, and what the race asked for that was decided otherwise. */
export interface CellChange {
  readonly from: CellResult;
  readonly to: CellResult;
  readonly changes: readonly DecisionChange[];
}

/** Where the answer changes from one kernel to the next. The cells are of one variant, one for each kernel. */
export function cellChanges(kernels: readonly Kernel[], cells: readonly CellResult[]): CellChange[] {
  return kernels.slice(1).flatMap((newer, i) => {
    const [from, to] = [cells[i]!, cells[i + 1]!];
    if (cellWord(from) === cellWord(to)) return [];
    const asked = new Set([...from.asked, ...to.asked]);
    const changes = changesBetween(kernels[i]!.release, newer.release, newer.machine);
    return [{ from, to, changes: changes.filter(({ knob }) => asked.has(knob)) }];
  });
}

/**
 * The history of a race, for people: each change of a cell from one kernel to the next with the commits between that took
 * a decision otherwise which the race asks for. Variants with the same history are told together.
 */
export function raceHistory(
  kernels: readonly Kernel[],
  variants: readonly (readonly CellResult[])[],
  width = 80,
  style: Style = PLAIN,
): string {
  const told = new Map<string, string[]>();
  for (const cells of variants) {
    const history = cellChanges(kernels, cells).flatMap((change) => changeLines(change, width, style));
    const first = `  ${kernels[0]!.name} ${style.bold(cellWord(cells[0]))}`;
    const text = history.length > 0 ? history.join('\n') : `${first}, and so in all kernels`;
    told.set(text, [...(told.get(text) ?? []), cells[0]!.variant]);
  }
  return [...told].map(([text, names]) => `${style.bold(names.join(', '))}\n${text}\n`).join('');
}

function changeLines({ from, to, changes }: CellChange, width: number, style: Style): string[] {
  const by = new Map<CommitHash, string[]>();
  for (const { commits, knob, value } of changes) {
    for (const hash of commits) by.set(hash, [...(by.get(hash) ?? []), `${knob}=${value}`]);
  }
  const inOrder = [...by].sort(([a], [b]) => compareReleases(COMMITS[a].release, COMMITS[b].release));
  const cell = (of: CellResult): string => `${of.design} ${style.bold(cellWord(of))}`;
  return [
    `  ${cell(from)} -> ${cell(to)}`,
    ...inOrder.flatMap(([hash, decisions]) => [
      ...indented(commitText({ hash, ...COMMITS[hash] }), 4, width),
      ...indented(decisions.join(', '), 8, width),
    ]),
  ];
}

const indented = (text: string, indent: number, width: number): string[] =>
  wrapped(text, width - indent).map((line) => ' '.repeat(indent) + line);
