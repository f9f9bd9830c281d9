import { beforeEach, describe, expect, test } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import { INIT, Kind } from '../../src/graph/event.ts';
import { Graph } from '../../src/graph/graph.ts';

/** Two threads over words x and y. */
let g: Graph;
const x = 0;
const y = 1;

const write = (thread: number, loc: number, value: number, place = g.co[loc]!.length): number => {
  const w = g.append(thread, Kind.Write, Mode.Once, loc);
  g.value[w] = value;
  g.insertCo(w, place);
  return w;
};
const read = (thread: number, loc: number, source: number): number => {
  const r = g.append(thread, Kind.Read, Mode.Once, loc);
  g.setRf(r, source, source === INIT ? 0 : g.value[source]!);
  return r;
};
const places = (loc: number): number[] => g.co[loc]!.map((w) => g.coIndex[w]!);

beforeEach(() => {
  g = new Graph(2, 2, 2);
});

describe('coherence', () => {
  test('a write that is put before others moves them up', () => {
    const a = write(0, x, 1);
    const b = write(1, x, 2, 0);
    expect(g.co[x]).toEqual([b, a]);
    expect(places(x)).toEqual([0, 1]);
  });

  test('and its removal moves them back', () => {
    const a = write(0, x, 1);
    const b = write(1, x, 2, 0);
    g.removeCo(b);
    expect(g.co[x]).toEqual([a]);
    expect(places(x)).toEqual([0]);
  });
});

describe('the po-rf prefix', () => {
  test('has what came before in the thread, and what a read reads from', () => {
    const a = write(0, y, 1);
    const b = write(0, x, 1);
    const before = read(1, y, INIT);
    const r = read(1, x, b);
    const after = write(0, y, 2);
    expect([a, b, before, r, after].map((e) => g.inPrefix(e, r))).toEqual([true, true, true, true, false]);
  });

  test('follows reads-from when that changes', () => {
    const b = write(0, x, 1);
    const r = read(1, x, b);
    g.setRf(r, INIT, 0);
    expect(g.inPrefix(b, r)).toBe(false);
  });
});

describe('cutting', () => {
  test('forgets the newest events and all that knew of them', () => {
    const a = write(0, x, 1);
    write(1, x, 2, 0);
    read(1, y, INIT);
    g.cut(1);
    expect(g.n).toBe(1);
    expect(g.co[x]).toEqual([a]);
    expect(places(x)).toEqual([0]);
    expect(g.threads).toEqual([[a], []]);
    expect(g.reads[y]).toEqual([]);
  });
});

describe('what a revisit keeps', () => {
  test('is all up to the read, and the prefix of the write, with stamps closed up', () => {
    const early = write(0, y, 1);
    const r = read(0, x, INIT);
    const dropped = write(0, y, 2);
    const before = write(1, y, 3, 0);
    const w = write(1, x, 1);
    const kept = new Graph(2, 2);
    const stamps = new Int32Array(8);
    kept.keepFrom(g, r, w, stamps);
    expect([early, r, dropped, before, w].map((e) => stamps[e])).toEqual([0, 1, -1, 2, 3]);
    expect(kept.co[y]).toEqual([2, 0]);
    expect(kept.co[x]).toEqual([3]);
    expect(kept.threads).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(kept.value[3]).toBe(1);
  });
});
