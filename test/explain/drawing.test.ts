import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { communication, graphOf, judge, preserved } from '../../src/explain/consistency.ts';
import { draw } from '../../src/explain/drawing.ts';
import type { Trace } from '../../src/explain/trace.ts';
import { Kind } from '../../src/graph/event.ts';
import { LADDER, type ModelName } from '../../src/models/registry.ts';
import type { Program } from '../../src/program/program.ts';
import { randomProgram } from '../explore/random-programs.ts';
import { type Step, toProgram } from '../oracle/small-program.ts';
import { program, read, write, x, y } from '../oracle/steps.ts';
import { eachExecution } from './executions.ts';

/** Every order of some things. */
function* orders(of: readonly number[]): Generator<number[]> {
  if (of.length === 0) yield [];
  for (const first of of) for (const rest of orders(of.filter((other) => other !== first))) yield [first, ...rest];
}

/** By trying every order of the effects and every choice of what is displaced: how few it can be. */
function fewestDisplaced(program: Program, trace: Trace, model: ModelName): number {
  const { events } = trace;
  const accesses = [...events.keys()].filter((e) => events[e]!.kind <= Kind.Write);
  const com = communication(trace);
  const kept = preserved(graphOf(program, trace, model), trace).star();
  const po = (a: number, b: number): boolean => events[a]!.thread === events[b]!.thread && a < b;
  let fewest = Number.POSITIVE_INFINITY;
  for (const keep of [true, false]) {
    for (const order of orders(accesses)) {
      const broken: number[] = [];
      let possible = true;
      for (let i = 0; i < order.length; i++) {
        for (let j = 0; j < i; j++) {
          // `later` should have come before `earlier`, which took effect first.
          const [earlier, later] = [order[j]!, order[i]!];
          if (com.has(later, earlier)) {
            const forwarded = po(later, earlier) && events[earlier]!.rf === later;
            if (!forwarded) possible = false;
          }
          if (!po(later, earlier)) continue;
          if (keep && kept.has(later, earlier)) possible = false;
          broken.push(accesses.indexOf(later) * accesses.length + accesses.indexOf(earlier));
        }
      }
      if (possible) fewest = Math.min(fewest, cover(broken, accesses, order, events, po));
    }
    if (fewest < Number.POSITIVE_INFINITY) return fewest;
  }
  return fewest;
}

/** The fewest accesses that touch every broken pair; a store whose value was forwarded too early must be one of them. */
function cover(
  broken: readonly number[],
  accesses: readonly number[],
  order: readonly number[],
  events: Trace['events'],
  po: (a: number, b: number) => boolean,
): number {
  let fewest = accesses.length;
  for (let set = 0; set < 1 << accesses.length; set++) {
    const has = (i: number): boolean => (set & (1 << i)) !== 0;
    const size = [...accesses.keys()].filter(has).length;
    if (size >= fewest) continue;
    const touches = broken.every((pair) => has(Math.floor(pair / accesses.length)) || has(pair % accesses.length));
    const forwards = accesses.every((r) => {
      const w = events[r]!.rf;
      return w < 0 || !po(w, r) || order.indexOf(w) < order.indexOf(r) || has(accesses.indexOf(w));
    });
    if (touches && forwards) fewest = size;
  }
  return fewest;
}

const small = (flavour: 'relaxed' | 'fences' | 'dependencies') =>
  randomProgram(flavour).filter((p) => {
    const count = p.threads.flat().filter((s) => s.do === 'read' || s.do === 'write').length;
    return count <= 6 && p.threads.flat().every((s) => s.do !== 'if');
  });

describe.each(LADDER)('the drawing of an execution under %s', (model) => {
  it.each(['relaxed', 'fences', 'dependencies'] as const)('displaces as few steps as can be: %s', (flavour) => {
    fc.assert(
      fc.property(small(flavour), (p) => {
        const program = toProgram(p);
        eachExecution(program, model, 12, (trace) => {
          const drawing = draw(program, trace, model);
          expect(drawing.minimal).toBe(true);
          expect(drawing.displaced).toBe(fewestDisplaced(program, trace, model));
        });
      }),
      { numRuns: 12 },
    );
  });

  it.each(['relaxed', 'atomics', 'locks'] as const)('is an interleaving exactly where SC allows it: %s', (flavour) => {
    fc.assert(
      fc.property(randomProgram(flavour), (p) => {
        const program = toProgram(p);
        eachExecution(program, model, 40, (trace) => {
          const { displaced, rows } = draw(program, trace, model);
          expect(displaced === 0).toBe(judge(program, trace, 'sc').consistent);
          const steps = rows.filter((row) => row.kind === 'step');
          expect(steps.flatMap((row) => row.events).sort((a, b) => a - b)).toEqual([...trace.events.keys()]);
          expect(rows.some((row) => row.kind === 'step' && row.marks.length > 0)).toBe(displaced > 0);
          for (const thread of trace.events.map((e) => e.thread)) {
            const column = steps.filter((row) => row.thread === thread).flatMap((row) => row.events);
            expect(column).toEqual([...column].sort((a, b) => a - b));
          }
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is marked', () => {
  const marksOf = (threads: readonly Step[][], model: ModelName, values: readonly number[]): string[] => {
    const p = toProgram(program(...threads));
    const found: string[] = [];
    eachExecution(p, model, 1000, (trace) => {
      const reads = trace.events.filter((e) => e.kind === Kind.Read).map((e) => e.value);
      if (reads.join() !== values.join()) return;
      for (const row of draw(p, trace, model).rows) {
        if (row.kind === 'visible') found.push(`visible ${row.event}`);
        else found.push(...row.marks.map((m) => `${m.kind} ${m.event}`));
      }
    });
    return found;
  };

  it('a store that waits, where a store and a later load change places', () => {
    const threads = [
      [write(x, 1), read(0, y)],
      [write(y, 1), read(0, x)],
    ];
    expect(marksOf(threads, 'tso', [0, 0])).toEqual(['late 0', 'visible 0']);
  });

  it('a store that waits, where two stores change places', () => {
    const threads = [
      [write(x, 1), write(y, 1)],
      [read(0, y), read(1, x)],
    ];
    expect(marksOf(threads, 'lkmm', [1, 0])).toEqual(['late 0', 'visible 0']);
  });

  it('a load that returns what is stored further down, where a load and a later store change places', () => {
    const threads = [
      [read(0, x), write(y, 1)],
      [read(0, y), write(x, 1)],
    ];
    expect(marksOf(threads, 'lkmm', [1, 1])).toEqual(['ahead 0']);
  });

  it('an old value, where two loads change places', () => {
    const threads = [[write(x, 1)], [read(0, x), read(1, y)], [write(y, 1)], [read(0, y), read(1, x)]];
    expect(marksOf(threads, 'lkmm', [1, 0, 1, 0])).toEqual(['stale 2']);
  });

  it('nothing in an interleaving', () => {
    const threads = [[write(x, 1)], [read(0, x), read(1, x)]];
    expect(marksOf(threads, 'sc', [0, 1])).toEqual([]);
  });
});
