import type { Deps } from '../cpu/deps.ts';
import { integerOf, isSmall, wordOf } from '../cpu/integer.ts';
import { COLUMNS, type ColumnName } from './columns.ts';
import { Kind } from './event.ts';
import { Graph } from './graph.ts';

/** A word in JSON: an integer of more than 53 bits is its digits. */
export type WrittenWord = number | string;

export const writeWord = (word: number): WrittenWord => (isSmall(word) ? word : `${integerOf(word)}`);
export const readWord = (written: WrittenWord): number =>
  typeof written === 'string' ? wordOf(BigInt(written)) : written;

/** A cell of a column: a word, or a set of slots. */
type Cell = WrittenWord | readonly number[];

/** A graph in JSON. All else follows from the columns. */
export interface WrittenGraph {
  readonly n: number;
  /** Words per row of slots. */
  readonly words: number;
  /** See {@link Graph.cyclicFrom} and {@link Graph.wrongFrom}; -1 for none. */
  readonly cyclicFrom: number;
  readonly wrongFrom: number;
  /** The columns, each as a list of its cells; `[cell]` where all are the same. */
  readonly columns: { readonly [name in ColumnName]: readonly Cell[] };
}

export function writeGraph(g: Graph): WrittenGraph {
  const columns = {} as Record<ColumnName, readonly Cell[]>;
  for (const { name, width } of COLUMNS) {
    const column: ArrayLike<Deps> = g[name];
    const cells: Cell[] = [];
    for (let i = 0; i < g.n * width(g); i++) {
      const cell = column[i]!;
      cells.push(typeof cell === 'number' ? writeWord(cell) : cell);
    }
    columns[name] = cells.every((cell) => cell === cells[0]) ? cells.slice(0, 1) : cells;
  }
  const cyclicFrom = g.cyclicFrom < g.n ? g.cyclicFrom : -1;
  const wrongFrom = g.wrongFrom < g.n ? g.wrongFrom : -1;
  return { n: g.n, words: g.words, cyclicFrom, wrongFrom, columns };
}

/** A graph as it was written. */
export function readGraph(written: WrittenGraph, threadCount: number, locCount: number): Graph {
  const { n, words, cyclicFrom, wrongFrom, columns } = written;
  let capacity = 64;
  while (capacity < n) capacity *= 2;
  const g = new Graph(threadCount, locCount, capacity, words);
  for (const { name, width } of COLUMNS) {
    const cells = columns[name];
    const column: { [i: number]: Deps } = g[name];
    for (let i = 0; i < n * width(g); i++) {
      const cell = cells[cells.length === 1 ? 0 : i]!;
      column[i] = typeof cell === 'object' ? cell : readWord(cell);
    }
  }
  g.list(n);
  for (let e = 0; e < n; e++) {
    const loc = g.loc[e]!;
    if (loc >= 0) g.touch(loc);
    if (g.kind[e] === Kind.Write) g.co[loc]!.push(e);
  }
  for (const loc of g.touched) g.co[loc]!.sort((a, b) => g.coIndex[a]! - g.coIndex[b]!);
  if (cyclicFrom >= 0) g.cyclicFrom = cyclicFrom;
  if (wrongFrom >= 0) g.wrongFrom = wrongFrom;
  return g;
}
