import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { raceCounterexample } from '../../src/ask/counterexample.ts';
import { reasonInTurns } from '../../src/explain/reason.ts';
import type { Trace } from '../../src/explain/trace.ts';
import { Kind } from '../../src/graph/event.ts';
import { presetNamed } from '../../src/mm/design/presets.ts';
import { Patience } from '../../src/program/turns.ts';
import { reasonWords } from '../../src/report/execution-words.ts';
import { scenarioNamed } from '../../src/scenarios/catalog.ts';
import { randomProgram } from '../explore/random-programs.ts';
import { toProgram } from '../oracle/small-program.ts';
import { eachExecution } from './executions.ts';
import { finish } from './protocols.ts';

/** A stretch of a thread that is one step. */
interface Atomic {
  readonly from: number;
  readonly to: number;
}

/** Is there an order of all steps of an execution, one after the other, in which nothing comes between those of some stretches? */
function canRun(trace: Trace, atomic: readonly Atomic[]): boolean {
  const { events, threads } = trace;
  const own = Array.from({ length: threads }, (_, t) => [...events.keys()].filter((e) => events[e]!.thread === t));
  const failed = new Set<string>();
  const run = (at: readonly number[], memory: ReadonlyMap<number, number>): boolean => {
    if (at.every((n, t) => n === own[t]!.length)) return true;
    const key = at.join();
    if (failed.has(key)) return false;
    const inside = at.findIndex((n, t) => atomic.some(({ from, to }) => own[t]![n]! > from && own[t]![n]! <= to));
    for (const [t, n] of at.entries()) {
      const e = own[t]![n];
      if (e === undefined || (inside >= 0 && inside !== t)) continue;
      const { kind, cell, rf, partner } = events[e]!;
      const last = memory.get(cell) ?? -1;
      const next = at.map((other, thread) =>
        thread === t ? other + (kind === Kind.Read && partner >= 0 ? 2 : 1) : other,
      );
      if (kind === Kind.Read && rf !== last) continue;
      const write = kind === Kind.Write ? e : kind === Kind.Read ? partner : -1;
      if (write >= 0) {
        const order = trace.co.find((writes) => writes.includes(write))!;
        if ((order[order.indexOf(write) - 1] ?? -1) !== last) continue;
      }
      if (run(next, write >= 0 ? new Map(memory).set(cell, write) : memory)) return true;
    }
    failed.add(key);
    return false;
  };
  return run(
    own.map(() => 0),
    new Map(),
  );
}

/** How many accesses a stretch goes on for, an RMW being one. */
const lengthOf = ({ events }: Trace, { from, to }: Atomic): number =>
  events.slice(from + 1, to + 1).filter((e) => e.kind <= Kind.Write && (e.kind === Kind.Read || e.partner < 0)).length;

/** Every stretch of more than one access. */
function* stretchesOf({ events }: Trace): Generator<Atomic> {
  for (const [from, { thread }] of events.entries()) {
    for (const [to, e] of events.entries()) if (to > from && e.thread === thread) yield { from, to };
  }
}

const threadOf = ({ events }: Trace, thread: number): Atomic => {
  const own = [...events.keys()].filter((e) => events[e]!.thread === thread);
  return { from: own[0] ?? 0, to: own.at(-1) ?? -1 };
};

/** Asks of an execution whether its reason is right, by running it in every order. @returns its stretches */
function expectRight(trace: Trace, isMinor = (_: number): boolean => false): readonly Atomic[] {
  const reason = finish(reasonInTurns(NO_PROGRAM, trace, 'sc', { races: false, isMinor }, new Patience()));
  if (reason.kind !== 'interleaving') throw new Error(reason.kind);
  const { windows, serial } = reason;
  const whole = Array.from({ length: trace.threads }, (_, thread) => threadOf(trace, thread));
  expect(canRun(trace, whole)).toBe(serial !== undefined);
  if (windows.length === 0) {
    if (serial === undefined) for (const stretch of whole) expect(canRun(trace, [stretch])).toBe(true);
    return windows;
  }
  expect(canRun(trace, windows)).toBe(false);
  if (windows.length > 1) for (const left of windows) expect(canRun(trace, [left])).toBe(true);
  return windows;
}

/** SC needs no more than the events. */
const NO_PROGRAM = toProgram({ threads: [], initial: [], registers: 0 });

describe('the stretches that are not one step', () => {
  it.each(['relaxed', 'atomics'] as const)('would remove the execution, and all are needed: %s', (flavour) => {
    const found = new Set<number>();
    fc.assert(
      fc.property(randomProgram(flavour), (p) => {
        eachExecution(toProgram(p), 'sc', 25, (trace) => {
          const windows = expectRight(trace);
          found.add(windows.length);
          const [only] = windows;
          if (flavour !== 'relaxed' || only === undefined || windows.length > 1) return;
          const length = lengthOf(trace, only);
          for (const other of stretchesOf(trace)) {
            if (lengthOf(trace, other) < length) expect(canRun(trace, [other])).toBe(true);
          }
        });
      }),
      { numRuns: 60 },
    );
    expect(found).toContain(flavour === 'relaxed' ? 2 : 1);
  });
});

/** A race that fails under SC, and what is said of it. */
const SAID: readonly (readonly [race: string, variant: string, design: string, words: RegExp])[] = [
  [
    ...(['T0', 'first', 'v5.9'] as const),
    /^forker reads has_pinned=0 with atomic_read\(&src_mm->has_pinned\) .*; then pinner writes has_pinned=1 .*; then forker changes parent's pte: .* with ptep_set_wrprotect\(/,
  ],
  [
    'T0',
    'later',
    'v5.9',
    /^forker reads refcount=1 with page_maybe_dma_pinned\(page\) .*; then pinner changes refcount: 1 -> 1025 /,
  ],
  [
    'dirty-cow',
    'read',
    'v4.4',
    /^writer writes pte=.*; then zapper .* changes pte: .* -> none .*; then writer reads pte=none /,
  ],
  [
    'khugepaged',
    'first',
    'v5.19',
    /^pinner reads pmd=.*; then khugepaged changes pmd: .* -> none .*; then pinner changes .*refcount/,
  ],
  [
    'vmsplice',
    'get',
    'v5.7',
    /^It takes no race: child, then parent, each from its begin to its end; no barrier can prevent it\.$/,
  ],
  ['T3', 'protected', 'v5.9', /^It takes no race: parent does it alone; no barrier can prevent it\.$/],
];

describe('the reason of a race that fails under SC', () => {
  it.each(SAID)('%s %s under %s: %s', (race, variant, design, words) => {
    const asked = { scenario: scenarioNamed(race)!, variant, design: presetNamed(design)! };
    const c = raceCounterexample(asked, 'lkmm', (frame) => frame)!;
    expect(reasonWords(c)).toMatch(words);
    // Its steps are told.
    if (c.reason.kind !== 'interleaving') throw new Error(c.reason.kind);
    for (const { from, to, first, last } of c.reason.windows) {
      for (const e of [from, to, first, last]) expect(c.folded).not.toContain(e);
    }
    const { windows, serial } = c.reason;
    if (serial !== undefined)
      expect(
        canRun(
          c.trace,
          serial.map((thread) => threadOf(c.trace, thread)),
        ),
      ).toBe(true);
    else expect(canRun(c.trace, windows)).toBe(false);
    expect(canRun(c.trace, [])).toBe(true);
  });
});
