import { INTERLEAVING, type ModelName } from '../models/registry.ts';
import type { InTurns } from '../program/turns.ts';
import { type Counterexample, explainInTurns, type Reference } from './counterexample.ts';
import type { Protocol } from './edit.ts';
import { type Repair, type RepairOptions, RepairSearch } from './repair-search.ts';
import { findBestInTurns, type NotFound } from './search.ts';

export type RepairOutcome =
  | {
      readonly kind: 'repairs';
      readonly counterexample: Counterexample;
      /** Cheapest first; empty where there is none with so few edits. */
      readonly repairs: readonly Repair[];
      /**
       * Whether there are no others, with so many edits at most, as cheap as the dearest of these; where there are none,
       * none at all.
       */
      readonly complete: boolean;
      /** Protocols tried, and failing executions that told which edits to try. */
      readonly tried: number;
      readonly counterexamples: number;
    }
  /** The protocol fails although nothing is reordered, and no change of places of its steps helps. */
  | { readonly kind: 'interleaving'; readonly counterexample: Counterexample; readonly tried: number }
  /** A thread waits without end: no barrier ends that. */
  | { readonly kind: 'stuck'; readonly counterexample: Counterexample }
  | NotFound;

/**
 * Looks for the cheapest edits that mend a protocol. Each failing execution says which edits could forbid it: those in a
 * place where a full barrier could. So every repair has, for every failing execution, at least one of its edits,
 * and the sets of edits are built up along failing executions (Reiter's hitting-set tree), that first which can end
 * cheapest: the gaps that a failing execution leaves open say what more it costs at least. A set that leaves a known execution possible is not explored; what is reported was explored in full.
 */
export function* findRepairs(
  protocol: Protocol,
  model: ModelName,
  reference: Reference,
  options: RepairOptions,
): InTurns<RepairOutcome> {
  yield { words: 'as it stands', done: 0, of: 0 };
  const whole = yield* findBestInTurns(protocol, model, options);
  if (whole.kind !== 'found') return whole;
  const counterexample = yield* explainInTurns(protocol, whole.shown, model, reference, options);
  if (counterexample.failure.kind === 'deadlock') return { kind: 'stuck', counterexample };
  const search = new RepairSearch(protocol, model, options, whole.shown);
  yield* search.run();
  if (search.repairs.length === 0 && whole.shown.model === INTERLEAVING && search.isExhausted && !search.isCut) {
    return { kind: 'interleaving', counterexample, tried: search.tried };
  }
  return {
    kind: 'repairs',
    counterexample,
    repairs: search.repairs,
    complete: search.isExhausted && !search.isCut,
    tried: search.tried,
    counterexamples: search.known.length,
  };
}
