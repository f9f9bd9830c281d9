import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fence } from '../../src/cpu/modes.ts';
import { withBarriers } from '../../src/explain/barred.ts';
import { judge } from '../../src/explain/consistency.ts';
import { cycleOf, reasonOf } from '../../src/explain/reason.ts';
import type { Trace, TraceEvent } from '../../src/explain/trace.ts';
import { Kind } from '../../src/graph/event.ts';
import { LADDER, type ModelName } from '../../src/models/registry.ts';
import { hasFlag } from '../../src/program/flags.ts';
import type { Program } from '../../src/program/program.ts';
import { type Flavour, randomProgram } from '../explore/random-programs.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import * as s from '../oracle/steps.ts';
import { eachExecution } from './executions.ts';

/** The program with smp_mb() before some of its steps, given by thread and place; no step is in a branch. */
function mended(p: SmallProgram, gaps: readonly (readonly [thread: number, step: number])[]): SmallProgram {
  const threads = p.threads.map((steps, t) =>
    steps.flatMap((step, i) => (gaps.some(([thread, at]) => thread === t && at === i) ? [s.mb, step] : [step])),
  );
  return { ...p, threads };
}

/** What the accesses of a trace read and write, and the coherence order, whatever the fences. */
function written(trace: Trace): string {
  const { events } = trace;
  const name = (e: number): string => (e < 0 ? 'init' : `${events[e]!.thread}.${events[e]!.slot}`);
  const accesses = events
    .filter((e) => e.kind <= Kind.Write)
    .map((e) => `${e.thread}.${e.slot} ${e.cell}=${e.value}${e.kind === Kind.Read ? `<${name(e.rf)}` : ''}`);
  return [...accesses, ...trace.co.map((writes) => writes.map(name).join(' '))].join(' | ');
}

function allowed(program: Program, model: ModelName): Set<string> {
  const found = new Set<string>();
  eachExecution(program, model, Number.MAX_SAFE_INTEGER, (trace) => found.add(written(trace)));
  return found;
}

/** Each step of a straight program has one event, or two in an RMW: the step that an event belongs to. */
function stepOf(trace: Trace, event: number): readonly [number, number] {
  const { thread } = trace.events[event]!;
  const first = trace.events.findIndex((e) => e.thread === thread);
  let step = 0;
  for (let e = first + 1; e <= event; e++) if (trace.events[e]!.partner !== e - 1) step++;
  return [thread, step];
}

/** The same execution, in which nothing waits for read-side sections. */
function withoutGracePeriods(trace: Trace): Trace {
  const isGrace = (e: TraceEvent): boolean =>
    e.kind === Kind.Fence && (e.mode === Fence.SyncRcu || e.mode === Fence.SyncSrcu);
  // As a fence it is one of smp_mb(), which SC does not need.
  return { ...trace, events: trace.events.map((e) => (isGrace(e) ? { ...e, mode: Fence.Mb } : e)) };
}

const straight = (flavour: Flavour): fc.Arbitrary<SmallProgram> =>
  randomProgram(flavour).filter((p) => p.threads.flat().every((step: Step) => step.do !== 'if'));

