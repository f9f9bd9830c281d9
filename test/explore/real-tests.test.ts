import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompiledLitmus, compileLitmus } from '../../src/litmus/compile.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { runLitmus } from '../../src/litmus/run-litmus.ts';
import { LADDER } from '../../src/models/registry.ts';
import { FLAGS, flagIf } from '../../src/program/flags.ts';
import { OUT_OF_THIN_AIR } from '../../src/program/program.ts';
import { CORPUS, CORPUS_MISSING, type Expected, readExpected } from '../corpus/expected.ts';
import { enumerate, type OracleExecution } from '../oracle/enumerate.ts';
import { differences } from './differences.ts';

/** One test in so many; 1 for all that herd7 settles in a moment, which is what the oracle can do. */
const EVERY = Number(process.env.HOLDFAST_ORACLE_EVERY ?? 20);

const SMALL: readonly Expected[] =
  CORPUS_MISSING === undefined ? readExpected().filter((row) => (row.seconds ?? 1) < 0.06) : [];

/** What reads may return besides what the program computes, where a value may be its own reason. */
const GUESSES: ReadonlyMap<string, readonly number[]> = new Map([
  ['mckenney/manual/kernel/crypto-control-data.litmus', [1]],
  ['mckenney/manual/oota/C-AS-OOTA-1.litmus', [OUT_OF_THIN_AIR]],
  ['mckenney/manual/oota/C-JO-OOTA-1.litmus', [OUT_OF_THIN_AIR]],
  ['mckenney/manual/oota/C-JO-OOTA-4.litmus', [OUT_OF_THIN_AIR]],
  ['mckenney/manual/plain/C-OOTA.litmus', [OUT_OF_THIN_AIR]],
]);

function compiled(path: string): CompiledLitmus {
  const parsed = parseLitmus(readFileSync(join(CORPUS, path), 'utf8'), path);
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message);
  return compileLitmus(parsed.test);
}

/** What herd7 prints, of the executions that brute force finds. */
function summary(litmus: CompiledLitmus, executions: readonly OracleExecution[]): Partial<Expected> {
  const outcome = runLitmus(litmus, { model: 'lkmm' }, (_, { onExecution }) => {
    for (const { results, memory, flags } of executions) {
      onExecution({
        result: (thread) => results[thread],
        finalValue: (cell) => memory[cell]!,
        flags: FLAGS.reduce((set, flag) => set | flagIf(flags.includes(flag), flag), 0),
        get graph(): never {
          throw new Error('the oracle has no graph');
        },
      });
    }
    return { kind: 'complete', executions: executions.length, blocked: 0 };
  });
  if (outcome.kind !== 'decided' && outcome.kind !== 'deadlock') throw new Error(outcome.kind);
  const { states, positive, negative, flags } = outcome;
  const verdict = outcome.kind === 'decided' ? outcome.verdict : 'Never';
  return { verdict, states: states.length, positive, negative, flags: [...flags].sort() };
}

describe.skipIf(CORPUS_MISSING !== undefined)(`real litmus tests (${CORPUS_MISSING ?? `one in ${EVERY}`})`, () => {
  const sample = SMALL.filter(({ path }, i) => i % EVERY === 0 || GUESSES.has(path));
  test.each(sample)('$path', { timeout: 60_000 }, (expected) => {
    const litmus = compiled(expected.path);
    const found = enumerate(litmus.program, GUESSES.get(expected.path));
    const { verdict, states, positive, negative, flags } = expected;
    const herd = { verdict, states, positive, negative, flags: [...flags].sort() };
    expect(summary(litmus, found.lkmm), 'brute force and herd7').toEqual(herd);
    for (const model of LADDER) {
      expect(differences(litmus.program, model, found[model]), `the engine under ${model}`).toEqual([]);
    }
  });
});
