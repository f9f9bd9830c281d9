import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphOf, judge } from '../../src/explain/consistency.ts';
import { finalValue, type Recording, replay } from '../../src/explain/trace.ts';
import { explore } from '../../src/explore/explore.ts';
import { choicesOf } from '../../src/judge/choices.ts';
import { LADDER } from '../../src/models/registry.ts';
import { flagsOf } from '../../src/program/flags.ts';
import { textOf } from '../explore/engine-executions.ts';
import { FLAVOURS, randomProgram } from '../explore/random-programs.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { toProgram } from '../oracle/small-program.ts';

describe.each(LADDER)('every execution under %s', (model) => {
  it.each(FLAVOURS)('runs again as it was, and is judged as brute force judges it: %s', (flavour) => {
    fc.assert(
      fc.property(randomProgram(flavour), (small) => {
        const program = toProgram(small);
        const recording: Recording = { program, locate: () => undefined };
        const expected = new Map(enumerate(program)[model].map((e) => [e.text, e.flags]));
        explore(program, {
          model,
          onExecution(execution) {
            const again = replay(recording, choicesOf(execution.graph));
            expect(again).toBeDefined();
            const { trace, results } = again!;
            expect(results).toEqual(small.threads.map((_, t) => execution.result(t)));
            for (const cell of small.initial.keys()) {
              expect(finalValue(program, trace, cell)).toBe(execution.finalValue(cell));
            }
            const text = textOf(graphOf(program, trace, model));
            expect(text).toBe(textOf(execution.graph));
            const verdict = judge(program, trace, model);
            const flags = expected.get(text);
            expect(verdict.consistent).toBe(flags !== undefined);
            expect(flagsOf(verdict.flags)).toEqual([...(flags ?? [])].sort());
            return false;
          },
          maxExecutions: 100,
        });
      }),
      { seed: 4, numRuns: 15 },
    );
  });
});