describe.each(LADDER)('the reason under %s', (model) => {
  it.each(['relaxed', 'fences', 'dependencies', 'atomics', 'rcu'] as const)(
    'names orders that remove the execution, all of which are needed: %s',
    (flavour) => {
      fc.assert(
        fc.property(straight(flavour), (p) => {
          const program = toProgram(p);
          eachExecution(program, model, 25, (trace) => {
            const reason = reasonOf(program, trace, model);
            const isSc = judge(program, trace, 'sc').consistent;
            if (isSc || reason.kind === 'interleaving') {
              expect(reason.kind).toBe('interleaving');
              expect(isSc).toBe(true);
              return;
            }
            if (reason.kind === 'grace-period')
              expect(judge(program, withoutGracePeriods(trace), 'sc').consistent).toBe(true);
            else expect(reason.kind).toBe('unordered');
            const missing = cycleOf(reason).filter((step) => step.missing);
            expect(missing.length).toBeGreaterThan(0);
            const gaps = missing.map((step) => stepOf(trace, step.to));
            expect(allowed(toProgram(mended(p, gaps)), model)).not.toContain(written(trace));
            if (gaps.length < 2) return;
            for (const left of gaps.keys()) {
              const fewer = toProgram(
                mended(
                  p,
                  gaps.filter((_, i) => i !== left),
                ),
              );
              expect(allowed(fewer, model)).toContain(written(trace));
            }
          });
        }),
        { numRuns: 25 },
      );
    },
  );

  it.each(['relaxed', 'fences', 'atomics'] as const)('is a cycle that goes through each thread once: %s', (flavour) => {
    fc.assert(
      fc.property(randomProgram(flavour), (p) => {
        const program = toProgram(p);
        eachExecution(program, model, 25, (trace) => {
          const reason = reasonOf(program, trace, model);
          if (reason.kind === 'interleaving') return;
          const { events } = trace;
          for (const [i, step] of cycleOf(reason).entries()) {
            const next = cycleOf(reason)[(i + 1) % cycleOf(reason).length]!;
            const joined = next.from === step.to || events[step.to]!.partner === next.from;
            expect(joined).toBe(true);
            const [from, to] = [events[step.from]!, events[step.to]!];
            if (step.relation === 'po') expect(from.thread === to.thread && step.from < step.to).toBe(true);
            else expect(from.cell).toBe(to.cell);
            if (step.relation === 'rf') expect(to.rf).toBe(step.from);
            if (step.relation === 'fr') expect([from.kind, to.kind]).toEqual([Kind.Read, Kind.Write]);
            if (step.relation === 'co') expect(to.kind).toBe(Kind.Write);
          }
          const segments = cycleOf(reason)
            .filter((step) => step.relation === 'po')
            .map((step) => events[step.from]!.thread);
          expect(new Set(segments).size).toBe(segments.length);
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a barrier that is put into an execution', () => {
  it('forbids what the same barrier in the program forbids', () => {
    fc.assert(
      fc.property(straight('relaxed'), fc.nat(), (p, at) => {
        const program = toProgram(p);
        eachExecution(program, 'lkmm', 10, (trace) => {
          const event = at % trace.events.length;
          const barred = judge(program, withBarriers(trace, [event]), 'lkmm').consistent;
          expect(allowed(toProgram(mended(p, [stepOf(trace, event)])), 'lkmm').has(written(trace))).toBe(barred);
        });
      }),
      { numRuns: 15 },
    );
  });
});

describe('what is no cycle', () => {
  it('accesses that race, each of which would have to be marked', () => {
    const p = toProgram(s.program([s.writePlain(s.x, 1), s.write(s.y, 1)], [s.read(0, s.y), s.readPlain(1, s.x)]));
    let races = 0;
    eachExecution(p, 'lkmm', 10, (trace) => {
      if (!hasFlag(judge(p, trace, 'lkmm').flags, 'data-race')) return;
      races++;
      expect(reasonOf(p, trace, 'lkmm', true)).toEqual({ kind: 'race', accesses: [0, 3] });
    });
    expect(races).toBeGreaterThan(0);
  });

  it('a grace period that SC would make wait, and the order that would make the LKMM see it', () => {
    // mckenney, C-srcu-observed: the section is open before the grace period and after it, which nothing shows.
    const section = [s.rcuLock, s.write(s.y, 2), s.write(s.x, 1), s.rcuUnlock];
    const grace = [s.write(s.y, 1), s.synchronizeRcu, s.write(s.z, 2)];
    const p = toProgram(s.program(section, grace, [s.write(s.z, 1), s.release(s.x, 2)]));
    let found = 0;
    eachExecution(p, 'lkmm', 1000, (trace) => {
      const reason = reasonOf(p, trace, 'lkmm');
      if (reason.kind !== 'grace-period') return;
      found++;
      expect(trace.events[reason.grace]!.thread).toBe(1);
      expect(trace.events[reason.section!]!.thread).toBe(0);
      const barred = withBarriers(
        trace,
        reason.cycle.map((step) => step.to),
      );
      expect(judge(p, barred, 'lkmm').consistent).toBe(false);
    });
    expect(found).toBeGreaterThan(0);
  });
});
