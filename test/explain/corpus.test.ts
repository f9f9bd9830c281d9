import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withBarriers } from '../../src/explain/barred.ts';
import { judge } from '../../src/explain/consistency.ts';
import { type Counterexample, explainFailure } from '../../src/explain/counterexample.ts';
import { decodeExecution, parseId } from '../../src/explain/execution-id.ts';
import { cycleOf } from '../../src/explain/reason.ts';
import { findBest } from '../../src/explain/search.ts';
import { replay, unlocated } from '../../src/explain/trace.ts';
import { CORPUS, CORPUS_MISSING, readExpected } from '../corpus/expected.ts';
import { protocolOf, referenceOf } from './protocols.ts';

/** Tests that herd7 decides soon and finds possible: one in twelve, always the same. */
const rows =
  CORPUS_MISSING === undefined
    ? readExpected().filter(({ seconds, verdict, note }, i) => {
        return i % 12 === 5 && seconds !== undefined && seconds < 1 && verdict !== undefined && note === '';
      })
    : [];

describe.skipIf(CORPUS_MISSING !== undefined)(CORPUS_MISSING ?? 'real tests', () => {
  test.each(rows.map(({ path, verdict }) => [path, verdict] as const))('%s', (path, verdict) => {
    const text = readFileSync(join(CORPUS, path), 'utf8');
    const protocol = protocolOf(text, path);
    const { quantifier } = protocol.test;

    // There is something to show exactly where herd7 finds the outcome, or a race.
    const best = findBest(protocol, 'lkmm', { maxExecutions: 20_000 });
    const isPossible = quantifier === 'forall' ? verdict !== 'Always' : verdict !== 'Never';
    if (best.kind !== 'found') {
      if (best.kind === 'holds') expect(isPossible).toBe(false);
      return;
    }
    const c: Counterexample = explainFailure(protocol, best.shown, 'lkmm', referenceOf(text));
    expect(isPossible || c.failure.kind === 'data-race').toBe(true);

    // It is an execution of the model that it is said to need, its id leads back to it.
    expect(judge(protocol.program, c.trace, c.model).consistent).toBe(true);
    const id = parseId(c.id!);
    if (typeof id === 'string') throw new Error(id);
    expect(decodeExecution(protocol.program, id.execution)).toEqual({ model: c.model, choices: best.shown.choices });

    // What is to blame is to blame.
    const missing = cycleOf(c.reason).filter((step) => step.missing);
    if (c.reason.kind === 'unordered' || c.reason.kind === 'grace-period') {
      const barred = withBarriers(
        c.trace,
        missing.map((step) => step.to),
      );
      expect(judge(protocol.program, barred, 'lkmm').consistent).toBe(false);
    }

    // Every edit leaves a test that can be read, and an edit that orders more leaves all steps as they are.
    for (const edit of protocol.strengthenings()) {
      const edited = protocol.edited([edit])!;
      if (!edit.isSwap) expect(replay(unlocated(edited), best.shown.choices)).toBeDefined();
    }
    for (const { weaker } of protocol.orderings()) for (const { edit } of weaker) protocol.edited([edit]);
  });
});
